/** What the map and the table can be coloured and sorted by. */
import { dayOf, daysFrom, type Millis } from './day.ts'
import { FEW, NO_RATE, rate, writeCount, writeDecimal, writeRate } from './figure.ts'
import type { GroupCoverage, Tally } from './wire.ts'

export const MEASURES = [
  'visited',
  'served',
  'contacted',
  'revisit',
  'unreachable',
  'declined',
  'vacant',
  'visits',
  'coached',
  'people',
  'people60',
  'idle',
  'eid',
  'eid14',
] as const
export type Measure = (typeof MEASURES)[number]

/** The four that are always in sight; the others stand in a list. */
export const FIRST_MEASURES: readonly Measure[] = ['visited', 'served', 'contacted', 'coached']

/** The indicator's code in the ward's catalogue. */
export const INDICATOR: Record<Measure, string> = {
  visited: 'COV_VISIT',
  served: 'COV_SERVED',
  contacted: 'COV_CONTACT',
  revisit: 'HH_REVISIT',
  unreachable: 'HH_UNREACH',
  declined: 'HH_DECLINED',
  vacant: 'HH_VACANT',
  visits: 'VISITS',
  coached: 'COACH_OCC',
  people: 'COACH_PER',
  people60: 'COACH_60',
  idle: 'LAST_VISIT',
  eid: 'EID_ACT_RATE',
  eid14: 'EID_ACT_RATE',
}

/** What the police count every month, and no tally of visits: activated accounts of level 2, and of all from 14 years. */
export type IdentityMeasure = 'eid' | 'eid14'
export const isIdentity = (measure: Measure): measure is IdentityMeasure => measure === 'eid' || measure === 'eid14'
type TallyMeasure = Exclude<Measure, 'idle' | IdentityMeasure>

/** share: of the households, or of people · each: so many for each household · days: since the last visit. */
export type Kind = 'share' | 'each' | 'days'

const EACH: readonly Measure[] = ['visits', 'coached', 'people', 'people60']

export function kindOf(measure: Measure): Kind {
  if (measure === 'idle') return 'days'
  return EACH.includes(measure) ? 'each' : 'share'
}

const PART: Record<TallyMeasure, (tally: Tally) => number | null> = {
  visited: (t) => t.hh_visited,
  served: (t) => t.hh_served,
  contacted: (t) => t.hh_contacted,
  revisit: (t) => t.hh_revisit,
  unreachable: (t) => t.hh_unreachable,
  declined: (t) => t.hh_declined,
  vacant: (t) => t.hh_vacant,
  visits: (t) => t.visits,
  coached: (t) => t.coach_occ,
  people: (t) => t.coach_people,
  people60: (t) => t.coach_people_60,
}

/** The count of a measure; the days since the last visit and the police's counts are none of a tally. */
export function partOf(measure: Measure, tally: Tally): number | null {
  return measure === 'idle' || isIdentity(measure) ? null : PART[measure](tally)
}

export interface Reading {
  part: number | null
  whole: number
  /** Share of households, occurrences for each household, or days. */
  ratio: number | null
  /** The count exists but this reader may not see it. */
  kept: boolean
}

/** A place whose visits are counted: a group or an alley. */
export interface Counted {
  tally: Tally
  last_visit_at: Millis | null
  /** What the police counted of a group; of an alley nothing is counted. */
  identity?: GroupCoverage['identity']
}

/** What a tally alone says; the days since the last visit need the place, see `readPlace`. */
export function read(measure: TallyMeasure, tally: Tally): Reading {
  const part = PART[measure](tally)
  return { part, whole: tally.hh_total, ratio: rate(part, tally.hh_total), kept: part === null }
}

function readIdentity(measure: IdentityMeasure, counts: Counted['identity']): Reading {
  if (!counts) return { part: null, whole: 0, ratio: null, kept: false }
  const whole = measure === 'eid' ? counts.l2_issued : counts.from_14
  const kept = counts.activated === null || whole === null
  return { part: kept ? null : counts.activated, whole: whole ?? 0, ratio: kept ? null : rate(counts.activated, whole), kept }
}

/** The ward's own: the sum over the groups whose counts this reader sees. */
export function readSum(measure: IdentityMeasure, groups: readonly Counted[]): Reading {
  const read = groups.map((group) => readIdentity(measure, group.identity)).filter((reading) => reading.ratio !== null)
  if (read.length === 0) return { part: null, whole: 0, ratio: null, kept: false }
  const part = read.reduce((sum, reading) => sum + (reading.part ?? 0), 0)
  const whole = read.reduce((sum, reading) => sum + reading.whole, 0)
  return { part, whole, ratio: rate(part, whole), kept: false }
}

export function readPlace(measure: Measure, place: Counted, now: Millis): Reading {
  if (isIdentity(measure)) return readIdentity(measure, place.identity)
  if (measure !== 'idle') return read(measure, place.tally)
  const days = place.last_visit_at === null ? null : Math.max(0, daysFrom(dayOf(place.last_visit_at), dayOf(now)))
  return { part: days, whole: place.tally.hh_total, ratio: days, kept: false }
}

export function writeReading(measure: Measure, reading: Reading): string {
  if (reading.kept) return FEW
  if (reading.ratio === null) return NO_RATE
  if (kindOf(measure) === 'days') return writeCount(reading.ratio)
  return kindOf(measure) === 'each' ? writeDecimal(reading.ratio) : writeRate(reading.ratio)
}

/** "4.182 / 7.246": the denominator is always printed. */
export function writeFraction(reading: Reading): string {
  return `${writeCount(reading.part)} / ${writeCount(reading.whole)}`
}

export const CLASS_COUNT = 5
/** Class of a group, 0 (least) to 4, or `null` for the hatch of "no data". */
export type ClassIndex = 0 | 1 | 2 | 3 | 4 | null

/** Shares that fill the scale; those of troubles are small, and a scale to 100 % would show one colour. */
const WHOLE: readonly Measure[] = ['visited', 'served', 'contacted', 'eid', 'eid14']

/**
 * The value at the top of the fifth class. Coverage always runs to 100 %; everything else has no
 * natural top, so the scale ends at the next tidy number above the largest group.
 */
export function topOf(measure: Measure, groups: readonly GroupCoverage[], now: Millis = 0): number {
  if (WHOLE.includes(measure)) return 1
  let most = 0
  for (const g of groups) most = Math.max(most, readPlace(measure, g, now).ratio ?? 0)
  if (kindOf(measure) === 'days') return Math.max(5, Math.ceil(most / 5) * 5)
  return kindOf(measure) === 'share' ? Math.min(1, tidyTop(most)) : tidyTop(most)
}

/** Smallest number not below `n` whose fifths are easily read; 1 for nothing. */
export function tidyTop(n: number): number {
  if (!(n > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(n))
  for (const step of [1, 1.5, 2, 2.5, 3, 4, 5, 7.5]) {
    // 3 * 0.1 is 0.30000000000000004, which nobody wants to read under a scale.
    if (step * power >= n - 1e-9) return Number((step * power).toPrecision(3))
  }
  return 10 * power
}

/** A bound of the scale under the map, `i` fifths of the way to the top. */
export function writeBound(measure: Measure, top: number, i: number): string {
  const value = (top * i) / CLASS_COUNT
  if (kindOf(measure) === 'days') return writeCount(value)
  if (kindOf(measure) === 'each') return writeDecimal(value)
  return top === 1 ? `${i * 20}%` : writeRate(value)
}

export function classOf(reading: Reading, top = 1): ClassIndex {
  if (reading.part === null || reading.ratio === null || reading.whole <= 0) return null
  // Multiplied before it is divided: 3 of 5 must be exactly the bound 60 %, not 59.999….
  const share = reading.ratio === reading.part ? reading.part / top : reading.part / (reading.whole * top)
  const cls = Math.floor(share * CLASS_COUNT + 1e-9)
  return Math.max(0, Math.min(CLASS_COUNT - 1, cls)) as 0 | 1 | 2 | 3 | 4
}
