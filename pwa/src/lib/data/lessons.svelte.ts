/**
 * Who was coached in what, as far as this phone wrote it down. The book does not hand out people, and
 * the outbox lets go of a record some days after its receipt; without this the phone would know of a
 * lesson only that there was one. Households, age bands, skills and levels: nobody's name.
 */
import type { PersonCoached, VisitCorrect, VisitRecord } from '../api/types.ts'
import type { Lesson, Untold } from '../domain/comeback.ts'
import { dayOf } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import type { DoorView } from './overlay.ts'
import { recall, remember } from './session.ts'
import type { Turf } from './turf.svelte.ts'

/** The people of a visit, by the id of the version that named them. */
export type Taught = Readonly<Record<string, PersonCoached[]>>

/** Goes with the turf of its account: signing out, another account, and a phone that is full. */
export const lessonsKey = (account_id: string): string => `turf:${account_id}:lessons`

/** The people an operation names, if they may be remembered: who agreed to no record gets no reminder. */
function peopleOf(op: OutboxOp): PersonCoached[] | null {
  if (op.state === 'rejected') return null
  const record =
    op.kind === 'visit.record' ? (op.payload as VisitRecord) : op.kind === 'visit.correct' ? (op.payload as VisitCorrect).record : null
  if (!record || record.outcome === 'SERVED_NO_DATA') return null
  return record.people?.some((person) => person.skills.length > 0) ? record.people : null
}

export class LessonBook {
  /** Null until it was read. */
  taught = $state.raw<Taught | null>(null)

  readonly #db: Database
  readonly #turf: Turf
  #account: string | null = null
  /** Operations up to this number were looked at. */
  #seen = 0

  constructor(db: Database, turf: Turf) {
    this.#db = db
    this.#turf = turf
  }

  /** Follows the outbox: what is new in it since the last call is kept. Cheap when nothing is. */
  async follow(): Promise<void> {
    const { account_id, loaded, ops } = this.#turf
    if (!account_id || !loaded) return
    if (this.#account !== account_id) {
      this.#account = account_id
      this.#seen = 0
      this.taught = null
    }
    const fresh: Record<string, PersonCoached[]> = {}
    for (let at = ops.length - 1; at >= 0 && ops[at]!.device_seq > this.#seen; at -= 1) {
      const people = peopleOf(ops[at]!)
      if (people) fresh[ops[at]!.op_id] = people
    }
    this.#seen = Math.max(this.#seen, ops.at(-1)?.device_seq ?? 0)
    const held = this.taught ?? (await recall<Taught>(this.#db, lessonsKey(account_id)).catch(() => undefined)) ?? {}
    if (this.#account !== account_id) return
    const news = Object.keys(fresh).some((id) => !(id in held))
    if (news || !this.taught) this.taught = { ...held, ...this.taught, ...fresh }
    if (news) await this.#write(account_id)
  }

  /** Visits that were taken back, corrected elsewhere, or stand at a door that left the team are let go. */
  async #write(account_id: string): Promise<void> {
    const standing = new Set<string>()
    for (const { visits } of this.#turf.doors.values()) for (const visit of visits) standing.add(visit.id)
    const kept = Object.fromEntries(Object.entries(this.taught ?? {}).filter(([id]) => standing.has(id)))
    this.taught = kept
    // Lost, it is made up for by the plain rule.
    await remember(this.#db, lessonsKey(account_id), $state.snapshot(kept)).catch(() => undefined)
  }
}

/** What is known of the lessons of a door, and on which days there was one of which nothing is. */
export function lessonsAt({ door, visits }: DoorView, taught: Taught): { lessons: Lesson[]; untold: Untold[] } {
  const lessons: Lesson[] = []
  const untold: Untold[] = []
  for (const visit of visits) {
    if (visit.outcome !== 'SERVED' && visit.outcome !== 'PARTIAL') continue
    const on = dayOf(visit.at)
    const people = taught[visit.id]
    if (!people) untold.push({ household: door.id, on })
    for (const { age_band, skills } of people ?? []) {
      for (const { skill, level } of skills) lessons.push({ household: door.id, age_band, skill, level, on })
    }
  }
  return { lessons, untold }
}
