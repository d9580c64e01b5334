/** A volunteer's own visits as the outbox of this phone knows them: first record and corrections as one. */
import type { VisitCorrect, VisitRecord, Withdraw } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import type { DoorView } from '$lib/data/overlay.ts'
import type { Near } from '$lib/domain/near.ts'
import type { Millis } from '$lib/domain/time.ts'
import { served, type Comeback } from '$lib/domain/visit.ts'

/** A visit that may be corrected: what stands now. */
export interface OwnVisit {
  /** Any version's id names the visit. */
  visit_id: string
  household_id: string
  /** When the door was knocked on. */
  at: Millis
  record: VisitRecord
  /**
   * False when the book says that somebody was coached and this phone no longer knows who: the book
   * does not hand out people.
   */
  complete: boolean
}

export interface Folded {
  /** The id of the first record, or the one the first correction names. */
  root: string
  /** The operation whose values stand. */
  newest: OutboxOp
  record: VisitRecord
  at: Millis
  corrections: number
  withdrawn: boolean
}

/** Visits by root, oldest first. What the server sent back counts nowhere. */
export function foldVisits(ops: readonly OutboxOp[]): Folded[] {
  const visits = new Map<string, Folded>()
  const rootOf = new Map<string, string>()
  for (const op of ops) {
    if (op.state === 'rejected') continue
    if (op.kind === 'visit.record') {
      const record = op.payload as VisitRecord
      rootOf.set(op.op_id, op.op_id)
      visits.set(op.op_id, { root: op.op_id, newest: op, record, at: op.made_at, corrections: 0, withdrawn: false })
    } else if (op.kind === 'visit.correct') {
      const { visit_id, record } = op.payload as VisitCorrect
      const root = rootOf.get(visit_id) ?? visit_id
      rootOf.set(op.op_id, root)
      rootOf.set(visit_id, root)
      const known = visits.get(root)
      if (known) Object.assign(known, { newest: op, record, corrections: known.corrections + 1 })
      else visits.set(root, { root, newest: op, record, at: op.made_at, corrections: 1, withdrawn: false })
    } else if (op.kind === 'visit.withdraw') {
      const { visit_id } = op.payload as Withdraw
      const visit = visits.get(rootOf.get(visit_id) ?? visit_id)
      if (visit) visit.withdrawn = true
    }
  }
  return [...visits.values()]
}

export function ownVisitOf({ root, record, at }: Folded): OwnVisit {
  return { visit_id: root, household_id: record.household_id, at, record, complete: true }
}

/**
 * A visit of a door, as the screen of that door shows it. What the phone remembers is filled in only
 * when it is of the same version: another phone of the same person may have corrected it since.
 */
export function ownVisitAt(ops: readonly OutboxOp[], view: DoorView, visit: DoorView['visits'][number]): OwnVisit {
  const visit_id = visit.of ?? visit.id
  const known = foldVisits(ops).find((own) => own.newest.op_id === visit.id)
  if (known) return { ...ownVisitOf(known), visit_id, at: visit.at }
  const comeback: Comeback | null = visit.comeback ?? null
  const record: VisitRecord = { household_id: view.door.id, outcome: visit.outcome, ...(comeback ? { comeback } : {}) }
  return { visit_id, household_id: view.door.id, at: visit.at, record, complete: !served(visit.outcome) }
}

/** Where the phone stood stays true of the knock; of another door than it was compared with nothing is known. */
export function nearAt(was: VisitRecord, household_id: string): Near | undefined {
  return was.near && was.household_id !== household_id ? 'unknown' : was.near
}

/** The same door, outcome, day and people? */
export function sameRecord(a: VisitRecord, b: VisitRecord): boolean {
  const plain = (r: VisitRecord): string =>
    JSON.stringify([
      r.household_id,
      r.outcome,
      r.comeback ? [r.comeback.on, r.comeback.band] : null,
      (r.people ?? []).map((p) => [p.age_band, p.learner_id ?? null, [...p.skills].map((s) => [s.skill, s.level]).sort()]),
    ])
  return plain(a) === plain(b)
}
