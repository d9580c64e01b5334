import type { PeopleKind, PeoplePayload } from '../api/types.ts'
import { newId } from '../domain/id.ts'
import type { Clock, Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import { UNDO_MS } from './knocks.svelte.ts'
import { recall, remember } from './session.ts'

/** An act about a person: what a slip of the thumb must not send off. */
interface Act {
  op_id: string
  account_id: string
  made_at: Millis
  kind: PeopleKind
  payload: PeoplePayload
  door: string
}

interface Parts {
  db: Database
  clock: Clock
  account_id: () => string | null
  /** Writes the act into the outbox, under its id. */
  tell: (kind: PeopleKind, payload: PeoplePayload, door: string, op_id: string) => Promise<unknown>
  /** The screens show the act as if it were written. */
  show: (op: OutboxOp) => void
  /** They no longer do. */
  hide: (op_id: string) => void
}

/** Of the account, and locked up like all it has: whoever signs out settles first. */
const graceKey = (account_id: string): string => `turf:${account_id}:grace`

/**
 * Ten seconds in which an act about a person can be taken back without a trace. A withdrawal erases,
 * and no later operation brings back what a server erased: so the act lies on the disk beside the
 * outbox until its time is up, another act follows, or the app is opened again.
 */
export class Grace {
  /** The act that can still be taken back. */
  offer = $state.raw<{ act: Act; until: Millis } | null>(null)
  readonly #parts: Parts
  #timer: ReturnType<typeof setTimeout> | undefined
  /** One thing after the other reaches the disk. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when the act is on the disk. */
  async begin(kind: PeopleKind, payload: PeoplePayload, door: string): Promise<void> {
    await this.settle()
    // One that could not be written, or was locked up, must not be written over.
    await this.look()
    const { db, clock, account_id, show } = this.#parts
    const account = account_id()
    if (!account) throw new Error('nobody is signed in')
    // Screens hand over what they hold, which may be a live proxy: the disk takes plain values only.
    const act: Act = { op_id: newId(clock), account_id: account, made_at: clock.now(), kind, payload: $state.snapshot(payload) as PeoplePayload, door }
    await this.#inTurn(() => remember(db, graceKey(account), act))
    this.offer = { act, until: act.made_at + UNDO_MS }
    show({ ...act, device_seq: Number.MAX_SAFE_INTEGER, state: 'local' })
    this.#timer = setTimeout(() => void this.settle().catch(() => undefined), UNDO_MS)
  }

  /** As if it had never been. */
  async undo(): Promise<void> {
    const offer = this.offer
    if (!offer) return
    await this.#inTurn(() => remember(this.#parts.db, graceKey(offer.act.account_id), null))
    this.#clear()
    this.#parts.hide(offer.act.op_id)
  }

  /** Now it counts. Throws what the save throws; the act then lies where it lay. */
  async settle(): Promise<void> {
    const offer = this.offer
    if (!offer) return
    this.#clear()
    await this.#inTurn(() => this.#write(offer.act))
  }

  /** What an earlier sitting left behind counts. */
  async look(): Promise<void> {
    const { db, account_id } = this.#parts
    const account = account_id()
    if (!account || this.offer) return
    const act = await recall<Act | null>(db, graceKey(account))
    if (act && !this.offer) await this.#inTurn(() => this.#write(act))
  }

  async #write(act: Act): Promise<void> {
    const { db, account_id, tell } = this.#parts
    // Somebody else has signed in meanwhile: it waits for whoever meant it.
    if (account_id() !== act.account_id) return
    // Under one id it is written once, however often the app was killed in between.
    await tell(act.kind, act.payload, act.door, act.op_id)
    await remember(db, graceKey(act.account_id), null)
  }

  #inTurn(work: () => Promise<unknown>): Promise<unknown> {
    const mine = this.#queue.then(work)
    this.#queue = mine.catch(() => undefined)
    return mine
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.offer = null
  }
}
