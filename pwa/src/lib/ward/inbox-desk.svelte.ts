/** What waits for the ward to decide. Nothing leaves the screen before the server has said so. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import type { Millis } from './day.ts'
import { keyOfQuarantined, keyOfTwo, waitingIn } from './inbox.ts'
import { Rounds } from './rounds.ts'
import type { Inbox, Quarantined, TwoValues } from './wire.ts'

export const LOOK_MS = 60_000
const GAP_MS = 3_000

type InboxApi = Pick<WardApi, 'inbox' | 'decideTwoValues' | 'decideQuarantine'>

/** The last decision the server took. */
export type Decided =
  | { of: 'two'; item: TwoValues; keep: 'book' | 'phone' }
  | { of: 'quarantine'; item: Quarantined; decision: 'release' | 'dismiss' }

export class InboxDesk {
  inbox = $state.raw<Part<Inbox>>({ is: 'loading' })
  /** Why the list on screen could not be made newer. */
  trouble = $state<Trouble | null>(null)
  checkedAt = $state<Millis | null>(null)
  now = $state<Millis>(0)
  /** Decisions under way, by the key of their row. */
  busy = $state.raw<ReadonlySet<string>>(new Set())
  /** What went wrong with a row that stays. */
  failures = $state.raw<ReadonlyMap<string, Trouble>>(new Map())
  decided = $state.raw<Decided | null>(null)
  /** Somebody else decided what was being decided here. */
  overtaken = $state(false)

  readonly waiting: number = $derived(this.inbox.is === 'ready' ? waitingIn(this.inbox.data) : 0)

  readonly #api: InboxApi
  readonly #clock: () => Millis
  readonly #watched: () => boolean
  readonly #rounds = new Rounds(() => this.#round(), GAP_MS)
  /** Decided here, and perhaps still in an answer that was on its way meanwhile. */
  readonly #gone = new Set<string>()
  #tick: ReturnType<typeof setInterval> | undefined

  constructor(api: InboxApi, clock: () => Millis, watched: () => boolean) {
    this.#api = api
    this.#clock = clock
    this.#watched = watched
    this.now = clock()
  }

  open(): void {
    void this.refresh()
    this.#tick = setInterval(() => {
      this.now = this.#clock()
      if (this.#watched()) void this.refresh()
    }, LOOK_MS)
  }

  close(): void {
    clearInterval(this.#tick)
    this.#rounds.stop()
  }

  wake(): void {
    void this.refresh()
  }

  /** The ward's number moved. */
  heard(): void {
    this.#rounds.soon()
  }

  async refresh(): Promise<void> {
    if (this.inbox.is === 'failed') this.inbox = { is: 'loading' }
    await this.#rounds.now()
  }

  /** True when the server took it. */
  async keep(item: TwoValues, keep: 'book' | 'phone'): Promise<boolean> {
    return this.#decide(keyOfTwo(item), { of: 'two', item, keep }, () => this.#api.decideTwoValues(item.op_id, item.field, keep))
  }

  async judge(item: Quarantined, decision: 'release' | 'dismiss'): Promise<boolean> {
    return this.#decide(keyOfQuarantined(item), { of: 'quarantine', item, decision }, () =>
      this.#api.decideQuarantine(item.op_id, decision),
    )
  }

  async #decide(key: string, what: Decided, send: () => Promise<void>): Promise<boolean> {
    if (this.busy.has(key)) return false
    this.busy = new Set(this.busy).add(key)
    this.#fail(key, null)
    this.decided = null
    this.overtaken = false
    try {
      await send()
      this.#gone.add(key)
      this.decided = what
      if (this.inbox.is === 'ready') this.inbox = { is: 'ready', data: this.#left(this.inbox.data) }
      this.#rounds.soon()
      return true
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble === 'conflict' || trouble === 'missing') {
        // The row goes with the next list; that it was not this desk is said above it.
        this.overtaken = true
        await this.#rounds.now()
      } else this.#fail(key, trouble)
      return false
    } finally {
      const left = new Set(this.busy)
      left.delete(key)
      this.busy = left
    }
  }

  #fail(key: string, trouble: Trouble | null): void {
    const next = new Map(this.failures)
    if (trouble === null) next.delete(key)
    else next.set(key, trouble)
    this.failures = next
  }

  #left(inbox: Inbox): Inbox {
    return {
      ...inbox,
      two_values: inbox.two_values.filter((item) => !this.#gone.has(keyOfTwo(item))),
      quarantine: inbox.quarantine.filter((item) => !this.#gone.has(keyOfQuarantined(item))),
    }
  }

  async #round(): Promise<void> {
    try {
      this.inbox = { is: 'ready', data: this.#left(await this.#api.inbox()) }
      this.trouble = null
      this.checkedAt = this.now = this.#clock()
    } catch (error) {
      const trouble = troubleOf(error)
      if (this.inbox.is === 'ready') this.trouble = trouble
      else this.inbox = { is: 'failed', trouble }
      if (trouble === 'forbidden' || trouble === 'signed_out') clearInterval(this.#tick)
    }
  }
}
