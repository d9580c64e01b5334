/** The ward's list of phones: what each said when it last spoke, kept fresh while somebody looks. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import type { Millis } from './day.ts'
import { LiveList } from './live-list.svelte.ts'
import { pick, sumOf, type Filter } from './phone.ts'
import type { PhoneLine } from './wire.ts'

/** A phone that only says hello moves no number of the ward, so the list is also asked for by the clock. */
export const LOOK_MS = 30_000

type PhonesApi = Pick<WardApi, 'phones' | 'revokePhone'>

export class PhonesDesk extends LiveList<PhoneLine[]> {
  filter = $state<Filter>('all')
  /** The phone that is being shut out. */
  locking = $state<string | null>(null)
  /** Why a phone could not be shut out, and which. */
  lockFailure = $state.raw<{ device: string; trouble: Trouble } | null>(null)

  readonly all: PhoneLine[] = $derived(this.list.is === 'ready' ? this.list.data : [])
  readonly shown: PhoneLine[] = $derived(pick(this.all, this.filter))
  readonly sum = $derived(sumOf(this.all))

  readonly #api: PhonesApi

  constructor(api: PhonesApi, clock: () => Millis, watched: () => boolean) {
    super(clock, watched, LOOK_MS)
    this.#api = api
  }

  get phones(): Part<PhoneLine[]> {
    return this.list
  }

  protected ask(): Promise<PhoneLine[]> {
    return this.#api.phones()
  }

  /** Shuts a lost phone out. True when the server did. */
  async lock(device: string): Promise<boolean> {
    if (this.locking !== null) return false
    this.locking = device
    this.lockFailure = null
    try {
      await this.#api.revokePhone(device)
      await this.lookNow()
      return true
    } catch (error) {
      this.lockFailure = { device, trouble: troubleOf(error) }
      return false
    } finally {
      this.locking = null
    }
  }
}
