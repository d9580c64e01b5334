/** Numbers that nobody has seen: ghosts between the doors of a strip, and the door nearest to a number. */
import { doorMarkOf, parseNo, printMark } from './address.ts'
import type { AlleyTree, Placed, Step } from './walk.ts'

/** More numbers than these missing in a row are a wall, a pond or another way of counting, not lost houses. */
const WIDEST_GAP = 3

/**
 * Puts ghosts where a side counts on after a gap. Never over a turning or a building, where the count
 * may jump; never more ghost numbers than doors, the narrowest gaps first.
 */
export function haunt(columns: readonly Placed[][], tree: AlleyTree, missing: (no: string) => boolean): void {
  const mouths = new Set(tree.children.map((child) => child.alley.mouth))
  const found: Array<{ column: Placed[]; after: Placed; placed: Placed; count: number }> = []
  let doors = 0
  for (const column of columns) {
    let before = null as { placed: Placed; ways: string; number: number } | null
    for (const placed of column) {
      const { spot } = placed
      const no = spot.kind === 'door' && spot.door.no !== null ? parseNo(spot.door.no) : null
      if (!no || no.kind !== 'house' || spot.kind !== 'door') {
        before = null
        continue
      }
      doors += 1
      const own = doorMarkOf(no)
      const ways = [no.head, ...no.tail].slice(0, -1).map((mark) => `${printMark(mark)}/`).join('')
      const gap = before ? own.number - before.number : 0
      if (before && before.ways === ways && gap > 2 && gap % 2 === 0 && gap / 2 - 1 <= WIDEST_GAP) {
        const numbers = Array.from({ length: gap / 2 - 1 }, (_, i) => `${ways}${before!.number + 2 * (i + 1)}`).filter((n) => missing(n) && !mouths.has(n))
        const between: [string, string] = [before.placed.spot.kind === 'door' ? (before.placed.spot.door.no ?? '') : '', spot.door.no ?? '']
        const depth = Math.ceil((before.number + 2) / 2)
        if (numbers.length > 0) found.push({ column, after: before.placed, placed: { spot: { kind: 'ghost', ghost: { numbers, between } }, depth }, count: numbers.length })
      }
      // A double house, `12-14`, stands on both numbers.
      const far = own.suffix.startsWith('-') ? Number(own.suffix.slice(1)) : own.number
      before = { placed, ways, number: Math.max(own.number, far, before?.ways === ways ? before.number : 0) }
    }
  }
  let room = doors
  for (const { column, after, placed, count } of [...found].sort((a, b) => a.count - b.count)) {
    if (count > room) return
    room -= count
    column.splice(column.indexOf(after) + 1, 0, placed)
  }
}

/** The door of these steps with this number, or the nearest one to it; of two as near the one on its own side. */
export function nearest(steps: readonly Step[], typed: string): Step | null {
  const no = parseNo(typed)
  if (!no) return null
  const own = doorMarkOf(no).number
  let best: Step | null = null
  let least = Infinity
  for (const step of steps) {
    const there = step.door.no === null ? null : parseNo(step.door.no)
    if (!there || there.kind !== no.kind) continue
    const n = doorMarkOf(there).number
    const exact = n === own && printMark(doorMarkOf(there)) === printMark(doorMarkOf(no))
    const far = exact ? -1 : Math.abs(n - own) + (n % 2 === own % 2 ? 0 : 0.5)
    if (far < least) [best, least] = [step, far]
  }
  return best
}
