/** How long the phone shows the team's alleys without hearing from the server. */
import type { Millis } from '../domain/time.ts'

const HOUR_MS = 3_600_000

export const PACK_MS = 72 * HOUR_MS
export const WARN_MS = 60 * HOUR_MS

/** fresh · ageing: said aloud, still shown · expired: kept, and not shown before the server was heard. */
export type PackState = { is: 'fresh' } | { is: 'ageing'; hours: number } | { is: 'expired' }

/** `pulled_at`: when the book was last brought up to date, 0 for never. A clock set back proves nothing. */
export function packState(pulled_at: Millis, now: Millis): PackState {
  const age = now - pulled_at
  if (pulled_at === 0 || age < WARN_MS) return { is: 'fresh' }
  return age < PACK_MS ? { is: 'ageing', hours: Math.max(1, Math.ceil((PACK_MS - age) / HOUR_MS)) } : { is: 'expired' }
}
