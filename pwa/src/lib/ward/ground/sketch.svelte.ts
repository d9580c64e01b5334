/** A polygon in the making: points set one by one, moved, taken back, closed. */
import type { Position } from '../../map/geometry.ts'

/** Do two segments cross in a point inside both? */
function cross(a: Position, b: Position, c: Position, d: Position): boolean {
  const side = (p: Position, q: Position, r: Position): number => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}

/** Does a line, or ring when `closed`, cross itself? */
export function crossesItself(points: readonly Position[], closed: boolean): boolean {
  const ends = closed ? points.length : points.length - 1
  const at = (i: number): Position => points[i % points.length]!
  for (let i = 0; i < ends; i += 1) {
    for (let j = i + 1; j < ends; j += 1) if (cross(at(i), at(i + 1), at(j), at(j + 1))) return true
  }
  return false
}

const tidy = (n: number): number => Math.round(n * 1e6) / 1e6

export class Sketch {
  points = $state.raw<readonly Position[]>([])
  closed = $state(false)

  readonly crosses: boolean = $derived(crossesItself(this.points, this.closed))
  readonly mayClose: boolean = $derived(!this.closed && this.points.length >= 3)
  readonly maySave: boolean = $derived(this.closed && !this.crosses)

  /** Goes on with an outline that stands: its corners, closed. */
  take(ring: readonly Position[]): void {
    this.points = ring.slice(0, -1)
    this.closed = true
  }

  add(at: Position): void {
    if (this.closed) return
    this.points = [...this.points, [tidy(at[0]), tidy(at[1])]]
  }

  move(i: number, at: Position): void {
    this.points = this.points.map((p, n) => (n === i ? [tidy(at[0]), tidy(at[1])] : p))
  }

  remove(i: number): void {
    this.points = this.points.filter((_, n) => n !== i)
    if (this.points.length < 3) this.closed = false
  }

  /** Opens a closed outline again, else takes the last point away. */
  undo(): void {
    if (this.closed) this.closed = false
    else this.points = this.points.slice(0, -1)
  }

  close(): void {
    if (this.mayClose) this.closed = true
  }

  clear(): void {
    this.points = []
    this.closed = false
  }

  geometry(): GeoJSON.Polygon {
    const ring = [...this.points, this.points[0]!].map(([x, y]) => [x, y])
    return { type: 'Polygon', coordinates: [ring] }
  }
}
