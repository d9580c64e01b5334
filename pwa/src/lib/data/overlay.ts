import { stands, type Alley, type Door, type DoorVisit, type HouseholdEdit, type HouseholdPropose, type PersonCoached, type VisitCorrect, type VisitRecord, type Withdraw } from '../api/types.ts'
import { EDIT_FIELDS, identity } from '../domain/edit.ts'
import { deriveState, type HouseholdState } from '../domain/household.ts'
import type { Millis } from '../domain/time.ts'
import type { OutboxOp } from './db.ts'
import { unanswered } from './outbox.ts'

/** Values the ward has to decide on: the book has others, and who and where it does not overwrite. */
export type Asked = Partial<Record<'house_no' | 'head', string>>

/** `of ?? id` names a visit for good, whichever version of it is the newest. */
export type VisitShown = DoorVisit

/** A door as the screen shows it: what the book said last, with this phone's own work over it. */
export interface DoorView {
  /** With pending changes of its details laid over what the book says. */
  door: Door
  alley: Alley
  visits: VisitShown[]
  state: HouseholdState
  /** Visits of this door that are not in the book yet, or not yet as they stand here. */
  unsent: number
  asked: Asked
  /** This phone's own changes of its details, oldest first. */
  edits: readonly OutboxOp[]
  /** What it said of the people and the needs here that the book does not say yet, oldest first: see people.ts. */
  told: readonly OutboxOp[]
  /** Who was coached in visits that the book does not have as they stand here. */
  taught: readonly Taught[]
}

/** One visit's people. */
export interface Taught {
  at: Millis
  people: readonly PersonCoached[]
}

/** A visit, and the door it stands at. */
interface Place {
  door: string
  visit: DoorVisit
}

/** A visit as it stands, and who was coached in it where that is this phone's own word. */
interface Standing extends Place {
  unsent: boolean
  people?: VisitRecord['people']
}

const bySeq = (a: OutboxOp, b: OutboxOp): number => a.device_seq - b.device_seq
const NONE: readonly never[] = []

/**
 * Base and pending. An operation counts over the base until the base itself contains it, that is
 * while it has no receipt or one newer than the pulled book; a visit in both is one, by its root (the
 * id of its first version). What was rejected, and what the ward still has to decide, counts nowhere.
 * Only the doors that a change speaks of are laid again: a knock costs the same in a large turf as in
 * a small one, and after five thousand knocks as after the first.
 */
export class Overlay {
  readonly doors: Map<string, DoorView>
  #seq = 0
  /** As the book said last. */
  readonly #alleys = new Map<string, Alley>()
  readonly #base = new Map<string, { door: Door; alley: Alley }>()
  /** The book's visits, by root. */
  readonly #places = new Map<string, Place>()
  /** The root of each version that bears another id. */
  readonly #roots = new Map<string, string>()
  /** Own operations, and the visit each was filed under. */
  readonly #ops = new Map<string, { op: OutboxOp; root: string }>()
  /** Own operations on one visit, by root, and on the details of one door; oldest first. */
  readonly #chains = new Map<string, OutboxOp[]>()
  readonly #edits = new Map<string, OutboxOp[]>()
  /** Own operations about the people and needs of one door; oldest first. */
  readonly #told = new Map<string, OutboxOp[]>()
  /** Roots of visits that own operations put at a door. */
  readonly #rootsAt = new Map<string, Set<string>>()
  /** Booked operations that the pulled book does not reach yet. */
  readonly #ahead = new Set<string>()
  /** Doors that this phone has put forward, by household. */
  readonly #proposals = new Map<string, OutboxOp>()
  #proposed: ReadonlyMap<string, readonly Door[]> = new Map()

  /** `doors` is where the views are kept: a map that can be watched tells of each change. */
  constructor(doors: Map<string, DoorView> = new Map()) {
    this.doors = doors
  }

  /** All alleys and operations anew. */
  reset(alleys: readonly Alley[], ops: readonly OutboxOp[], seq: number): void {
    const before = new Set(this.#base.keys())
    for (const held of [this.#alleys, this.#base, this.#places, this.#roots, this.#ops, this.#chains, this.#edits, this.#told, this.#rootsAt, this.#ahead, this.#proposals]) held.clear()
    this.#seq = seq
    for (const alley of alleys) this.#hold(alley)
    for (const op of [...ops].sort(bySeq)) this.#file(op)
    this.#layAgain(new Set([...before, ...this.#base.keys(), ...this.doors.keys(), ...this.#proposals.keys()]))
    this.#gatherProposed()
  }

  /** The book moved on: alleys that changed, all that there are, and the number it reaches. */
  book(changed: readonly Alley[], ids: Iterable<string>, seq: number): void {
    const touched = new Set<string>()
    const there = new Set(ids)
    const stale = new Set(changed.map((alley) => alley.id))
    for (const id of this.#alleys.keys()) if (!there.has(id)) stale.add(id)
    for (const id of stale) this.#letGo(id, touched)
    for (const alley of changed) if (there.has(alley.id)) this.#hold(alley, touched)
    // Put forward here or there: the way may have come, gone or been sorted anew.
    for (const [household, op] of this.#proposals) if (stale.has((op.payload as HouseholdPropose).alley_id)) touched.add(household)
    this.#reach(seq, touched)
    this.#layAgain(touched)
  }

  /** Operations that were written or have changed. */
  take(ops: readonly OutboxOp[]): void {
    const touched = new Set<string>()
    for (const op of [...ops].sort(bySeq)) {
      this.#unfile(op.op_id, touched)
      this.#file(op, touched)
    }
    this.#layAgain(touched)
  }

  /** Operations that have left the outbox. */
  drop(ids: Iterable<string>): void {
    const touched = new Set<string>()
    for (const id of ids) this.#unfile(id, touched)
    this.#layAgain(touched)
  }

  #reach(seq: number, touched: Set<string>): void {
    const back = seq < this.#seq
    this.#seq = seq
    for (const id of back ? [...this.#ops.keys()] : [...this.#ahead]) {
      const { op } = this.#ops.get(id)!
      if (this.#isAhead(op) === this.#ahead.has(id)) continue
      if (this.#isAhead(op)) this.#ahead.add(id)
      else this.#ahead.delete(id)
      this.#speaksOf(op, touched)
    }
  }

  #isAhead(op: OutboxOp): boolean {
    return op.state === 'booked' && (op.seq ?? 0) > this.#seq
  }

  #pending(op: OutboxOp): boolean {
    return unanswered(op) || this.#isAhead(op)
  }

  #hold(alley: Alley, touched?: Set<string>): void {
    this.#alleys.set(alley.id, alley)
    for (const door of alley.doors) {
      if (!stands(door)) continue
      this.#base.set(door.id, { door, alley })
      touched?.add(door.id)
      for (const visit of door.visits) {
        const root = visit.of ?? visit.id
        if (visit.of) this.#name(visit.id, visit.of)
        // Between two pages a visit may stand at two doors: where its newest version is.
        const other = this.#places.get(root)
        if (!other || (other.visit.versions ?? 1) <= (visit.versions ?? 1)) this.#places.set(root, { door: door.id, visit })
        if (touched) this.#doorsOf(root, touched)
      }
    }
  }

  #letGo(id: string, touched: Set<string>): void {
    for (const door of this.#alleys.get(id)?.doors ?? NONE) {
      // It may stand in another alley by now.
      if (this.#base.get(door.id)?.alley.id !== id) continue
      this.#base.delete(door.id)
      touched.add(door.id)
      for (const visit of door.visits) {
        const root = visit.of ?? visit.id
        if (this.#places.get(root)?.door !== door.id) continue
        this.#places.delete(root)
        this.#doorsOf(root, touched)
      }
    }
    this.#alleys.delete(id)
  }

  /** An id turns out to be a version's: what was filed under it belongs to the visit. */
  #name(id: string, root: string): void {
    if (this.#roots.get(id) === root) return
    this.#roots.set(id, root)
    for (const op of [...(this.#chains.get(id) ?? NONE)]) {
      this.#unfile(op.op_id)
      this.#file(op)
    }
  }

  /** The visit an operation speaks of. */
  #rootOf(op: OutboxOp): string {
    if (op.kind === 'visit.record') return op.op_id
    const { visit_id } = op.payload as Withdraw | VisitCorrect
    return this.#roots.get(visit_id) ?? visit_id
  }

  #file(op: OutboxOp, touched?: Set<string>): void {
    // A shift speaks of no door, nor does a word about the own records, nor an officer's.
    if (/^(?:shift|quality|help|mobile|eid)\.|^referral\.(?:accept|return|done)$/.test(op.kind)) return
    const door = doorOf(op)
    const root = door === null ? this.#rootOf(op) : ''
    this.#ops.set(op.op_id, { op, root })
    if (this.#isAhead(op)) this.#ahead.add(op.op_id)
    if (op.kind === 'household.propose') this.#proposals.set(door ?? '', op)
    else if (door !== null) insert(this.#listOf(op), door, op)
    else {
      if (op.kind === 'visit.correct') this.#roots.set(op.op_id, root)
      insert(this.#chains, root, op)
      const door = recordOf(op)?.household_id
      if (door !== undefined) {
        const roots = this.#rootsAt.get(door)
        if (roots) roots.add(root)
        else this.#rootsAt.set(door, new Set([root]))
      }
    }
    if (touched) this.#speaksOf(op, touched)
  }

  #unfile(id: string, touched?: Set<string>): void {
    const filed = this.#ops.get(id)
    if (!filed) return
    const { op, root } = filed
    if (touched) this.#speaksOf(op, touched)
    this.#ops.delete(id)
    this.#ahead.delete(id)
    // The roots stay known: an id never names another visit.
    const door = doorOf(op)
    if (op.kind === 'household.propose') this.#proposals.delete(door ?? '')
    else if (door !== null) remove(this.#listOf(op), door, id)
    else remove(this.#chains, root, id)
  }

  #listOf(op: OutboxOp): Map<string, OutboxOp[]> {
    return op.kind === 'household.edit' ? this.#edits : this.#told
  }

  #speaksOf(op: OutboxOp, touched: Set<string>): void {
    const door = doorOf(op)
    if (door !== null) touched.add(door)
    else this.#doorsOf(this.#ops.get(op.op_id)?.root ?? this.#rootOf(op), touched)
  }

  /** Every door that a visit stands at, or stood at before a correction. */
  #doorsOf(root: string, touched: Set<string>): void {
    const place = this.#places.get(root)
    if (place) touched.add(place.door)
    for (const op of this.#chains.get(root) ?? NONE) {
      const door = recordOf(op)?.household_id
      if (door !== undefined) touched.add(door)
    }
  }

  /** Doors put forward on this phone that the pulled book lacks, by alley; another map when they changed. */
  get proposed(): ReadonlyMap<string, readonly Door[]> {
    return this.#proposed
  }

  /** The door that a proposal speaks of, as long as it stands; null for one refused or in the book. */
  #proposedDoor(op: OutboxOp): { door: Door; alley: Alley } | null {
    const payload = op.payload as HouseholdPropose
    const alley = this.#alleys.get(payload.alley_id)
    const open = this.#pending(op) || op.state === 'kept'
    return open && alley && !this.#base.has(payload.household_id) ? { door: doorProposed(payload, alley), alley } : null
  }

  #gatherProposed(): void {
    const gathered = new Map<string, Door[]>()
    for (const op of this.#proposals.values()) {
      const held = this.#proposedDoor(op)
      if (!held) continue
      const door = this.doors.get(held.door.id)?.door ?? held.door
      gathered.set(held.alley.id, [...(gathered.get(held.alley.id) ?? NONE), door])
    }
    this.#proposed = gathered
  }

  #layAgain(ids: ReadonlySet<string>): void {
    let anew = false
    for (const id of ids) {
      const proposal = this.#proposals.get(id)
      anew ||= proposal !== undefined || this.doors.get(id)?.door.proposed === true
      const held = this.#base.get(id) ?? (proposal && this.#proposedDoor(proposal))
      if (held) this.doors.set(id, this.#lay(held.door, held.alley))
      else this.doors.delete(id)
    }
    if (anew) this.#gatherProposed()
  }

  #lay(book: Door, alley: Alley): DoorView {
    const visits: VisitShown[] = []
    let unsent = 0
    const taught: Taught[] = []
    const seen = new Set<string>()
    const add = (root: string): void => {
      if (seen.has(root)) return
      seen.add(root)
      const stands = this.#stands(root)
      if (stands?.door !== book.id) return
      visits.push(stands.visit)
      if (stands.unsent) unsent += 1
      if (stands.people) taught.push({ at: stands.visit.at, people: stands.people })
    }
    for (const visit of book.visits) add(visit.of ?? visit.id)
    for (const root of this.#rootsAt.get(book.id) ?? NONE) add(root)
    visits.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    const told = (this.#told.get(book.id) ?? NONE).filter((op) => this.#pending(op))
    return { alley, visits, state: deriveState(visits), unsent, told, taught, ...this.#details(book) }
  }

  /** The visit as it stands with own work over it, and where; null when it was taken back. */
  #stands(root: string): Standing | null {
    const place = this.#places.get(root)
    const chain = this.#chains.get(root) ?? NONE
    let stands: Standing | null = place ? { ...place, unsent: false } : null
    // The version that the book shows, and all before it, are in the book, answered or not.
    const known = place ? chain.findLastIndex((op) => op.op_id === place.visit.id) : -1
    for (const [at, op] of chain.entries()) {
      if (!this.#pending(op)) continue
      if (op.kind === 'visit.withdraw') return null
      const record = recordOf(op)
      if (!record || at <= known || (op.op_id === root && place)) continue
      const before = stands?.visit
      const first = chain.find((each) => each.op_id === root) ?? op
      stands = {
        door: record.household_id,
        unsent: (stands?.unsent ?? false) || unanswered(op),
        people: record.people,
        visit: {
          id: op.op_id,
          // The hour of the knock, whenever it was corrected.
          at: before?.at ?? first.made_at,
          outcome: record.outcome,
          comeback: record.comeback ?? null,
          team: before?.team ?? null,
          mine: true,
          ...(op.op_id === root ? {} : { of: root, versions: (before?.versions ?? 1) + 1 }),
        },
      }
    }
    return stands
  }

  #details(book: Door): Pick<DoorView, 'door' | 'asked' | 'edits'> {
    const asked: Asked = {}
    const edits = [...(this.#edits.get(book.id) ?? NONE)]
    let door = book
    for (const op of edits) {
      if (op.state === 'rejected' || op.state === 'kept') continue
      const pending = this.#pending(op)
      const { set } = op.payload as HouseholdEdit
      for (const field of EDIT_FIELDS) {
        const value = set[field]
        if (value === undefined) continue
        const key = field === 'house_no' ? 'no' : field
        if (pending) door = { ...door, [key]: value }
        if (!identity(field)) continue
        // An empty place is filled without asking.
        const disputed = pending ? book[key] !== null && book[key] !== value : op.flags?.includes('to_inbox') && book[key] !== value
        if (disputed) asked[field as keyof Asked] = String(value)
        else if (pending || book[key] === value) delete asked[field as keyof Asked]
      }
    }
    return { door, asked, edits }
  }
}

/** One mark of a sort key of the book: `n00012ea00000`. */
const MARK_KEY = 13

/**
 * A door put forward, as it is shown until the book has it: a house at its place among its neighbours,
 * everything else behind them. The book's own key, which comes with the next pull, knows finer orders.
 */
export function doorProposed({ household_id, house_no, landmark, head }: HouseholdPropose, alley: Alley): Door {
  const [, n, suffix = ''] = /^(?:[^/ ]+\/)*(\d+)([^/ ]*)$/u.exec(house_no ?? '') ?? []
  const neighbour = alley.doors.find((door) => door.no !== null && /^\d+[A-Z]?$/.test(door.no))
  return {
    id: household_id,
    code: '',
    no: house_no ?? null,
    sort: n === undefined ? `x${landmark ?? house_no ?? ''}` : `h${neighbour?.sort.slice(1, -MARK_KEY) ?? ''}n${n.padStart(5, '0')}e${suffix ? 'b' : 'a'}${suffix}`,
    side: n === undefined ? null : Number(n) % 2 === 1 ? 'odd' : 'even',
    head: head ?? null,
    members: null,
    adults: null,
    landmark: landmark ?? null,
    active: false,
    proposed: true,
    visits: [],
  }
}

const recordOf = (op: OutboxOp): VisitRecord | undefined =>
  op.kind === 'visit.record' ? (op.payload as VisitRecord) : op.kind === 'visit.correct' ? (op.payload as VisitCorrect).record : undefined

/** The door that an operation speaks of itself; null when it speaks of a visit. */
const doorOf = (op: OutboxOp): string | null => (op.kind.startsWith('visit.') ? null : ((op.payload as { household_id?: string }).household_id ?? ''))

function insert(lists: Map<string, OutboxOp[]>, key: string, op: OutboxOp): void {
  const list = lists.get(key)
  if (!list) lists.set(key, [op])
  else {
    list.push(op)
    list.sort(bySeq)
  }
}

function remove(lists: Map<string, OutboxOp[]>, key: string, id: string): void {
  const left = (lists.get(key) ?? []).filter((op) => op.op_id !== id)
  if (left.length > 0) lists.set(key, left)
  else lists.delete(key)
}

/** All at once. */
export function lay(alleys: readonly Alley[], ops: readonly OutboxOp[], seq: number): Map<string, DoorView> {
  const overlay = new Overlay()
  overlay.reset(alleys, ops, seq)
  return overlay.doors
}
