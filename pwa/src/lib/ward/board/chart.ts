/** What was reached, where the target's line runs, and where it probably goes: geometry for an SVG. */
import { addDays, daysFrom, type Day } from '../day.ts'
import { axisTop, spread, type Box } from '../trend.ts'
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
  ticksY: { value: number; y: number }[]
  ticksX: { day: Day; x: number; anchor: 'start' | 'middle' | 'end' }[]
}

export interface PastDay {
  day: Day
  total: number
}

const at = (n: number) => Math.round(n * 10) / 10

/** Every day from the first to today with what was reached by its end. */
export function past(board: Board): PastDay[] {
  const length = daysFrom(board.starts_on, board.today)
  if (length < 0) return []
  const added = new Map(board.days.map((d) => [d.day, d.hh_served]))
  const days: PastDay[] = []
  let total = 0
  for (let i = 0; i <= length; i += 1) {
    const day = addDays(board.starts_on, i)
    total += added.get(day) ?? 0
    days.push({ day, total })
  }
  // What was counted before the first day is the foundation: the line ends on the figure beside it.
  const base = Math.max(0, board.total.hh_served - total)
  return days.map((d) => ({ ...d, total: d.total + base }))
}

/** How far the drawing runs: to the deadline, or a little beyond it when the middle reaches the goal there. */
function lastDay(board: Board): Day {
  const due = board.target?.due_on ?? board.campaign?.ends_on ?? board.today
  const middle = board.forecast?.reached.p50 ?? due
  const reach = middle > due && middle <= addDays(due, 21) ? middle : due
  return reach > board.today ? reach : board.today
}

/** What the target's line asks for by the end of a day; `null` without a target. */
export function lineAt(board: Board, day: Day): number | null {
  if (!board.target || board.pace.goal === 0) return null
  const length = Math.max(1, daysFrom(board.starts_on, board.target.due_on))
  return Math.max(0, Math.min(board.pace.goal, (board.pace.goal * daysFrom(board.starts_on, day)) / length))
}

export function chartOf(board: Board, box: Box, lineHeight: number): Chart | null {
  const days = past(board)
  const end = days.at(-1)
  if (!end) return null
  const last = lastDay(board)
  const span = Math.max(1, daysFrom(board.starts_on, last))
  const path = (board.forecast?.path ?? []).filter((p) => p.day <= last)
  const most = Math.max(end.total, board.pace.goal, ...path.map((p) => p.p90))
  const top = axisTop(most)
  const inner = { w: box.width - box.left - box.right, h: box.height - box.top - box.bottom }
  const place = (day: Day, value: number) => ({
    x: at(box.left + (inner.w * daysFrom(board.starts_on, day)) / span),
    y: at(box.top + inner.h * (1 - value / top)),
  })
  const write = (list: readonly { x: number; y: number }[]) => list.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x} ${p.y}`).join('')

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

  const step = top / 4
  const x = (day: Day) => place(day, 0).x
  const ticksX: Chart['ticksX'] = [{ day: board.starts_on, x: x(board.starts_on), anchor: 'start' }]
  const room = lineHeight * 3.2
  if (last !== board.starts_on) {
    if (end.day !== last && x(end.day) - x(board.starts_on) > room && x(last) - x(end.day) > room) ticksX.push({ day: end.day, x: x(end.day), anchor: 'middle' })
    ticksX.push({ day: last, x: x(last), anchor: 'end' })
  }
  return {
    done: write(days.map((d) => place(d.day, d.total))),
    target: due && write([place(board.starts_on, 0), due]),
    likely: far ? write([here, ...ahead.map((p) => place(p.day, p.p50))]) : null,
    band: far ? `${write([...upper, ...lower.reverse()])}Z` : null,
    today: here,
    due: due?.x ?? null,
    labels,
    ticksY: [0, 1, 2, 3, 4].filter((i) => Number.isInteger(step) || i % 2 === 0).map((i) => ({ value: i * step, y: place(board.starts_on, i * step).y })),
    ticksX,
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
