import type { HelpLog, OfficerKind, OfficerPayload } from '../api/types.ts'
import { newId } from '../domain/id.ts'
import type { Clock, Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import { AlreadySent } from './knocks.svelte.ts'
import { appendAll, Left, unrest, type NewOp } from './outbox.ts'
import { UNDO_MS } from './parcels.ts'

/** What an officer does with one tap; `words` is how the list of records calls it. */
export interface Act {
  kind: OfficerKind
  payload: OfficerPayload
  words: string
}

/** An operation as it will be written. */
export type Drafted = NewOp & { kind: OfficerKind; payload: OfficerPayload }

/** All that one undo takes back. */
export interface Offer {
  ops: readonly Drafted[]
  until: Millis
}

interface Parts {
  db: Database
  clock: Clock
  account_id: () => string | null
  /** Operations are on the disk, and may rest so long before they are sent. */
  saved: (ops: readonly OutboxOp[], rest: Millis) => void
  /** Operations were taken back before they left. */
  unsaid: (ids: readonly string[]) => void
}

/** Taps that one write takes to the disk: a thumb is never that far ahead of it for long. */
const BATCH = 25

/**
 * What officers do, tap by tap. A tap counts at once, and is written in its turn: ten a second wait for
 * no disk and none is lost. For ten seconds each can be stepped back, the newest first; until then
 * nothing of it leaves the phone.
 */
export class Acts {
  /** What can still be taken back, oldest first. */
  offers = $state.raw<readonly Offer[]>([])
  /** Tapped and not on the disk yet. */
  queued = $state.raw<readonly Drafted[]>([])
  /** Why the disk took nothing; what was tapped waits. */
  error = $state.raw<unknown>(null)

  readonly #parts: Parts
  #writing: Promise<void> | null = null
  #flying: ReadonlySet<string> = new Set()
  /** One step back after the other. */
  #stepping: Promise<unknown> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Done by one tap, taken back by one: all of it is on the disk or nothing. */
  act(acts: readonly Act[]): Offer {
    const { clock } = this.#parts
    const now = clock.now()
    const offer: Offer = { ops: acts.map((act) => this.#draft(act, now)), until: now + UNDO_MS }
    this.queued = [...this.queued, ...offer.ops]
    this.offers = [...this.offers, offer]
    this.#forgetLater()
    this.write()
    return offer
  }

  /** Writes what waits; also after the disk has failed. */
  write(): void {
    this.#writing ??= this.#pump().finally(() => {
      this.#writing = null
      // One may have come between the last look and this line.
      if (this.queued.length > 0 && this.error === null) this.write()
    })
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  /**
   * One step back. What has left the phone meanwhile is taken back in the book where that is possible;
   * throws [AlreadySent] where it is not.
   */
  undo(): Promise<Offer | null> {
    const offer = this.offers.at(-1)
    if (!offer) return Promise.resolve(null)
    this.offers = this.offers.slice(0, -1)
    const step = this.#stepping.then(() => this.#takeBack(offer)).catch((error: unknown) => {
      // Not taken back: it may still be asked for.
      if (!(error instanceof AlreadySent)) this.offers = [...this.offers, offer].sort((a, b) => a.until - b.until)
      throw error
    })
    this.#stepping = step.catch(() => undefined)
    return step.then(() => offer)
  }

  /** Nothing is offered to be taken back any more: somebody else holds the phone. */
  dismiss(): void {
    clearTimeout(this.#timer)
    this.offers = []
  }

  /**
   * The same count with more said of it, in its place: what rests is replaced on the disk in one breath,
   * what has left is taken back in the book and written anew.
   */
  async amend(op_id: string, made_at: Millis, act: Act): Promise<void> {
    const { db, clock, saved, unsaid } = this.#parts
    await this.settled()
    const now = clock.now()
    const fresh: Drafted = { ...this.#draft(act, now), made_at }
    const waits = this.queued.some((op) => op.op_id === op_id)
    if (waits) this.queued = this.queued.map((op) => (op.op_id === op_id ? fresh : op))
    else {
      try {
        const written = await appendAll(db, [fresh], undefined, { op_id, now })
        unsaid([op_id])
        saved(written, UNDO_MS)
      } catch (error) {
        if (!(error instanceof Left)) throw error
        const { due: _, ...bare } = fresh
        const { due: __, ...back } = this.#draft({ kind: 'help.take_back', payload: { help_id: op_id }, words: act.words }, now)
        saved(await appendAll(db, [back, bare]), 0)
        this.offers = this.offers.filter(({ ops }) => ops.every((op) => op.op_id !== op_id))
        return
      }
    }
    this.offers = [...this.offers.filter(({ ops }) => ops.every((op) => op.op_id !== op_id)), { ops: [fresh], until: now + UNDO_MS }]
    this.#forgetLater()
    if (waits) this.write()
  }

  #draft({ kind, payload, words }: Act, now: Millis): Drafted {
    const account_id = this.#parts.account_id()
    if (!account_id) throw new Error('nobody is signed in')
    // Screens hand over what they hold, which may be a live proxy: the disk takes plain values only.
    const plain = $state.snapshot(payload) as OfficerPayload
    return { op_id: newId(this.#parts.clock), account_id, made_at: now, kind, payload: plain, door: words, due: now + UNDO_MS }
  }

  async #pump(): Promise<void> {
    const { db, saved } = this.#parts
    while (this.queued.length > 0) {
      const batch = this.#next()
      this.#flying = new Set(batch.map(({ op_id }) => op_id))
      try {
        const written = await appendAll(db, batch)
        this.error = null
        // In the same breath: no number moves twice.
        saved(written, UNDO_MS)
        this.queued = this.queued.filter((op) => !this.#flying.has(op.op_id))
      } catch (error) {
        this.error = error
        return
      } finally {
        this.#flying = new Set()
      }
    }
  }

  /** The next few of one account; what belongs to one tap is not torn apart. */
  #next(): readonly Drafted[] {
    const [first] = this.queued
    const mine = this.queued.filter((op) => op.account_id === first?.account_id)
    const last = mine[BATCH - 1]
    return last ? mine.filter((op, at) => at < BATCH || op.made_at === last.made_at) : mine
  }

  async #takeBack(offer: Offer): Promise<void> {
    const { db, clock, saved, unsaid } = this.#parts
    const ids = new Set(offer.ops.map(({ op_id }) => op_id))
    while (this.queued.some((op) => ids.has(op.op_id) && this.#flying.has(op.op_id))) await this.settled()
    if (this.queued.some((op) => ids.has(op.op_id))) {
      this.queued = this.queued.filter((op) => !ids.has(op.op_id))
      return
    }
    if (await unrest(db, [...ids], clock.now())) return unsaid([...ids])
    if (!offer.ops.every((op) => op.kind === 'help.log')) throw new AlreadySent()
    const now = clock.now()
    const back = offer.ops.map(({ op_id, door }) => this.#draft({ kind: 'help.take_back', payload: { help_id: op_id }, words: door }, now))
    saved(await appendAll(db, back.map(({ due: _, ...op }) => op)), 0)
  }

  /** Each offer ends with its own ten seconds. */
  #forgetLater(): void {
    clearTimeout(this.#timer)
    const [oldest] = this.offers
    if (!oldest) return
    const { clock } = this.#parts
    this.#timer = setTimeout(() => {
      const now = clock.now()
      this.offers = this.offers.filter(({ until }) => until > now)
      this.#forgetLater()
    }, Math.max(0, oldest.until - clock.now()) + 20)
  }
}

export const isCount = (op: { kind: string }): op is { kind: 'help.log'; payload: HelpLog } => op.kind === 'help.log'
