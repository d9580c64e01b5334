/** What the coverage screen holds: the figures, their shapes, what is chosen, and whether they are fresh. */
import type { WardShapes } from '../map/geometry.ts'
import { isFinal, troubleOf, type Trouble, type WardApi } from './api.ts'
import { changedGroups } from './change.ts'
import { dayOf, type Day, type Millis } from './day.ts'
import { EventLink, type LinkState } from './events.ts'
import { DoorMap } from './door-map.svelte.ts'
import { INDICATOR, type Measure } from './measure.ts'
import { arrange, FIRST_ORDER, turn, type Column, type Order } from './order.ts'
import { asOf, changes, isPast, sliderDays, type Change } from './past.ts'
import { paceOf, speedOf, targetOf, weekOf, type Pace } from './pace.ts'
import { TimeMachine } from './time-machine.svelte.ts'
import { runningTotal, type TrendKey } from './trend.ts'
import type { Alley, Coverage, GroupCoverage, Trend } from './wire.ts'

/** How long a changed polygon and figure stay marked. */
const PULSE_MS = 2400

/** A part of the screen that is fetched for itself, and can fail for itself. */
export type Part<T> = { is: 'none' } | { is: 'loading' } | { is: 'ready'; data: T } | { is: 'failed'; trouble: Trouble }

export class CoverageDesk {
  /** The day on the map, and the doors one looks at closely. */
  readonly time = new TimeMachine({ days: () => this.#api.days() })
  readonly doorMap = new DoorMap({ doors: (group) => this.#api.doors(group) })
  coverage = $state.raw<Coverage | null>(null)
  shapes = $state.raw<WardShapes | null>(null)
  shapesFailed = $state(false)
  /** The series on screen: the ward's, or the chosen group's. */
  trend = $state.raw<Trend | null>(null)
  wardTrend = $state.raw<Trend | null>(null)
  trendGroup = $state<string | null>(null)
  trendFailed = $state(false)
  /** Why there is no coverage at all, when there is none. */
  trouble = $state<Trouble | null>(null)
  link = $state<LinkState>('connecting')
  /** When the figures were last known to be the server's. */
  checkedAt = $state<Millis | null>(null)
  now = $state<Millis>(0)
  changed = $state.raw<ReadonlySet<string>>(new Set())

  measure = $state<Measure>('served')
  order = $state.raw<Order>(FIRST_ORDER)
  selectedId = $state<string | null>(null)
  hoveredId = $state<string | null>(null)
  alleys = $state.raw<Part<Alley[]>>({ is: 'none' })

  /** The groups as the map shows them: now, or at the end of an earlier day. */
  readonly shown: readonly GroupCoverage[] = $derived.by(() => {
    const groups = this.coverage?.groups ?? []
    const { days, at } = this.time
    return days && at !== null && isPast(this.measure) ? asOf(groups, days, at) : groups
  })
  /** Is an earlier day on the screen? */
  readonly past: boolean = $derived(this.time.days !== null && this.time.at !== null && isPast(this.measure))
  /** What changed since the day compared with. */
  readonly changes: { groups: Change[]; ward: number | null } | null = $derived.by(() => {
    const { days, against } = this.time
    if (!this.coverage || !days || against === null || !isPast(this.measure)) return null
    return changes(asOf(this.coverage.groups, days, against), this.shown, this.measure)
  })
  readonly rows: GroupCoverage[] = $derived(arrange(this.shown, this.order, this.measure, this.now))
  readonly selected: GroupCoverage | null = $derived(this.shown.find((g) => g.id === this.selectedId) ?? null)
  /** The business day: the answer's own instant may be from yesterday evening when nothing came since. */
  readonly today: Day = $derived(dayOf(Math.max(this.coverage?.as_of ?? 0, this.now)))
  /** The days the campaign runs; without one, from the first day anything happened. */
  readonly span: { from: Day; to: Day } = $derived({
    from: this.coverage?.campaign?.starts_on ?? this.wardTrend?.days[0]?.day ?? this.today,
    to: this.coverage?.campaign?.ends_on ?? this.today,
  })
  /** Days the slider runs over. */
  readonly sliderDays: Day[] = $derived.by(() => {
    const first = this.time.days?.days[0]?.day ?? this.today
    return sliderDays(Math.min(first, this.span.from), this.today)
  })
  readonly week = $derived(this.wardTrend && weekOf(this.wardTrend, 'hh_served', this.today))
  /** The ward's pace towards its target of households served. */
  readonly pace: Pace | null = $derived.by(() => this.#paceOf('hh_served', this.wardTrend, this.coverage?.total ?? null))

  /** The series on screen: households visited when the map shows these, served otherwise. */
  readonly trendKey: TrendKey = $derived(this.measure === 'visited' ? 'hh_visited' : 'hh_served')
  readonly trendPoints = $derived.by(() => {
    const scope = this.trendScope
    return this.trend && this.coverage && scope
      ? runningTotal(this.trend.days, this.trendKey, this.span.from, this.today, scope.tally[this.trendKey])
      : []
  })
  readonly trendPace: Pace | null = $derived.by(() => this.#paceOf(this.trendKey, this.trend, this.trendScope?.tally ?? null))
  /** Whose line is drawn: the ward's, or the chosen group's. */
  readonly trendScope = $derived.by(() => {
    if (!this.coverage) return null
    const group = this.coverage.groups.find((g) => g.id === this.trendGroup)
    return group ? { name: group.name, tally: group.tally } : { name: this.coverage.ward.name, tally: this.coverage.total }
  })

  readonly readsAlleys: boolean
  readonly #api: WardApi
  readonly #clock: () => Millis
  readonly #events: EventLink
  #etag: string | null = null
  #fetching: Promise<void> | null = null
  #again = false
  #pulse: ReturnType<typeof setTimeout> | undefined
  #tick: ReturnType<typeof setInterval> | undefined
  #closed = false

  /** `readsAlleys`: may this reader see the alleys of a group? Others never ask for them. */
  constructor(api: WardApi, clock: () => Millis, readsAlleys: boolean) {
    this.#api = api
    this.readsAlleys = readsAlleys
    this.#clock = clock
    this.now = clock()
    this.#events = new EventLink({
      open: (signal) => api.events(signal),
      final: isFinal,
      onState: (state) => {
        // After a gap the figures may be old whatever the stream says next.
        if (state === 'live' && this.link === 'lost') void this.refresh()
        this.link = state
      },
      onSeq: (seq) => {
        if (seq > (this.coverage?.seq ?? -1)) void this.refresh()
        else this.checkedAt = this.#clock()
      },
    })
  }

  open(): void {
    this.#closed = false
    void this.refresh()
    void this.loadShapes()
    this.#events.start()
    this.#tick = setInterval(() => (this.now = this.#clock()), 15_000)
  }

  close(): void {
    this.#closed = true
    this.#events.stop()
    this.time.stop()
    clearInterval(this.#tick)
    clearTimeout(this.#pulse)
  }

  wake(): void {
    this.now = this.#clock()
    this.#events.wake()
  }

  /** Fetches what changed. Calls that come meanwhile become one more round, never a queue. */
  async refresh(): Promise<void> {
    if (this.#fetching) {
      this.#again = true
      return this.#fetching
    }
    this.#fetching = (async () => {
      do {
        this.#again = false
        await this.#round()
      } while (this.#again && !this.#closed)
    })()
    try {
      await this.#fetching
    } finally {
      this.#fetching = null
    }
  }

  async #round(): Promise<void> {
    try {
      const answer = await this.#api.coverage(this.#etag)
      this.checkedAt = this.now = this.#clock()
      this.trouble = null
      if (answer.fresh) {
        this.#etag = answer.etag
        const changed = changedGroups(this.coverage, answer.data)
        this.coverage = answer.data
        this.#mark(changed)
        this.time.heard()
        if (this.doorMap.group !== null && changed.includes(this.doorMap.group)) void this.doorMap.load()
        await Promise.all([this.#loadTrends(), this.#reloadAlleys(changed)])
      } else if (this.trendFailed) {
        await this.#loadTrends()
      }
    } catch (error) {
      this.trouble = troubleOf(error)
      if (this.trouble === 'forbidden' || this.trouble === 'signed_out') this.#events.stop()
    }
  }

  async loadShapes(): Promise<void> {
    this.shapesFailed = false
    try {
      this.shapes = await this.#api.boundary()
      this.shapesFailed = this.shapes === null
    } catch {
      this.shapesFailed = true
    }
  }

  async #loadTrends(): Promise<void> {
    const group = this.trendGroup
    try {
      const [ward, own] = await Promise.all([this.#api.trend(null), group === null ? null : this.#api.trend(group)])
      this.wardTrend = ward
      if (this.trendGroup !== group) return
      this.trend = own ?? ward
      this.trendFailed = false
    } catch {
      this.trendFailed = true
    }
  }

  /** Draws the line of one group, or of the ward again with `null`. */
  async showTrendOf(group: string | null): Promise<void> {
    this.trendGroup = group
    if (group === null) this.trend = this.wardTrend
    await this.#loadTrends()
  }

  retryTrend(): void {
    void this.#loadTrends()
  }

  choose(id: string | null): void {
    if (this.selectedId === id) return
    this.selectedId = id
    void this.showTrendOf(id)
    if (id === null || !this.readsAlleys) this.alleys = { is: 'none' }
    else {
      this.alleys = { is: 'loading' }
      void this.loadAlleys(id)
    }
  }

  async loadAlleys(id: string): Promise<void> {
    try {
      const data = await this.#api.alleys(id)
      if (this.selectedId === id) this.alleys = { is: 'ready', data }
    } catch (error) {
      if (this.selectedId === id) this.alleys = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  async #reloadAlleys(changed: readonly string[]): Promise<void> {
    const id = this.selectedId
    if (id !== null && this.readsAlleys && changed.includes(id)) await this.loadAlleys(id)
  }

  sortBy(column: Column): void {
    this.order = turn(this.order, column)
  }

  #mark(changed: readonly string[]): void {
    if (changed.length === 0) return
    clearTimeout(this.#pulse)
    this.changed = new Set(changed)
    this.#pulse = setTimeout(() => (this.changed = new Set()), PULSE_MS)
  }

  #paceOf(key: TrendKey, trend: Trend | null, tally: Coverage['total'] | null): Pace | null {
    const coverage = this.coverage
    if (!coverage || !tally || !trend) return null
    const startsOn = this.span.from
    return paceOf({
      target: targetOf(coverage, INDICATOR[key === 'hh_visited' ? 'visited' : 'served']),
      startsOn,
      today: this.today,
      done: tally[key],
      hhTotal: tally.hh_total,
      speed: speedOf(trend, key, startsOn, this.today),
    })
  }
}
