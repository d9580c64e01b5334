/**
 * Rooms of the desk that are fetched when they are first entered. A room brings its own words and its
 * own desk; what all rooms share is handed in.
 */
import type { Component } from 'svelte'
import type { Role } from '$lib/api/types.ts'
import type { IconName } from '$lib/ui/icons.ts'
import type { CoverageDesk } from '$lib/ward/coverage-desk.svelte.ts'

/** What every room is given. */
export interface RoomProps {
  ward: { code: string; name: string }
  /** Where the ward stands and who watches its number: `null` for those who may not read the map. */
  coverage: CoverageDesk | null
  role: Role
  /** The address below the room: `#/ward/<room>/<rest…>`. */
  rest: readonly string[]
}

export interface Room {
  /** `#/ward/<id>`. */
  id: string
  name: 'room_register' | 'room_teams' | 'room_settings' | 'room_ground'
  icon: IconName
  roles: readonly Role[]
  /** Entered from another screen, and not in the list of rooms. */
  unlisted?: true
  load: () => Promise<{ default: Component<RoomProps> }>
}

export const ROOMS: readonly Room[] = [
  { id: 'ground', name: 'room_ground', icon: 'layers', roles: ['ward_staff'], unlisted: true, load: () => import('./ground/Room.svelte') },
]
