import type { Alley, Door, VisitRecord, Withdraw } from '../api/types.ts'
import { deriveState, type HouseholdState } from '../domain/household.ts'
import type { VisitFact } from '../domain/visit.ts'
import type { OutboxOp } from './db.ts'

/** A door as the screen shows it: what the book said last, with this phone's own work over it. */
export interface DoorView {
  door: Door
  alley: Alley
  visits: Array<VisitFact & { team: string | null; mine: boolean }>
  state: HouseholdState
  /** Visits of this door that are not in the book yet. */
  unsent: number
}

/**
 * Base and pending. An operation counts over the base until the base itself contains it, that is
 * while it has no receipt or one newer than the pulled book; a visit in both is one, by its id.
 */
export function overlay(alleys: readonly Alley[], ops: readonly OutboxOp[], seq: number): Map<string, DoorView> {
  const pending = (op: OutboxOp): boolean =>
    op.state === 'local' || op.state === 'sent' || (op.state === 'booked' && (op.seq ?? 0) > seq)
  const recorded = new Map<string, OutboxOp[]>()
  const withdrawn = new Set<string>()
  const own = new Map<string, OutboxOp>()
  for (const op of ops) {
    if (op.state === 'rejected') continue
    if (op.kind === 'visit.withdraw') {
      if (pending(op)) withdrawn.add((op.payload as Withdraw).visit_id)
    } else {
      own.set(op.op_id, op)
      if (!pending(op)) continue
      const { household_id } = op.payload as VisitRecord
      const list = recorded.get(household_id)
      if (list) list.push(op)
      else recorded.set(household_id, [op])
    }
  }

  const doors = new Map<string, DoorView>()
  for (const alley of alleys) {
    for (const door of alley.doors) {
      if (!door.active) continue
      const visits: DoorView['visits'] = []
      const seen = new Set<string>()
      for (const visit of door.visits) {
        if (withdrawn.has(visit.id)) continue
        seen.add(visit.id)
        const mine = own.get(visit.id)?.payload as VisitRecord | undefined
        visits.push({
          id: visit.id,
          at: visit.at,
          outcome: visit.outcome,
          comeback: visit.comeback ?? mine?.comeback ?? null,
          team: visit.team ?? null,
          mine: visit.mine ?? mine !== undefined,
        })
      }
      let unsent = 0
      for (const op of recorded.get(door.id) ?? []) {
        if (seen.has(op.op_id) || withdrawn.has(op.op_id)) continue
        const record = op.payload as VisitRecord
        if (op.state !== 'booked') unsent += 1
        visits.push({
          id: op.op_id,
          at: op.made_at,
          outcome: record.outcome,
          comeback: record.comeback ?? null,
          team: null,
          mine: true,
        })
      }
      visits.sort((a, b) => a.at - b.at)
      doors.set(door.id, { door, alley, visits, state: deriveState(visits), unsent })
    }
  }
  return doors
}
