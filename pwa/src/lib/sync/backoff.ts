import type { Millis } from '../domain/time.ts'

export const FIRST_MS = 1000
export const LONGEST_MS = 5 * 60_000

/**
 * How long to wait after the `attempt`-th failure in a row (1 is the first): anything up to a bound
 * that doubles from 1 s to 5 min. Full jitter, so that a street of phones coming out of the same
 * dead spot does not knock together. What the server asked for is never undercut.
 */
export function backoff(attempt: number, random: number, askedMs: number | null): Millis {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20))
  const wait = Math.max(FIRST_MS, Math.round(bound * random))
  return Math.max(wait, askedMs ?? 0)
}
