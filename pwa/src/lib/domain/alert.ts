/** Warnings of frauds that are about, as an officer of the ward published them. */
import type { Day } from './time.ts'

/** What the fraud pretends, in the order of domain::alert. */
export const SCAM_KINDS = [
  'fake_officer', 'fake_app', 'small_fee', 'camera_face', 'fake_service', 'fake_transfer', 'easy_money', 'family_crisis', 'other',
] as const
export type ScamKind = (typeof SCAM_KINDS)[number]

export interface Alert {
  id: string
  kind: ScamKind
  words: string
  /** The residential groups it is about; absent: the whole ward. */
  groups?: string[]
  from: Day
  /** The last day it is shown: a phone without network lets go of it by itself. */
  until: Day
}

/** The warnings that stand today, the newest first; of one residential group where one is named. */
export const standing = (alerts: readonly Alert[], today: Day, group_id?: string): Alert[] =>
  alerts
    .filter(({ until, groups }) => until >= today && (group_id === undefined || !groups?.length || groups.includes(group_id)))
    .sort((a, b) => b.from - a.from || (a.id < b.id ? 1 : -1))
