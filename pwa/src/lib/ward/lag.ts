/** Why does a residential group lag? Facts from its tally, the most useful first. */
import { dayOf, daysFrom, type Millis } from './day.ts'
import { FIRST_MEASURES, readPlace, type Measure } from './measure.ts'
import { unvisited } from './order.ts'
import type { GroupCoverage } from './wire.ts'

export type Standing = 'lowest' | 'highest' | 'no_data' | null

export type Reason =
  | { kind: 'no_households' }
  | { kind: 'never_visited'; households: number }
  | { kind: 'unvisited'; households: number }
  | { kind: 'all_visited' }
  | { kind: 'unassigned'; alleys: number; of: number }
  | { kind: 'idle'; days: number }
  | { kind: 'often_out'; households: number; visited: number }
  | { kind: 'teams'; teams: string[] }
  | { kind: 'no_team' }

/** Days without a visit after which a group counts as idle. */
export const IDLE_DAYS = 4
/** Share of visited households still to come back to that points to the wrong hour of knocking. */
export const OFTEN_OUT = 0.3

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

export function reasonsOf(group: GroupCoverage, now: Millis): Reason[] {
  const { tally } = group
  if (tally.hh_total === 0) return [{ kind: 'no_households' }]
  const reasons: Reason[] = []
  const left = unvisited(group)
  if (tally.visits === 0) reasons.push({ kind: 'never_visited', households: tally.hh_total })
  else if (left > 0) reasons.push({ kind: 'unvisited', households: left })
  else reasons.push({ kind: 'all_visited' })

  if (group.alleys > 0 && group.alleys_assigned === 0) reasons.push({ kind: 'no_team' })
  else {
    if (group.alleys_assigned < group.alleys) {
      reasons.push({ kind: 'unassigned', alleys: group.alleys - group.alleys_assigned, of: group.alleys })
    }
    if (group.teams.length > 0) reasons.push({ kind: 'teams', teams: group.teams })
  }

  const idle = idleDays(group, now)
  if (idle !== null && idle >= IDLE_DAYS && (left > 0 || tally.hh_revisit > 0)) reasons.push({ kind: 'idle', days: idle })
  if (tally.hh_visited > 0 && tally.hh_revisit / tally.hh_visited >= OFTEN_OUT) {
    reasons.push({ kind: 'often_out', households: tally.hh_revisit, visited: tally.hh_visited })
  }
  return reasons
}
