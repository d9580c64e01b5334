/**
 * One alley among several people, with no network between their phones. Every phone that holds the
 * same doors comes to the same parts, so nobody has to be asked: it is enough that all say the same
 * number of people and each a different number of their own.
 *
 * The alley is laid out as one line: up the odd side from the mouth to the far end, then back along
 * the even side. It is cut into stretches of as equal work as can be. A side alley is one piece of
 * that line, walked whole by one person, unless it is more than one person's share.
 */
import type { Door } from '../api/types.ts'
import { sides, walkOrder, type AlleyTree, type Block, type Spot } from './walk.ts'
import { deriveState, quietUntil } from './household.ts'
import { startOf, type Day } from './time.ts'
import type { VisitFact } from './visit.ts'

export const MOST_WALKERS = 9

/** What one door costs whoever walks: 1 when it has to be knocked, 0 when nobody is to knock there. */
export type WorkOf = (door_id: string) => number

/** The part of each door, from 1 to `people`. */
export type Parts = ReadonlyMap<string, number>

/** What cannot be cut further: a door, or a side alley that one person walks. */
interface Piece {
  doors: string[]
  work: number
}

/**
 * The work a door is on `today`. Knocks of today count for nothing: they reach the other phones at
 * different times, and the parts must not move while people walk.
 */
export function workAt(visits: readonly VisitFact[], today: Day): number {
  const midnight = startOf(today) ?? 0
  const before = visits.filter((visit) => visit.at < midnight)
  if (before.length === 0) return 1
  const state = deriveState(before)
  if (state.visits === 0) return 1
  if (state.status === 'vacant') return 0
  const quiet = quietUntil(before)
  if (quiet !== null && today < quiet) return 0
  return state.status === 'declined' || state.revisit || !state.contacted ? 1 : 0
}

/** The parts of one stretch. `people` is 1 to MOST_WALKERS. */
export function split(tree: AlleyTree, people: number, workOf: WorkOf): Parts {
  const total = walkOrder(tree).reduce((sum, { door }) => sum + workOf(door.id), 0)
  const pieces = line(tree, total / people, workOf)
  const parts = new Map<string, number>()
  cut(pieces.map(({ work }) => work), people).forEach((part, at) => {
    for (const door of pieces[at]!.doors) parts.set(door, part)
  })
  return parts
}

/** The alley as one line of pieces; a side alley of more work than `share` is a line of its own within it. */
function line(tree: AlleyTree, share: number, workOf: WorkOf): Piece[] {
  const { left, right, loose, named, blocks } = sides(tree)
  const lane = (child: AlleyTree): Piece[] => {
    const doors = walkOrder(child).map(({ door }) => door.id)
    const work = doors.reduce((sum, id) => sum + workOf(id), 0)
    return work > share ? line(child, share, workOf) : doors.length > 0 ? [{ doors, work }] : []
  }
  const piece = (doors: readonly Door[]): Piece => ({
    doors: doors.map(({ id }) => id),
    work: doors.reduce((sum, { id }) => sum + workOf(id), 0),
  })
  // A block is walked floor by floor.
  const block = ({ floors }: Block): Piece[] => floors.map(({ rooms }) => piece(rooms))
  const at = (spot: Spot): Piece[] => {
    switch (spot.kind) {
      case 'turn':
        return lane(spot.tree)
      case 'block':
        return block(spot.block)
      case 'ghost':
        return []
      case 'door':
        return [piece([spot.door])]
    }
  }
  return [
    ...left.flatMap(({ spot }) => at(spot)),
    // What no number places lies, for this purpose, at the far end.
    ...loose.map((door) => piece([door])),
    ...blocks.flatMap(block),
    ...named.flatMap(lane),
    ...right.reverse().flatMap(({ spot }) => at(spot)),
  ]
}

/**
 * The part of each piece: `people` runs of pieces whose works differ as little as can be (the least
 * sum of their squares; among equals the one whose later runs begin latest). Whole numbers only, so that two
 * phones never differ by a rounding.
 */
function cut(works: readonly number[], people: number): number[] {
  const n = works.length
  const before = [0]
  for (const work of works) before.push(before.at(-1)! + work)
  // best[p][i]: the least cost of the first i pieces in p runs; from[p][i]: where the last of them begins.
  let best = before.map((sum) => sum * sum)
  const from: number[][] = [[], new Array<number>(n + 1).fill(0)]
  for (let p = 2; p <= people; p += 1) {
    const next: number[] = []
    const begin: number[] = []
    for (let i = 0; i <= n; i += 1) {
      let least = Infinity
      let at = 0
      for (let j = 0; j <= i; j += 1) {
        const last = before[i]! - before[j]!
        const cost = best[j]! + last * last
        if (cost <= least) {
          least = cost
          at = j
        }
      }
      next.push(least)
      begin.push(at)
    }
    best = next
    from.push(begin)
  }
  const part = new Array<number>(n)
  for (let p = people, end = n; p >= 1; p -= 1) {
    const begin = p === 1 ? 0 : from[p]![end]!
    part.fill(p, begin, end)
    end = begin
  }
  return part
}

/**
 * Whose a door is that the parts do not name because it came to the phone later: of whoever has the
 * door before it. `order` is the walking order of the whole stretch.
 */
export function partsNow(order: readonly string[], parts: Parts): Map<string, number> {
  const now = new Map<string, number>()
  let last = order.map((id) => parts.get(id)).find((part) => part !== undefined) ?? 1
  for (const id of order) {
    last = parts.get(id) ?? last
    now.set(id, last)
  }
  return now
}
