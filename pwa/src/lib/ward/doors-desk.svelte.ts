/** Doors that wait for the ward's yes or no. */
import type { WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import { dayOf, type Day, type Millis } from './day.ts'
import { filterOf, keyOfDoor, leaves, type DoorFilter } from './doors.ts'
import { Decisions } from './live-list.svelte.ts'
import type { AskedDoor, DoorDecision } from './wire.ts'

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

export class DoorsDesk extends Decisions<AskedDoor[]> {
  decided = $state.raw<DecidedDoor | null>(null)
  /** The last decision was taken back. */
  undone = $state.raw<AskedDoor | null>(null)

  readonly waiting: number = $derived(this.list.is === 'ready' ? this.list.data.length : 0)
  filter = $state<DoorFilter>('all')
  /** How many of them are on screen at most. */
  limit = $state(AT_ONCE)

  readonly #picked: AskedDoor[] = $derived(
    this.list.is === 'ready' ? this.list.data.filter((door) => this.filter === 'all' || filterOf(door) === this.filter) : [],
  )
  readonly shown: AskedDoor[] = $derived(this.#picked.slice(0, this.limit))
  readonly more: number = $derived(Math.max(0, this.#picked.length - this.limit))

  readonly today: Day = $derived(dayOf(this.now))

  readonly #api: DoorsApi
  /** Decided here, and perhaps still in an answer that was on its way meanwhile. */
  readonly #gone = new Set<string>()

  constructor(api: DoorsApi, clock: () => Millis, watched: () => boolean) {
    super(clock, watched)
    this.#api = api
  }

  get doors(): Part<AskedDoor[]> {
    return this.list
  }

  protected async ask(): Promise<AskedDoor[]> {
    return this.#left(await this.#api.askedDoors())
  }

  pick(filter: DoorFilter): void {
    this.filter = filter
    this.limit = AT_ONCE
  }

  countOf(filter: DoorFilter): number {
    if (this.list.is !== 'ready') return 0
    return filter === 'all' ? this.waiting : this.list.data.filter((door) => filterOf(door) === filter).length
  }

  /** True when the server took it. */
  async decide(door: AskedDoor, { decision, reason, date }: DoorVerdict): Promise<boolean> {
    const from = date ?? dayOf(this.clock())
    const back = decision === 'approve' && leaves(door)
    return this.#deciding(keyOfDoor(door), async () => {
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
      if (this.list.is === 'ready') this.list = { is: 'ready', data: this.#left(this.list.data) }
    })
  }

  /** Brings a household back that has just left. It stays off the list until it is knocked at again. */
  async takeBack(): Promise<boolean> {
    const last = this.decided
    if (!last?.back) return false
    return this.#deciding(keyOfDoor(last.door), async () => {
      await this.#api.restore([last.door.household.id])
      this.undone = last.door
    })
  }

  #deciding(key: string, act: () => Promise<void>): Promise<boolean> {
    if (!this.busy.has(key)) {
      this.decided = null
      this.undone = null
    }
    return this.doing(key, act)
  }

  #left(doors: AskedDoor[]): AskedDoor[] {
    return doors.filter((door) => !this.#gone.has(keyOfDoor(door)))
  }
}
