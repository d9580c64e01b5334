/** Where a residential group stands among the others. Why it lags, the server says (`board/tell.ts`). */
import { dayOf, daysFrom, type Millis } from './day.ts'
import { FIRST_MEASURES, readPlace, type Measure } from './measure.ts'
import type { GroupCoverage } from './wire.ts'

export type Standing = 'lowest' | 'highest' | 'no_data' | null

/** Whole days since the last visit; `null` when there was none. */
export function idleDays(group: GroupCoverage, now: Millis): number | null {
  return group.last_visit_at === null ? null : Math.max(0, daysFrom(dayOf(group.last_visit_at), dayOf(now)))
}

export function standing(group: GroupCoverage, groups: readonly GroupCoverage[], measure: Measure, now: Millis = 0): Standing {
  const own = readPlace(measure, group, now).ratio
  if (own === null) return 'no_data'
  const all = groups.map((g) => readPlace(measure, g, now).ratio).filter((r): r is number => r !== null)
  // Of troubles the most is nothing to be praised for.
  if (all.length < 2 || !FIRST_MEASURES.includes(measure)) return null
  const [least, most] = [Math.min(...all), Math.max(...all)]
  if (least === most) return null
  if (own === least) return 'lowest'
  return own === most ? 'highest' : null
}
