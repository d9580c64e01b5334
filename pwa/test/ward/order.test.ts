import { describe, expect, it } from 'vitest'
import { reasonsOf, standing } from '../../src/lib/ward/lag.ts'
import { arrange, ariaSort, FIRST_ORDER, turn, type Column } from '../../src/lib/ward/order.ts'
import { group, NOON, tally } from './fixture.ts'

const groups = [
  group(10, { tally: tally({ hh_served: 90, hh_visited: 95, visits: 120 }) }),
  group(2, { tally: tally({ hh_served: 9, hh_visited: 9, hh_revisit: 4, visits: 9 }), last_visit_at: null }),
  group(1, { tally: tally({ hh_total: 0, hh_served: 0, hh_visited: 0, visits: 0 }), last_visit_at: NOON }),
]
const ids = (by: Column, descending = false) => arrange(groups, { by, descending }, 'served').map((g) => g.id)

describe('order of the table', () => {
  it('puts the lagging group on top, and the group without data last either way', () => {
    expect(arrange(groups, FIRST_ORDER, 'served').map((g) => g.id)).toEqual(['g2', 'g10', 'g1'])
    expect(ids('reading', true)).toEqual(['g10', 'g2', 'g1'])
  })
  it('sorts by every column', () => {
    expect(ids('name')).toEqual(['g1', 'g2', 'g10'])
    expect(ids('name', true)).toEqual(['g10', 'g2', 'g1'])
    expect(ids('unvisited', true)).toEqual(['g2', 'g10', 'g1'])
    expect(ids('revisit', true)).toEqual(['g1', 'g10', 'g2'])
    expect(ids('visits')).toEqual(['g1', 'g2', 'g10'])
    expect(ids('last')).toEqual(['g2', 'g10', 'g1'])
  })
  it('does not touch the list it is given', () => {
    const before = groups.map((g) => g.id)
    ids('name')
    expect(groups.map((g) => g.id)).toEqual(before)
  })
  it('turns round on the second press', () => {
    expect(turn(FIRST_ORDER, 'reading')).toEqual({ by: 'reading', descending: true })
    expect(turn(FIRST_ORDER, 'unvisited')).toEqual({ by: 'unvisited', descending: true })
    expect([ariaSort(FIRST_ORDER, 'reading'), ariaSort(FIRST_ORDER, 'name')]).toEqual(['ascending', 'none'])
  })
})

describe('why a group lags', () => {
  it('names its standing', () => {
    expect(groups.map((g) => standing(g, groups, 'served'))).toEqual(['highest', 'lowest', 'no_data'])
    expect(standing(group(1), [group(1)], 'served')).toBeNull()
    expect(standing(group(1), [group(1), group(2)], 'served')).toBeNull()
  })
  it('says what is left, who holds it and how long nobody came', () => {
    const g = group(9, { tally: tally({ hh_revisit: 20 }), last_visit_at: NOON - 5 * 86_400_000 })
    expect(reasonsOf(g, NOON)).toEqual([
      { kind: 'unvisited', households: 40 },
      { kind: 'unassigned', alleys: 2, of: 4 },
      { kind: 'teams', teams: ['Chi đoàn Thái Học'] },
      { kind: 'idle', days: 5 },
      { kind: 'often_out', households: 20, visited: 60 },
    ])
  })
  it('tells an untouched group and an empty one', () => {
    const untouched = group(3, { tally: tally({ hh_visited: 0, hh_served: 0, hh_revisit: 0, visits: 0 }), alleys_assigned: 0, teams: [], last_visit_at: null })
    expect(reasonsOf(untouched, NOON)).toEqual([{ kind: 'never_visited', households: 100 }, { kind: 'no_team' }])
    expect(reasonsOf(group(4, { tally: tally({ hh_total: 0 }) }), NOON)).toEqual([{ kind: 'no_households' }])
  })
})
