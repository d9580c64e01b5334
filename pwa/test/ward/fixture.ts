/** A made-up ward for the tests of the desk: shapes on a grid, figures by rule, nobody's data. */
import type { Alley, AskedDoor, Coverage, GroupCoverage, PhoneLine, Place, Quarantined, RegisterHousehold, Tally, Team, Trend, TwoValues } from '../../src/lib/ward/wire.ts'

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
    identity: null,
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

export function phoneLine(n: number, over: Partial<PhoneLine> = {}): PhoneLine {
  return {
    device_id: `d${n}`,
    name: 'Android',
    account: { id: `a${n}`, name: `Người ${n}` },
    team: { id: 't1', name: 'Chi đoàn Thái Học' },
    app_version: '0.2.0',
    last_seen_at: NOON - 120_000,
    queued: 0,
    held: 0,
    kept: 0,
    rejected: [],
    failed: 0,
    last_failed_at: null,
    last_failure: null,
    needs: 'nothing',
    revoked_at: null,
    wiped_at: null,
    wiped_unsent: null,
    ...over,
  }
}

export function askedDoor(n: number, over: Partial<AskedDoor> = {}): AskedDoor {
  return {
    household: place(n),
    question: 'moved',
    of: null,
    landmark: null,
    head: null,
    visits: 2,
    account_name: 'Lan',
    team: 'Chi đoàn Thái Học',
    at: NOON - n * 60_000,
    ...over,
  }
}

export function place(n: number, over: Partial<Place> = {}): Place {
  return { id: `h${n}`, code: `CVA-TO1-000${n}`, no: String(n), alley: 'Ngõ 34', group: 'Tổ 1', ...over }
}

export function twoValues(n: number, over: Partial<TwoValues> = {}): TwoValues {
  return {
    op_id: `o${n}`,
    field: 'house_no',
    household: place(n),
    book: String(n),
    phone: `${n}A`,
    team: 'Chi đoàn Thái Học',
    at: NOON - 3_600_000,
    ...over,
  }
}

export function quarantined(n: number, over: Partial<Quarantined> = {}): Quarantined {
  return {
    op_id: `q${n}`,
    why: 'household_deleted',
    kind: 'visit.record',
    summary: { household: place(n), outcome: 'SERVED', set: null },
    account_name: `Người ${n}`,
    team: 'Chi đoàn Thái Học',
    at: NOON - 3_600_000,
    ...over,
  }
}

export function registered(n: number, over: Partial<RegisterHousehold> = {}): RegisterHousehold {
  return {
    id: `h${n}`,
    code: `CVA-TO1-000${n}`,
    no: String(n),
    alley: { id: 'al1', name: 'Ngõ 34' },
    group: { id: 'g1', name: 'Tổ 1' },
    head: `Chủ hộ ${n}`,
    landmark: null,
    visits: n,
    state: 'active',
    merged_into: null,
    ...over,
  }
}
