/**
 * Twin of domain::workday: the days on which offices work. Which days are holidays is the ward's to
 * say; tests/vectors/workday.json holds both to the same days.
 */
import { addDays, startOf, weekdayOf, type Day } from './time.ts'

/** Do offices work on this day? */
export function works(day: Day, holidays: ReadonlySet<Day>): boolean {
  const weekday = weekdayOf(startOf(day) ?? 0)
  return weekday !== 0 && weekday !== 6 && !holidays.has(day)
}

/** The `n`th working day after a day. */
export function after(day: Day, n: number, holidays: ReadonlySet<Day>): Day {
  let at = day
  let left = n
  while (left > 0) {
    const next = addDays(at, 1)
    // No real day.
    if (next === at) break
    at = next
    if (works(at, holidays)) left -= 1
  }
  return at
}

/** A promise further away than this is not counted day by day. */
const FAR = 370

/**
 * Working days from one day to another: 0 on the day itself, negative when it is past. Another day is
 * never 0 days away: a promise that ran out on Friday is late on Saturday.
 */
export function between(from: Day, to: Day, holidays: ReadonlySet<Day>): number {
  if (from === to || startOf(from) === null || startOf(to) === null) return 0
  const [first, last] = from < to ? [from, to] : [to, from]
  let n = 0
  for (let at = first, left = FAR; at < last && left > 0; left -= 1) {
    at = addDays(at, 1)
    if (works(at, holidays)) n += 1
  }
  return Math.max(1, n) * (from < to ? 1 : -1)
}
