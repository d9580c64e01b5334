/**
 * Twin of domain::comeback: what a door asks for next, when an alley is at home, whom to see tonight
 * and who is about to forget what. Derived from visits, never stored. Why these models and no others:
 * docs/adr/0010-coming-back.md.
 */
import { deriveState, quietUntil } from './household.ts'
import { addDays, BAND_ENDS, bandOf, dayOf, KNOCK_FROM, KNOCK_TO, minuteOf, startOf, weekdayOf, type Day, type Millis, type TimeBand } from './time.ts'
import { AGE_BANDS, contact, empty, missed, visited, type AgeBand, type Comeback, type Outcome, type VisitFact } from './visit.ts'

/**
 * What a door asks for next. `late`: a day was agreed, it has passed and nobody of ours came ·
 * `finish`: met, the work unfinished, no day agreed · `retry`: nobody met · `unreachable`: three
 * misses in two bands on two days, and a band left that was never tried · `quiet`: refused · `lead`:
 * for the team lead to decide · `office`: for the ward to look at.
 */
export type Next = 'untouched' | 'appointment' | 'late' | 'finish' | 'retry' | 'unreachable' | 'quiet' | 'lead' | 'office' | 'done'

export interface Proposal {
  next: Next
  /** The day; of `quiet` the first day after the quiet. */
  on: Day | null
  /** None when nobody should knock. */
  band: TimeBand | null
  /** Bands in which nobody was met since an adult last was, each once. */
  tried: TimeBand[]
}

/** In the order of the day and the week. */
const BANDS = ['M', 'A', 'E', 'W'] as const satisfies readonly TimeBand[]

const weekend = (day: Day): boolean => weekdayOf(startOf(day) ?? 0) % 6 === 0

/**
 * The next proposal for a door. `best` is the band in which its alley is most often at home. A day
 * that was agreed stays as it was made. After a miss the band with the fewest misses is next, never
 * the one that just failed; among equals the alley's best, then evening and weekend, whichever comes
 * first, then afternoon and morning.
 */
export function propose(visits: readonly VisitFact[], now: Millis, best: TimeBand | null): Proposal {
  const seen = visits.filter((v) => !v.withdrawn).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const met = seen.findLast((v) => contact(v.outcome))
  const since = met ? seen.slice(seen.indexOf(met) + 1) : seen
  const misses = since.filter((v) => missed(v.outcome)).map((v) => bandOf(v.at))
  const tried = BANDS.filter((band) => misses.includes(band))
  const plain = (next: Next, on: Day | null = null): Proposal => ({ next, on, band: null, tried })
  const at = (next: Next, { on, band }: Comeback): Proposal => ({ next, on, band, tried })

  const last = seen.at(-1)
  if (!last) return plain('untouched')
  if (empty(last.outcome) || !visited(last.outcome)) return plain('office')
  const quiet = quietUntil(visits)
  if (quiet !== null) return dayOf(now) < quiet ? plain('quiet', quiet) : plain('lead')
  // Whoever warned of the door is believed until somebody was let in again.
  if (since.some((v) => v.outcome === 'UNSAFE')) return plain('lead')
  const state = deriveState(visits)
  if (!state.revisit) return plain('done')
  if (state.status === 'unreachable') {
    return tried.length < BANDS.length ? at('unreachable', anotherBand(misses, now, best)) : plain('lead')
  }
  const agreed = met?.comeback
  if (agreed) {
    // Somebody came on the day or after it and met nobody: the next try is another band.
    if (since.some((v) => missed(v.outcome) && dayOf(v.at) >= agreed.on)) return at('retry', anotherBand(misses, now, best))
    return over(agreed, now) ? at('late', soonest(agreed.band, now)) : at('appointment', agreed)
  }
  if (met && misses.length === 0) {
    // Not again on the same day: learning wants a night in between.
    const band = bandOf(met.at)
    return at('finish', { on: firstDay(band, Math.max(addDays(dayOf(met.at), 1), dayOf(now)), now), band })
  }
  return at('retry', anotherBand(misses, now, best))
}

/** Has the agreed band passed? */
const over = ({ on, band }: Comeback, now: Millis): boolean =>
  on < dayOf(now) || (on === dayOf(now) && minuteOf(now) >= BAND_ENDS[band])

/** Today as long as somebody may knock, else tomorrow; in the band agreed if that day has it. */
function soonest(agreed: TimeBand, now: Millis): Comeback {
  const today = dayOf(now)
  const on = minuteOf(now) < KNOCK_TO ? today : addDays(today, 1)
  if (weekend(on)) return { on, band: 'W' }
  const open = on > today || minuteOf(now) < BAND_ENDS[agreed]
  return { on, band: agreed !== 'W' && open ? agreed : 'E' }
}

/** The first day from `from` on that still has the band. */
function firstDay(band: TimeBand, from: Day, now: Millis): Day {
  let on = from
  for (let i = 0; i < 8; i += 1) {
    if (weekend(on) === (band === 'W') && (on > dayOf(now) || minuteOf(now) < BAND_ENDS[band])) break
    on = addDays(on, 1)
  }
  return on
}

function anotherBand(misses: readonly TimeBand[], now: Millis, best: TimeBand | null): Comeback {
  const failed = misses.at(-1)
  return (['E', 'W', 'A', 'M'] as const)
    .filter((band) => band !== failed)
    .map((band) => {
      const on = firstDay(band, dayOf(now), now)
      const daytime = band === 'M' || band === 'A'
      const tries = misses.filter((b) => b === band).length
      return { on, band, key: [tries, band === best ? 0 : 1, daytime ? 1 : 0, daytime ? 0 : on] }
    })
    .reduce((a, b) => (compare(a.key, b.key) <= 0 ? a : b))
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((n, i) => n !== b[i])
  return at < 0 ? 0 : a[at]! - b[at]!
}

/** A knock, as far as it says who is at home when. */
export interface Knock {
  alley: string
  group: string
  at: Millis
  outcome: Outcome
}

/** Knocks at which somebody could have been met, and those of them at which an adult was. */
export interface Met {
  met: number
  of: number
}

/**
 * How many knocks the experience of the larger area is worth: about one side of an alley. An
 * assumption; with it an alley speaks mostly for itself after some ten knocks in a band.
 */
export const PRIOR_KNOCKS = 8
/** Below so many knocks of its own in the best band an alley gets no hint. */
export const HINT_KNOCKS = 5
/** Below so many knocks of its own in all bands an alley gets no hint. */
export const HINT_KNOCKS_ALL = 10
/** The best band must beat the mean of the others by so much, or there is nothing to say. */
export const HINT_MARGIN = 0.1

const NONE: Met = { met: 0, of: 0 }

/** Drawn towards `prior` as if PRIOR_KNOCKS knocks had been made at it: the mean of the beta posterior. */
export const rateOf = ({ met, of }: Met, prior: number): number => (met + PRIOR_KNOCKS * prior) / (of + PRIOR_KNOCKS)

export interface BandRate {
  band: TimeBand
  /** The alley's own count. */
  own: Met
  /** The shrunk rate: what to expect of the next knock. */
  rate: number
}

export interface Hint {
  /** The band in which the alley is most often at home. */
  band: TimeBand
  /** Its best hour (20 is 20:00-20:59), when the alley has enough knocks in that hour. */
  hour: number | null
  /** All four, in the order of the day and the week. */
  bands: BandRate[]
}

/** What a turf's own history says about when people are at home. */
export class Hours {
  readonly #counts = new Map<string, Met>()
  readonly #groupOf = new Map<string, string>()

  /** Knocks in any order. Those outside 08:00-21:00, and those that could meet nobody, say nothing. */
  constructor(knocks: Iterable<Knock>) {
    for (const { alley, group, at, outcome } of knocks) {
      const minute = minuteOf(at)
      if (!(contact(outcome) || missed(outcome)) || minute < KNOCK_FROM || minute >= KNOCK_TO) continue
      const band = bandOf(at)
      for (const key of [band, `group ${group} ${band}`, `alley ${alley} ${band}`, `alley ${alley} ${band} ${Math.floor(minute / 60)}`]) {
        const { met, of } = this.#of(key)
        this.#counts.set(key, { met: met + (contact(outcome) ? 1 : 0), of: of + 1 })
      }
      this.#groupOf.set(alley, group)
    }
  }

  #of(key: string): Met {
    return this.#counts.get(key) ?? NONE
  }

  /** The rate of a band in the whole turf, drawn towards the rate of all bands. */
  turfRate(band: TimeBand): number {
    const all = { met: 0, of: 0 }
    for (const each of BANDS) {
      all.met += this.#of(each).met
      all.of += this.#of(each).of
    }
    // Laplace: nothing known is one in two.
    return rateOf(this.#of(band), (all.met + 1) / (all.of + 2))
  }

  /** The rate of a band in a group, drawn towards the turf's. */
  groupRate(group: string, band: TimeBand): number {
    return rateOf(this.#of(`group ${group} ${band}`), this.turfRate(band))
  }

  /** The hint for an alley; null when its own history is too thin or its bands are alike. */
  hint(alley: string): Hint | null {
    const group = this.#groupOf.get(alley)
    if (group === undefined) return null
    const bands = BANDS.map((band) => {
      const own = this.#of(`alley ${alley} ${band}`)
      return { band, own, rate: rateOf(own, this.groupRate(group, band)) }
    })
    if (bands.reduce((n, { own }) => n + own.of, 0) < HINT_KNOCKS_ALL) return null
    let best: BandRate | null = null
    for (const one of bands) if (one.own.of >= HINT_KNOCKS && (!best || one.rate > best.rate)) best = one
    if (!best) return null
    const { band, rate } = best
    const others = bands.filter((b) => b.band !== band).reduce((sum, b) => sum + b.rate, 0)
    if (rate - others / 3 < HINT_MARGIN) return null
    let hour: { hour: number; rate: number } | null = null
    for (let h = 0; h < 24; h += 1) {
      const own = this.#of(`alley ${alley} ${band} ${h}`)
      const of = rateOf(own, rate)
      if (own.of >= HINT_KNOCKS && (!hour || of > hour.rate)) hour = { hour: h, rate: of }
    }
    return { band, hour: hour?.hour ?? null, bands }
  }
}

/** One coached skill as the phone knows it: nobody's name, only a household and an age band. */
export interface Lesson {
  household: string
  /** Two learners of one band in one home cannot be told apart. */
  age_band: AgeBand
  skill: string
  /** Proficiency 0-4 at the end. */
  level: number
  on: Day
}

/** A visit at which somebody was coached and the phone does not know what. */
export interface Untold {
  household: string
  on: Day
}

/** The numbers of the forgetting model. Data, not code: a ward that measures may put in its own. */
export interface Memory {
  /** Days after which half have forgotten what they learned once, by level reached 1-4. */
  half_life: readonly [number, number, number, number]
  /** How much longer each further successful session makes it last. */
  growth: number
  /** Factor for the age bands 60-79 and 80+. */
  older: readonly [number, number]
  /** Nothing is taken to last longer than so many days. */
  longest: number
  /** Somebody is about to forget when the chance to still be able falls below this. */
  threshold: number
  /** The rule when nothing is known but the day. */
  plain_days: number
}

/**
 * Assumptions of the campaign, not measurements. The form (the chance halves every half-life, and each
 * success multiplies the half-life by a constant) is that of published spaced-practice models; doubling
 * is their usual first guess. The half-lives are set so that level 2 ("can do it when reminded") meets
 * the plain rule of 14 days; a level more doubles them. That older people forget new steps sooner is
 * well known, how much is guessed.
 */
export const ASSUMED: Memory = {
  half_life: [7, 14, 28, 56],
  growth: 2,
  older: [0.8, 0.65],
  longest: 180,
  threshold: 0.5,
  plain_days: 14,
}

/** Days until half have forgotten, after `sessions` successful sessions ending at `level` (1-4). */
export function halfLifeDays({ half_life, growth, older, longest }: Memory, level: number, age: AgeBand, sessions: number): number {
  const base = half_life[Math.min(4, Math.max(1, level)) - 1]!
  let days = base * (age === '60-79' ? older[0] : age === '80+' ? older[1] : 1)
  for (let i = 1; i < sessions; i += 1) days = Math.min(longest, days * growth)
  return Math.min(longest, days)
}

/** The chance to still be able after `days` days. */
export const chanceAfter = (half_life: number, days: number): number => 2 ** (-days / half_life)

/** Whole days for which the chance stays at or above the threshold. */
export const lasts = (memory: Memory, half_life: number): number =>
  // Numbers written as decimals meet their own border: a hair is not a day.
  Math.floor(half_life * -Math.log2(memory.threshold) + 1e-9)

/** Somebody in a household is about to forget. */
export interface Fading {
  household: string
  /** Skill code; null by the plain rule. */
  skill: string | null
  age_band: AgeBand | null
  /** The last day on which the chance is not below the threshold. */
  due: Day
}

/**
 * Who is about to forget what, soonest first: one line for each household, age band and skill, and one
 * without a skill for a household of which only the day is known. A session counts as successful when
 * the level is no lower than the time before; after a lower one counting begins again. Level 0 was not
 * learned and cannot be forgotten. A later visit about which nothing is known puts a household off by
 * the plain rule, at least.
 */
export function fading(memory: Memory, lessons: readonly Lesson[], untold: readonly Untold[]): Fading[] {
  const learners = new Map<string, { of: Lesson; levels: Map<Day, number> }>()
  for (const lesson of lessons) {
    const key = JSON.stringify([lesson.household, lesson.age_band, lesson.skill])
    const { levels } = learners.get(key) ?? learners.set(key, { of: lesson, levels: new Map() }).get(key)!
    levels.set(lesson.on, Math.min(lesson.level, levels.get(lesson.on) ?? lesson.level))
  }
  const plain = new Map<string, Day>()
  for (const { household, on } of untold) plain.set(household, Math.max(on, plain.get(household) ?? on))

  const found: Fading[] = []
  const told = new Set<string>()
  for (const { of: { household, age_band, skill }, levels } of learners.values()) {
    let sessions = 0
    let before = 0
    let last = 0
    for (const [day, level] of [...levels].sort(([a], [b]) => a - b)) {
      sessions = level === 0 ? 0 : level >= before ? sessions + 1 : 1
      before = level
      last = day
    }
    if (sessions === 0) continue
    told.add(household)
    const due = addDays(last, lasts(memory, halfLifeDays(memory, before, age_band, sessions)))
    const later = plain.get(household)
    const putOff = later !== undefined && later > last ? addDays(later, memory.plain_days) : due
    found.push({ household, skill, age_band, due: Math.max(due, putOff) })
  }
  for (const [household, day] of plain) {
    if (!told.has(household)) found.push({ household, skill: null, age_band: null, due: addDays(day, memory.plain_days) })
  }
  const age = ({ age_band }: Fading): number => (age_band ? AGE_BANDS.indexOf(age_band) : -1)
  const word = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return found.sort((a, b) => a.due - b.due || word(a.household, b.household) || word(a.skill ?? '', b.skill ?? '') || age(a) - age(b))
}

/** A door as the evening is planned, in walking order with the others. */
export interface Candidate {
  id: string
  alley: string
  next: Next
  on?: Day | null
  band?: TimeBand | null
  /** When somebody here is about to forget. */
  fades?: Day | null
  /** The alley's best band. */
  best?: TimeBand | null
}

/** Why a stop is in the plan, the most pressing first. */
const WHYS = ['late', 'appointment', 'finish', 'fading', 'retry', 'unreachable', 'untouched'] as const
export type Why = (typeof WHYS)[number]

/** One stop of the evening. */
export interface Stop {
  id: string
  why: Why
  /** About when, in minutes since midnight. */
  at: number
}

/** A door takes about so long, minutes, those where nobody opens among them. */
export const PER_DOOR = 10
/** From one alley to the next, minutes. */
export const PER_ALLEY = 5
/** The usual evening begins at 18:00. */
export const EVENING_FROM = 1080

/** The time there is, and what a stop costs. */
export interface Evening {
  on: Day
  /** First minute since midnight. */
  from: number
  /** The minute at which the last stop is over. */
  to: number
  per_door: number
  per_alley: number
}

/** 18:00 to 21:00 of today, or what is left of it; of tomorrow when no door fits any more. */
export function usualEvening(now: Millis): Evening {
  const from = Math.max(minuteOf(now), EVENING_FROM)
  const over = from + PER_DOOR > KNOCK_TO
  return {
    on: over ? addDays(dayOf(now), 1) : dayOf(now), from: over ? EVENING_FROM : from, to: KNOCK_TO, per_door: PER_DOOR, per_alley: PER_ALLEY,
  }
}

/** The band of an evening: on Saturday and Sunday every hour is the weekend. */
export const bandOfEvening = ({ on }: Evening): TimeBand => (weekend(on) ? 'W' : 'E')

function whyOf(evening: Evening, door: Candidate): Why | null {
  const now = typeof door.on === 'number' && door.on <= evening.on && door.band === bandOfEvening(evening)
  switch (door.next) {
    // It has waited long enough, whatever band it was.
    case 'late':
    case 'untouched':
      return door.next
    case 'appointment':
    case 'finish':
    case 'retry':
    case 'unreachable':
      return now ? door.next : null
    case 'done':
      return typeof door.fades === 'number' && door.fades <= evening.on ? 'fading' : null
    default:
      return null
  }
}

/**
 * The stops of the evening, in walking order, as many as fit. `doors` come in that order, alley by
 * alley. What presses most is chosen first, and of equals what stands in an alley that is usually at
 * home now. Untouched doors fill the time that is left: first where the plan leads anyway, then in
 * alleys of their own.
 */
export function planEvening(evening: Evening, doors: readonly Candidate[]): Stop[] {
  const band = bandOfEvening(evening)
  const wanted = doors
    .flatMap((door, at) => {
      const why = whyOf(evening, door)
      return why ? [{ door, at, why, key: [WHYS.indexOf(why), !door.best ? 1 : door.best === band ? 0 : 2, at] }] : []
    })
    .sort((a, b) => compare(a.key, b.key))
  const chosen = new Map<number, Why>()
  const ids = new Set<string>()
  const leads = new Set<string>()
  for (const [filling, opening] of [[false, true], [true, false], [true, true]] as const) {
    for (const { door, at, why } of wanted) {
      if ((why === 'untouched') !== filling || !(opening || leads.has(door.alley)) || ids.has(door.id)) continue
      chosen.set(at, why)
      if (walk(evening, doors, chosen).over > evening.to) {
        chosen.delete(at)
        continue
      }
      ids.add(door.id)
      leads.add(door.alley)
    }
  }
  return walk(evening, doors, chosen).stops
}

/** The chosen doors with the time of each, and when the last is over. */
function walk({ from, per_door, per_alley }: Evening, doors: readonly Candidate[], chosen: ReadonlyMap<number, Why>): { stops: Stop[]; over: number } {
  let over = from
  let alley: string | null = null
  const stops: Stop[] = []
  for (const [place, why] of [...chosen].sort(([a], [b]) => a - b)) {
    const door = doors[place]!
    if (alley !== null && alley !== door.alley) over += per_alley
    alley = door.alley
    stops.push({ id: door.id, why, at: over })
    over += per_door
  }
  return { stops, over }
}
