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

/** The doors as the book said last. Made anew only when the book changes. */
export function baseOf(alleys: readonly Alley[]): Map<string, DoorView> {
  const doors = new Map<string, DoorView>()
  for (const alley of alleys) {
    for (const door of alley.doors) if (door.active) doors.set(door.id, viewOf(door, alley, door.visits, 0))
  }
  return doors
}

function viewOf(door: Door, alley: Alley, visits: DoorView['visits'], unsent: number): DoorView {
  const inOrder = [...visits].sort((a, b) => a.at - b.at)
  return { door, alley, visits: inOrder, state: deriveState(inOrder), unsent }
}

/**
 * Base and pending. An operation counts over the base until the base itself contains it, that is
 * while it has no receipt or one newer than the pulled book; a visit in both is one, by its id.
 * Only the doors that operations speak of are derived again: a knock must cost the same in a large
 * turf as in a small one.
 */
export function lay(base: Map<string, DoorView>, ops: readonly OutboxOp[], seq: number): Map<string, DoorView> {
  const pending = (op: OutboxOp): boolean =>
    op.state === 'local' || op.state === 'sent' || (op.state === 'booked' && (op.seq ?? 0) > seq)
  const byDoor = new Map<string, OutboxOp[]>()
  const withdrawn = new Set<string>()
  for (const op of ops) {
    if (op.state === 'rejected') continue
    if (op.kind === 'visit.withdraw') {
      if (pending(op)) withdrawn.add((op.payload as Withdraw).visit_id)
      continue
    }
    const { household_id } = op.payload as VisitRecord
    const list = byDoor.get(household_id)
    if (list) list.push(op)
    else byDoor.set(household_id, [op])
  }

  const doors = new Map(base)
  for (const [household_id, own] of byDoor) {
    const held = base.get(household_id)
    if (!held) continue
    const visits = held.visits.filter((visit) => !withdrawn.has(visit.id))
    const seen = new Set(visits.map((visit) => visit.id))
    let unsent = 0
    for (const op of own) {
      if (!pending(op) || seen.has(op.op_id) || withdrawn.has(op.op_id)) continue
      const record = op.payload as VisitRecord
      if (op.state !== 'booked') unsent += 1
      visits.push({ id: op.op_id, at: op.made_at, outcome: record.outcome, comeback: record.comeback ?? null, team: null, mine: true })
    }
    doors.set(household_id, viewOf(held.door, held.alley, visits, unsent))
  }
  // An undo of a visit whose own record has left the phone: found by looking for it.
  if (withdrawn.size > 0) {
    for (const view of base.values()) {
      if (byDoor.has(view.door.id) || !view.visits.some((visit) => withdrawn.has(visit.id))) continue
      doors.set(view.door.id, viewOf(view.door, view.alley, view.visits.filter((visit) => !withdrawn.has(visit.id)), 0))
    }
  }
  return doors
}
