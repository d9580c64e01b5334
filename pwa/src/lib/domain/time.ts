/** Twin of domain::time: days begin at midnight in Viet Nam, and every knock has one band. */

export type Millis = number
/** A business day as the number yyyymmdd. */
export type Day = number
export type TimeBand = 'M' | 'A' | 'E' | 'W'

/** UTC+7 all year: no daylight saving since 1975, so no time-zone database is needed. */
const OFFSET_MS = 7 * 3_600_000
export const DAY_MS = 86_400_000

/** Nobody knocks before 08:00 or from 21:00 on, in minutes since midnight. */
export const KNOCK_FROM = 480
export const KNOCK_TO = 1260

/** When each band is over, in minutes since midnight. */
export const BAND_ENDS: Readonly<Record<TimeBand, number>> = { M: 690, A: 1050, E: KNOCK_TO, W: KNOCK_TO }

export interface Clock {
  /** Milliseconds since 1970 by the phone's own clock. */
  now(): Millis
}

/** The clock of the machine. The only place that reads it; everything else is handed a Clock. */
export const systemClock: Clock = { now: () => Date.now() }

const local = (at: Millis): Date => new Date(at + OFFSET_MS)

export function dayOf(at: Millis): Day {
  const d = local(at)
  return d.getUTCFullYear() * 10_000 + (d.getUTCMonth() + 1) * 100 + d.getUTCDate()
}

/** Minutes since midnight in Viet Nam. */
export function minuteOf(at: Millis): number {
  const d = local(at)
  return d.getUTCHours() * 60 + d.getUTCMinutes()
}

/** 0 Sunday .. 6 Saturday, in Viet Nam. */
export function weekdayOf(at: Millis): number {
  return local(at).getUTCDay()
}

/** The catalogue's gaps (11:30-13:30, 17:30-18:00) belong to the nearer band. */
export function bandOf(at: Millis): TimeBand {
  const weekday = weekdayOf(at)
  if (weekday === 0 || weekday === 6) return 'W'
  const minute = minuteOf(at)
  if (minute < 750) return 'M'
  return minute < 1065 ? 'A' : 'E'
}

/** The first instant of a day, or null when the number names no real day. */
export function startOf(day: Day): Millis | null {
  const year = Math.floor(day / 10_000)
  const month = Math.floor(day / 100) % 100
  const date = day % 100
  const at = Date.UTC(year, month - 1, date) - OFFSET_MS
  return dayOf(at) === day ? at : null
}

/** The day `n` days after. */
export function addDays(day: Day, n: number): Day {
  const start = startOf(day)
  return start === null ? day : dayOf(start + n * DAY_MS)
}
