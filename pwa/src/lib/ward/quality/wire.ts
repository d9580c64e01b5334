/** What the server says about how the work is written down, under the desk's names. */
import type { Day, Millis } from '../day.ts'

/** What was seen in the way visits were written down. It advises; it accuses nobody. */
export const QUALITY_KINDS = ['too_fast', 'odd_hours', 'same_gaps', 'no_entry', 'jumps', 'far_away'] as const
export type QualityKind = (typeof QUALITY_KINDS)[number]

/** How the volunteer explains it. */
export const BECAUSES = ['recorded_later', 'two_together', 'place_is_so', 'phone_wrong', 'mistake', 'other'] as const
export type Because = (typeof BECAUSES)[number]

/** What the desk makes of it: clear now, talked about, or the homes are asked again. */
export const VERDICTS = ['fine', 'talked', 'check'] as const
export type Verdict = (typeof VERDICTS)[number]

/** What a household says of the visit that was written down. */
export const CHECK_ANSWERS = ['agree', 'differ', 'unknown'] as const
export type CheckAnswer = (typeof CHECK_ANSWERS)[number]

/** How a visit came onto the list: by lot out of all, or by lot out of those a flag is about. */
export type CheckWhy = 'random' | 'weighted'

export interface DeskFlag {
  id: string
  kind: QualityKind
  account_name: string
  team_name: string | null
  raised_at: Millis
  from_day: Day
  to_day: Day
  /** So many of `of` visits were written down that way. */
  count: number
  of: number
  explained_at: Millis | null
  because: Because | null
  words: string | null
  closed_at: Millis | null
  verdict: Verdict | null
}

/** A household to be asked again. It never names who visited. */
export interface Check {
  id: string
  household_id: string
  address: string
  group_name: string
  alley_name: string
  /** When the visit was made, by the day and the part of it. */
  day: Day
  band: string
  outcome: string
  /** How many people were coached. */
  people_count: number
  why: CheckWhy
  drawn_on: Day
  answer: CheckAnswer | null
  answered_on: Day | null
  words: string | null
}

export interface CheckTally {
  agree: number
  differ: number
  unknown: number
  /** Agree among agree and differ, 0 to 1, with its 95 % interval; `null` under 20 answers. */
  share: number | null
  low: number | null
  high: number | null
}

export interface QualityTerms {
  /** Of a day's visits, so many per cent are drawn by lot. */
  random_percent: number
  checks_a_day: number
  /** The volunteer sees a flag alone for so many days. */
  days_before_desk: number
  /** Visiting hours, in minutes since midnight. */
  from_minute: number
  to_minute: number
}

export interface Quality {
  /** Open ones first. */
  flags: DeskFlag[]
  checks: Check[]
  agreement: { random: CheckTally; weighted: CheckTally }
  terms: QualityTerms
  /** Flags the volunteer still sees alone. */
  waiting_first: number
}
