/** The look through the outbox when the app starts: every record is read, not only counted. */
import type { Database } from '../data/db.ts'
import { readable } from '../data/look.ts'
import { unanswered } from '../data/outbox.ts'

export interface Found {
  unsent: number
  parked: number
  unreadable: number
}

export async function lookThrough(db: Database, account_id: string | null): Promise<Found> {
  const { rows, unreadable } = await readable(db)
  const waiting = rows.filter(unanswered)
  const own = waiting.filter((op) => op.account_id === account_id).length
  return { unsent: own, parked: waiting.length - own, unreadable }
}
