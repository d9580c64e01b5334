import type { HouseholdEdit, HouseholdPropose, Payload, PeopleKind, PeoplePayload, QualityExplain, VisitRecord, Why } from '../api/types.ts'
import { newId } from '../domain/id.ts'
import type { Near } from '../domain/near.ts'
import type { Clock, Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import { append, appendAll, takeBack, unrest, type NewOp } from './outbox.ts'
import { UNDO_MS } from './parcels.ts'

export { UNDO_MS }

/** One knock at a door, from the first try to save it to the one that succeeds. */
export interface Knock {
  op_id?: string
  /** Where the phone stood at the first try; a later one may be made from anywhere. */
  near?: Near
}

export interface Undoable {
  /** The last one. */
  op: OutboxOp
  /** All that one tap takes back, oldest first. */
  ops: readonly OutboxOp[]
  until: Millis
}

/** A visit, and how its door is called in the list. */
export interface Named {
  record: VisitRecord
  door: string
}

/** A house or room to be put forward, and how it is called in the list. */
export interface Proposal {
  place: Omit<HouseholdPropose, 'household_id'>
  door: string
}

/** It has left the phone: nothing on the phone can take it back. */
export class AlreadySent extends Error {}

/** Records knocks on this phone. Saved means: on the disk, whatever the network does. */
export class Knocks {
  /** The last knock, while its ten seconds run. */
  undoable = $state.raw<Undoable | null>(null)

  readonly #parts: { db: Database; clock: Clock; account_id: () => string | null }
  readonly #saved: (ops: readonly OutboxOp[], rest: Millis) => void
  readonly #gone: (ids: readonly string[]) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * `saved` hears of operations once they are on the disk, and how long they may rest before they are
   * sent; `gone` of those that were taken back before that.
   */
  constructor(
    parts: { db: Database; clock: Clock; account_id: () => string | null },
    saved: (ops: readonly OutboxOp[], rest: Millis) => void,
    gone: (ids: readonly string[]) => void = () => undefined,
  ) {
    this.#parts = parts
    this.#saved = saved
    this.#gone = gone
  }

  /**
   * `door` is how the door is called in the list; the draft of this door, if any, is used up. Whoever
   * tries again hands over the same `knock`: of a disk that fell silent nobody knows whether it wrote,
   * and under one id nothing is written twice. What was changed between two tries is a correction then.
   */
  async record(visit: VisitRecord, door: string, knock: Knock = {}): Promise<OutboxOp> {
    const { near, ...said } = visit
    if (knock.op_id === undefined && near) knock.near = near
    knock.op_id ??= newId(this.#parts.clock)
    const record: VisitRecord = { ...said, ...(knock.near ? { near: knock.near } : {}) }
    const op = await this.#append('visit.record', record, door, visit.household_id, knock.op_id)
    if (JSON.stringify(op.payload) !== JSON.stringify(record)) await this.correct(op.op_id, 'mistap', record, door)
    delete knock.op_id
    delete knock.near
    this.#offerUndo([op])
    return op
  }

  /** A row of doors with one end each: one operation a door, all on the disk or none, and one undo. */
  async recordAll(visits: readonly Named[]): Promise<OutboxOp[]> {
    if (visits.length === 0) return []
    const ops = await this.#appendAll(visits.map(({ record, door }) => ({ kind: 'visit.record', payload: record, door })))
    this.#offerUndo(ops)
    return ops
  }

  /**
   * Houses or rooms that the book lacks. They rest on the phone while one tap can take them back: the
   * book has no way to unsay them, only the ward's no.
   */
  async propose(proposals: readonly Proposal[]): Promise<OutboxOp[]> {
    if (proposals.length === 0) return []
    const ops = await this.#appendAll(
      proposals.map(({ place, door }) => ({ kind: 'household.propose', payload: { household_id: newId(this.#parts.clock), ...place }, door })),
      UNDO_MS,
    )
    this.#offerUndo(ops)
    return ops
  }

  /** This door is the household of another one: the visit that found it out, and which, when that is known. */
  async double(household_id: string, of: string | null, door: string): Promise<OutboxOp[]> {
    const record: VisitRecord = { household_id, outcome: 'DUPLICATE' }
    const pair = of === null ? [] : [{ kind: 'household.same_as' as const, payload: { household_id, of }, door }]
    const ops = await this.#appendAll([{ kind: 'visit.record', payload: record, door }, ...pair], of === null ? 0 : UNDO_MS)
    this.#offerUndo(ops)
    return ops
  }

  /** A new version of an own visit, whole; `visit_id` is any version's. */
  correct(visit_id: string, why: Why, record: VisitRecord, door: string): Promise<OutboxOp> {
    return this.#append('visit.correct', { visit_id, why, record }, door)
  }

  /** Takes back an own visit, whichever version `visit_id` names. */
  withdraw(visit_id: string, door: string): Promise<OutboxOp> {
    return this.#append('visit.withdraw', { visit_id }, door)
  }

  /** New details of a household; `was` is what the phone showed in their places. */
  edit(household_id: string, set: HouseholdEdit['set'], was: HouseholdEdit['was'], door: string): Promise<OutboxOp> {
    return this.#append('household.edit', { household_id, set, was }, door)
  }

  /**
   * What somebody agreed to, asked for or was handed on to, or what lies behind a remark on the own
   * records, for which `door` is how the list calls it; whoever tries again hands over the same id.
   */
  tell(kind: PeopleKind | 'quality.explain', payload: PeoplePayload | QualityExplain, door: string, op_id?: string): Promise<OutboxOp> {
    return this.#append(kind, payload, door, undefined, op_id)
  }

  /** The same, resting on the phone while one tap can take it back; `knock` as with [record]. */
  async tellSoon(kind: PeopleKind, payload: PeoplePayload, door: string, knock: Knock = {}): Promise<OutboxOp> {
    knock.op_id ??= newId(this.#parts.clock)
    const op = this.#new({ kind, payload, door }, knock.op_id)
    const written = await append(this.#parts.db, { ...op, due: op.made_at + UNDO_MS })
    this.#saved([written], UNDO_MS)
    return written
  }

  /** Takes that back; throws [AlreadySent] when it has left the phone. */
  async untell(op: OutboxOp): Promise<void> {
    if (!(await unrest(this.#parts.db, [op.op_id], this.#parts.clock.now()))) throw new AlreadySent()
    this.#gone([op.op_id])
  }

  /** `words` is how the list of records calls it. */
  openShift(shift_id: string, people: number, words: string): Promise<OutboxOp> {
    return this.#append('shift.open', { shift_id, people }, words)
  }

  closeShift(shift_id: string, words: string): Promise<OutboxOp> {
    return this.#append('shift.close', { shift_id }, words)
  }

  /**
   * Takes back what is on offer. Of visits nothing is erased: the withdrawals stand in the book beside
   * them. What was put forward is taken from the phone before it has left; throws [AlreadySent] after.
   */
  async undo(): Promise<OutboxOp | null> {
    const offer = this.undoable
    this.#clear()
    if (!offer || this.#parts.clock.now() > offer.until) return null
    try {
      const visits = offer.ops.filter((op) => op.kind === 'visit.record')
      const ids = offer.ops.filter((op) => op.kind !== 'visit.record').map((op) => op.op_id)
      if (ids.length > 0) {
        if (await takeBack(this.#parts.db, offer.op.account_id, ids)) this.#gone(ids)
        else if (visits.length === 0) throw new AlreadySent()
      }
      if (visits.length > 0) await this.#appendAll(visits.map((op) => ({ kind: 'visit.withdraw', payload: { visit_id: op.op_id }, door: op.door })))
    } catch (error) {
      // Not taken back: it may still be asked for.
      if (!this.undoable) this.#offerUndo(offer.ops, offer.until)
      throw error
    }
    return offer.op
  }

  dismiss(): void {
    this.#clear()
  }

  async #append(kind: OutboxOp['kind'], payload: Payload, door: string, draftOf?: string, op_id = newId(this.#parts.clock)): Promise<OutboxOp> {
    const op = await append(this.#parts.db, this.#new({ kind, payload, door }, op_id), draftOf)
    this.#saved([op], 0)
    return op
  }

  async #appendAll(all: ReadonlyArray<Pick<NewOp, 'kind' | 'payload' | 'door'>>, rest: Millis = 0): Promise<OutboxOp[]> {
    const ops = await appendAll(this.#parts.db, all.map((op) => this.#new(op)))
    this.#saved(ops, rest)
    return ops
  }

  #new({ kind, payload, door }: Pick<NewOp, 'kind' | 'payload' | 'door'>, op_id = newId(this.#parts.clock)): NewOp {
    const { clock, account_id } = this.#parts
    const account = account_id()
    if (!account) throw new Error('nobody is signed in')
    // Screens hand over what they hold, which may be a live proxy: the disk takes plain values only.
    return { op_id, account_id: account, made_at: clock.now(), kind, payload: $state.snapshot(payload) as Payload, door }
  }

  #offerUndo(ops: readonly OutboxOp[], until = this.#parts.clock.now() + UNDO_MS): void {
    this.#clear()
    this.undoable = { op: ops.at(-1)!, ops, until }
    this.#timer = setTimeout(() => this.#clear(), until - this.#parts.clock.now())
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.undoable = null
  }
}
