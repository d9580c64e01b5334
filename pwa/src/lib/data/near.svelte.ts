/**
 * Where this phone stands, for as long as its owner lets it compare that with the door. Off until they
 * turn it on. A position lives in this object for two minutes at most; what is written is one word.
 */
import { FRESH_MS, judge, type Near, type Point } from '../domain/near.ts'
import type { Database } from './db.ts'
import type { DoorView } from './overlay.ts'
import { recall, remember } from './session.ts'

/** A younger fix is good enough: asking again would only cost battery. */
const ENOUGH_MS = 30_000

/** denied: the browser does not let us ask. */
export type Missing = 'denied' | 'no_fix'

export interface Parts {
  db: Database
  account_id: () => string | null
  /** Asks the phone once where it is; null where it cannot tell at all. */
  locate: ((found: (at: { lng: number; lat: number; accuracy: number }) => void, missed: (why: Missing) => void) => void) | null
  /**
   * Milliseconds by every clock there is. One stands still while the phone sleeps, another may be set
   * meanwhile: the one that has moved most is believed, so that no old position passes for a young one.
   */
  clocks: () => readonly number[]
}

/** Goes with the turf of its account: whoever signs in anew is asked anew. */
const keyOf = (account_id: string): string => `turf:${account_id}:near`

export class Whereabouts {
  /** Null until the disk has answered. */
  on = $state<boolean | null>(null)
  /** Why the last try brought nothing. */
  missing = $state<Missing | null>(null)

  readonly #parts: Parts
  #account: string | null = null
  #fix: { lng: number; lat: number; accuracy: number; heard: readonly number[] } | null = null
  #asking = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whether this phone could say it at all. */
  get able(): boolean {
    return this.#parts.locate !== null
  }

  /** What the account of this moment has chosen. */
  async look(): Promise<boolean> {
    const account_id = this.#parts.account_id()
    if (account_id !== this.#account) {
      this.#account = account_id
      this.#forget()
      this.on = null
      this.missing = null
    }
    if (account_id === null) return false
    if (this.on === null) {
      const on = (await recall<boolean>(this.#parts.db, keyOf(account_id)).catch(() => undefined)) ?? false
      if (this.#account === account_id) this.on ??= on
    }
    return this.on === true
  }

  /** Turned on, it asks at once: the browser's own question comes now and not at a door. */
  async turn(on: boolean): Promise<void> {
    await this.look()
    const account_id = this.#account
    if (account_id === null) return
    await remember(this.#parts.db, keyOf(account_id), on)
    if (this.#account !== account_id) return
    this.on = on
    this.missing = null
    if (on) this.#ask()
    else this.#forget()
  }

  /**
   * A door is in front of us: asks for one position, unless there is a young one. Nobody waits for it.
   * Refused once, the browser's question is not put again until the switch is turned or the app restarts.
   */
  async ask(): Promise<void> {
    if ((await this.look()) && this.missing !== 'denied' && !(this.#age() <= ENOUGH_MS)) this.#ask()
  }

  /** The word for a visit that is saved now; undefined while the phone is not to say one. */
  word({ door, alley }: Pick<DoorView, 'door' | 'alley'>): Near | undefined {
    if (this.on !== true || this.#parts.account_id() !== this.#account) return undefined
    const fix = this.#fix && { ...this.#fix, age: this.#age() }
    return judge(fix, door.at ?? null, alley.doors.flatMap(({ at }): Point[] => (at ? [at] : [])))
  }

  #age(): number {
    const { heard } = this.#fix ?? {}
    return heard ? Math.max(...this.#parts.clocks().map((now, at) => Math.abs(now - (heard[at] ?? Infinity)))) : Infinity
  }

  #ask(): void {
    const account = this.#account
    if (this.#asking || !this.#parts.locate) return
    this.#asking = true
    this.#parts.locate(
      ({ lng, lat, accuracy }) => {
        this.#asking = false
        if (this.on !== true || this.#account !== account) return
        this.missing = null
        this.#forget()
        this.#fix = { lng, lat, accuracy, heard: this.#parts.clocks() }
        this.#timer = setTimeout(() => this.#forget(), FRESH_MS)
      },
      (why) => {
        this.#asking = false
        if (this.#account === account) this.missing = why
      },
    )
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#fix = null
  }
}
