/** The map of an earlier day, and what changed between two days. */
import { addDays, daysFrom, type Day } from './day.ts'
import { rate } from './figure.ts'
import { read, type Measure } from './measure.ts'
import type { Days, GroupCoverage, Tally } from './wire.ts'

/** What the book keeps by day. Other figures exist for today only. */
export const PAST_MEASURES = ['visited', 'served', 'contacted', 'visits'] as const
export type PastMeasure = (typeof PAST_MEASURES)[number]

export function isPast(measure: Measure): measure is PastMeasure {
  return (PAST_MEASURES as readonly Measure[]).includes(measure)
}

type Counts = Pick<Tally, 'visits' | 'hh_visited' | 'hh_contacted' | 'hh_served'>

const NONE: Counts = { visits: 0, hh_visited: 0, hh_contacted: 0, hh_served: 0 }

/** What stood in the book at the end of a day, by group. */
export function upTo(days: Days, day: Day): Map<string, Counts> {
  const sums = new Map<string, Counts>()
  for (const one of days.days) {
    if (one.day > day) break
    for (const [place, visits, visited, contacted, served] of one.counts as [number, number, number, number, number][]) {
      const id = days.groups[place]
      if (id === undefined) continue
      const sum = sums.get(id) ?? NONE
      sums.set(id, {
        visits: sum.visits + visits,
        hh_visited: sum.hh_visited + visited,
        hh_contacted: sum.hh_contacted + contacted,
        hh_served: sum.hh_served + served,
      })
    }
  }
  return sums
}

/** The groups as they stood at the end of a day; the denominator is today's. */
export function asOf(groups: readonly GroupCoverage[], days: Days, day: Day): GroupCoverage[] {
  const sums = upTo(days, day)
  return groups.map((g) => ({ ...g, tally: { ...g.tally, ...(sums.get(g.id) ?? NONE) } }))
}

/** Every day of the slider, from the first on which something happened (or the campaign's) to today. */
export function sliderDays(from: Day, to: Day): Day[] {
  const length = Math.min(Math.max(0, daysFrom(from, to)), 3 * 366)
  return Array.from({ length: length + 1 }, (_, i) => addDays(from, i))
}

/** What changed in one group between two days. */
export interface Change {
  id: string
  name: string
  then: number | null
  now: number | null
  /** `now − then`. */
  by: number | null
  /** That, less the change of the whole ward: how much faster or slower than the rest. */
  ahead: number | null
}

function totalOf(groups: readonly GroupCoverage[], measure: PastMeasure): number | null {
  let [part, whole] = [0, 0]
  for (const g of groups) {
    const one = read(measure, g.tally)
    part += one.part ?? 0
    whole += one.whole
  }
  return rate(part, whole)
}

export function changes(then: readonly GroupCoverage[], now: readonly GroupCoverage[], measure: PastMeasure): { groups: Change[]; ward: number | null } {
  const [before, after] = [totalOf(then, measure), totalOf(now, measure)]
  const ward = before === null || after === null ? null : after - before
  const earlier = new Map(then.map((g) => [g.id, g]))
  const groups = now.map((g): Change => {
    const was = earlier.get(g.id)
    const [a, b] = [was ? read(measure, was.tally).ratio : null, read(measure, g.tally).ratio]
    const by = a === null || b === null ? null : b - a
    return { id: g.id, name: g.name, then: a, now: b, by, ahead: by === null || ward === null ? null : by - ward }
  })
  return { groups, ward }
}

/** Half the width of the middle class, in what is compared (a share, or visits for each household). */
export const AS_THE_REST = 0.02
/** From here on a group is far from the rest. */
export const FAR_FROM_REST = 0.1

/** 0 far behind the rest … 2 as the rest … 4 far ahead; `null` without a figure. */
export function aheadClass(ahead: number | null): 0 | 1 | 2 | 3 | 4 | null {
  if (ahead === null) return null
  const size = Math.abs(ahead) + 1e-9
  if (size <= AS_THE_REST + 2e-9) return 2
  if (ahead < 0) return size >= FAR_FROM_REST ? 0 : 1
  return size >= FAR_FROM_REST ? 4 : 3
}
