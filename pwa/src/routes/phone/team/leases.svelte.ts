/**
 * Who of the team stands where, while there is a network. A courtesy and no lock: it is asked for in
 * the background, its failure is silent, and two visits of one door are both kept.
 */
import { api, clock, session, sync, turf } from '$lib/app.ts'
import { Problem } from '$lib/api/client.ts'
import { team, type Lease } from './team.svelte.ts'

interface LeaseAnswer {
  until?: number
  others?: Array<{ household_id: string; name: string; until: number }>
}

/** Whoever only passes a door on the way to the next one need not be told of. */
const SETTLE_MS = 1_500
/** Well before the ten minutes of a lease are over. */
const AGAIN_MS = 120_000

/** A server that has never heard of leases is not asked again while the app lives. */
let unknown = false

async function tell(door_id: string | null): Promise<void> {
  if (unknown || !session.account || session.ended || !sync.online || !turf.me?.team) return
  const who = session.account.id
  try {
    const { others } = await api.post<LeaseAnswer>('/sync/lease', { household_id: door_id }, { timeoutMs: 8_000, guard: () => session.account?.id === who })
    if (session.account?.id !== who) return
    team.leases = new Map((others ?? []).filter((lease) => lease.until > clock.now()).map(({ household_id, name, until }): [string, Lease] => [household_id, { name, until }]))
  } catch (error) {
    if (error instanceof Problem && (error.status === 404 || error.status === 403)) unknown = true
  }
}

/** I stand at this door, or at none, until the returned function is called. */
export function stand(door_id: string | null): () => void {
  let timer = setTimeout(again, SETTLE_MS)
  function again(): void {
    if (document.visibilityState === 'visible') void tell(door_id)
    timer = setTimeout(again, AGAIN_MS)
  }
  return () => clearTimeout(timer)
}
