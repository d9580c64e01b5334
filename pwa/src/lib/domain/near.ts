/** Twin of domain::near: where a phone stood when a visit was saved, in one of four words. */

export const NEARS = ['at_door', 'in_alley', 'elsewhere', 'unknown'] as const
export type Near = (typeof NEARS)[number]

/** One position of this phone. In memory only: it is never stored, logged or sent. */
export interface Fix {
  lng: number
  lat: number
  /** Radius in metres inside which the phone believes itself to be. */
  accuracy: number
  /** Milliseconds since it was taken. */
  age: number
}

/** Longitude and latitude. */
export type Point = readonly [number, number]

/** An older fix may be of the door before last. */
export const FRESH_MS = 120_000
/** A coarser fix, in metres, comes from masts or the network address. */
export const COARSE_M = 100
/** How far a door may stand from its point, in metres: points are rounded, and mark the middle of a house. */
export const BLUR_M = 20
/** No alley is taken to reach less far than this, in metres: homes without a point stand in it too. */
export const REACH_M = 100

/**
 * The word for a visit at `door`, the points of whose alley (its own among them) are `alley`. A radius
 * says where the phone is two times out of three, so "surely away" doubles it. How far is away depends
 * on the alley: as far again as it reaches from this door.
 */
export function judge(fix: Fix | null, door: Point | null, alley: readonly Point[]): Near {
  if (!fix || !door) return 'unknown'
  const { lng, lat, accuracy, age } = fix
  const sound = Number.isFinite(lng) && Number.isFinite(lat) && accuracy > 0
  if (!sound || accuracy > COARSE_M || !(age >= 0 && age <= FRESH_MS)) return 'unknown'
  const here: Point = [lng, lat]
  const doubt = accuracy + BLUR_M
  const fromDoor = metres(here, door)
  const nearest = alley.reduce((least, at) => Math.min(least, metres(here, at)), fromDoor)
  const within = alley.filter((at) => metres(here, at) <= doubt).length
  const reach = alley.reduce((most, at) => Math.max(most, metres(door, at)), REACH_M)
  if (fromDoor <= doubt && within * 2 <= alley.length) return 'at_door'
  if (nearest <= doubt) return 'in_alley'
  return nearest > 2 * accuracy + BLUR_M + reach ? 'elsewhere' : 'unknown'
}

/** Metres in a degree of latitude. */
const DEGREE_M = 111_195

/** Metres between two points on a plane: right to a percent within a ward. */
function metres(a: Point, b: Point): number {
  const east = (a[0] - b[0]) * Math.cos((b[1] * Math.PI) / 180)
  return Math.hypot(east, a[1] - b[1]) * DEGREE_M
}
