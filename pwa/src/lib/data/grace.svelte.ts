import type { PeopleKind, PeoplePayload } from '../api/types.ts'
import type { Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import type { Knock } from './knocks.svelte.ts'
import { UNDO_MS } from './parcels.ts'
import { recall, remember } from './session.ts'

/** What the release before kept beside the outbox for its ten seconds. */
interface Act {
  op_id: string
  account_id: string
  kind: PeopleKind
  payload: PeoplePayload
  door: string
}

interface Parts {
  db: Database
  account_id: () => string | null
  /** Writes the act into the outbox, where it rests for ten seconds. */
  begin: (kind: PeopleKind, payload: PeoplePayload, door: string, knock: Knock) => Promise<OutboxOp>
  /** Takes it back. */
  undo: (op: OutboxOp) => Promise<unknown>
  /** Writes an act into the outbox, under its id. */
  tell: (kind: PeopleKind, payload: PeoplePayload, door: string, op_id: string) => Promise<unknown>
}

const graceKey = (account_id: string): string => `turf:${account_id}:grace`

/**
 * Ten seconds in which an act about a person can be taken back without a trace. A withdrawal erases,
 * and no later operation brings back what a server erased: so the act rests in the outbox until its
 * time is up, boxed and sealed like any other. Whatever becomes of the app or of the vault meanwhile,
 * it is delivered after that, unless it was taken back.
 */
export class Grace {
  /** The act that can still be taken back. */
  offer = $state.raw<{ act: OutboxOp; until: Millis } | null>(null)
  readonly #parts: Parts
  #timer: ReturnType<typeof setTimeout> | undefined
  /** The act that is being written, or could not be. */
  #trying: { said: string; knock: Knock } | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when the act is on the disk. The one before can no longer be taken back. */
  async begin(kind: PeopleKind, payload: PeoplePayload, door: string): Promise<void> {
    // Of a disk that fell silent nobody knows whether it wrote: the same act keeps its id.
    const said = JSON.stringify([kind, payload, door])
    if (this.#trying?.said !== said) this.#trying = { said, knock: {} }
    const act = await this.#parts.begin(kind, payload, door, this.#trying.knock)
    this.#trying = null
    this.dismiss()
    this.offer = { act, until: act.made_at + UNDO_MS }
    this.#timer = setTimeout(() => this.dismiss(), UNDO_MS)
  }

  /** As if it had never been. Throws when it has left the phone; it stays on offer when the disk fails. */
  async undo(): Promise<void> {
    const offer = this.offer
    if (!offer) return
    await this.#parts.undo(offer.act)
    if (this.offer === offer) this.dismiss()
  }

  /** It is no longer offered to take it back. */
  dismiss(): void {
    clearTimeout(this.#timer)
    this.offer = null
  }

  /** What an earlier release left behind counts. Under its id it is written once, whoever is killed. */
  async look(): Promise<void> {
    const { db, account_id, tell } = this.#parts
    const account = account_id()
    if (!account) return
    const act = await recall<Act | null>(db, graceKey(account))
    if (!act || account_id() !== act.account_id) return
    await tell(act.kind, act.payload, act.door, act.op_id)
    await remember(db, graceKey(account), null)
  }
}
