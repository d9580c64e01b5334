/** The ward's list of phones: what each said when it last spoke, kept fresh while somebody looks. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import type { Millis } from './day.ts'
import { pick, sumOf, type Filter } from './phone.ts'
import { Rounds } from './rounds.ts'
import type { PhoneLine } from './wire.ts'

/** A phone that only says hello moves no number of the ward, so the list is also asked for by the clock. */
export const LOOK_MS = 30_000
/** Forty phones that come home at once are one look, not forty. */
const GAP_MS = 3_000

export class PhonesDesk {
  phones = $state.raw<Part<PhoneLine[]>>({ is: 'loading' })
  /** Why the list on screen could not be made newer. */
  trouble = $state<Trouble | null>(null)
  checkedAt = $state<Millis | null>(null)
  now = $state<Millis>(0)
  filter = $state<Filter>('all')
  /** The phone that is being shut out. */
  locking = $state<string | null>(null)
  /** Why a phone could not be shut out, and which. */
  lockFailure = $state.raw<{ device: string; trouble: Trouble } | null>(null)

  readonly all: PhoneLine[] = $derived(this.phones.is === 'ready' ? this.phones.data : [])
  readonly shown: PhoneLine[] = $derived(pick(this.all, this.filter))
  readonly sum = $derived(sumOf(this.all))

  readonly #api: Pick<WardApi, 'phones' | 'revokePhone'>
  readonly #clock: () => Millis
  readonly #watched: () => boolean
  readonly #rounds = new Rounds(() => this.#round(), GAP_MS)
  #tick: ReturnType<typeof setInterval> | undefined
  #open = false

  /** `watched`: is the page in front of somebody? */
  constructor(api: Pick<WardApi, 'phones' | 'revokePhone'>, clock: () => Millis, watched: () => boolean) {
    this.#api = api
    this.#clock = clock
    this.#watched = watched
    this.now = clock()
  }

  open(): void {
    if (this.#open) return
    this.#open = true
    void this.refresh()
    this.#tick = setInterval(() => {
      this.now = this.#clock()
      if (this.#watched()) void this.refresh()
    }, LOOK_MS)
  }

  close(): void {
    this.#open = false
    clearInterval(this.#tick)
    this.#rounds.stop()
  }

  wake(): void {
    if (this.#open) void this.refresh()
  }

  /** The ward's number moved: some phone has sent something. */
  heard(): void {
    if (this.#open) this.#rounds.soon()
  }

  async refresh(): Promise<void> {
    if (this.phones.is === 'failed') this.phones = { is: 'loading' }
    await this.#rounds.now()
  }

  /** Shuts a lost phone out. True when the server did. */
  async lock(device: string): Promise<boolean> {
    if (this.locking !== null) return false
    this.locking = device
    this.lockFailure = null
    try {
      await this.#api.revokePhone(device)
      await this.#rounds.now()
      return true
    } catch (error) {
      this.lockFailure = { device, trouble: troubleOf(error) }
      return false
    } finally {
      this.locking = null
    }
  }

  async #round(): Promise<void> {
    try {
      const data = await this.#api.phones()
      this.phones = { is: 'ready', data }
      this.trouble = null
      this.checkedAt = this.now = this.#clock()
    } catch (error) {
      const trouble = troubleOf(error)
      // A list that was right a minute ago is better than none.
      if (this.phones.is === 'ready') this.trouble = trouble
      else this.phones = { is: 'failed', trouble }
      if (trouble === 'forbidden' || trouble === 'signed_out') clearInterval(this.#tick)
    }
  }
}
