/**
 * Rooms of the desk that are fetched when they are first entered. A room brings its own words and its
 * own desk; what all rooms share is handed in.
 */
import type { Component } from 'svelte'
import type { Role } from '$lib/api/types.ts'
import type { IconName } from '$lib/ui/icons.ts'
import type { CoverageDesk } from '$lib/ward/coverage-desk.svelte.ts'
import { FIGURE_READERS, IDENTITY_READERS, KEEPERS, REFERRERS, STAFF, TRUST_KEEPERS } from '$lib/ward/roles.ts'

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
  name: 'room_board' | 'room_export' | 'room_ground' | 'room_identity' | 'room_import' | 'room_onestop' | 'room_quality' | 'room_register' | 'room_settings' | 'room_teams' | 'room_trust'
  /** A room that is entered from another one and has no entry of its own beside it. */
  within?: string
  icon: IconName
  roles: readonly Role[]
  load: () => Promise<{ default: Component<RoomProps> }>
}

/** In the order of the way through the desk. */
export const ROOMS: readonly Room[] = [
  { id: 'board', name: 'room_board', icon: 'chart', roles: FIGURE_READERS, load: () => import('./board/Room.svelte') },
  { id: 'register', name: 'room_register', icon: 'home', roles: STAFF, load: () => import('./register/Room.svelte') },
  { id: 'import', name: 'room_import', within: 'register', icon: 'upload', roles: STAFF, load: () => import('./import/Room.svelte') },
  { id: 'ground', name: 'room_ground', within: 'map', icon: 'layers', roles: STAFF, load: () => import('./ground/Room.svelte') },
  { id: 'teams', name: 'room_teams', icon: 'people', roles: STAFF, load: () => import('./teams/Room.svelte') },
  { id: 'identity', name: 'room_identity', icon: 'badge', roles: IDENTITY_READERS, load: () => import('./identity/Room.svelte') },
  { id: 'quality', name: 'room_quality', icon: 'check', roles: STAFF, load: () => import('./quality/Room.svelte') },
  { id: 'trust', name: 'room_trust', icon: 'shield', roles: TRUST_KEEPERS, load: () => import('./trust/Room.svelte') },
  { id: 'export', name: 'room_export', icon: 'download', roles: FIGURE_READERS, load: () => import('./export/Room.svelte') },
  { id: 'onestop', name: 'room_onestop', icon: 'give', roles: REFERRERS, load: () => import('./onestop/Room.svelte') },
  { id: 'settings', name: 'room_settings', icon: 'building', roles: KEEPERS, load: () => import('./settings/Room.svelte') },
]
