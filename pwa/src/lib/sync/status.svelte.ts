import type { Database } from '../data/db.ts'
import { recall } from '../data/session.ts'
import type { Clock, Millis } from '../domain/time.ts'
import type { State } from './machine.ts'

/** A phone's clock further off than this is said aloud; the server mends the times by itself. */
export const CLOCK_TOLERANCE_MS = 120_000

/** What the screens may know of the engine. */
export class SyncStatus {
  state = $state.raw<State>({ name: 'idle' })
  online = $state(true)
  /** Server's clock minus the phone's. */
  clockOff = $state<Millis>(0)
  persisted = $state<boolean | null>(null)

  readonly #clock: Clock
  clockWrong = $derived(Math.abs(this.clockOff) > CLOCK_TOLERANCE_MS)
  busy = $derived(this.state.name === 'pushing' || this.state.name === 'pulling')

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async begin(db: Database): Promise<void> {
    this.online = navigator.onLine
    this.clockOff = (await recall<Millis>(db, 'clock')) ?? 0
    this.persisted = (await navigator.storage?.persisted?.()) ?? null
  }

  /** The time by the server's clock, as well as the phone can tell. */
  now(): Millis {
    return this.#clock.now() + (this.clockWrong ? this.clockOff : 0)
  }

  show(state: State): void {
    this.state = state
  }
}
