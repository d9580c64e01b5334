import { describe, expect, it } from 'vitest'
import { asOf, aheadClass, changes, sliderDays, upTo } from '../../src/lib/ward/past.ts'
import { classOf, kindOf, MEASURES, read, readPlace, topOf, writeBound, writeReading } from '../../src/lib/ward/measure.ts'
import { paintsOf, writeBy } from '../../src/lib/ward/painting.ts'
import { TimeMachine } from '../../src/lib/ward/time-machine.svelte.ts'
import type { Days } from '../../src/lib/ward/wire.ts'
import { group, NOON, tally } from './fixture.ts'

const days: Days = {
  seq: 9,
  groups: ['g2', 'g1'],
  days: [
    { day: 20261120, counts: [[0, 10, 8, 6, 4]] },
    { day: 20261122, counts: [[0, 5, 2, 2, 6], [1, 20, 20, 10, 10]] },
  ],
}
const groups = [group(1), group(2), group(3)]

describe('the map of an earlier day', () => {
  it('adds up what was done until its end', () => {
    expect(upTo(days, 20261119).size).toBe(0)
    expect(upTo(days, 20261121).get('g2')).toEqual({ visits: 10, hh_visited: 8, hh_contacted: 6, hh_served: 4 })
    expect(upTo(days, 20261122).get('g2')).toEqual({ visits: 15, hh_visited: 10, hh_contacted: 8, hh_served: 10 })
  })
  it('keeps the denominator of today and says nothing of groups nobody had visited', () => {
    const then = asOf(groups, days, 20261121)
    expect(read('served', then[1]!.tally)).toMatchObject({ part: 4, whole: 100 })
    expect(read('visited', then[0]!.tally)).toMatchObject({ part: 0, whole: 100 })
    expect(groups[0]!.tally.hh_visited, 'today stays as it is').toBe(60)
  })
  it('has every day of the slider, and never fewer than one', () => {
    expect(sliderDays(20261129, 20261202)).toEqual([20261129, 20261130, 20261201, 20261202])
    expect(sliderDays(20261203, 20261202)).toEqual([20261203])
  })
})

describe('two days compared', () => {
  it('says how much each group moved, and beside the whole ward', () => {
    const told = changes(asOf(groups, days, 20261121), asOf(groups, days, 20261122), 'served')
    expect(told.ward).toBeCloseTo(16 / 300)
    expect(told.groups.map((c) => Math.round((c.by ?? NaN) * 100))).toEqual([10, 6, 0])
    expect(told.groups[2]!.ahead).toBeCloseTo(-16 / 300)
    const painted = paintsOf({ measure: 'served', groups, changes: told, top: 1, now: NOON })
    expect([...painted.values()].map((p) => [p.cls, p.value])).toEqual([[3, '+10,0'], [2, '+6,0'], [1, '0,0']])
  })
  it('parts far behind from behind, and both from the rest', () => {
    expect([-0.2, -0.1, -0.05, -0.02, 0, 0.02, 0.05, 0.1, null].map(aheadClass)).toEqual([0, 0, 1, 2, 2, 2, 3, 4, null])
  })
  it('writes a change with its sign', () => {
    expect(writeBy('served', -0.0449)).toBe('−4,5')
    expect(writeBy('visits', 0.25)).toBe('+0,3')
    expect(writeBy('visits', null)).toBe('—')
  })
})

describe('measures beyond the first', () => {
  it('read every one from what the book keeps', () => {
    const place = group(3, { tally: tally() })
    const told = MEASURES.map((m) => [m, writeReading(m, readPlace(m, place, NOON))])
    expect(Object.fromEntries(told)).toEqual({
      visited: '60,0%', served: '40,0%', contacted: '50,0%', revisit: '12,0%', unreachable: '2,0%', declined: '3,0%', vacant: '1,0%',
      visits: '0,8', coached: '0,9', people: '0,7', people60: '0,2', idle: '3', eid: '—', eid14: '—',
    })
    expect(writeReading('idle', readPlace('idle', group(1, { last_visit_at: null }), NOON))).toBe('—')
    expect(classOf(readPlace('idle', group(1, { last_visit_at: null }), NOON), 5)).toBeNull()
  })
  it('gives small shares a scale of their own, with bounds that can be read', () => {
    const top = topOf('declined', groups, NOON)
    expect(top).toBeCloseTo(0.03)
    expect(writeBound('declined', top, 5)).toBe('3,0%')
    expect(classOf(readPlace('declined', groups[0]!, NOON), top)).toBe(4)
    expect(topOf('idle', groups, NOON)).toBe(5)
    expect(writeBound('idle', 5, 3)).toBe('3')
    expect(classOf(readPlace('idle', groups[2]!, NOON), 5)).toBe(3)
    expect(kindOf('people60')).toBe('each')
  })
})

describe('the slider', () => {
  const machine = (answer: () => Promise<Days>) => new TimeMachine({ days: answer })
  it('fetches when it is opened, and forgets the day when it is closed', async () => {
    let asked = 0
    const time = machine(async () => ((asked += 1), days))
    time.heard()
    expect(asked).toBe(0)
    time.toggle()
    await Promise.resolve()
    await Promise.resolve()
    expect([asked, time.days]).toEqual([1, days])
    time.show(20261121, 20261122)
    time.against = 20261120
    expect(time.at).toBe(20261121)
    time.show(20261122, 20261122)
    expect(time.at, 'today is now').toBeNull()
    time.toggle()
    expect([time.open, time.at, time.against]).toEqual([false, null, null])
  })
})
