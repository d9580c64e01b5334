import { knocks, turf } from '$lib/app.ts'
import type { Alley, Door } from '$lib/api/types.ts'
import { doorProposed } from '$lib/data/overlay.ts'
import { doorName } from '../words.ts'

/** Puts houses or rooms of one alley forward, each called in the list as it will be on the strip. */
export async function propose(alley: Alley, places: ReadonlyArray<{ house_no?: string; landmark?: string }>): Promise<void> {
  await knocks.propose(
    places.map((place) => ({
      place: { alley_id: alley.id, ...place },
      door: doorName(doorProposed({ household_id: '', alley_id: alley.id, ...place }, alley)),
    })),
  )
  navigator.vibrate?.(12)
}

/** The door of an alley that has this number already, in the book or put forward. */
export function doorWith(alley_id: string, no: string): Door | undefined {
  return turf.alleys.find((alley) => alley.id === alley_id)?.doors.find((door) => (door.active || door.proposed) && door.no === no)
}
