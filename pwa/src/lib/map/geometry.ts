/** The ward's shapes as the boundary endpoint gives them, and the plane they are drawn on. */

export type Position = readonly [number, number]
export type Ring = readonly Position[]
/** A polygon: its outline, then its holes. */
export type Polygon = readonly Ring[]

export type OutlineSource = 'drawn' | 'uploaded' | 'derived'

export interface GroupShape {
  id: string
  code: string
  name: string
  /** A point well inside, for the label. */
  label: Position
  polygons: Polygon[]
  /** Who made the outline. */
  source: OutlineSource | null
}

export interface WardShapes {
  outline: Polygon[]
  groups: GroupShape[]
  bounds: Bounds
  /** Address of a base map of this ward's server, if it has one. */
  basemap: string | null
}

export interface Bounds {
  west: number
  south: number
  east: number
  north: number
}

export interface Point {
  x: number
  y: number
}

interface RawFeature {
  geometry?: { type?: string; coordinates?: unknown } | null
  properties?: Record<string, unknown> | null
}

function polygonsOf(geometry: RawFeature['geometry']): Polygon[] {
  if (geometry?.type === 'Polygon') return [geometry.coordinates as Polygon]
  if (geometry?.type === 'MultiPolygon') return geometry.coordinates as Polygon[]
  return []
}

/** Reads the boundary answer; `null` when nothing can be drawn from it. */
export function readShapes(collection: { features?: readonly RawFeature[] }): WardShapes | null {
  const outline: Polygon[] = []
  const groups: GroupShape[] = []
  let basemap: string | null = null
  for (const feature of collection.features ?? []) {
    const properties = feature.properties ?? {}
    if (properties.kind === 'ward' && typeof properties.basemap === 'string') basemap = properties.basemap
    const polygons = polygonsOf(feature.geometry)
    if (polygons.length === 0) continue
    if (properties.kind === 'ward') outline.push(...polygons)
    else if (properties.kind === 'group') {
      groups.push({
        id: String(properties.id),
        code: String(properties.code ?? ''),
        name: String(properties.name ?? ''),
        label: isPosition(properties.label) ? properties.label : middleOf(polygons),
        polygons,
        source: isSource(properties.source) ? properties.source : null,
      })
    }
  }
  const bounds = boundsOf([...outline, ...groups.flatMap((g) => g.polygons)])
  return bounds && { outline, groups, bounds, basemap }
}

const isSource = (value: unknown): value is OutlineSource => value === 'drawn' || value === 'uploaded' || value === 'derived'

function isPosition(value: unknown): value is Position {
  return Array.isArray(value) && value.length >= 2 && value.every((n) => typeof n === 'number' && Number.isFinite(n))
}

export function boundsOf(polygons: readonly Polygon[]): Bounds | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const polygon of polygons) {
    for (const [lon, lat] of polygon[0] ?? []) {
      west = Math.min(west, lon)
      east = Math.max(east, lon)
      south = Math.min(south, lat)
      north = Math.max(north, lat)
    }
  }
  return Number.isFinite(west) ? { west, south, east, north } : null
}

/** Centre of the largest polygon's outline, when the server gave no label point. */
function middleOf(polygons: readonly Polygon[]): Position {
  let best: { area: number; at: Position } = { area: -1, at: [0, 0] }
  for (const polygon of polygons) {
    const ring = polygon[0] ?? []
    let [area, x, y] = [0, 0, 0]
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [x0, y0] = ring[i]!
      const [x1, y1] = ring[i + 1]!
      const cross = x0 * y1 - x1 * y0
      area += cross
      x += (x0 + x1) * cross
      y += (y0 + y1) * cross
    }
    if (Math.abs(area) > best.area) {
      best = { area: Math.abs(area), at: area === 0 ? (ring[0] ?? [0, 0]) : [x / (3 * area), y / (3 * area)] }
    }
  }
  return best.at
}

const mercatorY = (lat: number) => (Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * 180) / Math.PI

export interface Plane {
  width: number
  height: number
  project(position: Position): Point
}

/** Room kept free at each edge, for what lies over the map. */
export interface Margin {
  top: number
  right: number
  bottom: number
  left: number
}

export const evenMargin = (n: number): Margin => ({ top: n, right: n, bottom: n, left: n })

/** A flat drawing of the bounds in a box with a margin, north up, the shape not stretched. */
export function planeOf(bounds: Bounds, width: number, height: number, margin: Margin): Plane {
  const [south, north] = [mercatorY(bounds.south), mercatorY(bounds.north)]
  const w = Math.max(1e-9, bounds.east - bounds.west)
  const h = Math.max(1e-9, north - south)
  const free = { w: width - margin.left - margin.right, h: height - margin.top - margin.bottom }
  const scale = Math.max(0, Math.min(free.w / w, free.h / h))
  const left = margin.left + (free.w - w * scale) / 2
  const top = margin.top + (free.h - h * scale) / 2
  return {
    width,
    height,
    project: ([lon, lat]) => ({ x: left + (lon - bounds.west) * scale, y: top + (north - mercatorY(lat)) * scale }),
  }
}

/** The `d` of an SVG path; holes are cut by the even-odd rule. */
export function pathOf(polygons: readonly Polygon[], project: (p: Position) => Point): string {
  let d = ''
  for (const polygon of polygons) {
    for (const ring of polygon) {
      ring.forEach((position, i) => {
        const { x, y } = project(position)
        d += `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
      })
      d += 'Z'
    }
  }
  return d
}

/** Is the point inside? Rings on screen or on the globe alike. */
export function inside(point: Point, rings: readonly (readonly Point[])[]): boolean {
  let odd = false
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const a = ring[i]!
      const b = ring[j]!
      if (a.y > point.y !== b.y > point.y && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) odd = !odd
    }
  }
  return odd
}
