/**
 * The wire, as generated from docs/api/openapi.json (`npm run api`), and the two shapes the phone
 * keeps: on the wire what is empty is left out, on the phone it is spelled out once and for all.
 */
import type { components } from './schema.d.ts'
import type { Details } from '../domain/edit.ts'
import type { Comeback, Outcome } from '../domain/visit.ts'

type Schemas = components['schemas']

export type Role = Schemas['Role']
export type AccountView = Schemas['AccountView']
export type SessionView = Omit<Schemas['SessionView'], 'account' | 'seal'> & { account: AccountView; seal?: Seal | null }
/** What parcels are sealed with: only the server opens them. */
export interface Seal {
  kid: string
  /** Raw public P-256 point, base64url. */
  key: string
}
export type ProblemCode = Schemas['Code'] | 'code_unknown' | 'device_revoked'
export type ProblemBody = Omit<Schemas['Problem'], 'code'> & { code: ProblemCode }
export type OpOutcome = Schemas['OpOutcome'] | 'held' | 'quarantined'
export type Reason =
  | Schemas['Reason']
  | 'waits_for_earlier'
  | 'household_deleted'
  | 'account_disabled'
  | 'visit_withdrawn'
  | 'nothing_to_change'
  | 'text_too_long'
  | 'number_in_text'
  | 'out_of_range'
export type Flag = Schemas['Flag'] | 'gap' | 'unknown_field' | 'corrected_elsewhere' | 'lost_to_newer' | 'to_inbox'
export type OpResult = Omit<Schemas['OpResult'], 'outcome' | 'reason' | 'flags'> & {
  outcome: OpOutcome
  reason?: Reason | null
  flags?: Flag[]
}
/** An operation's payload is any JSON in the document; these are the ones that phones send. */
export type WireOp = Omit<Schemas['Op'], 'payload' | 'kind' | 'after'> & { kind: OpKind; payload: Payload; after?: number }
export type PushRequest = Omit<Schemas['PushRequest'], 'ops' | 'failed'> & { ops: WireOp[]; failed?: number }
export type PushAnswer = Omit<Schemas['PushAnswer'], 'results'> & { results: OpResult[] }
export type PullAnswer = Omit<Schemas['PullAnswer'], 'more'> & { more?: boolean; badge?: BadgeDay[] }
export type AlleyView = Schemas['AlleyView']
export type WireDoor = Schemas['DoorView']
export type Me = Schemas['Me']
export type Skill = Schemas['Skill']
export type Group = Omit<Schemas['GroupView'], 'outline'> & {
  /** Rings of [longitude, latitude]. */
  outline?: Array<Array<[number, number]>>
}
export type AlleyKind = Schemas['AlleyKind']

export type OpKind = 'visit.record' | 'visit.withdraw' | 'visit.correct' | 'household.edit' | 'shift.open' | 'shift.close'
export type Payload = VisitRecord | Withdraw | VisitCorrect | HouseholdEdit | ShiftOpen | ShiftClose

/** Stands in a result for the id of an operation that could not be read: told by its place in the batch. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000'

export interface PersonCoached {
  age_band: '6-13' | '14-17' | '18-59' | '60-79' | '80+'
  skills: Array<{ skill: string; level: number }>
}

export interface VisitRecord {
  household_id: string
  outcome: Outcome
  people?: PersonCoached[]
  comeback?: Comeback
}

export interface Withdraw {
  /** The id of any version of the visit. */
  visit_id: string
}

export type Why = 'mistap' | 'wrong_door' | 'learned_more' | 'other'

/** A new version of a visit, whole. */
export interface VisitCorrect {
  /** The id of any version of the visit. */
  visit_id: string
  why: Why
  record: VisitRecord
}

/** Some details of a household, and what the phone showed in their places. */
export interface HouseholdEdit {
  household_id: string
  set: Partial<Details>
  was: Partial<Details>
}

/** An evening begins: how many walk together, 1 to 9. */
export interface ShiftOpen {
  shift_id: string
  people: number
}

export interface ShiftClose {
  shift_id: string
}

/** What a team shows at doors: six digits for one day. */
export interface BadgeDay {
  day: number
  code: string
}

export interface DoorVisit {
  /** Of its newest version. */
  id: string
  /** Of its first version, and how many there are, once it was corrected. */
  of?: string
  versions?: number
  at: number
  outcome: Outcome
  team: string | null
  mine: boolean
  comeback: Comeback | null
}

export interface Door {
  id: string
  code: string
  no: string | null
  sort: string
  side: 'odd' | 'even' | null
  head: string | null
  members: number | null
  adults: number | null
  landmark: string | null
  active: boolean
  visits: DoorVisit[]
}

export interface Alley {
  id: string
  group_id: string
  parent_id: string | null
  kind: AlleyKind
  name: string
  /** The number it turns off at. */
  mouth: string | null
  sort: string
  doors: Door[]
}

/** What this version of the app does not know is kept as it came: the next one may read it from the disk. */
export function doorFrom({ alley_id: _, ...wire }: WireDoor): Door {
  return {
    ...wire,
    no: wire.no || null,
    side: wire.side === 'odd' || wire.side === 'even' ? wire.side : null,
    head: wire.head || null,
    members: wire.members ?? null,
    adults: wire.adults ?? null,
    landmark: wire.landmark || null,
    visits: (wire.visits ?? []).map((visit) => ({
      ...visit,
      team: visit.team ?? null,
      mine: visit.mine ?? false,
      comeback: visit.comeback ?? null,
    })) as DoorVisit[],
  }
}

export function alleyFrom(wire: AlleyView): Alley {
  return {
    ...wire,
    parent_id: wire.parent_id ?? null,
    mouth: wire.mouth ?? null,
    doors: wire.doors.map(doorFrom),
  }
}
