import type { VisitRecord } from '../api/types.ts'
import { newId } from '../domain/id.ts'
import type { Clock, Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import { append } from './outbox.ts'

/** How long a knock can be taken back by one tap. */
export const UNDO_MS = 10_000

export interface Undoable {
  op: OutboxOp
  until: Millis
}

/** Records knocks on this phone. Saved means: on the disk, whatever the network does. */
export class Knocks {
  /** The last knock, while its ten seconds run. */
  undoable = $state.raw<Undoable | null>(null)

  readonly #parts: { db: Database; clock: Clock; account_id: () => string | null }
  readonly #saved: () => Promise<void>
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: { db: Database; clock: Clock; account_id: () => string | null }, saved: () => Promise<void>) {
    this.#parts = parts
    this.#saved = saved
  }

  /** `door` is how the door is called in the list; the draft of this door, if any, is used up. */
  async record(visit: VisitRecord, door: string): Promise<OutboxOp> {
    const op = await this.#append('visit.record', visit, door, visit.household_id)
    this.#offerUndo(op)
    return op
  }

  /** Appends the withdrawal of the knock on offer. Nothing is erased: both stand in the book. */
  async undo(): Promise<OutboxOp | null> {
    const offer = this.undoable
    this.#clear()
    if (!offer || this.#parts.clock.now() > offer.until) return null
    await this.#append('visit.withdraw', { visit_id: offer.op.op_id }, offer.op.door)
    return offer.op
  }

  dismiss(): void {
    this.#clear()
  }

  async #append(kind: OutboxOp['kind'], payload: OutboxOp['payload'], door: string, draftOf?: string): Promise<OutboxOp> {
    const { db, clock, account_id } = this.#parts
    const account = account_id()
    if (!account) throw new Error('nobody is signed in')
    const op = await append(db, { op_id: newId(clock), account_id: account, made_at: clock.now(), kind, payload, door }, draftOf)
    await this.#saved()
    return op
  }

  #offerUndo(op: OutboxOp): void {
    this.#clear()
    this.undoable = { op, until: this.#parts.clock.now() + UNDO_MS }
    this.#timer = setTimeout(() => this.#clear(), UNDO_MS)
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.undoable = null
  }
}
