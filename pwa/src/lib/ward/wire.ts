/** What the server says about coverage, alleys and teams, in the words of the HTTP contract. */
import type { Day } from './day.ts'

/**
 * The counts of one residential group, alley or ward (households unless said otherwise).
 * `null` is a count of 1 to 4 persons kept back from a reader who sees aggregates only.
 */
export interface Tally {
  hh_total: number
  hh_visited: number
  hh_contacted: number
  hh_served: number
  hh_revisit: number
  hh_declined: number
  hh_unreachable: number
  hh_vacant: number
  visits: number
  coach_occ: number | null
  coach_people: number | null
  coach_people_60: number | null
}

export interface GroupCoverage {
  id: string
  code: string
  name: string
  sort: string | number
  tally: Tally
  last_visit_at: number | null
  alleys: number
  alleys_assigned: number
  teams: string[]
}

export interface Target {
  indicator: string
  value: number
  unit: string
  due_on: Day
  source?: string | null
}

export interface Coverage {
  ward: { code: string; name: string }
  campaign: { name: string; starts_on: Day; ends_on: Day }
  seq: number
  as_of: number
  total: Tally
  groups: GroupCoverage[]
  targets: Target[]
  suppressed: boolean
}

export interface TrendDay {
  day: Day
  visits: number
  hh_visited: number
  hh_served: number
}

export interface Trend {
  from: Day
  to: Day
  days: TrendDay[]
  hh_total: number
}

/** Street, ngõ, ngách, hẻm. */
export type AlleyKind = 'street' | 'lane' | 'alley' | 'sub_alley'

export interface Alley {
  id: string
  parent_id: string | null
  kind: AlleyKind
  name: string
  sort: string | number
  households: number
  tally: Tally
  team: { id: string; name: string } | null
  last_visit_at: number | null
}

export interface Team {
  id: string
  name: string
  members: number
  lead: { name: string } | null
  alleys: number
  households: number
}
