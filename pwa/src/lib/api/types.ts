/** The wire as docs/SYNC.md describes it. */
import type { Day, Millis, TimeBand } from '../domain/time.ts'
import type { AgeBand, Comeback, Outcome } from '../domain/visit.ts'

export type Role =
  | 'volunteer' | 'team_lead' | 'tdp_coordinator' | 'police' | 'one_stop_helper' | 'school' | 'party_cell'
  | 'ward_staff' | 'party_board' | 'dpo' | 'admin'

export interface AccountView {
  id: string
  login: string
  name: string
  role: Role
  ward: { code: string; name: string } | null
  team: { id: string; name: string } | null
}

export interface LoginAnswer {
  access_token: string
  expires_at: Millis
  session_id: string
  account: AccountView
}

export interface RefreshAnswer {
  access_token: string
  expires_at: Millis
  session_id?: string
  account?: AccountView
}

/** Every `code` a problem may carry. */
export type ProblemCode =
  | 'invalid_credentials' | 'account_locked' | 'account_disabled' | 'session_expired' | 'refresh_expired'
  | 'refresh_reused' | 'proof_invalid' | 'token_invalid' | 'forbidden' | 'not_found' | 'method_not_allowed'
  | 'payload_too_large' | 'not_json' | 'malformed_json' | 'unknown_field' | 'invalid_field' | 'device_mismatch'
  | 'conflict' | 'too_many_requests' | 'timeout' | 'unavailable' | 'internal'

export interface ProblemBody {
  type?: string
  title: string
  status: number
  code: ProblemCode
  detail?: string
  errors?: Array<{ pointer: string; code: string }>
  request_id?: string
  retry_after?: number
}

export type OpKind = 'visit.record' | 'visit.withdraw'

export interface WireOp {
  op_id: string
  device_seq: number
  made_at: Millis
  kind: OpKind
  payload: VisitRecord | Withdraw
}

export interface PersonCoached {
  age_band: AgeBand
  skills: Array<{ skill: string; level: number }>
}

export interface VisitRecord {
  household_id: string
  outcome: Outcome
  people?: PersonCoached[]
  comeback?: Comeback
}

export interface Withdraw {
  visit_id: string
}

export interface PushRequest {
  device_id: string
  app_version: string
  sent_at: Millis
  queued: number
  ops: WireOp[]
}

export type OpOutcome = 'applied' | 'duplicate' | 'superseded' | 'rejected'

export type Reason =
  | 'unknown_kind' | 'malformed_payload' | 'unknown_field' | 'out_of_reach' | 'op_id_reused' | 'device_seq_reused'
  | 'too_late_to_withdraw' | 'not_yours' | 'nothing_to_withdraw' | 'people_without_service' | 'too_many_people'
  | 'unknown_skill' | 'skill_twice' | 'level_out_of_range' | 'comeback_mismatch' | 'no_such_day' | 'refused'

export type Flag = 'clock_corrected' | 'clock_clamped' | 'late_scope' | 'household_gone'

export interface OpResult {
  op_id: string
  outcome: OpOutcome
  seq?: number | null
  reason?: Reason | null
  flags?: Flag[]
}

export interface PushAnswer {
  received_at: Millis
  results: OpResult[]
}

export interface Me {
  account_id: string
  name: string
  role: Role
  ward: { code: string; name: string } | null
  team: { id: string; name: string } | null
  campaign: { name: string; ends_on: Day } | null
}

export interface Skill {
  code: string
  vi: string
  en: string
  core?: boolean
  quick?: boolean
}

export interface Group {
  id: string
  code: string
  name: string
  /** Rings of [longitude, latitude]. */
  outline?: Array<Array<[number, number]>> | null
}

export interface DoorVisit {
  id: string
  at: Millis
  outcome: Outcome
  team?: string | null
  mine?: boolean
  comeback?: { on: Day; band: TimeBand } | null
}

export type AlleyKind = 'street' | 'lane' | 'alley' | 'sub_alley'

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
  /** The number it turns off at, e.g. `34` or `34/5`. */
  mouth: string | null
  sort: string
  doors: Door[]
}

export interface PullAnswer {
  cursor: string
  reset: boolean
  seq: number
  server_time: Millis
  me?: Me
  skills?: Skill[]
  groups?: Group[]
  alleys?: Alley[]
  doors?: Array<Door & { alley_id: string }>
  gone?: { alleys?: string[]; households?: string[] }
}
