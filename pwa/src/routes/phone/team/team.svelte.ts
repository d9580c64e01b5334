/**
 * What the alley shows of the team: whose doors these are tonight, and where a team-mate stands. The
 * strip reads it with its first painting; it is filled by the screens behind the first step
 * (evening.svelte.ts, leases.svelte.ts) and decides nothing: every door can always be knocked.
 */
import { clock } from '$lib/app.ts'

/** A team-mate at a door, until they move on or ten minutes pass. */
export interface Lease {
  name: string
  until: number
}

class Team {
  /** Doors of the alleys split today that are somebody else's, with their number. */
  others = $state.raw<ReadonlyMap<string, number>>(new Map())
  leases = $state.raw<ReadonlyMap<string, Lease>>(new Map())

  /** Is the door to be walked by this phone's owner? Everything is, until an alley is split. */
  mine = (door_id: string): boolean => !this.others.has(door_id)

  leased(door_id: string): Lease | null {
    const lease = this.leases.get(door_id)
    return lease && lease.until > clock.now() ? lease : null
  }
}

export const team = new Team()
