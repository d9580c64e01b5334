import { describe, expect, it } from 'vitest'
import { addDays, daysFrom, mondayOf } from '../../src/lib/ward/day.ts'
import { rate, writeChange, writeCount, writeDecimal, writeRate } from '../../src/lib/ward/figure.ts'
import { classOf, read, tidyTop, topOf, writeFraction, writeReading } from '../../src/lib/ward/measure.ts'
import { coverage, group, tally } from './fixture.ts'

describe('rates', () => {
  it('writes one decimal with a comma', () => {
    expect(writeRate(rate(4182, 7246))).toBe('57,7%')
    expect(writeRate(rate(1, 1))).toBe('100,0%')
    expect(writeRate(rate(0, 5))).toBe('0,0%')
  })
  it('rounds halves up where binary fractions would not', () => {
    expect(writeRate(0.0575)).toBe('5,8%')
    expect(writeRate(0.1235)).toBe('12,4%')
    expect(writeRate(rate(1, 2000))).toBe('0,1%')
  })
  it('has no rate of nothing', () => {
    expect(rate(0, 0)).toBeNull()
    expect(writeRate(rate(3, 0))).toBe('—')
    expect(writeRate(rate(null, 10))).toBe('—')
  })
  it('writes counts with dots and keeps small ones back', () => {
    expect(writeCount(1234567)).toBe('1.234.567')
    expect(writeCount(999)).toBe('999')
    expect(writeCount(null)).toBe('<5')
    expect(writeDecimal(2.25)).toBe('2,3')
  })
  it('gives a change its sign', () => {
    expect([writeChange(312), writeChange(0), writeChange(-4)]).toEqual(['+312', '±0', '−4'])
  })
})

describe('measures', () => {
  it('reads each measure with its denominator', () => {
    const t = tally()
    expect(writeFraction(read('served', t))).toBe('40 / 100')
    expect(writeReading('visited', read('visited', t))).toBe('60,0%')
    expect(writeReading('coached', read('coached', t))).toBe('0,9')
    expect(writeReading('coached', read('coached', tally({ coach_occ: null })))).toBe('<5')
    expect(writeReading('served', read('served', tally({ hh_total: 0, hh_served: 0 })))).toBe('—')
  })
  it('puts shares into five classes, bounds into the upper one', () => {
    const cls = (served: number, total = 100) => classOf(read('served', tally({ hh_served: served, hh_total: total })))
    expect([0, 19, 20, 39, 40, 60, 79, 80, 100].map((n) => cls(n))).toEqual([0, 0, 1, 1, 2, 3, 3, 4, 4])
    for (let total = 5; total <= 500; total += 5) expect(cls((total * 3) / 5, total)).toBe(3)
  })
  it('hatches what has no data', () => {
    expect(classOf(read('served', tally({ hh_total: 0, hh_served: 0 })))).toBeNull()
    expect(classOf(read('coached', tally({ coach_occ: null })))).toBeNull()
  })
  it('ends the scale of occurrences on a tidy number', () => {
    expect([0, 0.3, 0.9, 1, 1.2, 2.2, 3, 7, 40].map(tidyTop)).toEqual([1, 0.3, 1, 1, 1.5, 2.5, 3, 7.5, 40])
    expect(topOf('served', coverage().groups)).toBe(1)
    expect(topOf('coached', [group(1, { tally: tally({ coach_occ: 330 }) })])).toBe(4)
  })
})

describe('days', () => {
  it('counts over months, years and leap days', () => {
    expect(daysFrom(20261101, 20261220)).toBe(49)
    expect(daysFrom(20280228, 20280301)).toBe(2)
    expect(addDays(20261231, 1)).toBe(20270101)
  })
  it('finds the Monday', () => {
    expect(mondayOf(20261122)).toBe(20261116)
    expect(mondayOf(20261116)).toBe(20261116)
    expect(mondayOf(20270101)).toBe(20261228)
  })
})
