/** The line of households by day against the line of the target, as geometry for an SVG. */
import { at, axesOf, pathOf, spread, type Axes, type Box } from './axes.ts'
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
export function runningTotal<K extends TrendKey>(days: readonly (Pick<TrendDay, 'day'> & Record<K, number>)[], key: K, from: Day, today: Day, now: number): TrendPoint[] {
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
  axes: Axes
  today: { x: number; y: number }
  labels: TrendLabel[]
  first: Day
  last: Day
}

/** How far beyond the due date the chart follows a forecast, in days. */
const BEYOND = 14

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

  const ahead = daysFrom(end.day, last)
  // The dotted line runs to the goal, or to the edge of the paper when the goal lies beyond it.
  const toGoal = pace.forecast === null ? ahead : Math.min(ahead, daysFrom(end.day, pace.forecast))
  const forecastTotal = Math.min(pace.goal || Infinity, end.total + pace.speed * toGoal)
  const hasForecast = pace.target !== null && pace.missing > 0 && pace.speed > 0 && toGoal > 0
  const most = Math.max(end.total, pace.goal, hasForecast ? forecastTotal : 0)
  const axes = axesOf({ first: startsOn, last, today: end.day, most, box, room: (box.width - box.left - box.right) * 0.2 })
  const { place } = axes

  const path = points.map((p) => place(p.day, p.total))
  const [firstPoint, lastPoint] = [path[0]!, path.at(-1)!]
  const floor = place(startsOn, 0).y
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

  return {
    line: pathOf(path),
    area: `${pathOf(path)}L${lastPoint.x} ${floor}L${firstPoint.x} ${floor}Z`,
    target: target && pathOf(target),
    forecast: forecast && pathOf(forecast),
    axes,
    today: lastPoint,
    labels,
    first: startsOn,
    last,
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
