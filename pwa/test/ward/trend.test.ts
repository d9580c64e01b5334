import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paceOf } from '../../src/lib/ward/pace.ts'
import { asked, axisTop, spread } from '../../src/lib/ward/axes.ts'
import { runningTotal, trendGeometry } from '../../src/lib/ward/trend.ts'
import { trend } from './fixture.ts'

const box = { width: 480, height: 220, top: 10, right: 120, bottom: 24, left: 44 }
const target = { indicator: 'COV_SERVED', value: 80, unit: 'percent', due_on: 20261220, source: 'KH' }
const draw = (done: number, speed: number, over: object = {}) => {
  const points = runningTotal(trend().days, 'hh_served', 20261101, 20261122, done)
  const pace = paceOf({ target, startsOn: 20261101, today: 20261122, done, hhTotal: 200, speed, ...over })
  return trendGeometry({ points, startsOn: 20261101, endsOn: 20261220, pace, box, lineHeight: 18 })!
}

describe('the running total', () => {
  it('has every day and ends on the figure of today', () => {
    const points = runningTotal(trend().days, 'hh_served', 20261101, 20261122, 80)
    expect(points).toHaveLength(22)
    expect(points[0]).toEqual({ day: 20261101, added: 0, total: 0 })
    expect(points.at(-1)).toEqual({ day: 20261122, added: 15, total: 80 })
  })
  it('stands on what was counted before the series', () => {
    expect(runningTotal(trend().days, 'hh_served', 20261101, 20261122, 95)[0]!.total).toBe(15)
    expect(runningTotal([], 'hh_served', 20261125, 20261122, 3)).toEqual([])
  })
})

describe('the drawing', () => {
  it('runs from the start to the due date, the target line from nothing to the goal', () => {
    const g = draw(80, 5)
    const start = g.axes.place(20261101, 0)
    const due = g.axes.place(20261220, 160)
    expect(g.target).toBe(`M${start.x} ${start.y}L${due.x} ${due.y}`)
    expect(start.x).toBe(box.left)
    expect(due.x).toBeLessThanOrEqual(box.width - box.right)
    expect(g.line.startsWith(`M${start.x} ${start.y}`)).toBe(true)
    expect(g.today).toEqual(g.axes.place(20261122, 80))
  })
  it('dots the forecast to its day, or to the edge when that lies far off', () => {
    const near = draw(80, 5)
    const goal = near.axes.place(20261208, 160)
    expect(near.forecast!.endsWith(`L${goal.x} ${goal.y}`)).toBe(true)
    const far = draw(80, 0.5)
    expect(far.last).toBe(20261220)
    expect(far.forecast!.endsWith(`L${far.axes.place(20261220, 94).x} ${far.axes.place(20261220, 94).y}`)).toBe(true)
    expect(draw(80, 0).forecast).toBeNull()
    expect(draw(80, 5, { target: null })).toMatchObject({ forecast: null, target: null })
  })
  it('keeps words apart and on the paper', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.float({ min: 0, max: 40, noNaN: true }), (done, speed) => {
        const labels = draw(done, speed).labels.filter((l) => l.lead).sort((a, b) => a.textY - b.textY)
        labels.forEach((l, i) => {
          expect(l.textY).toBeGreaterThanOrEqual(box.top)
          expect(l.textY).toBeLessThanOrEqual(box.height)
          if (i > 0) expect(l.textY - labels[i - 1]!.textY).toBeGreaterThanOrEqual(17.8)
        })
      }),
    )
  })
  it('puts the figure of today off the lines', () => {
    const now = (done: number) => draw(done, 5).labels.find((l) => l.kind === 'now')!
    expect(now(40)).toMatchObject({ anchor: 'start' })
    expect(now(40).textY).toBeGreaterThan(now(40).y)
    expect(now(150)).toMatchObject({ anchor: 'end' })
    expect(now(150).textY).toBeLessThan(now(150).y)
  })
  it('ends its axis on a number with tidy quarters', () => {
    expect([0, 3, 5, 160, 5863, 7300, 8001].map(axisTop)).toEqual([4, 4, 6, 160, 6000, 8000, 10_000])
  })
  it('asks for the goal evenly, for nothing before and for no more after', () => {
    expect([20261031, 20261101, 20261106, 20261111, 20261201].map((day) => asked(100, 20261101, 20261111, day))).toEqual([0, 0, 50, 100, 100])
    expect(asked(100, 20261101, 20261101, 20261101)).toBe(0)
  })
  it('moves labels as little as needed', () => {
    const labels = [{ textY: 50 }, { textY: 100 }]
    spread(labels, 18, 0, 200)
    expect(labels).toEqual([{ textY: 50 }, { textY: 100 }])
  })
})
