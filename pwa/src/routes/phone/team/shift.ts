/** The shift of this phone's owner, as the outbox tells it, and what came of it. */
import type { ShiftClose, ShiftOpen } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import { unanswered } from '$lib/data/outbox.ts'
import type { Millis } from '$lib/domain/time.ts'
import { missed } from '$lib/domain/visit.ts'
import { foldVisits } from '../own-visits.ts'

export interface Shift {
  shift_id: string
  opened_at: Millis
  people: number
}

/** The shift that was opened last, unless it was closed. */
export function openShift(ops: readonly OutboxOp[]): Shift | null {
  const closed = new Set(ops.filter((op) => op.kind === 'shift.close' && op.state !== 'rejected').map((op) => (op.payload as ShiftClose).shift_id))
  const last = ops.findLast((op) => op.kind === 'shift.open' && op.state !== 'rejected')
  if (!last) return null
  const { shift_id, people } = last.payload as ShiftOpen
  return closed.has(shift_id) ? null : { shift_id, opened_at: last.made_at, people }
}

/** An evening in figures. Of one person and for that person: nobody is compared. */
export interface Evening {
  homes: number
  notHome: number
  appointments: number
  referrals: number
  /** Records that wait to be sent, whenever they were made; the shift's own two are none. */
  unsent: number
}

export function eveningOf(ops: readonly OutboxOp[], since: Millis): Evening {
  const visits = foldVisits(ops).filter((visit) => !visit.withdrawn && visit.at >= since)
  // A home knocked on twice is one home, as it was left.
  const homes = new Map(visits.map((visit) => [visit.record.household_id, visit.record]))
  const records = [...homes.values()]
  return {
    homes: records.length,
    notHome: records.filter((record) => missed(record.outcome)).length,
    appointments: records.filter((record) => record.outcome === 'APPOINTMENT' || record.comeback !== undefined).length,
    referrals: ops.filter((op) => (op.kind as string) === 'referral.open' && op.state !== 'rejected' && op.made_at >= since).length,
    unsent: ops.filter((op) => unanswered(op) && op.kind !== 'shift.open' && op.kind !== 'shift.close').length,
  }
}
