/** The rooms of a building, numbered the way people number them. */
import { printNo } from './address.ts'
import { LETTERS } from './edit.ts'

/** More rooms than this are proposed in several goes: the ward looks at each of them. */
export const MOST_ROOMS = 100
export const MOST_FLOORS = 20
/** 99 would still fit the number of a room on its floor; no row of a dormitory is that long. */
export const MOST_A_FLOOR = 30

export interface PlannedFloor {
  floor: number
  /** As they would stand on the doors: `P302 nhà 12`. */
  rooms: string[]
}

/** Of a building nobody has numbered. */
export const DORMITORY = 'nhà trọ'

/** The number of a room: 5 where there is one floor, 305 on the third of several. */
export const roomNumber = (floor: number, n: number, floors: number): number => (floors === 1 ? n : floor * 100 + n)

/** What stands behind the number of each room; `building` is a house number, or null. */
export const blockOf = (building: string | null): string => (building === null ? DORMITORY : `nhà ${building}`)

/** From the ground up. */
export function planRooms(building: string | null, floors: number, perFloor: number): PlannedFloor[] {
  const block = blockOf(building)
  return Array.from({ length: floors }, (_, at) => ({
    floor: at + 1,
    rooms: Array.from({ length: perFloor }, (_, n) =>
      printNo({ kind: 'room', head: { number: roomNumber(at + 1, n + 1, floors), suffix: '' }, tail: [], block, floor: null }),
    ),
  }))
}

export type RoomsFault = 'too_many' | 'too_long' | null

/** Whether a plan can be proposed. */
export function faultOf(plan: readonly PlannedFloor[]): RoomsFault {
  const rooms = plan.flatMap((floor) => floor.rooms)
  if (rooms.length > MOST_ROOMS) return 'too_many'
  return rooms.some((no) => [...no].length > LETTERS.house_no) ? 'too_long' : null
}
