/** Twin of domain::household: a door's status is derived from its visits, never typed. */
import { addDays, bandOf, dayOf, type Day, type Millis } from './time.ts'
import { contact, empty, missed, served, visited, type Comeback, type Outcome, type VisitFact } from './visit.ts'

export type Status = 'not_visited' | 'attempted' | 'unreachable' | 'contacted' | 'served' | 'declined' | 'vacant'

/** Misses after which a household may be called unreachable. */
export const UNREACHABLE_TRIES = 3

/** After a refusal nobody knocks again for so many days. */
export const QUIET_DAYS = 90

export interface HouseholdState {
  status: Status
  visits: number
  last_outcome: Outcome | null
  last_visit_at: Millis | null
  visited: boolean
  contacted: boolean
  served: boolean
  comeback: Comeback | null
  revisit: boolean
}

export function deriveState(visits: readonly VisitFact[]): HouseholdState {
  const seen = visits
    .filter((v) => !v.withdrawn)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const last = seen.at(-1)
  const met = seen.findLast((v) => contact(v.outcome))
  const anyServed = seen.some((v) => served(v.outcome))

  let status: Status
  if (!last) status = 'not_visited'
  else if (empty(last.outcome)) status = 'vacant'
  else if (met) status = met.outcome === 'MET_DECLINED' ? 'declined' : anyServed ? 'served' : 'contacted'
  else if (isUnreachable(seen)) status = 'unreachable'
  else status = seen.some((v) => visited(v.outcome)) ? 'attempted' : 'not_visited'

  const revisit =
    status === 'attempted' ||
    status === 'unreachable' ||
    (status === 'contacted' && met?.outcome !== 'MET_NO_NEED') ||
    (status === 'served' && (met?.outcome === 'PARTIAL' || met?.outcome === 'APPOINTMENT'))

  return {
    status,
    visits: seen.length,
    last_outcome: last?.outcome ?? null,
    last_visit_at: last?.at ?? null,
    visited: seen.some((v) => visited(v.outcome)),
    contacted: met !== undefined,
    served: anyServed,
    comeback: met?.comeback ?? null,
    revisit,
  }
}

/**
 * The first day on which a household whose last adult met declined may be thought of again; null when
 * it did not decline, or somebody opened since. A knock that nobody answered changes nothing of it.
 */
export function quietUntil(visits: readonly VisitFact[]): Day | null {
  let met: VisitFact | null = null
  for (const v of visits) {
    if (v.withdrawn || !contact(v.outcome)) continue
    if (!met || v.at > met.at || (v.at === met.at && v.id > met.id)) met = v
  }
  return met?.outcome === 'MET_DECLINED' ? addDays(dayOf(met.at), QUIET_DAYS) : null
}

/** Three misses, in two bands, on two days. */
function isUnreachable(seen: readonly VisitFact[]): boolean {
  const misses = seen.filter((v) => missed(v.outcome))
  return (
    misses.length >= UNREACHABLE_TRIES &&
    new Set(misses.map((v) => bandOf(v.at))).size >= 2 &&
    new Set(misses.map((v) => dayOf(v.at))).size >= 2
  )
}
