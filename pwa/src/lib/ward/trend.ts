/** The line of households by day against the line of the target, as geometry for an SVG. */
import { addDays, daysFrom, type Day } from './day.ts'
import type { Pace } from './pace.ts'
import type { TrendDay } from './wire.ts'

export type TrendKey = 'hh_visited' | 'hh_served'

export interface TrendPoint {
  day: Day
  added: number
  total: number
}

/**
 * Every day from the campaign's start to today with its running total. What was counted before the
 * first day of the series is its foundation, so that the line ends on the figure shown above it.
 */
export function runningTotal(days: readonly TrendDay[], key: TrendKey, from: Day, today: Day, now: number): TrendPoint[] {
  const added = new Map<Day, number>()
  for (const d of days) added.set(d.day, (added.get(d.day) ?? 0) + d[key])
  const length = daysFrom(from, today)
  if (length < 0) return []
  const points: TrendPoint[] = []
  let sum = 0
  for (let i = 0; i <= length; i += 1) {
    const day = addDays(from, i)
    const n = added.get(day) ?? 0
    sum += n
    points.push({ day, added: n, total: sum })
  }
  const foundation = Math.max(0, now - sum)
  return foundation === 0 ? points : points.map((p) => ({ ...p, total: p.total + foundation }))
}

export interface Box {
  width: number
  height: number
  top: number
  right: number
  bottom: number
  left: number
}

export interface TrendLabel {
  kind: 'now' | 'target' | 'forecast'
  /** Where the line ends. */
  x: number
  y: number
  /** Where the words stand. */
  textX: number
  textY: number
  anchor: 'start' | 'middle' | 'end'
  /** Words away from their line are tied to it. */
  lead: boolean
}

export interface TrendGeometry {
  line: string
  area: string
  target: string | null
  forecast: string | null
  ticksY: { value: number; y: number }[]
  ticksX: { day: Day; x: number; anchor: 'start' | 'middle' | 'end' }[]
  today: { x: number; y: number }
  labels: TrendLabel[]
  first: Day
  last: Day
  place(day: Day, value: number): { x: number; y: number }
}

/** How far beyond the due date the chart follows a forecast, in days. */
const BEYOND = 14

/** Smallest tidy number not below `n` whose quarters are tidy too. */
export function axisTop(n: number): number {
  if (!(n > 4)) return 4
  const power = 10 ** Math.floor(Math.log10(n))
  return [1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10].map((step) => Math.round(step * power)).find((top) => top >= n) ?? 10 * power
}

const at = (n: number) => Math.round(n * 10) / 10

export function trendGeometry(args: {
  points: readonly TrendPoint[]
  startsOn: Day
  endsOn: Day
  pace: Pace
  box: Box
  /** Height of a line of words, in the units of the box. */
  lineHeight: number
}): TrendGeometry | null {
  const { points, startsOn, endsOn, pace, box, lineHeight } = args
  const end = points.at(-1)
  if (!end) return null
  const due = pace.target?.due_on ?? null
  const horizon = due ?? endsOn
  const reach = pace.forecast !== null && pace.forecast < addDays(horizon, BEYOND) ? pace.forecast : horizon
  const last = [end.day, horizon, reach].reduce((a, b) => (b > a ? b : a))
  const span = Math.max(1, daysFrom(startsOn, last))

  const ahead = daysFrom(end.day, last)
  // The dotted line runs to the goal, or to the edge of the paper when the goal lies beyond it.
  const toGoal = pace.forecast === null ? ahead : Math.min(ahead, daysFrom(end.day, pace.forecast))
  const forecastTotal = Math.min(pace.goal || Infinity, end.total + pace.speed * toGoal)
  const hasForecast = pace.target !== null && pace.missing > 0 && pace.speed > 0 && toGoal > 0
  const most = Math.max(end.total, pace.goal, hasForecast ? forecastTotal : 0)
  const top = axisTop(most)

  const inner = { w: box.width - box.left - box.right, h: box.height - box.top - box.bottom }
  const place = (day: Day, value: number) => ({
    x: at(box.left + (inner.w * daysFrom(startsOn, day)) / span),
    y: at(box.top + inner.h * (1 - value / top)),
  })
  const write = (list: readonly { x: number; y: number }[]) => list.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x} ${p.y}`).join('')

  const path = points.map((p) => place(p.day, p.total))
  const [firstPoint, lastPoint] = [path[0]!, path.at(-1)!]
  const floor = at(box.top + inner.h)
  const target = due === null ? null : [place(startsOn, 0), place(due, pace.goal)]
  const forecastDay = addDays(end.day, toGoal)
  const forecast = hasForecast ? [lastPoint, place(forecastDay, forecastTotal)] : null

  const labels: TrendLabel[] = []
  const add = (kind: TrendLabel['kind'], p: { x: number; y: number }) =>
    labels.push({ kind, x: p.x, y: p.y, textX: at(box.width - box.right + 10), textY: p.y, anchor: 'start', lead: true })
  if (target) add('target', target[1]!)
  // A forecast that reaches the goal before the edge of the paper wears its day over its end.
  const room = forecast === null ? 0 : box.width - box.right - forecast[1]!.x
  const endsInside = room > lineHeight / 2
  if (forecast && !endsInside) add('forecast', forecast[1]!)
  spread(labels, lineHeight, box.top + lineHeight / 2, box.height - lineHeight / 2)
  if (forecast && endsInside) {
    const p = forecast[1]!
    labels.push({ kind: 'forecast', x: p.x, y: p.y, textX: p.x, textY: at(Math.max(lineHeight / 2, p.y - lineHeight * 0.75)), anchor: room > lineHeight * 4 ? 'middle' : 'end', lead: false })
  }
  labels.push(nowLabel(lastPoint, target !== null && (pace.verdict === 'ahead' || pace.verdict === 'reached'), box, lineHeight))

  const step = top / 4
  return {
    line: write(path),
    area: `${write(path)}L${lastPoint.x} ${floor}L${firstPoint.x} ${floor}Z`,
    target: target && write(target),
    forecast: forecast && write(forecast),
    ticksY: [0, 1, 2, 3, 4].filter((i) => Number.isInteger(step) || i % 2 === 0).map((i) => ({ value: i * step, y: place(startsOn, i * step).y })),
    ticksX: ticksOf(startsOn, last, end.day, (day) => place(day, 0).x, inner.w),
    today: lastPoint,
    labels,
    first: startsOn,
    last,
    place,
  }
}

/**
 * Today's figure stands where no line runs: under its point to the right, for the forecast only rises;
 * over it to the left when the target's line runs below, or there is no room above the axis.
 */
function nowLabel(p: { x: number; y: number }, above: boolean, box: Box, lineHeight: number): TrendLabel {
  const floor = box.height - box.bottom - lineHeight / 2
  const low = p.y + lineHeight * 1.4 > floor
  const left = (above || low) && p.x - box.left > lineHeight * 5
  return {
    kind: 'now',
    x: p.x,
    y: p.y,
    textX: at(left ? p.x - 8 : p.x + 8),
    textY: at(left ? Math.max(lineHeight / 2, p.y - lineHeight * 0.7) : Math.min(floor, p.y + lineHeight * 0.7)),
    anchor: left ? 'end' : 'start',
    lead: false,
  }
}

/** The two ends always, today when it does not run into them. */
function ticksOf(first: Day, last: Day, today: Day, x: (day: Day) => number, width: number): TrendGeometry['ticksX'] {
  const ticks: TrendGeometry['ticksX'] = [{ day: first, x: x(first), anchor: 'start' }]
  const room = width * 0.2
  if (last === first) return ticks
  if (today !== first && today !== last && x(today) - x(first) > room && x(last) - x(today) > room) {
    ticks.push({ day: today, x: x(today), anchor: 'middle' })
  }
  ticks.push({ day: last, x: x(last), anchor: 'end' })
  return ticks
}

/** Moves words apart until none covers another, keeping their order from top to bottom. */
export function spread(labels: { textY: number }[], gap: number, least: number, most: number): void {
  const order = [...labels].sort((a, b) => a.textY - b.textY)
  let floor = least
  for (const label of order) {
    label.textY = at(Math.max(label.textY, floor))
    floor = label.textY + gap
  }
  let ceiling = most
  for (const label of order.reverse()) {
    label.textY = at(Math.min(label.textY, ceiling))
    ceiling = label.textY - gap
  }
}
