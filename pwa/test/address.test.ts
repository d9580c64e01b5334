import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNo, printNo, sideOf, sortAmong, sortOf, waysIn, type HouseNo, type Mark } from '$lib/domain/address.ts'

interface Vector {
  in: string
  print: string
  house: string | null
  sort: string
  side: 'odd' | 'even' | null
  lane_path: string[]
  street: string | null
  landmark: string | null
  area: string | null
  doubts: string[]
}
const vectors = JSON.parse(readFileSync(new URL('../../tests/vectors/address.json', import.meta.url), 'utf8')) as Vector[]
/** Nothing but a number: what a phone may be told at the door. */
const bare = vectors.filter((v) => v.house !== null && v.lane_path.length === 0 && !v.street && !v.landmark && !v.area && v.doubts.length === 0)

describe('the number on a door', () => {
  it('has enough cases', () => expect(bare.length).toBeGreaterThan(25))

  it.each(bare.map((v) => [v.in, v] as const))('%s reads as the server reads it', (text, v) => {
    const no = parseNo(text)
    expect(no && printNo(no), 'print').toBe(v.house)
    expect(no && sortOf(no), 'sort').toBe(v.sort)
    expect(no && sideOf(no), 'side').toBe(v.side)
  })

  it.each([...new Set(vectors.flatMap((v) => v.house ?? []))])('%s, as the book prints it, reads back the same', (house) => {
    const no = parseNo(house)
    expect(no && printNo(no)).toBe(house)
  })

  it.each(['', 'nhà', '12 Nguyễn Trãi', 'ngõ 34', 'sau chợ', '123456', '0', '12/', 'P', 'tầng 3', 'A12'])('%j is no number', (text) => {
    expect(parseNo(text)).toBeNull()
  })

  const mark: fc.Arbitrary<Mark> = fc.record({
    number: fc.integer({ min: 1, max: 99_999 }),
    suffix: fc.oneof(fc.constant(''), fc.constantFrom('A', 'B', 'Đ', 'H', 'B1', 'bis', 'ter', 'quater'), fc.integer({ min: 1, max: 99_999 }).map((n) => `-${n}`)),
  })
  const house: fc.Arbitrary<HouseNo> = fc.oneof(
    fc.record({ kind: fc.constant('house' as const), head: mark, tail: fc.array(mark, { maxLength: 2 }), block: fc.constant(null), floor: fc.constant(null) }),
    fc.record({
      kind: fc.constant('room' as const),
      head: fc.record({ number: fc.integer({ min: 1, max: 3000 }), suffix: fc.constant('') }),
      tail: fc.constant([] as Mark[]),
      block: fc.constantFrom(null, 'nhà 12', 'nhà 12A/3', 'nhà B'),
      floor: fc.option(fc.integer({ min: 1, max: 40 })),
    }),
  )

  it('reads back what it prints', () => {
    fc.assert(fc.property(house, (no) => {
      expect(parseNo(printNo(no))).toEqual(no)
    }))
  })

  it('sorts in one order, whichever two are compared, and calls none equal that print apart', () => {
    fc.assert(
      fc.property(house, house, house, (a, b, c) => {
        const [x, y, z] = [sortOf(a), sortOf(b), sortOf(c)]
        expect(x === y).toBe(printNo(a) === printNo(b))
        if (x < y && y < z) expect(x < z).toBe(true)
      }),
    )
  })

  it('puts a new door among its neighbours, in the lane whose doors the book has sorted', () => {
    const ways = waysIn('7', 'hn00034ma00000n00007ea00000')
    expect(ways).toBe('n00034ma00000')
    expect(sortAmong(ways!, sortOf(parseNo('9')!))).toBe('hn00034ma00000n00009ea00000')
    expect(sortAmong(ways!, sortOf(parseNo('34/9')!))).toBe('hn00034ma00000n00009ea00000')
    expect(waysIn('7', 'x')).toBeNull()
  })
})
