/** What waits for the ward to decide. */
import type { WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import type { Millis } from './day.ts'
import { keyOfQuarantined, keyOfTwo, waitingIn } from './inbox.ts'
import { Decisions } from './live-list.svelte.ts'
import type { Inbox, Quarantined, TwoValues } from './wire.ts'

type InboxApi = Pick<WardApi, 'inbox' | 'decideTwoValues' | 'decideQuarantine'>

/** The last decision the server took. */
export type Decided =
  | { of: 'two'; item: TwoValues; keep: 'book' | 'phone' }
  | { of: 'quarantine'; item: Quarantined; decision: 'release' | 'dismiss' }

export class InboxDesk extends Decisions<Inbox> {
  decided = $state.raw<Decided | null>(null)
  readonly waiting: number = $derived(this.list.is === 'ready' ? waitingIn(this.list.data) : 0)

  readonly #api: InboxApi
  /** Decided here, and perhaps still in an answer that was on its way meanwhile. */
  readonly #gone = new Set<string>()

  constructor(api: InboxApi, clock: () => Millis, watched: () => boolean) {
    super(clock, watched)
    this.#api = api
  }

  get inbox(): Part<Inbox> {
    return this.list
  }

  protected async ask(): Promise<Inbox> {
    return this.#left(await this.#api.inbox())
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

  #decide(key: string, what: Decided, send: () => Promise<void>): Promise<boolean> {
    if (!this.busy.has(key)) this.decided = null
    return this.doing(key, async () => {
      await send()
      this.#gone.add(key)
      this.decided = what
      if (this.list.is === 'ready') this.list = { is: 'ready', data: this.#left(this.list.data) }
    })
  }

  #left(inbox: Inbox): Inbox {
    return {
      ...inbox,
      two_values: inbox.two_values.filter((item) => !this.#gone.has(keyOfTwo(item))),
      quarantine: inbox.quarantine.filter((item) => !this.#gone.has(keyOfQuarantined(item))),
    }
  }
}
