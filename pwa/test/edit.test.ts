import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { changesOf, checked, checkedValue, holdsNumber, type Details, type EditField, type Value } from '../src/lib/domain/edit.ts'

interface Case {
  set: Partial<Record<EditField, Value>>
  gives: { ok: Partial<Details> } | { fault: string }
}
const cases = JSON.parse(readFileSync(new URL('../../tests/vectors/edit.json', import.meta.url), 'utf8')) as Case[]

describe('details of a household', () => {
  it.each(cases.map((c) => [JSON.stringify(c.set), c] as const))('%s, as the server says', (_, { set, gives }) => {
    expect(checked(set)).toEqual(gives)
  })

  it('a long number is found however it is written', () => {
    expect(holdsNumber('0900 000 00')).toBe(true)
    expect(holdsNumber('0900-000.00')).toBe(true)
    expect(holdsNumber('nhà 12/34, tầng 56789')).toBe(false)
    expect(holdsNumber('1234/56789')).toBe(false)
  })

  it('letters are counted as a person counts them', () => {
    expect(checkedValue('house_no', '🏠'.repeat(20))).toEqual({ ok: '🏠'.repeat(20) })
    expect(checkedValue('house_no', '🏠'.repeat(21))).toEqual({ fault: 'text_too_long' })
  })
})

describe('what is sent of an edit', () => {
  const was: Details = { landmark: 'cổng xanh', members: 4, adults: null, house_no: '7', head: 'Trần Thị Lan' }

  it('is what differs, with what was shown', () => {
    expect(changesOf(was, { ...was, members: 5, adults: 3 })).toEqual({ set: { members: 5, adults: 3 }, was: { members: 4, adults: null } })
    expect(changesOf(was, { ...was, landmark: '  cổng   xanh ' })).toEqual({ set: {}, was: {} })
  })

  it('a landmark can be taken away, a name and a number cannot', () => {
    expect(changesOf(was, { ...was, landmark: ' ', house_no: '', head: null })).toEqual({ set: { landmark: null }, was: { landmark: 'cổng xanh' } })
  })
})
