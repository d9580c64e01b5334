/** Lists the server keeps, as a desk shows them: kept fresh while somebody looks, and decided upon row by row. */
import { troubleOf, type Trouble } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import type { Millis } from './day.ts'
import { Rounds } from './rounds.ts'

/** How often a list is asked for by the clock. */
export const LOOK_MS = 60_000
/** Forty phones that come home at once are one look, not forty. */
const GAP_MS = 3_000

/** One answer of the server, asked for again when the ward's number moves and by the clock. */
export abstract class LiveList<T> {
  protected list = $state.raw<Part<T>>({ is: 'loading' })
  /** Why the list on screen could not be made newer. */
  trouble = $state<Trouble | null>(null)
  checkedAt = $state<Millis | null>(null)
  now = $state<Millis>(0)

  protected readonly clock: () => Millis
  readonly #watched: () => boolean
  readonly #every: Millis
  readonly #rounds = new Rounds(() => this.#round(), GAP_MS)
  #tick: ReturnType<typeof setInterval> | undefined
  #open = false

  /** `watched`: is the page in front of somebody? */
  constructor(clock: () => Millis, watched: () => boolean, every: Millis = LOOK_MS) {
    this.clock = clock
    this.#watched = watched
    this.#every = every
    this.now = clock()
  }

  /** Asks the server; what is known here better than there is put right on the way. */
  protected abstract ask(): Promise<T>

  open(): void {
    if (this.#open) return
    this.#open = true
    void this.refresh()
    this.#tick = setInterval(() => {
      this.now = this.clock()
      if (this.#watched()) void this.refresh()
    }, this.#every)
  }

  close(): void {
    this.#open = false
    clearInterval(this.#tick)
    this.#rounds.stop()
  }

  wake(): void {
    if (this.#open) void this.refresh()
  }

  /** The ward's number moved. */
  heard(): void {
    if (this.#open) this.#rounds.soon()
  }

  async refresh(): Promise<void> {
    if (this.list.is === 'failed') this.list = { is: 'loading' }
    await this.#rounds.now()
  }

  /** A look that begins after this call has ended when the promise resolves. */
  protected lookNow(): Promise<void> {
    return this.#rounds.now()
  }

  /** A look soon, however often it is called until then. */
  protected lookSoon(): void {
    this.#rounds.soon()
  }

  async #round(): Promise<void> {
    try {
      this.list = { is: 'ready', data: await this.ask() }
      this.trouble = null
      this.checkedAt = this.now = this.clock()
    } catch (error) {
      const trouble = troubleOf(error)
      // A list that was right a minute ago is better than none.
      if (this.list.is === 'ready') this.trouble = trouble
      else this.list = { is: 'failed', trouble }
      if (trouble === 'forbidden' || trouble === 'signed_out') clearInterval(this.#tick)
    }
  }
}

/** A list whose rows wait for a decision. Nothing leaves the screen before the server has said so. */
export abstract class Decisions<T> extends LiveList<T> {
  /** Decisions under way, by the key of their row. */
  busy = $state.raw<ReadonlySet<string>>(new Set())
  /** What went wrong with a row that stays. */
  failures = $state.raw<ReadonlyMap<string, Trouble>>(new Map())
  /** Somebody else decided what was being decided here. */
  overtaken = $state(false)

  /** Troubles that say somebody was faster: the row goes with the next list. */
  protected readonly late: readonly Trouble[] = ['conflict', 'missing']

  /** True when the server took it. A row something is being done with takes nothing else meanwhile. */
  protected async doing(key: string, act: () => Promise<void>): Promise<boolean> {
    if (this.busy.has(key)) return false
    this.busy = new Set(this.busy).add(key)
    this.#fail(key, null)
    this.overtaken = false
    try {
      await act()
      this.lookSoon()
      return true
    } catch (error) {
      const trouble = troubleOf(error)
      if (this.late.includes(trouble)) {
        // That it was not this desk is said above the list.
        this.overtaken = true
        await this.lookNow()
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
}
