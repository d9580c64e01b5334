/** The alley as it is walked: who stands where on the strip, and which door comes next. */
import { stands, type Alley, type Door } from '../api/types.ts'
import type { Millis } from './time.ts'
import type { HouseholdState, Status } from './household.ts'

/** An alley with those that turn off it. */
export interface AlleyTree {
  alley: Alley
  children: AlleyTree[]
}

const bySort = (a: { sort: string }, b: { sort: string }): number => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0)

/** The alleys in reach as trees; one whose parent is not in reach stands on its own. */
export function plant(alleys: readonly Alley[]): AlleyTree[] {
  const nodes = new Map(alleys.map((alley) => [alley.id, { alley, children: [] as AlleyTree[] }]))
  const roots: AlleyTree[] = []
  for (const node of nodes.values()) {
    const parent = node.alley.parent_id === null ? undefined : nodes.get(node.alley.parent_id)
    if (parent && parent !== node) parent.children.push(node)
    else roots.push(node)
  }
  for (const node of nodes.values()) node.children.sort((a, b) => bySort(a.alley, b.alley))
  return roots.sort((a, b) => bySort(a.alley, b.alley))
}

export function findTree(trees: readonly AlleyTree[], id: string): AlleyTree | null {
  for (const tree of trees) {
    const found = tree.alley.id === id ? tree : findTree(tree.children, id)
    if (found) return found
  }
  return null
}

/**
 * What is walked in one go: a street with what has no lane of its own, or a lane with all that turns
 * off it. The lanes of a street are stretches of their own; on its strip they stand as turnings.
 */
export function stretch(tree: AlleyTree): AlleyTree {
  if (tree.alley.kind !== 'street') return tree
  return { alley: tree.alley, children: tree.children.filter((child) => child.alley.kind !== 'lane') }
}

/** Every stretch of the trees, in the book's order. */
export function stretches(trees: readonly AlleyTree[]): AlleyTree[] {
  return trees.flatMap((tree) => [
    tree,
    ...(tree.alley.kind === 'street' ? stretches(tree.children.filter((child) => child.alley.kind === 'lane')) : []),
  ])
}

/** How far in from the mouth a number stands: 1 and 2 face each other, then 3 and 4. */
function depthOf(no: string | null): { depth: number; side: 'odd' | 'even' } | null {
  const own = no?.split('/').at(-1)?.match(/\d+/)?.[0]
  if (own === undefined) return null
  const n = Number(own)
  return { depth: Math.ceil(n / 2), side: n % 2 === 1 ? 'odd' : 'even' }
}

/** A number nobody has seen between two that are there: perhaps a house that the book lacks. */
export interface Ghost {
  /** The missing numbers, as they would stand on the doors. */
  numbers: string[]
  between: [string, string]
}

/** The rooms of one building: a dormitory, a block of flats. */
export interface Block {
  id: string
  /** `nhà 12`, as it stands behind the number of each room; empty when nothing is said. */
  name: string
  /** From the ground up, each in the order of its rooms. */
  floors: Array<{ floor: number; rooms: Door[] }>
}

/** One thing beside the road. */
export type Spot =
  | { kind: 'door'; door: Door }
  | { kind: 'turn'; tree: AlleyTree }
  | { kind: 'ghost'; ghost: Ghost }
  | { kind: 'block'; block: Block }

/** One step of the road: what stands left (odd) and right (even) of it. */
export interface Row {
  left: Spot | null
  right: Spot | null
}

export interface Strip {
  rows: Row[]
  /** Doors that no number places: found by their landmark, after the numbered ones. */
  loose: Door[]
  /** Side alleys without a number at their mouth. */
  named: AlleyTree[]
  /** Buildings that no number places. */
  blocks: Block[]
}

/** Something on one side of the road, and how far in. */
export interface Placed {
  spot: Spot
  depth: number
}

/**
 * Lays an alley out as a strip. Doors keep the book's order on their side; facing numbers share a
 * row as far as both sides allow, so that the road does not tear open where numbers are missing.
 * `more` may put further things between those of a side, as `haunt` does.
 */
export function layOut(tree: AlleyTree, more?: (columns: readonly Placed[][], tree: AlleyTree) => void): Strip {
  const { left, right, loose, named, blocks } = sides(tree)
  more?.([left, right], tree)
  const rows: Row[] = []
  let l = 0
  let r = 0
  while (l < left.length || r < right.length) {
    const a = left[l]
    const b = right[r]
    // The nearer one goes first and alone; those that face each other go together.
    const together = a && b && Math.abs(a.depth - b.depth) <= 1
    const takeLeft = a !== undefined && (together || !b || a.depth < b.depth)
    const takeRight = b !== undefined && (together || !a || !takeLeft)
    rows.push({ left: takeLeft ? a.spot : null, right: takeRight ? b.spot : null })
    if (takeLeft) l += 1
    if (takeRight) r += 1
  }
  return { rows, loose, named, blocks }
}

/** Puts something that opens beside the road just behind the number it opens at. */
function putBehind(column: Placed[], placed: Placed): void {
  const place = column.findIndex((p) => p.depth > placed.depth)
  column.splice(place < 0 ? column.length : place, 0, placed)
}

interface Sides {
  left: Placed[]
  right: Placed[]
  loose: Door[]
  named: AlleyTree[]
  blocks: Block[]
}

/** What stands on which side, each side in the book's order. */
export function sides(tree: AlleyTree): Sides {
  const left: Placed[] = []
  const right: Placed[] = []
  const loose: Door[] = []
  const named: AlleyTree[] = []
  const rooms = new Map<string, Room[]>()
  for (const door of tree.alley.doors.filter(stands).sort(bySort)) {
    const at = depthOf(door.no)
    const side = door.side ?? at?.side
    if (at && side && door.side !== null) {
      ;(side === 'odd' ? left : right).push({ spot: { kind: 'door', door }, depth: at.depth })
      continue
    }
    const room = roomAt(door)
    if (!room) loose.push(door)
    else {
      const held = rooms.get(room.name)
      if (held) held.push(room)
      else rooms.set(room.name, [room])
    }
  }
  for (const child of tree.children) {
    const at = depthOf(child.alley.mouth)
    if (!at) named.push(child)
    else putBehind(at.side === 'odd' ? left : right, { spot: { kind: 'turn', tree: child }, depth: at.depth })
  }
  const blocks: Block[] = []
  for (const [name, held] of rooms) {
    const block: Block = { id: `${tree.alley.id} ${name}`, name, floors: floorsOf(held) }
    const at = depthOf(numberOfBlock(name))
    if (!at) blocks.push(block)
    else putBehind(at.side === 'odd' ? left : right, { spot: { kind: 'block', block }, depth: at.depth })
  }
  return { left, right, loose, named, blocks }
}

/** `12A` of `nhà 12A`; null for a building with a name of its own. */
export const numberOfBlock = (name: string): string | null => /^nhà (\d\S*)$/u.exec(name)?.[1] ?? null

interface Room {
  door: Door
  n: number
  floor: number
  /** What it is numbered inside. */
  name: string
}

/** A room as the book prints it: `P302 nhà 12`, `Phòng 5 tầng 1 nhà A`. The floor as written, or as the number says. */
function roomAt(door: Door): Room | null {
  const found = /^(?:P|Phòng )(\d+)\S*(?: tầng (\d+))?(?: (.+))?$/u.exec(door.no ?? '')
  if (!found) return null
  const n = Number(found[1])
  const floor = found[2] === undefined ? Math.floor(n / 100) || 1 : Number(found[2])
  return { door, n, floor, name: found[3] ?? '' }
}

function floorsOf(rooms: readonly Room[]): Block['floors'] {
  return [...new Set(rooms.map((room) => room.floor))]
    .sort((a, b) => a - b)
    .map((floor) => ({
      floor,
      rooms: rooms
        .filter((room) => room.floor === floor)
        .sort((a, b) => a.n - b.n || bySort(a.door, b.door))
        .map(({ door }) => door),
    }))
}

/** All rooms of a building in the order of the feet. */
export const roomsOf = (block: Block): Door[] => block.floors.flatMap(({ rooms }) => rooms)

export interface Step {
  door: Door
  alley: Alley
}

/** The order of the feet: inwards, each side alley where it turns off, loose doors last. */
export function walkOrder(tree: AlleyTree): Step[] {
  const { left, right, loose, named, blocks } = sides(tree)
  const steps: Step[] = []
  const go = (door: Door): number => steps.push({ door, alley: tree.alley })
  // A lane is entered after the doors that face its mouth.
  const reached = ({ depth, spot }: Placed): number => depth + (spot.kind === 'door' ? 0 : 0.5)
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const a = left[l]
    const b = right[r]
    const placed = a && (!b || reached(a) <= reached(b)) ? a : b
    if (!placed) break
    if (placed === a) l += 1
    else r += 1
    if (placed.spot.kind === 'door') go(placed.spot.door)
    else if (placed.spot.kind === 'block') roomsOf(placed.spot.block).forEach(go)
    else if (placed.spot.kind === 'turn') steps.push(...walkOrder(placed.spot.tree))
  }
  for (const block of blocks) roomsOf(block).forEach(go)
  for (const door of loose) go(door)
  for (const child of named) steps.push(...walkOrder(child))
  return steps
}

/** When the reader's own hand knocked here last; null where it never did. */
export type OwnKnock = (door_id: string) => Millis | null | undefined

/** The step of the latest knock, -1 when there is none. */
function latest(steps: readonly Step[], knockAt: OwnKnock): number {
  let lastAt = -1
  let lastWhen = -Infinity
  steps.forEach((step, i) => {
    const at = knockAt(step.door.id)
    if (at !== null && at !== undefined && at >= lastWhen) {
      lastWhen = at
      lastAt = i
    }
  })
  return lastAt
}

/** Where the reader knocked last on this way: that is where the feet are, also after a night. */
export function ownPlace(steps: readonly Step[], ownKnock: OwnKnock): Step | null {
  return steps[latest(steps, ownKnock)] ?? null
}

/**
 * The door to knock next: the first untouched one behind the last door the reader knocked, then the
 * first untouched one from the mouth. Who has not knocked here yet goes on behind the others. Null when
 * every door was knocked.
 */
export function nextDoor(steps: readonly Step[], stateOf: (id: string) => HouseholdState | undefined, ownKnock?: OwnKnock): Step | null {
  const own = ownKnock ? latest(steps, ownKnock) : -1
  const lastAt = own >= 0 ? own : latest(steps, (id) => stateOf(id)?.last_visit_at)
  const untouched = (step: Step): boolean => (stateOf(step.door.id)?.visits ?? 0) === 0
  return steps.slice(lastAt + 1).find(untouched) ?? steps.find(untouched) ?? null
}

/** How a status looks on the strip: five looks, each a colour and a shape. */
export type Look = 'untouched' | 'covered' | 'revisit' | 'refused' | 'vacant'

export function lookOf(state: HouseholdState | undefined): Look {
  if (!state || state.visits === 0) return 'untouched'
  const looks: Record<Status, Look> = {
    not_visited: 'vacant',
    attempted: 'revisit',
    unreachable: 'revisit',
    contacted: state.revisit ? 'revisit' : 'covered',
    served: state.revisit ? 'revisit' : 'covered',
    declined: 'refused',
    vacant: 'vacant',
  }
  return looks[state.status]
}

export type Counts = Record<Look, number> & { total: number }

/** What was put forward counts once the ward has said yes. */
export function countLooks(steps: readonly Step[], stateOf: (id: string) => HouseholdState | undefined): Counts {
  const counts: Counts = { total: 0, untouched: 0, covered: 0, revisit: 0, refused: 0, vacant: 0 }
  for (const step of steps) {
    if (!step.door.active) continue
    counts.total += 1
    counts[lookOf(stateOf(step.door.id))] += 1
  }
  return counts
}

/** A head's name that fits a card: the given name, last, is what people are called by. */
export function shortName(name: string, room = 13): string {
  if (name.length <= room) return name
  const words = name.split(' ')
  const family = words[0] ?? ''
  const initial = family.startsWith('Ng') ? 'Ng.' : `${family.slice(0, 1)}.`
  const shorter = [initial, ...words.slice(1)].join(' ')
  if (shorter.length <= room || words.length < 3) return shorter
  return [initial, ...words.slice(1, -1).map((word) => `${word.slice(0, 1)}.`), words.at(-1)].join(' ')
}
