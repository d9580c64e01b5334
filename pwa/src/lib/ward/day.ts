/** Counting between business days, for the trend and the pace. */
import { addDays, dayOf, DAY_MS, startOf, weekdayOf, type Day, type Millis } from '../domain/time.ts'
import { formatDay, formatTime } from '../i18n/format.ts'

export { addDays, dayOf, type Day, type Millis }

/** How many days `to` lies after `from`; negative when before, 0 when either is no real day. */
export function daysFrom(from: Day, to: Day): number {
  const a = startOf(from)
  const b = startOf(to)
  return a === null || b === null ? 0 : Math.round((b - a) / DAY_MS)
}

/** The Monday of the day's week. */
export function mondayOf(day: Day): Day {
  const start = startOf(day)
  return start === null ? day : addDays(day, -((weekdayOf(start) + 6) % 7))
}

/** 20:14 ngày 22/11/2026, without the words. */
export function writeInstant(at: Millis): string {
  return `${formatTime(at)} ${formatDay(dayOf(at))}`
}
