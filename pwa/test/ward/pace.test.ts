import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { paceOf, speedOf, targetOf, weekOf } from '../../src/lib/ward/pace.ts'
import { coverage, trend } from './fixture.ts'

const target = { indicator: 'COV_SERVED', value: 80, unit: 'percent', due_on: 20261220, source: 'KH' }
const base = { target, startsOn: 20261101, today: 20261125, hhTotal: 1000, speed: 10 }

describe('pace', () => {
  it('is days behind the line of the target', () => {
    // 24 of 49 days gone: the line asks for 391,8; 293 belong to day 17,9.
    const pace = paceOf({ ...base, done: 293 })
    expect(pace).toMatchObject({ verdict: 'behind', days: 6, goal: 800, missing: 507, needed: 21 })
    expect(pace.forecast).toBe(20270115)
  })
  it('is on track within a day', () => {
    expect(paceOf({ ...base, done: 392 }).verdict).toBe('on_track')
    expect(paceOf({ ...base, done: 380 }).verdict).toBe('on_track')
    expect(paceOf({ ...base, done: 460 })).toMatchObject({ verdict: 'ahead', days: 4 })
  })
  it('knows the ends', () => {
    expect(paceOf({ ...base, done: 800 })).toMatchObject({ verdict: 'reached', missing: 0, needed: null, forecast: null })
    expect(paceOf({ ...base, done: 0, today: 20261030 })).toMatchObject({ verdict: 'not_started', days: 2 })
    expect(paceOf({ ...base, done: 700, today: 20261223 })).toMatchObject({ verdict: 'overdue', days: 3, needed: null })
    expect(paceOf({ ...base, done: 0, target: null }).verdict).toBe('no_target')
    expect(paceOf({ ...base, done: 0, hhTotal: 0 }).verdict).toBe('no_target')
    expect(paceOf({ ...base, done: 10, speed: 0 }).forecast).toBeNull()
  })
  it('takes the speed over the last complete days', () => {
    expect(speedOf(trend(), 'hh_served', 20261101, 20261122)).toBeCloseTo(45 / 7)
    expect(speedOf(trend({ days: [{ day: 20261101, visits: 9, hh_visited: 9, hh_served: 4 }] }), 'hh_served', 20261101, 20261101)).toBe(4)
    expect(speedOf(trend({ days: [{ day: 20261101, visits: 9, hh_visited: 9, hh_served: 4 }] }), 'hh_served', 20261101, 20261103)).toBe(2)
  })
  it('counts the week from Monday', () => {
    expect(weekOf(trend(), 'hh_served', 20261122)).toEqual({ from: 20261116, change: 60 })
  })
  it('takes only percent targets of the indicator', () => {
    const c = coverage({ targets: [{ ...target, unit: 'count' }, { ...target, indicator: 'EID_ACT_RATE' }, target] })
    expect(targetOf(c, 'COV_SERVED')).toBe(target)
    expect(targetOf(c, 'COV_VISIT')).toBeNull()
  })
})

interface Case {
  what: string
  percent: number | null
  due: number
  starts_on: number
  today: number
  done: number
  whole: number
  days: [number, number][]
  verdict: string
  goal: number
  missing: number
  off: number
  needed: number | null
  speed: number
}

describe('the cases shared with the server', () => {
  const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../../../tests/vectors/pace.json'), 'utf8')) as Case[]
  it.each(cases)('$what', (c) => {
    const days = c.days.map(([day, n]) => ({ day, visits: n, hh_visited: n, hh_served: n }))
    const speed = speedOf({ days }, 'hh_served', c.starts_on, c.today)
    expect(speed).toBeCloseTo(c.speed)
    const aim = c.percent === null ? null : { ...target, value: c.percent, due_on: c.due }
    const { verdict, goal, missing, days: off, needed } = paceOf({ target: aim, startsOn: c.starts_on, today: c.today, done: c.done, hhTotal: c.whole, speed })
    expect({ verdict, goal, missing, off, needed }).toEqual({ verdict: c.verdict, goal: c.goal, missing: c.missing, off: c.off, needed: c.needed })
  })
})
