/**
 * What the phone held when it was last looked at, written down outside the database too: when the
 * database is gone and this is still there, the browser has thrown our data away, and we can say so
 * and how much it was, instead of looking new. Neither place needs the other.
 */
import type { Marker } from '../data/look.ts'
import type { Evicted } from './types.ts'

const KEY = 'gocua.marker'
/** The device's id alone, as 0.1.0 wrote it. */
const OLD_KEY = 'gocua.device'

/** What localStorage says; null when it says nothing, or may not be asked. */
export function outside(): Marker | null {
  try {
    const text = localStorage.getItem(KEY)
    if (text !== null) return JSON.parse(text) as Marker
    const device_id = localStorage.getItem(OLD_KEY)
    return device_id === null ? null : { device_id, accounts: 0, seq: 0, unsent: null, at: null }
  } catch {
    return null
  }
}

export function writeOutside(marker: Marker): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(marker))
    localStorage.removeItem(OLD_KEY)
  } catch {
    // Private mode, or full: then only the database remembers.
  }
}

/** The phone was emptied on purpose: there is nothing to miss. */
export function clearOutside(): void {
  try {
    localStorage.removeItem(KEY)
    localStorage.removeItem(OLD_KEY)
  } catch {
    // Then nothing was written there either.
  }
}

/**
 * Whether the database is not the one that was there before. localStorage is written after the
 * database, so it is never ahead of a healthy one.
 */
export function lost(before: Marker | null, now: Marker | null): Evicted | null {
  if (!before) return null
  // Somebody may have tried to sign in on the emptied phone: a device was made, and nothing written.
  const emptied = now === null || (now.device_id !== before.device_id && now.seq === 0)
  if (emptied) return { unsent: before.unsent, at: before.at }
  // An older state of the same database came back, as after a crash of the phone.
  const back = now.device_id === before.device_id ? before.seq - now.seq : 0
  return back > 0 ? { unsent: before.unsent === null ? null : Math.min(back, before.unsent), at: before.at } : null
}
