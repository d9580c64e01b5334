/** Which labels fit on the map: inside their polygon, and not upon each other. */
import { inside, type Point } from './geometry.ts'

export interface LabelWish {
  id: string
  at: Point
  /** Rings of the polygon on screen. */
  rings: readonly (readonly Point[])[]
  name: string
  value: string
  /** Shown whatever it covers: the group somebody has chosen. */
  must: boolean
  /** Who is placed first when two labels want one place; the selected group before all. */
  weight: number
}

export interface LabelPlace {
  id: string
  at: Point
  /** Name and value, or the value alone where there is no room for both. */
  show: 'both' | 'value'
}

export interface LabelType {
  /** Pixels. */
  size: number
  lineHeight: number
}

interface Rect {
  left: number
  top: number
  right: number
  bottom: number
}

/** Mean width of a character of the bold face, as a share of its size. */
const CHARACTER = 0.6

function rectOf(at: Point, width: number, height: number): Rect {
  return { left: at.x - width / 2, right: at.x + width / 2, top: at.y - height / 2, bottom: at.y + height / 2 }
}

const overlap = (a: Rect, b: Rect) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** A label may touch its border by this share of its width: its rim keeps it readable there. */
const SPILL = 0.08

/** Do the centre and the middle of each side lie in the polygon? */
function fits(rect: Rect, rings: LabelWish['rings']): boolean {
  const x = (rect.left + rect.right) / 2
  const y = (rect.top + rect.bottom) / 2
  const spill = (rect.right - rect.left) * SPILL
  return [
    { x, y },
    { x: rect.left + spill, y },
    { x: rect.right - spill, y },
    { x, y: rect.top },
    { x, y: rect.bottom },
  ].every((p) => inside(p, rings))
}

export function sizeOf(wish: Pick<LabelWish, 'name' | 'value'>, show: LabelPlace['show'], type: LabelType): { width: number; height: number } {
  const letters = show === 'both' ? Math.max(wish.name.length, wish.value.length) : wish.value.length
  return { width: letters * type.size * CHARACTER + 4, height: type.lineHeight * (show === 'both' ? 2 : 1) }
}

export function placeLabels(wishes: readonly LabelWish[], type: LabelType): LabelPlace[] {
  const taken: Rect[] = []
  const places: LabelPlace[] = []
  const order = [...wishes].sort((a, b) => b.weight - a.weight)
  for (const wish of order) {
    for (const show of ['both', 'value'] as const) {
      const { width, height } = sizeOf(wish, show, type)
      const rect = rectOf(wish.at, width, height)
      if (!wish.must && (taken.some((other) => overlap(rect, other)) || !fits(rect, wish.rings))) continue
      taken.push(rect)
      places.push({ id: wish.id, at: wish.at, show })
      break
    }
  }
  return places
}
