/** What every drawing over days stands on: the scale, its tidy ticks, and words that keep off each other. */
import { daysFrom, type Day } from './day.ts'

export interface Box {
  width: number
  height: number
  top: number
  right: number
  bottom: number
  left: number
}

export interface Point {
  x: number
  y: number
}

export interface Axes {
  ticksY: { value: number; y: number }[]
  ticksX: { day: Day; x: number; anchor: 'start' | 'middle' | 'end' }[]
  place(day: Day, value: number): Point
}

export const at = (n: number): number => Math.round(n * 10) / 10

/** Smallest tidy number not below `n` whose quarters are tidy too. */
export function axisTop(n: number): number {
  if (!(n > 4)) return 4
  const power = 10 ** Math.floor(Math.log10(n))
  return [1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10].map((step) => Math.round(step * power)).find((top) => top >= n) ?? 10 * power
}

/** Axes from the first day to the last and from nothing to `most`; `room` is what a day's name needs beside another. */
export function axesOf(args: { first: Day; last: Day; today: Day; most: number; box: Box; room: number }): Axes {
  const { first, last, today, most, box, room } = args
  const span = Math.max(1, daysFrom(first, last))
  const top = axisTop(most)
  const inner = { w: box.width - box.left - box.right, h: box.height - box.top - box.bottom }
  const place = (day: Day, value: number): Point => ({
    x: at(box.left + (inner.w * daysFrom(first, day)) / span),
    y: at(box.top + inner.h * (1 - value / top)),
  })
  const x = (day: Day): number => place(day, 0).x
  // The two ends always, today when it does not run into them.
  const ticksX: Axes['ticksX'] = [{ day: first, x: x(first), anchor: 'start' }]
  if (last !== first) {
    if (today !== first && today !== last && x(today) - x(first) > room && x(last) - x(today) > room) {
      ticksX.push({ day: today, x: x(today), anchor: 'middle' })
    }
    ticksX.push({ day: last, x: x(last), anchor: 'end' })
  }
  const step = top / 4
  return {
    place,
    ticksX,
    ticksY: [0, 1, 2, 3, 4].filter((i) => Number.isInteger(step) || i % 2 === 0).map((i) => ({ value: i * step, y: place(first, i * step).y })),
  }
}

/** Points as a path of an SVG. */
export const pathOf = (points: readonly Point[]): string => points.map((p, i) => `${i === 0 ? 'M' : 'L'}${p.x} ${p.y}`).join('')

/** What the target's line asks for by the end of a day: evenly from nothing on the first day to the goal on the last. */
export function asked(goal: number, first: Day, due: Day, day: Day): number {
  return Math.max(0, Math.min(goal, (goal * daysFrom(first, day)) / Math.max(1, daysFrom(first, due))))
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
