/** What of an officer's work needs the ward at once: evenings to plan, warnings to publish. */
import type { Day } from '../domain/time.ts'
import type { MobileSession, QueueItem, ScamKind } from '../api/types.ts'
import { api } from '../app.ts'

export interface NewAlert {
  id: string
  kind: ScamKind
  words: string
  /** Empty: the whole ward. */
  groups: string[]
  until: Day
}

export const publishAlert = (alert: NewAlert): Promise<unknown> => api.post('/alerts', alert)
export const withdrawAlert = (id: string): Promise<unknown> => api.post(`/alerts/${id}/withdraw`)

/** A home that waits for an evening, and whether an evening of the capacity asked for has room for it. */
export interface WaitingHome extends Pick<QueueItem, 'kind' | 'state' | 'opened_at' | 'due_on'> {
  referral_id: string
  group_id: string
  door: NonNullable<QueueItem['door']>
  fits: boolean
}

export interface NewEvening {
  id: string
  day: Day
  from_minute: number
  to_minute: number
  place: string
  capacity: number
  homes: string[]
}

/** In the order they are walked. */
export const waitingHomes = async (groups: readonly string[], capacity: number): Promise<WaitingHome[]> =>
  (await api.get<{ homes: WaitingHome[] }>('/mobile-sessions/waiting', { query: { groups: groups.join(','), capacity } })).homes
export const planEvening = (evening: NewEvening): Promise<MobileSession> => api.post('/mobile-sessions', evening)
export const packKit = (id: string, packed: readonly string[]): Promise<MobileSession> => api.post(`/mobile-sessions/${id}`, { packed })
export const cancelEvening = (id: string): Promise<unknown> => api.post(`/mobile-sessions/${id}/cancel`)
