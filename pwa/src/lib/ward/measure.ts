/** What the map and the table can be coloured and sorted by. */
import { FEW, NO_RATE, rate, writeCount, writeDecimal, writeRate } from './figure.ts'
import type { GroupCoverage, Tally } from './wire.ts'

export const MEASURES = ['visited', 'served', 'contacted', 'coached'] as const
export type Measure = (typeof MEASURES)[number]

/** The indicator's code in the ward's catalogue. */
export const INDICATOR: Record<Measure, string> = {
  visited: 'COV_VISIT',
  served: 'COV_SERVED',
  contacted: 'COV_CONTACT',
  coached: 'COACH_OCC',
}

export function partOf(measure: Measure, tally: Tally): number | null {
  switch (measure) {
    case 'visited':
      return tally.hh_visited
    case 'served':
      return tally.hh_served
    case 'contacted':
      return tally.hh_contacted
    case 'coached':
      return tally.coach_occ
  }
}

export interface Reading {
  part: number | null
  whole: number
  /** Share of households, or occurrences for each household. */
  ratio: number | null
  /** The count exists but this reader may not see it. */
  kept: boolean
}

export function read(measure: Measure, tally: Tally): Reading {
  const part = partOf(measure, tally)
  return { part, whole: tally.hh_total, ratio: rate(part, tally.hh_total), kept: part === null }
}

export function writeReading(measure: Measure, reading: Reading): string {
  if (reading.kept) return FEW
  if (measure === 'coached') return reading.ratio === null ? NO_RATE : writeDecimal(reading.ratio)
  return writeRate(reading.ratio)
}

/** "4.182 / 7.246": the denominator is always printed. */
export function writeFraction(reading: Reading): string {
  return `${writeCount(reading.part)} / ${writeCount(reading.whole)}`
}

export const CLASS_COUNT = 5
/** Class of a group, 0 (least) to 4, or `null` for the hatch of "no data". */
export type ClassIndex = 0 | 1 | 2 | 3 | 4 | null

/**
 * The value at the top of the fifth class. Shares always run to 100 %; occurrences for each
 * household have no natural top, so the scale ends at the next tidy number above the largest group.
 */
export function topOf(measure: Measure, groups: readonly GroupCoverage[]): number {
  if (measure !== 'coached') return 1
  let most = 0
  for (const g of groups) most = Math.max(most, read(measure, g.tally).ratio ?? 0)
  return tidyTop(most)
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

export function classOf(reading: Reading, top = 1): ClassIndex {
  if (reading.part === null || reading.whole <= 0) return null
  // Multiplied before it is divided: 3 of 5 must be exactly the bound 60 %, not 59.999….
  const cls = Math.floor((reading.part * CLASS_COUNT) / (reading.whole * top) + 1e-9)
  return Math.max(0, Math.min(CLASS_COUNT - 1, cls)) as 0 | 1 | 2 | 3 | 4
}
