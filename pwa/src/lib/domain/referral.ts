import { addDays, dayOf, type Day, type Millis } from './time.ts'

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

/**
 * A number to call back as it is kept: digits alone, 8 to 15 of them; null when it is none. Twelve are
 * an identity card's. Twin of domain::referral.
 */
export function phoneDigits(text: string): string | null {
  const digits = text.replace(/[\p{White_Space}.\-()+]/gu, '')
  return /^[0-9]{8,15}$/.test(digits) && digits.length !== 12 ? digits : null
}

/** Days after the appointment on which the number to call back is deleted. */
export const PHONE_DAYS = 3

/** Is somebody still to answer? */
export const open = (state: ReferralState): boolean => state === 'new' || state === 'accepted'

/** Given back, and the team has something to do about it. */
const TO_DO: readonly ReturnWhy[] = ['not_reached', 'papers_first', 'come_to_office', 'not_for_police', 'other']
/** What was given back longer ago than this is no longer put on the evening's list, in days. */
const TO_DO_DAYS = 30

/** A referral as far as what is left to do about it goes. */
interface Answered {
  learner_id?: string
  state: ReferralState
  opened_at: Millis
  why?: ReturnWhy
  answered_on?: Day
}

/**
 * Those that came back with something for the team to do: not once it has asked anew for the same
 * person, or the same household, and not once the door was coached at since (`served`, the days).
 */
export function toDo<T extends Answered>(referrals: readonly T[], served: readonly Day[], today: Day): T[] {
  return referrals.filter(({ learner_id, state, opened_at, why, answered_on }) => {
    if (state !== 'returned' || why === undefined || !TO_DO.includes(why)) return false
    const since = answered_on ?? dayOf(opened_at)
    if (addDays(since, TO_DO_DAYS) < today || served.some((day) => day > since)) return false
    return !referrals.some((other) => other.learner_id === learner_id && other.opened_at > opened_at && other.state !== 'cancelled')
  })
}

/** For so many days it is told at a door that another force was there. */
const OTHER_DAYS = 2

/** How many days ago another force was there, 0 to 2; null when it need not be told. */
export function otherForce(helped_on: Day | null | undefined, today: Day): number | null {
  if (!helped_on) return null
  for (let ago = 0; ago <= OTHER_DAYS; ago += 1) if (addDays(helped_on, ago) === today) return ago
  return null
}
