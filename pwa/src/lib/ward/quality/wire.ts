/** What the server says about how the work is written down, under the desk's names. */
import type { components } from '../../api/schema.d.ts'
import type { Told } from '../wire.ts'

type Schemas = components['schemas']

/** What was seen in the way visits were written down. It advises; it accuses nobody. */
export type QualityKind = Schemas['QualityKind']
export const QUALITY_KINDS: readonly QualityKind[] = ['too_fast', 'odd_hours', 'same_gaps', 'no_entry', 'jumps', 'far_away']

/** How the volunteer explains it. */
export type Because = Schemas['Because']
export const BECAUSES: readonly Because[] = ['recorded_later', 'two_together', 'place_is_so', 'phone_wrong', 'mistake', 'other']

/** What the desk makes of it: clear now, talked about, or the homes are asked again. */
export type Verdict = Schemas['QualityVerdict']
export const VERDICTS: readonly Verdict[] = ['fine', 'talked', 'check']

/** What a household says of the visit that was written down. */
export type CheckAnswer = Schemas['CheckAnswer']
export const CHECK_ANSWERS: readonly CheckAnswer[] = ['agree', 'differ', 'unknown']

/** So many of so many visits were written down in a way worth a question. */
export type DeskFlag = Told<Schemas['DeskFlag']>
/** A household to be asked again. It never names who visited. */
export type Check = Told<Schemas['Check']>
/** Answers; `share` is of those that say right or different, 0 to 1, and `null` while they are few. */
export type CheckTally = Told<Schemas['CheckTally']>
export type QualityTerms = Schemas['QualityTerms']
export type Quality = Told<Schemas['QualityView']>
