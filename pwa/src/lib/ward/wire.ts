/** What the server says about coverage, alleys and teams: its own schema, under the desk's names. */
import type { components } from '../api/schema.d.ts'

type Schemas = components['schemas']

/** The server writes every field, `null` included; the schema only cannot say so. */
type Told<T> = T extends readonly (infer I)[] ? Told<I>[] : T extends object ? { [K in keyof T]-?: Told<T[K]> } : T

/**
 * The counts of one residential group, alley or ward (households unless said otherwise).
 * `null` is a count of 1 to 4 persons kept back from a reader who sees aggregates only.
 */
export type Tally = Told<Schemas['TallyView']>
export type GroupCoverage = Told<Schemas['GroupCoverageView']>
export type Target = Told<Schemas['TargetView']>
export type Coverage = Told<Schemas['CoverageView']>
export type TrendDay = Told<Schemas['TrendDay']>
/** Days on which nothing happened are left out. */
export type Trend = Told<Schemas['TrendView']>
export type Alley = Told<Schemas['AlleyCoverageView']>
export type Team = Told<Schemas['TeamLoadView']>
export type AlleyAnswer = Told<Schemas['AssignmentView']>
export type AssignmentRequest = Schemas['AssignmentRequest']

/** What a phone needs from the ward, worst first in the order the server gives them. */
export type PhoneNeed = 'nothing' | 'silent' | 'queue' | 'rejected' | 'failing' | 'held'
/** Why the last sync of a phone failed, as the server saw it. */
export type SyncFault = 'busy' | 'too_many' | 'malformed' | 'refused_session' | 'aborted' | 'internal'

export interface PhoneLine {
  device_id: string
  name: string
  account: { id: string; name: string }
  team: { id: string; name: string } | null
  app_version: string | null
  last_seen_at: number
  /** Records the phone said it had not sent, when it last spoke. */
  queued: number
  held: number
  kept: number
  rejected: { reason: string; count: number }[]
  /** Syncs that failed since the last that succeeded. */
  failed: number
  last_failed_at: number | null
  last_failure: string | null
  needs: PhoneNeed
}

/** A household as the inbox names it. */
export interface Place {
  id: string
  code: string
  no: string | null
  alley: string
  group: string
}

export type IdentityField = 'house_no' | 'head'

export interface TwoValues {
  op_id: string
  field: IdentityField
  household: Place
  book: string | null
  phone: string | null
  team: string | null
  at: number
}

export type QuarantineWhy = 'household_deleted' | 'account_disabled'

export interface Quarantined {
  op_id: string
  why: QuarantineWhy
  kind: string
  summary: { household: Place | null; outcome: string | null; set: Record<string, string | number | null> | null }
  account_name: string
  team: string | null
  at: number
}

export interface Inbox {
  seq: number
  two_values: TwoValues[]
  quarantine: Quarantined[]
}

export type HouseholdState = 'active' | 'merged' | 'removed'
export type RemovalWhy = 'demolished' | 'error' | 'not_residential' | 'other'

export interface RegisterHousehold {
  id: string
  code: string
  no: string | null
  alley: { id: string; name: string }
  group: { id: string; name: string }
  head: string | null
  landmark: string | null
  visits: number
  state: HouseholdState
  merged_into: { id: string; code: string } | null
}
