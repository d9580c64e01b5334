/** A ward's outline out of a GeoJSON file as map programs write it. The server judges it; here it is only found. */
import type { Polygon } from '../map/geometry.ts'

export interface Shape {
  /** What the file calls it; empty without a name. */
  name: string
  geometry: { type: string; coordinates: unknown }
}

interface Raw {
  type?: unknown
  geometry?: Raw | null
  geometries?: unknown
  features?: unknown
  properties?: Record<string, unknown> | null
  coordinates?: unknown
}

const NAMED = /^(?:name|ten|tên|ten_?xa|ten_?phuong|xa_?phuong|full_?name)/i

/** Every area in the file. Empty: there is none. Null: the text is no GeoJSON. */
export function shapesIn(text: string): Shape[] | null {
  let file: Raw
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, '')) as Raw
  } catch {
    return null
  }
  if (typeof file !== 'object' || file === null || typeof file.type !== 'string') return null
  return shapesOf(file, '')
}

function shapesOf(it: Raw, name: string): Shape[] {
  switch (it.type) {
    case 'FeatureCollection':
      return (Array.isArray(it.features) ? it.features : []).flatMap((feature: Raw) => shapesOf(feature, ''))
    case 'Feature':
      return it.geometry ? shapesOf(it.geometry, nameOf(it.properties ?? {})) : []
    case 'GeometryCollection':
      return (Array.isArray(it.geometries) ? it.geometries : []).flatMap((part: Raw) => shapesOf(part, name))
    case 'Polygon':
    case 'MultiPolygon':
      return [{ name, geometry: { type: it.type, coordinates: it.coordinates } }]
    default:
      return []
  }
}

function nameOf(properties: Record<string, unknown>): string {
  const found = Object.entries(properties).find(([key, value]) => NAMED.test(key) && typeof value === 'string' && value.trim() !== '')
  return found ? String(found[1]).trim() : ''
}

/** The polygons of a geometry, for drawing; empty when nothing can be drawn. */
export function polygonsIn(geometry: { type: string; coordinates: unknown } | null): Polygon[] {
  if (!geometry) return []
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : []
  return Array.isArray(polygons) ? polygons.filter((rings): rings is Polygon => Array.isArray(rings) && Array.isArray(rings[0])) : []
}
