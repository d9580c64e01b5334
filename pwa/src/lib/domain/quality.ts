/** The codes of remarks on how visits were recorded, of what lies behind one, and of how the ward closes it. */

export const QUALITY_KINDS = ['too_fast', 'odd_hours', 'same_gaps', 'no_entry', 'jumps', 'far_away'] as const
export type QualityKind = (typeof QUALITY_KINDS)[number]

export const BECAUSES = ['recorded_later', 'two_together', 'place_is_so', 'phone_wrong', 'mistake', 'other'] as const
export type Because = (typeof BECAUSES)[number]

export const VERDICTS = ['fine', 'talked', 'check'] as const
export type Verdict = (typeof VERDICTS)[number]
