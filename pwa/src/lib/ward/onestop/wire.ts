/** What the one-stop desk hears and says. No person is in it. */
import type { ReferralKind, ReferralState, ReturnWhy } from '../../domain/referral.ts'
import type { Day, Millis } from '../../domain/time.ts'
import type { AgeBand } from '../../domain/visit.ts'

/** What the police are asked for, as a desk offers it. */
export const KINDS = ['POLICE_L2', 'POLICE_RECOVERY', 'POLICE_DATA', 'POLICE_MOBILE', 'POLICE_SCAM'] as const satisfies readonly ReferralKind[]
export type DeskKind = (typeof KINDS)[number]
export const SOURCES = ['one_stop', 'class'] as const
export type DeskSource = (typeof SOURCES)[number]

export interface AskDesk {
  /** Made at the desk. */
  id: string
  kind: DeskKind
  source: DeskSource
  group_id: string
  age_band?: AgeBand
}

export interface Opened {
  id: string
  kind: DeskKind
  source: DeskSource
  group_id?: string | null
  age_band?: AgeBand | null
  state: ReferralState
  opened_at: Millis
  due_on?: Day | null
  /** Six characters. */
  slip: string
  appointment?: { on: Day; minute?: number | null } | null
  why?: ReturnWhy | null
}

export interface GroupLine {
  id: string
  code: string
  name: string
}

export interface DeskList {
  referrals: Opened[]
  groups: GroupLine[]
}
