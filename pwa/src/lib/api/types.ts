/**
 * The wire, as generated from docs/api/openapi.json (`npm run api`), and the two shapes the phone
 * keeps: on the wire what is empty is left out, on the phone it is spelled out once and for all.
 */
import type { components } from './schema.d.ts'
import type { Alert } from '../domain/alert.ts'
import type { Details } from '../domain/edit.ts'
import type { EidState, EidStep, EidWord } from '../domain/eid.ts'
import type { LearnerBand, Purpose } from '../domain/learner.ts'
import type { Need } from '../domain/needs.ts'
import type { Near, Point } from '../domain/near.ts'
import type { Notice } from '../domain/notice.ts'
import type { Because, QualityKind, Verdict } from '../domain/quality.ts'
import type { ReferralKind, ReferralState } from '../domain/referral.ts'
import type { Day } from '../domain/time.ts'
import type { AgeBand, Comeback, Outcome } from '../domain/visit.ts'

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
  | 'unknown_help'
  | PeopleReason
export type Flag = Schemas['Flag'] | 'gap' | 'unknown_field' | 'corrected_elsewhere' | 'lost_to_newer' | 'to_inbox' | 'learner_unknown'
export type OpResult = Omit<Schemas['OpResult'], 'outcome' | 'reason' | 'flags'> & {
  outcome: OpOutcome
  reason?: Reason | null
  flags?: Flag[]
}
/** An operation's payload is any JSON in the document; these are the ones that phones send. */
export type WireOp = Omit<Schemas['Op'], 'payload' | 'kind' | 'after'> & { kind: OpKind; payload: Payload; after?: number }
export type PushRequest = Omit<Schemas['PushRequest'], 'ops' | 'failed'> & { ops: WireOp[]; failed?: number }
export type PushAnswer = Omit<Schemas['PushAnswer'], 'results'> & { results: OpResult[] }
export type PullAnswer = Omit<Schemas['PullAnswer'], 'more' | 'alleys' | 'doors' | 'notices' | 'referral_kinds' | 'badge' | 'alerts' | 'quality' | 'police'> & {
  alleys?: AlleyView[]
  doors?: WireDoor[]
  more?: boolean
  notices?: Notice[]
  referral_kinds?: ReferralTerm[]
  badge?: BadgeDay[]
  /** Replaces what the phone holds; absent when nothing is said of it. */
  alerts?: Alert[] | null
  /** Replaces what the phone holds; absent when nothing is said of it. */
  quality?: OwnFlag[] | null
  /** Replaces what an officer's phone holds; nobody else is given it. */
  police?: OfficerBook | null
}
export type AlleyView = Omit<Schemas['AlleyView'], 'doors'> & { doors: WireDoor[] }
/** What is said of people is narrower here than in the document: the codes this app has words for. */
export type WireDoor = Omit<Schemas['DoorView'], keyof PeopleOfDoor | 'at'> & PeopleOfDoor & Pick<Door, 'at'>
export type Me = Schemas['Me']
/** What a resident tells by who is announced: four digits and an animal, good on one day in one group. */
export type DoorCode = Schemas['DoorCode']
export type { Alert }
export type Skill = Schemas['Skill']
export type Group = Omit<Schemas['GroupView'], 'outline'> & {
  /** Rings of [longitude, latitude]. */
  outline?: Array<Array<[number, number]>>
}
export type AlleyKind = Schemas['AlleyKind']

export type OpKind =
  | 'visit.record'
  | 'visit.withdraw'
  | 'visit.correct'
  | 'household.edit'
  | 'household.propose'
  | 'household.same_as'
  | 'shift.open'
  | 'shift.close'
  | 'quality.explain'
  | PeopleKind
  | OfficerKind
export type Payload = VisitRecord | Withdraw | VisitCorrect | HouseholdEdit | HouseholdPropose | HouseholdSameAs | ShiftOpen | ShiftClose | QualityExplain | PeoplePayload | OfficerPayload

/** Stands in a result for the id of an operation that could not be read: told by its place in the batch. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000'

export interface PersonCoached {
  age_band: AgeBand
  /** Somebody who agreed to be written down; left out for everybody else. */
  learner_id?: string
  skills: Array<{ skill: string; level: number }>
}

export interface VisitRecord {
  household_id: string
  outcome: Outcome
  people?: PersonCoached[]
  comeback?: Comeback
  /** Where this phone stood, when its owner lets it say so. */
  near?: Near
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

/** A house or room that the book lacks; the ward decides. A number or a landmark is needed. */
export interface HouseholdPropose {
  /** Made up on this phone, and its name for good. */
  household_id: string
  alley_id: string
  house_no?: string
  landmark?: string
  head?: string
}

/** Two doors of the list are one household; the ward decides. */
export interface HouseholdSameAs {
  household_id: string
  of: string
}

export type PeopleReason =
  | 'too_young'
  | 'guardian_needed'
  | 'unknown_notice'
  | 'not_yours_to_set'
  | 'no_such_step'
  | 'weaker_evidence'
  | 'needs_smartphone'
  | 'no_such_learner'
  | 'secret_in_text'
  | 'consent_needed'
  | 'not_a_number'

export type PeopleKind =
  | 'consent.give'
  | 'consent.withdraw'
  | 'learner.eid'
  | 'learner.eid_withdraw'
  | 'household.flags'
  | 'household.note'
  | 'referral.open'
  | 'referral.cancel'
export type PeoplePayload = ConsentGive | ConsentWithdraw | LearnerEid | EidWithdraw | HouseholdFlags | HouseholdNote | ReferralOpen | ReferralCancel

/** Somebody agrees to be written down. Again for the same person it is a newer choice of purposes. */
export interface ConsentGive {
  household_id: string
  /** Made on this phone. */
  learner_id: string
  call_name: string
  age_band: LearnerBand
  purposes: Purpose[]
  notice_version: Notice['version']
  notice_hash: string
  language: Notice['language']
  method: 'tap' | 'paper'
  /** A parent or guardian was there and agreed as well. */
  guardian?: true
}

export interface ConsentWithdraw {
  household_id: string
  learner_id: string
}

export interface LearnerEid extends EidStep {
  household_id: string
  learner_id: string
}

/** A word of the own team about a rung was a mistake. */
export interface EidWithdraw {
  household_id: string
  learner_id: string
  /** The operation that said it. */
  eid_id: string
  why: Why
}

/** All that stand from now on. */
export interface HouseholdFlags {
  household_id: string
  flags: Need[]
}

export interface HouseholdNote {
  household_id: string
  /** Empty for none. */
  text: string
}

/** The operation's id is the referral's. */
export interface ReferralOpen {
  household_id: string
  learner_id?: string
  kind: ReferralKind
  /** Digits of a number to call back, for one who agreed to it; the receipt cuts it out of this phone's copy. */
  phone?: string
}

export interface ReferralCancel {
  household_id: string
  referral_id: string
}

/** A resident who agreed to be written down, as the own team may see them. */
export interface Learner {
  id: string
  call_name: string
  age_band: LearnerBand
  purposes: Purpose[]
  agreed_at: number
  skills?: Array<{ skill: string; level: number; at: number }>
  eid?: EidWord
}

export interface Referral {
  id: string
  learner_id?: string
  kind: ReferralKind
  state: ReferralState
  opened_at: number
  due_on?: Day
  /** The answer: when somebody is expected, or why it was given back, and on which day that was said. */
  appointment?: { on: Day; minute?: number }
  why?: ReturnWhy
  answered_on?: Day
}

export interface Note {
  text: string
  at: number
  mine: boolean
}

/** What a door may have besides its visits; absent when empty. */
export interface PeopleOfDoor {
  people?: Learner[]
  flags?: Array<{ code: Need; until: Day }>
  note?: Note
  referrals?: Referral[]
  /** The day another force was here: never who, nor what for. */
  helped_on?: Day
}

/** By when a kind of referral is owed an answer. */
export interface ReferralTerm {
  code: ReferralKind
  unit: 'working_days' | 'days' | 'same_day' | 'next_class'
  amount?: number
}

/** An evening begins: how many walk together, 1 to 9. */
export interface ShiftOpen {
  shift_id: string
  people: number
}

export interface ShiftClose {
  shift_id: string
}

/** What somebody says about a remark on their own records. */
export interface QualityExplain {
  flag_id: string
  because: Because
  words?: string
}

/** A remark on this account's own records: its owner sees it first. */
export interface OwnFlag {
  id: string
  kind: QualityKind
  raised_at: number
  from_day: Day
  to_day: Day
  /** So many records of so many. */
  count: number
  of: number
  /** From then on the ward sees it too, explained or not. */
  desk_from: number
  explained_at?: number | null
  /** There once the ward has closed it. */
  verdict?: Verdict | null
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

export interface Door extends PeopleOfDoor {
  id: string
  code: string
  no: string | null
  sort: string
  side: 'odd' | 'even' | null
  head: string | null
  members: number | null
  adults: number | null
  landmark: string | null
  /** In the denominator. */
  active: boolean
  /** Put forward at the door and not decided yet. */
  proposed?: boolean
  /** Longitude and latitude to about 11 m; absent where nobody has placed the home. */
  at?: Point | null
  visits: DoorVisit[]
}

/** Stands on the screens: in the book, or put forward. */
export const stands = (door: Door): boolean => door.active || door.proposed === true

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

export type Channel = 'office' | 'home' | 'mobile_point' | 'phone'
export type HelpResult = Schemas['HelpResult']
export type HelpWhy = Schemas['HelpWhy']
export type ReturnWhy = Schemas['ReturnWhy']
export type MobileResult = Schemas['MobileResult']
export type ScamKind = Schemas['ScamKind']
export type HelpType = Schemas['HelpType']
export type HelpDay = Omit<Schemas['HelpDay'], 'channel'> & { channel: Channel }
export type Appointment = Schemas['Appointment']
export type QueueItem = Schemas['QueueItem']
export type MobileSession = Schemas['MobileSessionView']
export type AlertView = Schemas['AlertView']
export interface OfficerGroup {
  id: string
  code: string
  name: string
}
export type OfficerBook = Omit<Schemas['OfficerBook'], 'groups' | 'days'> & { groups: OfficerGroup[]; days: HelpDay[] }

export type OfficerKind = 'help.log' | 'help.take_back' | 'referral.accept' | 'referral.return' | 'referral.done' | 'mobile.result' | 'eid.confirm'
export type OfficerPayload = HelpLog | HelpTakeBack | ReferralAccept | ReferralReturn | ReferralDone | MobileReport | EidConfirm

/** One count; the operation's id is the count's. There is no field for a name, a number or a case. */
export interface HelpLog {
  kind: string
  channel: Channel
  group_id?: string
  age_band?: AgeBand
  result: HelpResult
  why?: HelpWhy
  minutes?: number
  /** 1 when left out. */
  people?: number
  /** Left out when it is the day of writing. */
  day?: Day
  referral_id?: string
}

export interface HelpTakeBack {
  help_id: string
}

export interface ReferralAccept {
  referral_id: string
  appointment?: Appointment
}

export interface ReferralReturn {
  referral_id: string
  why: ReturnWhy
}

export interface ReferralDone {
  referral_id: string
}

/** What came of one home of an evening; a later one stands for the earlier. */
export interface MobileReport {
  session_id: string
  referral_id: string
  result: MobileResult
  why?: HelpWhy
  people: number
}

export interface EidConfirm {
  referral_id: string
  learner_id: string
  state: EidState
  /** There when the ladder does not lead there. */
  why?: Why
}
