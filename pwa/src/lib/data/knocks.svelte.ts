import type { HouseholdEdit, Payload, VisitRecord, Why } from '../api/types.ts'
import { newId } from '../domain/id.ts'
import type { Clock, Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import { append } from './outbox.ts'

/** How long a knock can be taken back by one tap. */
export const UNDO_MS = 10_000

/** One knock at a door, from the first try to save it to the one that succeeds. */
export interface Knock {
  op_id?: string
}

export interface Undoable {
  op: OutboxOp
  until: Millis
}

/** Records knocks on this phone. Saved means: on the disk, whatever the network does. */
export class Knocks {
  /** The last knock, while its ten seconds run. */
  undoable = $state.raw<Undoable | null>(null)

  readonly #parts: { db: Database; clock: Clock; account_id: () => string | null }
  readonly #saved: (op: OutboxOp) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `saved` hears of each operation once it is on the disk. */
  constructor(parts: { db: Database; clock: Clock; account_id: () => string | null }, saved: (op: OutboxOp) => void) {
    this.#parts = parts
    this.#saved = saved
  }

  /**
   * `door` is how the door is called in the list; the draft of this door, if any, is used up. Whoever
   * tries again hands over the same `knock`: of a disk that fell silent nobody knows whether it wrote,
   * and under one id nothing is written twice. What was changed between two tries is a correction then.
   */
  async record(visit: VisitRecord, door: string, knock: Knock = {}): Promise<OutboxOp> {
    knock.op_id ??= newId(this.#parts.clock)
    const op = await this.#append('visit.record', visit, door, visit.household_id, knock.op_id)
    if (JSON.stringify(op.payload) !== JSON.stringify(visit)) await this.correct(op.op_id, 'mistap', visit, door)
    delete knock.op_id
    this.#offerUndo(op)
    return op
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

  /** `words` is how the list of records calls it. */
  openShift(shift_id: string, people: number, words: string): Promise<OutboxOp> {
    return this.#append('shift.open', { shift_id, people }, words)
  }

  closeShift(shift_id: string, words: string): Promise<OutboxOp> {
    return this.#append('shift.close', { shift_id }, words)
  }

  /** Appends the withdrawal of the knock on offer. Nothing is erased: both stand in the book. */
  async undo(): Promise<OutboxOp | null> {
    const offer = this.undoable
    this.#clear()
    if (!offer || this.#parts.clock.now() > offer.until) return null
    try {
      await this.withdraw(offer.op.op_id, offer.op.door)
    } catch (error) {
      // Not taken back: it may still be asked for.
      if (!this.undoable) this.#offerUndo(offer.op, offer.until)
      throw error
    }
    return offer.op
  }

  dismiss(): void {
    this.#clear()
  }

  async #append(kind: OutboxOp['kind'], payload: Payload, door: string, draftOf?: string, op_id = newId(this.#parts.clock)): Promise<OutboxOp> {
    const { db, clock, account_id } = this.#parts
    const account = account_id()
    if (!account) throw new Error('nobody is signed in')
    // Screens hand over what they hold, which may be a live proxy: the disk takes plain values only.
    const op = await append(db, { op_id, account_id: account, made_at: clock.now(), kind, payload: $state.snapshot(payload) as Payload, door }, draftOf)
    this.#saved(op)
    return op
  }

  #offerUndo(op: OutboxOp, until = this.#parts.clock.now() + UNDO_MS): void {
    this.#clear()
    this.undoable = { op, until }
    this.#timer = setTimeout(() => this.#clear(), until - this.#parts.clock.now())
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.undoable = null
  }
}
