/** What a volunteer hands on to somebody who can do more, and by when an answer is owed. */
export const REFERRAL_KINDS = [
  'POLICE_L2', 'POLICE_MOBILE', 'POLICE_RECOVERY', 'POLICE_DATA', 'POLICE_SCAM', 'TELCO_SIM', 'BANK_QR', 'ONE_STOP',
  'CLASS', 'FAMILY_HELPER', 'OTHER',
] as const
export type ReferralKind = (typeof REFERRAL_KINDS)[number]

export const REFERRAL_STATES = ['new', 'accepted', 'done', 'returned', 'cancelled'] as const
export type ReferralState = (typeof REFERRAL_STATES)[number]

/** Why it was given back to who asked: told in words that say what the team does next. */
export const RETURN_WHYS = [
  'not_reached', 'not_needed', 'papers_first', 'come_to_office', 'not_for_police', 'twice', 'other',
] as const
export type ReturnWhy = (typeof RETURN_WHYS)[number]

/** Goes to the ward police: with a person's name only when that person agreed to it. */
export const police = (kind: ReferralKind): boolean => kind.startsWith('POLICE_')

/** Is somebody still to answer? */
export const open = (state: ReferralState): boolean => state === 'new' || state === 'accepted'
