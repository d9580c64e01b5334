/** The day the map shows, and the day it is compared with. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Day } from './day.ts'
import type { Days } from './wire.ts'

/** Time a day stays on the screen while the campaign is played. */
const BEAT_MS = 600

export class TimeMachine {
  /** Is it on the screen? Until then nothing is fetched. */
  open = $state(false)
  days = $state.raw<Days | null>(null)
  trouble = $state<Trouble | null>(null)
  /** The day shown; `null` is now. */
  at = $state<Day | null>(null)
  /** The day compared with. */
  against = $state<Day | null>(null)
  playing = $state(false)

  readonly #api: Pick<WardApi, 'days'>
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(api: Pick<WardApi, 'days'>) {
    this.#api = api
  }

  toggle(): void {
    this.open = !this.open
    if (this.open) void this.load()
    else this.reset()
  }

  reset(): void {
    this.stop()
    this.at = null
    this.against = null
  }

  async load(): Promise<void> {
    try {
      this.days = await this.#api.days()
      this.trouble = null
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  /** The ward's number moved. */
  heard(): void {
    if (this.open) void this.load()
  }

  show(day: Day, today: Day): void {
    this.at = day >= today ? null : day
  }

  play(days: readonly Day[]): void {
    const last = days.at(-1)
    const first = days[0]
    if (last === undefined || first === undefined) return
    if (this.playing) return this.stop()
    this.playing = true
    this.at = this.at === null ? first : this.at
    this.#timer = setInterval(() => this.#step(days, last), BEAT_MS)
  }

  #step(days: readonly Day[], last: Day): void {
    const next = days[days.indexOf(this.at ?? last) + 1]
    if (next === undefined || next >= last) {
      this.stop()
      this.at = null
    } else this.at = next
  }

  stop(): void {
    clearInterval(this.#timer)
    this.playing = false
  }
}
