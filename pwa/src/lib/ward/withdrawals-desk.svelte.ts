/** Residents' requests to be forgotten. Names are in memory only, and only while a request is open on the screen. */
import { newId } from '../domain/id.ts'
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import { dayOf, type Day, type Millis } from './day.ts'
import { Decisions } from './live-list.svelte.ts'
import type { Channel, Ending, RegisterHousehold, Resident, Withdrawal } from './wire.ts'
import { formFault, isOpen, type FormFault } from './withdrawals.ts'

type WithdrawalsApi = Pick<
  WardApi,
  'withdrawals' | 'openWithdrawal' | 'residents' | 'answerWithdrawal' | 'carryOut' | 'closeWithdrawal' | 'households'
>

export class WithdrawalsDesk extends Decisions<Withdrawal[]> {
  /** The form: what was typed stays until the server has taken it. */
  channel = $state<Channel | null>(null)
  received = $state<Day | null>(null)
  household = $state.raw<RegisterHousehold | null>(null)
  query = $state('')
  found = $state.raw<Part<RegisterHousehold[]>>({ is: 'none' })
  fault = $state<FormFault | null>(null)
  opening = $state(false)
  openFailure = $state<Trouble | null>(null)

  /** Who is remembered at the household of a request, once somebody has asked to see it. */
  residents = $state.raw<ReadonlyMap<string, Part<Resident[]>>>(new Map())
  /** The request that has just been opened or ended here. */
  last = $state.raw<Withdrawal | null>(null)

  readonly #all: Withdrawal[] = $derived(this.list.is === 'ready' ? this.list.data : [])
  readonly pending: Withdrawal[] = $derived(this.#all.filter(isOpen))
  readonly ended: Withdrawal[] = $derived(this.#all.filter((w) => !isOpen(w)))
  readonly waiting: number = $derived(this.pending.length)
  readonly today: Day = $derived(dayOf(this.now))

  protected override readonly late = ['conflict'] as const

  readonly #api: WithdrawalsApi
  /** The id of the request in the form: sent twice, it is one request. */
  #draft: string | null = null
  /** Answers overtaken by a newer question are dropped. */
  #asked = 0

  constructor(api: WithdrawalsApi, clock: () => Millis, watched: () => boolean) {
    super(clock, watched)
    this.#api = api
  }

  get requests(): Part<Withdrawal[]> {
    return this.list
  }

  protected ask(): Promise<Withdrawal[]> {
    return this.#api.withdrawals()
  }

  override close(): void {
    super.close()
    this.forgetNames()
  }

  /** Nobody's name stays on a screen that is left. */
  forgetNames(): void {
    this.residents = new Map()
  }

  byId(id: string): Withdrawal | null {
    return this.#all.find((w) => w.id === id) ?? null
  }

  async search(): Promise<void> {
    const q = this.query.trim()
    const asked = (this.#asked += 1)
    if (q === '') {
      this.found = { is: 'none' }
      return
    }
    if (this.found.is !== 'ready') this.found = { is: 'loading' }
    try {
      const data = await this.#api.households(q)
      if (asked === this.#asked) this.found = { is: 'ready', data }
    } catch (error) {
      if (asked === this.#asked) this.found = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  choose(household: RegisterHousehold | null): void {
    this.household = household
    if (household && this.fault === 'household') this.fault = null
  }

  /** Opens the request in the form. True when the server took it. */
  async submit(): Promise<boolean> {
    if (this.opening) return false
    this.now = this.clock()
    const { channel, received, household } = this
    this.fault = formFault({ channel, received, household: household?.id ?? null }, this.today)
    if (this.fault !== null || channel === null || household === null) return false
    this.opening = true
    this.openFailure = null
    this.overtaken = false
    this.#draft ??= newId({ now: this.clock })
    try {
      const opened = await this.#api.openWithdrawal({
        id: this.#draft,
        household_id: household.id,
        channel,
        ...(received === null ? {} : { received_on: received }),
      })
      this.#draft = null
      this.channel = this.received = this.household = null
      this.query = ''
      this.found = { is: 'none' }
      this.#put(opened)
      return true
    } catch (error) {
      this.openFailure = troubleOf(error)
      // Another request has this id: the next attempt gets one of its own.
      if (this.openFailure === 'conflict') this.#draft = null
      return false
    } finally {
      this.opening = false
    }
  }

  /** Asks who is remembered there; the server writes down that this account has looked. */
  async look(id: string): Promise<void> {
    await this.#doing(id, async () => {
      this.#show(id, { is: 'loading' })
      try {
        this.#show(id, { is: 'ready', data: await this.#api.residents(id) })
      } catch (error) {
        this.#show(id, { is: 'none' })
        throw error
      }
    })
  }

  async answer(id: string): Promise<boolean> {
    return this.#doing(id, async () => this.#put(await this.#api.answerWithdrawal(id), false))
  }

  async carryOut(id: string, learner: string): Promise<boolean> {
    return this.#doing(id, async () => this.#put(await this.#api.carryOut(id, learner)))
  }

  async end(id: string, reason: Ending): Promise<boolean> {
    return this.#doing(id, async () => this.#put(await this.#api.closeWithdrawal(id, reason)))
  }

  #show(id: string, part: Part<Resident[]>): void {
    this.residents = new Map(this.residents).set(id, part)
  }

  /** The server's newest word of one request takes its place; an ended one keeps no names here. */
  #put(request: Withdrawal, tell = true): void {
    const others = this.#all.filter((w) => w.id !== request.id)
    const open = isOpen(request)
    const data = open
      ? this.#all.some((w) => w.id === request.id)
        ? this.#all.map((w) => (w.id === request.id ? request : w))
        : [request, ...others]
      : [...others.filter(isOpen), request, ...others.filter((w) => !isOpen(w))]
    this.list = { is: 'ready', data }
    if (!open) {
      const left = new Map(this.residents)
      left.delete(request.id)
      this.residents = left
    }
    if (tell) this.last = request
    this.lookSoon()
  }

  #doing(id: string, act: () => Promise<void>): Promise<boolean> {
    if (!this.busy.has(id)) this.last = null
    return this.doing(id, async () => {
      try {
        await act()
      } catch (error) {
        // Whoever was to be forgotten is not there: what was seen is no longer so.
        if (troubleOf(error) === 'missing') this.#show(id, { is: 'none' })
        throw error
      }
    })
  }
}
