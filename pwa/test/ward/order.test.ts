import { describe, expect, it } from 'vitest'
import { idleDays, standing } from '../../src/lib/ward/lag.ts'
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

describe('how a group stands', () => {
  it('names its standing', () => {
    expect(groups.map((g) => standing(g, groups, 'served'))).toEqual(['highest', 'lowest', 'no_data'])
    expect(standing(group(1), [group(1)], 'served')).toBeNull()
    expect(standing(group(1), [group(1), group(2)], 'served')).toBeNull()
  })
  it('counts whole days since the last visit', () => {
    expect(idleDays(group(5), NOON)).toBe(5)
    expect(idleDays(group(0, { last_visit_at: NOON + 60_000 }), NOON), 'a clock a little ahead').toBe(0)
    expect(idleDays(group(3, { last_visit_at: null }), NOON)).toBeNull()
  })
})
