/**
 * What the phone held when it was last looked at, written down outside the database too: when the
 * database is gone and this is still there, the browser has thrown our data away, and we can say so
 * and how much it was, instead of looking new. Neither place needs the other.
 */
import type { Database, Device, Numbers } from '../data/db.ts'
import type { Millis } from '../domain/time.ts'
import type { Evicted } from './types.ts'

export interface Marker {
  device_id: string
  /** Accounts that have written on this device. */
  accounts: number
  /** The number of the device's last operation. */
  seq: number
  /** Operations without an answer, of all accounts. Null: never noted (0.1.0 knew only the device). */
  unsent: number | null
  at: Millis | null
}

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

/** What the database says; null when no device was ever made in it. */
export function inside(db: Database, at: Millis): Promise<Marker | null> {
  return db.read(['session', 'outbox'], async (tx) => {
    const session = tx.objectStore('session')
    const device = (await session.get('device')) as Device | undefined
    if (!device) return null
    const numbers = (await session.get('numbers')) as Numbers | undefined
    return {
      device_id: device.device_id,
      accounts: Object.keys(numbers?.last ?? {}).length,
      seq: (numbers?.next_seq ?? 1) - 1,
      unsent: await tx.objectStore('outbox').index('waiting').count(),
      at,
    }
  })
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

/** Numbers that the lost state gave out are not given out again: the server may know them. */
export function skipNumbers(db: Database, device_id: string, seq: number): Promise<void> {
  return db.writeStrict(['session'], async (tx) => {
    const session = tx.objectStore('session')
    const device = (await session.get('device')) as Device | undefined
    const numbers = (await session.get('numbers')) as Numbers | undefined
    if (device?.device_id !== device_id || !numbers || numbers.next_seq > seq) return
    await session.put({ ...numbers, next_seq: seq + 1 }, 'numbers')
  })
}
