import { turf } from '$lib/app.ts'
import type { Millis } from '$lib/domain/time.ts'

/** When this volunteer knocked at a door last; from the visits, so it outlives the app. */
export const ownKnock = (door_id: string): Millis | null => turf.doors.get(door_id)?.visits.findLast((visit) => visit.mine)?.at ?? null
