import { describe, expect, it } from 'vitest'
import { rowsOf, tickedOf, toggle, treeOf } from '../../src/lib/ward/alley.ts'
import { alley } from './fixture.ts'

const alleys = [
  alley('street', null),
  alley('ngo-10', 'street', { sort: '0010', name: 'Ngõ 10' }),
  alley('ngo-2', 'street', { sort: '0002', name: 'Ngõ 2' }),
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
  })
})
