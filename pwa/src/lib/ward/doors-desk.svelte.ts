/** Doors that wait for the ward's yes or no. Nothing leaves the screen before the server has said so. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import { dayOf, type Day, type Millis } from './day.ts'
import { filterOf, keyOfDoor, leaves, type DoorFilter } from './doors.ts'
import { Rounds } from './rounds.ts'
import type { AskedDoor, DoorDecision } from './wire.ts'

export const LOOK_MS = 60_000
const GAP_MS = 3_000
/** Doors shown at once; the next follow as these are decided. */
export const AT_ONCE = 24

type DoorsApi = Pick<WardApi, 'askedDoors' | 'decideDoor' | 'restore'>

export interface DoorVerdict {
  decision: DoorDecision['decision']
  reason: string
  /** The day the household leaves from; `null` is today. */
  date: Day | null
}

/** The last decision the server took. */
export interface DecidedDoor {
  door: AskedDoor
  decision: DoorDecision['decision']
  from: Day
  /** Can it be taken back here? A household that left can be brought back. */
  back: boolean
}

export class DoorsDesk {
  doors = $state.raw<Part<AskedDoor[]>>({ is: 'loading' })
  /** Why the list on screen could not be made newer. */
  trouble = $state<Trouble | null>(null)
  checkedAt = $state<Millis | null>(null)
  now = $state<Millis>(0)
  /** Decisions under way, by the key of their row. */
  busy = $state.raw<ReadonlySet<string>>(new Set())
  /** What went wrong with a row that stays. */
  failures = $state.raw<ReadonlyMap<string, Trouble>>(new Map())
  decided = $state.raw<DecidedDoor | null>(null)
  /** The last decision was taken back. */
  undone = $state.raw<AskedDoor | null>(null)
  /** Somebody else decided what was being decided here. */
  overtaken = $state(false)

  readonly waiting: number = $derived(this.doors.is === 'ready' ? this.doors.data.length : 0)
  filter = $state<DoorFilter>('all')
  /** How many of them are on screen at most. */
  limit = $state(AT_ONCE)

  readonly #picked: AskedDoor[] = $derived(
    this.doors.is === 'ready' ? this.doors.data.filter((door) => this.filter === 'all' || filterOf(door) === this.filter) : [],
  )
  readonly shown: AskedDoor[] = $derived(this.#picked.slice(0, this.limit))
  readonly more: number = $derived(Math.max(0, this.#picked.length - this.limit))

  readonly today: Day = $derived(dayOf(this.now))

  readonly #api: DoorsApi
  readonly #clock: () => Millis
  readonly #watched: () => boolean
  readonly #rounds = new Rounds(() => this.#round(), GAP_MS)
  /** Decided here, and perhaps still in an answer that was on its way meanwhile. */
  readonly #gone = new Set<string>()
  #tick: ReturnType<typeof setInterval> | undefined

  constructor(api: DoorsApi, clock: () => Millis, watched: () => boolean) {
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
    if (this.doors.is === 'failed') this.doors = { is: 'loading' }
    await this.#rounds.now()
  }

  pick(filter: DoorFilter): void {
    this.filter = filter
    this.limit = AT_ONCE
  }

  countOf(filter: DoorFilter): number {
    if (this.doors.is !== 'ready') return 0
    return filter === 'all' ? this.waiting : this.doors.data.filter((door) => filterOf(door) === filter).length
  }

  /** True when the server took it. */
  async decide(door: AskedDoor, { decision, reason, date }: DoorVerdict): Promise<boolean> {
    const from = date ?? dayOf(this.#clock())
    const back = decision === 'approve' && leaves(door)
    return this.#doing(keyOfDoor(door), async () => {
      await this.#api.decideDoor(door.household.id, {
        decision,
        reason: reason.trim(),
        // What was on screen when it was answered: sent twice, it must not fall on another question.
        question: door.question,
        at: door.at,
        ...(back ? { date: from } : {}),
      })
      this.#gone.add(keyOfDoor(door))
      this.decided = { door, decision, from, back }
      if (this.doors.is === 'ready') this.doors = { is: 'ready', data: this.#left(this.doors.data) }
    })
  }

  /** Brings a household back that has just left. It stays off the list until it is knocked at again. */
  async takeBack(): Promise<boolean> {
    const last = this.decided
    if (!last?.back) return false
    return this.#doing(keyOfDoor(last.door), async () => {
      await this.#api.restore([last.door.household.id])
      this.undone = last.door
    })
  }

  async #doing(key: string, act: () => Promise<void>): Promise<boolean> {
    if (this.busy.has(key)) return false
    this.busy = new Set(this.busy).add(key)
    this.#fail(key, null)
    this.decided = null
    this.undone = null
    this.overtaken = false
    try {
      await act()
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

  #left(doors: AskedDoor[]): AskedDoor[] {
    return doors.filter((door) => !this.#gone.has(keyOfDoor(door)))
  }

  async #round(): Promise<void> {
    try {
      this.doors = { is: 'ready', data: this.#left(await this.#api.askedDoors()) }
      this.trouble = null
      this.checkedAt = this.now = this.#clock()
    } catch (error) {
      const trouble = troubleOf(error)
      if (this.doors.is === 'ready') this.trouble = trouble
      else this.doors = { is: 'failed', trouble }
      if (trouble === 'forbidden' || trouble === 'signed_out') clearInterval(this.#tick)
    }
  }
}
