/** The look through the outbox when the app starts: every record is read, not only counted. */
import type { Database, OutboxOp } from '../data/db.ts'
import { unanswered } from '../data/outbox.ts'

export interface Found {
  unsent: number
  parked: number
  unreadable: number
}

export async function lookThrough(db: Database, account_id: string | null): Promise<Found> {
  const { ops, unreadable } = await readable(db)
  const waiting = ops.filter(unanswered)
  const own = waiting.filter((op) => op.account_id === account_id).length
  return { unsent: own, parked: waiting.length - own, unreadable }
}

/** Every record of the outbox that can be read, and how many cannot. */
export async function readable(db: Database): Promise<{ ops: OutboxOp[]; unreadable: number }> {
  let all: unknown[]
  try {
    all = await db.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
  } catch {
    all = await oneByOne(db)
  }
  const ops = all.filter(whole)
  return { ops, unreadable: all.length - ops.length }
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

function whole(record: unknown): record is OutboxOp {
  const op = record as Partial<OutboxOp> | null | undefined
  return (
    typeof op?.op_id === 'string' &&
    typeof op.account_id === 'string' &&
    typeof op.device_seq === 'number' &&
    typeof op.made_at === 'number' &&
    typeof op.kind === 'string' &&
    typeof op.payload === 'object' &&
    op.payload !== null
  )
}
