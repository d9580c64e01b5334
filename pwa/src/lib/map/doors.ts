/** Doors on the map: a colour and a shape for each status, drawn the same in the picture and its key. */
import type { Position } from './geometry.ts'

export const STATUSES = ['served', 'contacted', 'attempted', 'unreachable', 'declined', 'vacant', 'not_visited'] as const
export type DoorStatus = (typeof STATUSES)[number]

export interface DoorShape {
  at: Position
  no: string
  status: DoorStatus
  way: string
}

export interface WayShape {
  name: string
  line: Position[]
}

export interface DoorShapes {
  doors: DoorShape[]
  ways: WayShape[]
  /** Households of the group whose place nobody knows. */
  unplaced: number
}

/** A mark in a box of 20 by 20: filled outline with a white rim. */
export const MARKS: Record<DoorStatus, { d: string; fill: string; line: string }> = {
  served: { d: 'M10 3a7 7 0 1 0 .01 0z', fill: '#0a56c8', line: '#ffffff' },
  contacted: { d: 'M4 4h12v12H4z', fill: '#4a8de0', line: '#ffffff' },
  attempted: { d: 'M10 3l8 14H2z', fill: '#f2a116', line: '#14213d' },
  unreachable: { d: 'M2 4h16l-8 14z', fill: '#b45309', line: '#ffffff' },
  declined: { d: 'M10 2l8 8-8 8-8-8z', fill: '#5b6478', line: '#ffffff' },
  vacant: { d: 'M7 3h6v4h4v6h-4v4H7v-4H3V7h4z', fill: '#9aa4b8', line: '#14213d' },
  not_visited: { d: 'M10 4a6 6 0 1 0 .01 0z', fill: '#ffffff', line: '#5b6478' },
}

const isStatus = (value: unknown): value is DoorStatus => (STATUSES as readonly unknown[]).includes(value)

interface Raw {
  geometry?: { type?: string; coordinates?: unknown } | null
  properties?: Record<string, unknown> | null
}

/** Reads the answer of a group's doors. */
export function readDoors(collection: { features?: readonly Raw[]; unplaced?: number }): DoorShapes {
  const shapes: DoorShapes = { doors: [], ways: [], unplaced: collection.unplaced ?? 0 }
  for (const { geometry, properties } of collection.features ?? []) {
    if (properties?.kind === 'door' && geometry?.type === 'Point') {
      const status = isStatus(properties.status) ? properties.status : 'not_visited'
      shapes.doors.push({ at: geometry.coordinates as Position, no: String(properties.no ?? ''), status, way: String(properties.way ?? '') })
    } else if (properties?.kind === 'way') {
      const line = geometry?.type === 'LineString' ? (geometry.coordinates as Position[]) : [geometry?.coordinates as Position]
      shapes.ways.push({ name: String(properties.name ?? ''), line })
    }
  }
  return shapes
}

/** How many doors have each status, in the order of the key; those nobody has are left out. */
export function countStatuses(doors: readonly DoorShape[]): { status: DoorStatus; n: number }[] {
  return STATUSES.map((status) => ({ status, n: doors.filter((d) => d.status === status).length })).filter(({ n }) => n > 0)
}

/** The bounds of all doors, with something around them. */
export function boundsOfDoors(doors: readonly DoorShape[]): { west: number; south: number; east: number; north: number } | null {
  if (doors.length === 0) return null
  const [xs, ys] = [doors.map((d) => d.at[0]), doors.map((d) => d.at[1])]
  const gap = 0.0003
  return { west: Math.min(...xs) - gap, south: Math.min(...ys) - gap, east: Math.max(...xs) + gap, north: Math.max(...ys) + gap }
}
