/** Is the campaign on the line that leads to its target? */
import { addDays, daysFrom, mondayOf, type Day } from './day.ts'
import type { Coverage, Target, Tally, Trend, TrendDay } from './wire.ts'

/** Complete days the present speed is taken over. */
export const SPEED_DAYS = 7

export type PaceVerdict = 'no_target' | 'not_started' | 'reached' | 'ahead' | 'on_track' | 'behind' | 'overdue'

export interface Pace {
  verdict: PaceVerdict
  target: Target | null
  /** Households the target asks for. */
  goal: number
  /** Households still missing. */
  missing: number
  /** Whole days behind (or ahead of) the line; past the due date, days since it. */
  days: number
  /** Households a day needed from tomorrow on; `null` when there is no day left or nothing missing. */
  needed: number | null
  /** Households a day of late. */
  speed: number
  /** Day the goal is reached at the present speed; `null` when it is never. */
  forecast: Day | null
}

/** The target of an indicator that counts in percent; the latest due date when there are several. */
export function targetOf(coverage: Pick<Coverage, 'targets'>, indicator: string): Target | null {
  const fits = coverage.targets.filter((t) => t.indicator === indicator && t.unit === 'percent' && t.value > 0)
  return fits.reduce<Target | null>((best, t) => (best === null || t.due_on > best.due_on ? t : best), null)
}

export function goalOf(target: Target, total: Pick<Tally, 'hh_total'>): number {
  return Math.ceil((target.value * total.hh_total) / 100 - 1e-9)
}

type Counted = 'hh_visited' | 'hh_served'

/** Mean of the last complete days. Today is left out: a morning would look like a collapse. */
export function speedOf(trend: Pick<Trend, 'days'>, key: Counted, startsOn: Day, today: Day): number {
  const before = daysFrom(startsOn, today)
  if (before < 1) {
    return trend.days.filter((d) => d.day === today).reduce((n, d) => n + d[key], 0)
  }
  const span = Math.min(SPEED_DAYS, before)
  const from = addDays(today, -span)
  return sumOf(trend.days, key, from, addDays(today, -1)) / span
}

export function sumOf(days: readonly TrendDay[], key: Counted, from: Day, to: Day): number {
  return days.reduce((n, d) => (d.day >= from && d.day <= to ? n + d[key] : n), 0)
}

/** Change since Monday. */
export function weekOf(trend: Pick<Trend, 'days'>, key: Counted, today: Day): { from: Day; change: number } {
  const from = mondayOf(today)
  return { from, change: sumOf(trend.days, key, from, today) }
}

/** Farther than this a forecast is not a date but a warning. */
const FORECAST_LIMIT = 730

export function paceOf(args: {
  target: Target | null
  startsOn: Day
  today: Day
  done: number
  hhTotal: number
  speed: number
}): Pace {
  const { target, startsOn, today, done, hhTotal, speed } = args
  if (!target || hhTotal <= 0) {
    return { verdict: 'no_target', target: null, goal: 0, missing: 0, days: 0, needed: null, speed, forecast: null }
  }
  const goal = goalOf(target, { hh_total: hhTotal })
  const missing = Math.max(0, goal - done)
  const length = Math.max(1, daysFrom(startsOn, target.due_on))
  const elapsed = daysFrom(startsOn, today)
  const left = daysFrom(today, target.due_on)
  const wait = speed > 0 ? Math.ceil(missing / speed) : Infinity
  const forecast = missing > 0 && wait <= FORECAST_LIMIT ? addDays(today, wait) : null
  const base = { target, goal, missing, speed, forecast, needed: missing > 0 && left > 0 ? Math.ceil(missing / left) : null }

  if (missing === 0) return { ...base, verdict: 'reached', days: 0 }
  if (elapsed < 0) return { ...base, verdict: 'not_started', days: -elapsed }
  if (left < 0) return { ...base, verdict: 'overdue', days: -left }
  // Where on the line would this count belong? The distance to today, in days, is the delay.
  const lag = elapsed - (done * length) / goal
  if (lag >= 1) return { ...base, verdict: 'behind', days: Math.floor(lag) }
  if (lag <= -1) return { ...base, verdict: 'ahead', days: Math.floor(-lag) }
  return { ...base, verdict: 'on_track', days: 0 }
}
