/** What there is on this phone, for whoever watches over it. */
import type { Millis } from '../domain/time.ts'
import type { Database, Device, Numbers, OutboxRow } from './db.ts'

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

/** Every record of the outbox that is whole, locked up or not, and how many are not. */
export async function readable(db: Database): Promise<{ rows: OutboxRow[]; unreadable: number }> {
  let all: unknown[]
  try {
    all = await db.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
  } catch {
    all = await oneByOne(db)
  }
  const rows = all.filter(whole)
  return { rows, unreadable: all.length - rows.length }
}

/** One bad record makes the whole reading fail; its neighbours are still good. */
async function oneByOne(db: Database): Promise<unknown[]> {
  const keys = await db.read(['outbox'], (tx) => tx.objectStore('outbox').getAllKeys())
  const all: unknown[] = []
  for (const key of keys) {
    all.push(await db.read(['outbox'], (tx) => tx.objectStore('outbox').get(key)).catch(() => null))
  }
  return all
}

function whole(record: unknown): record is OutboxRow {
  const op = record as Partial<OutboxRow> | null | undefined
  return (
    typeof op?.op_id === 'string' &&
    typeof op.account_id === 'string' &&
    typeof op.device_seq === 'number' &&
    typeof op.made_at === 'number' &&
    (op.box instanceof Uint8Array || (typeof op.kind === 'string' && typeof op.payload === 'object' && op.payload !== null))
  )
}
