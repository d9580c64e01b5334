import type {
  ConsentGive, ConsentWithdraw, EidWithdraw, HouseholdFlags, HouseholdNote, Learner, LearnerEid, Note, OpKind, PeopleKind, PeopleOfDoor, PersonCoached,
  Referral, ReferralCancel, ReferralOpen,
} from '../api/types.ts'
import { eidAfter, takenBack, yields } from '../domain/eid.ts'
import { NEED_DAYS } from '../domain/needs.ts'
import type { Levels } from '../domain/skill.ts'
import { addDays, dayOf, type Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import { rewrite, unanswered } from './outbox.ts'
import type { DoorView } from './overlay.ts'

const KINDS: ReadonlySet<OpKind> = new Set<PeopleKind>([
  'consent.give', 'consent.withdraw', 'learner.eid', 'learner.eid_withdraw', 'household.flags', 'household.note', 'referral.open', 'referral.cancel',
])

/** Does the operation speak of the people of a household, or of what it asks for? */
export const aboutPeople = (op: Pick<OutboxOp, 'kind'>): boolean => KINDS.has(op.kind)

/** The people of a door and what is known of it besides its visits, with this phone's own work over the book. */
export interface DoorPeople {
  people: readonly Learner[]
  flags: NonNullable<PeopleOfDoor['flags']>
  note: Note | null
  /** Oldest first. */
  referrals: readonly Referral[]
  /** What of it is on this phone only: ids of learners and referrals, `flags`, `note`. */
  waiting: ReadonlySet<string>
}

/** A door with its people. */
export type PeopledDoor = DoorView & DoorPeople

export const levelsOf = (learner: Learner): Levels => Object.fromEntries((learner.skills ?? []).map(({ skill, level }) => [skill, level]))

const NOTHING: ReadonlySet<string> = new Set()

/**
 * Base and pending, as for visits: what this phone said stands over the book until the book says it
 * too. Worked out for the door that is looked at: the others need none of it.
 */
export function peopleAt(view: Pick<DoorView, 'door' | 'told' | 'taught'>): DoorPeople {
  const book = view.door
  const people = new Map((book.people ?? []).map((learner) => [learner.id, learner]))
  const referrals = new Map((book.referrals ?? []).map((referral) => [referral.id, referral]))
  let flags = book.flags ?? []
  let note = book.note ?? null
  let waiting: Set<string> | null = null

  for (const op of view.told) {
    const wait = (what: string): void => {
      if (unanswered(op)) waiting = (waiting ?? new Set()).add(what)
    }
    switch (op.kind) {
      case 'consent.give': {
        const { learner_id, call_name, age_band, purposes } = op.payload as ConsentGive
        people.set(learner_id, { ...people.get(learner_id), id: learner_id, call_name, age_band, purposes, agreed_at: op.made_at })
        wait(learner_id)
        break
      }
      case 'consent.withdraw': {
        const { learner_id } = op.payload as ConsentWithdraw
        people.delete(learner_id)
        for (const [id, { learner_id: of, ...rest }] of referrals) if (of === learner_id) referrals.set(id, rest)
        break
      }
      case 'learner.eid': {
        const { household_id: _, learner_id, before: __, ...eid } = op.payload as LearnerEid
        const learner = people.get(learner_id)
        const after = learner && eidAfter(learner.eid ?? null, op.payload as LearnerEid)
        if (!after || 'fault' in after) break
        const over = learner.eid && { back: learner.eid }
        people.set(learner_id, { ...learner, eid: { ...eid, ...after.ok, id: op.op_id, at: op.made_at, ours: yields(after.ok), ...over } })
        wait(learner_id)
        break
      }
      case 'learner.eid_withdraw': {
        const { learner_id, eid_id } = op.payload as EidWithdraw
        const learner = people.get(learner_id)
        if (!learner) break
        const { eid, ...rest } = learner
        const before = takenBack(eid, eid_id)
        people.set(learner_id, before ? { ...rest, eid: before } : rest)
        wait(learner_id)
        break
      }
      case 'household.flags': {
        const until = addDays(dayOf(op.made_at), NEED_DAYS)
        flags = (op.payload as HouseholdFlags).flags.map((code) => ({ code, until }))
        wait('flags')
        break
      }
      case 'household.note': {
        const { text } = op.payload as HouseholdNote
        note = text === '' ? null : { text, at: op.made_at, mine: true }
        wait('note')
        break
      }
      case 'referral.open': {
        const { learner_id, kind } = op.payload as ReferralOpen
        const of = learner_id !== undefined && people.has(learner_id) ? { learner_id } : {}
        if (!referrals.has(op.op_id)) referrals.set(op.op_id, { id: op.op_id, ...of, kind, state: 'new', opened_at: op.made_at })
        wait(op.op_id)
        break
      }
      case 'referral.cancel': {
        const { referral_id } = op.payload as ReferralCancel
        const referral = referrals.get(referral_id)
        if (referral?.state === 'new') referrals.set(referral_id, { ...referral, state: 'cancelled' })
        wait(referral_id)
        break
      }
    }
  }
  for (const { at, people: coached } of [...view.taught].sort((a, b) => a.at - b.at)) {
    for (const { learner_id, skills } of coached) {
      const learner = learner_id === undefined ? undefined : people.get(learner_id)
      if (learner) people.set(learner.id, { ...learner, skills: folded(learner.skills ?? [], skills, at) })
    }
  }
  return {
    people: [...people.values()],
    flags,
    note,
    referrals: [...referrals.values()].sort((a, b) => a.opened_at - b.opened_at),
    waiting: waiting ?? NOTHING,
  }
}

/**
 * The book has these people by now, and says itself when one of them changes their mind: the records
 * of this phone keep no second copy of a name. Returns those that changed.
 */
export function letGoOfNames(db: Database, ops: readonly OutboxOp[], seq: number): Promise<OutboxOp[]> {
  const named = ops.filter((op) => op.kind === 'consent.give' && op.state === 'booked' && (op.seq ?? Infinity) <= seq && (op.payload as ConsentGive).call_name !== '')
  return named.length === 0 ? Promise.resolve([]) : rewrite(db, named.map((op) => ({ ...op, payload: { ...(op.payload as ConsentGive), call_name: '' } })))
}

/** A door of the turf with its people. */
export const peopled = (view: DoorView): PeopledDoor => ({ ...view, ...peopleAt(view) })

/** The latest visit says how well a skill is known. */
function folded(known: NonNullable<Learner['skills']>, coached: PersonCoached['skills'], at: Millis): NonNullable<Learner['skills']> {
  const levels = new Map(known.map((each) => [each.skill, each]))
  for (const { skill, level } of coached) if ((levels.get(skill)?.at ?? 0) <= at) levels.set(skill, { skill, level, at })
  return [...levels.values()]
}
