import { describe, expect, it } from 'vitest'
import { handOver, handsOf, heldOf, loadOf, reload, reversed, rowsOf, sumOfChosen, tickedOf, toggle, treeOf } from '../../src/lib/ward/alley.ts'
import { alley, team } from './fixture.ts'

const thai = { id: 't1', name: 'Thái Học' }
const hoi = { id: 't2', name: 'Hội Phụ nữ' }
const alleys = [
  alley('street', null),
  alley('ngo-10', 'street', { sort: '0010', name: 'Ngõ 10', team: thai }),
  alley('ngo-2', 'street', { sort: '0002', name: 'Ngõ 2', team: hoi, households: 7 }),
  alley('ngach', 'ngo-2', { kind: 'alley' }),
  alley('elsewhere', 'not-here'),
]

describe('the tree of alleys', () => {
  const tree = treeOf(alleys)
  it('orders as people do and gives orphans a root', () => {
    expect(rowsOf(tree, new Set()).map((n) => [n.alley.id, n.depth])).toEqual([
      ['elsewhere', 0],
      ['street', 0],
      ['ngo-2', 1],
      ['ngach', 2],
      ['ngo-10', 1],
    ])
    expect(rowsOf(tree, new Set(['ngo-2'])).map((n) => n.alley.id)).not.toContain('ngach')
  })
  it('shows every alley once even when parents go in a circle', () => {
    const rows = rowsOf(treeOf([alley('a', 'b'), alley('b', 'a'), alley('c', null)]), new Set())
    expect(rows.map((n) => n.alley.id).sort()).toEqual(['a', 'b', 'c'])
  })
  it('ticks with what turns off it', () => {
    const street = tree.find((n) => n.alley.id === 'street')!
    const all = toggle(street, new Set())
    expect([...all].sort()).toEqual(['ngach', 'ngo-10', 'ngo-2', 'street'])
    expect(tickedOf(street, all)).toBe('all')
    const ngo2 = street.children[0]!
    const some = toggle(ngo2, all)
    expect([tickedOf(street, some), tickedOf(ngo2, some)]).toEqual(['some', 'none'])
    expect([...toggle(street, some)].sort()).toEqual([...all].sort())
    expect(toggle(street, all).size).toBe(0)
    expect(sumOfChosen(alleys, all)).toEqual({ alleys: 4, households: 37 })
  })
})

describe('hand-overs', () => {
  const chosen = new Set(['street', 'ngo-10', 'ngo-2'])
  const hands = handsOf(alleys, chosen, thai)
  it('leaves alone what the team already holds', () => {
    expect(hands.map((h) => h.alleyId)).toEqual(['street', 'ngo-2'])
  })
  it('gives each alley back to whom it had', () => {
    const after = handOver(alleys, hands)
    expect(after.filter((a) => a.team?.id === 't1').map((a) => a.id)).toEqual(['street', 'ngo-10', 'ngo-2'])
    expect(handOver(after, reversed(hands))).toEqual(alleys)
  })
  it('moves the load, and back', () => {
    const teams = [team('t1', { alleys: 1, households: 10 }), team('t2', { alleys: 1, households: 7 }), team('t3')]
    const after = reload(teams, alleys, hands)
    expect(after.map((t) => [t.alleys, t.households])).toEqual([[3, 27], [0, 0], [2, 40]])
    expect(reload(after, alleys, reversed(hands))).toEqual(teams)
  })
  it('compares a load with the teams that hold something', () => {
    const teams = [team('t1', { households: 60 }), team('t2', { households: 40 }), team('t3', { households: 0 })]
    expect(teams.map((t) => loadOf(t, teams))).toEqual([1.2, 0.8, 0])
    expect(loadOf(teams[2]!, [teams[2]!])).toBeNull()
  })
  it('says how much of a group is held', () => {
    expect([{ alleys: 0, alleys_assigned: 0 }, { alleys: 3, alleys_assigned: 1 }, { alleys: 3, alleys_assigned: 3 }].map(heldOf)).toEqual(['none', 'some', 'all'])
  })
})
