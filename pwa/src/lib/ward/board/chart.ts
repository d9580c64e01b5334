/** What was reached, where the target's line runs, and where it probably goes: geometry for an SVG. */
import { asked, at, axesOf, pathOf, spread, type Axes, type Box } from '../axes.ts'
import { addDays, daysFrom, type Day } from '../day.ts'
import { runningTotal, type TrendPoint } from '../trend.ts'
import type { Board } from '../wire.ts'

export interface ChartLabel {
  kind: 'target' | 'likely' | 'now'
  x: number
  y: number
  textX: number
  textY: number
  value: number
  anchor: 'start' | 'end'
}

export interface Chart {
  done: string
  target: string | null
  likely: string | null
  band: string | null
  today: { x: number; y: number }
  due: number | null
  labels: ChartLabel[]
  axes: Axes
}

/** Every day from the first to today with what was reached by its end. */
export const past = (board: Board): TrendPoint[] => runningTotal(board.days, 'hh_served', board.starts_on, board.today, board.total.hh_served)

/** How far the drawing runs: to the deadline, or a little beyond it when the middle reaches the goal there. */
function lastDay(board: Board): Day {
  const due = board.target?.due_on ?? board.campaign?.ends_on ?? board.today
  const middle = board.forecast?.reached.p50 ?? due
  const reach = middle > due && middle <= addDays(due, 21) ? middle : due
  return reach > board.today ? reach : board.today
}

/** What the target's line asks for by the end of a day; `null` without a target. */
export function lineAt(board: Board, day: Day): number | null {
  return board.target && board.pace.goal > 0 ? asked(board.pace.goal, board.starts_on, board.target.due_on, day) : null
}

export function chartOf(board: Board, box: Box, lineHeight: number): Chart | null {
  const days = past(board)
  const end = days.at(-1)
  if (!end) return null
  const last = lastDay(board)
  const path = (board.forecast?.path ?? []).filter((p) => p.day <= last)
  const most = Math.max(end.total, board.pace.goal, ...path.map((p) => p.p90))
  const axes = axesOf({ first: board.starts_on, last, today: end.day, most, box, room: lineHeight * 3.2 })
  const { place } = axes

  const here = place(end.day, end.total)
  const ahead = path.filter((p) => p.day > end.day)
  const upper = [here, ...ahead.map((p) => place(p.day, p.p90))]
  const lower = [here, ...ahead.map((p) => place(p.day, p.p10))]
  const due = board.target ? place(board.target.due_on, board.pace.goal) : null
  const far = ahead.at(-1)

  const labels: ChartLabel[] = []
  const edge = at(box.width - box.right + 8)
  if (due) labels.push({ kind: 'target', ...due, textX: edge, textY: due.y, value: board.pace.goal, anchor: 'start' })
  if (far) {
    const p = place(far.day, far.p50)
    labels.push({ kind: 'likely', ...p, textX: edge, textY: p.y, value: far.p50, anchor: 'start' })
  }
  spread(labels, lineHeight, box.top + lineHeight / 2, box.height - lineHeight / 2)
  // Over its point to the left, where the line has been, while there is room for it.
  const left = here.x - box.left > lineHeight * (box.width < 420 ? 2.6 : 5.2)
  labels.push({ kind: 'now', ...here, textX: at(left ? here.x - 8 : here.x + 8), textY: at(Math.max(lineHeight / 2, here.y - lineHeight * 0.7)), value: end.total, anchor: left ? 'end' : 'start' })

  return {
    done: pathOf(days.map((d) => place(d.day, d.total))),
    target: due && pathOf([place(board.starts_on, 0), due]),
    likely: far ? pathOf([here, ...ahead.map((p) => place(p.day, p.p50))]) : null,
    band: far ? `${pathOf([...upper, ...lower.reverse()])}Z` : null,
    today: here,
    due: due?.x ?? null,
    labels,
    axes,
  }
}

export interface TableRow {
  day: Day
  done: number | null
  low: number | null
  mid: number | null
  high: number | null
  line: number | null
}

/** The drawing as a table: the last two weeks day by day, then the days to come week by week and the deadline. */
export function tableOf(board: Board): TableRow[] {
  const last = lastDay(board)
  const due = board.target?.due_on ?? null
  const before = past(board)
    .slice(-15)
    .map((d) => ({ day: d.day, done: d.total, low: null, mid: null, high: null, line: lineAt(board, d.day) }))
  const after = (board.forecast?.path ?? [])
    .filter((p) => p.day > board.today && p.day <= last)
    .filter((p) => p.day === due || p.day === last || daysFrom(board.today, p.day) % 7 === 0)
    .map((p) => ({ day: p.day, done: null, low: p.p10, mid: p.p50, high: p.p90, line: lineAt(board, p.day) }))
  return [...before, ...after]
}
