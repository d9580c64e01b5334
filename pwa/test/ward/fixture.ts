/** A made-up ward for the tests of the desk: shapes on a grid, figures by rule, nobody's data. */
import type { Alley, Coverage, GroupCoverage, Tally, Team, Trend } from '../../src/lib/ward/wire.ts'

export const NOON = Date.UTC(2026, 10, 22, 5)

export function tally(over: Partial<Tally> = {}): Tally {
  return {
    hh_total: 100,
    hh_visited: 60,
    hh_contacted: 50,
    hh_served: 40,
    hh_revisit: 12,
    hh_declined: 3,
    hh_unreachable: 2,
    hh_vacant: 1,
    visits: 75,
    coach_occ: 90,
    coach_people: 70,
    coach_people_60: 20,
    ...over,
  }
}

export function group(n: number, over: Partial<GroupCoverage> = {}): GroupCoverage {
  return {
    id: `g${n}`,
    code: `TO${n}`,
    name: `Tổ ${n}`,
    tally: tally(),
    last_visit_at: NOON - n * 86_400_000,
    alleys: 4,
    alleys_assigned: 2,
    teams: ['Chi đoàn Thái Học'],
    ...over,
  }
}

export function coverage(over: Partial<Coverage> = {}): Coverage {
  return {
    ward: { code: '10549', name: 'Phường Chu Văn An' },
    campaign: { name: 'Đi từng ngõ, gõ từng nhà', starts_on: 20261101, ends_on: 20261220 },
    seq: 7,
    as_of: NOON,
    total: tally({ hh_total: 200, hh_visited: 120, hh_served: 80 }),
    groups: [group(1), group(2, { tally: tally({ hh_served: 10 }) })],
    targets: [{ indicator: 'COV_SERVED', value: 80, unit: 'percent', due_on: 20261220, source: 'KH' }],
    suppressed: false,
    ...over,
  }
}

export function trend(over: Partial<Trend> = {}): Trend {
  return {
    days: [
      { day: 20261110, visits: 30, hh_visited: 30, hh_served: 20 },
      { day: 20261116, visits: 30, hh_visited: 30, hh_served: 20 },
      { day: 20261121, visits: 40, hh_visited: 40, hh_served: 25 },
      { day: 20261122, visits: 20, hh_visited: 20, hh_served: 15 },
    ],
    ...over,
  }
}

export function alley(id: string, parent: string | null, over: Partial<Alley> = {}): Alley {
  return {
    id,
    parent_id: parent,
    kind: parent ? 'lane' : 'street',
    name: id,
    sort: id,
    households: 10,
    tally: tally({ hh_total: 10 }),
    team: null,
    last_visit_at: null,
    ...over,
  }
}

export function team(id: string, over: Partial<Team> = {}): Team {
  return { id, name: `Đội ${id}`, members: 5, lead: 'Đội trưởng', alleys: 2, households: 40, ...over }
}
