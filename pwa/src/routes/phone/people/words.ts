/** What is known of people and what was handed on, as a person reads it. */
import type { LearnerEid, Referral, ReferralOpen, ReferralTerm } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import { aboutPeople } from '$lib/data/people.ts'
import { EID_STATES, type EidState } from '$lib/domain/eid.ts'
import { NEEDS, type Need } from '$lib/domain/needs.ts'
import { REFERRAL_KINDS, REFERRAL_STATES, type ReferralKind } from '$lib/domain/referral.ts'
import type { AgeBand } from '$lib/domain/visit.ts'
import { formatDay } from '$lib/i18n/format.ts'
import { t } from '$lib/i18n/messages.ts'

// A newer app elsewhere may have written a code that this one has no word for.
export const eidWord = (state: EidState): string => t(`people.eid.state.${EID_STATES.includes(state) ? state : 'UNKNOWN'}`)
export const kindWord = (kind: ReferralKind): string => t(`people.referral.kind.${REFERRAL_KINDS.includes(kind) ? kind : 'OTHER'}`)
export const needWord = (need: Need): string => (NEEDS.includes(need) ? t(`people.need.${need}`) : need)
export const yearsWord = (band: AgeBand): string => t('age.years', { band: t(`age.${band}`) })

/** `đã nhận · hẹn trước 27/11`. */
export function referralWord({ state, due_on }: Referral): string {
  const parts = [t(`people.referral.state.${REFERRAL_STATES.includes(state) ? state : 'new'}`)]
  if (due_on !== undefined && (state === 'new' || state === 'accepted')) parts.push(t('people.referral.due', { day: formatDay(due_on, false) }))
  return parts.join(' · ')
}

/** By when an answer is owed, in general: the server knows the holidays and names the day. */
export function termWord(kind: ReferralKind, terms: readonly ReferralTerm[]): string {
  const term = terms.find(({ code }) => code === kind)
  if (!term) return ''
  const { unit, amount = 0 } = term
  switch (unit) {
    case 'working_days':
    case 'days':
      return t(`people.referral.term.${unit}`, { n: amount })
    case 'same_day':
    case 'next_class':
      return t(`people.referral.term.${unit}`)
  }
}

/** `VNeID: Mức 1` for the list of records; null for what is not about people. Never a name. */
export function peopleDid(op: Pick<OutboxOp, 'kind' | 'payload'>): string | null {
  if (!aboutPeople(op)) return null
  switch (op.kind) {
    case 'learner.eid':
      return t('people.did.learner.eid', { state: eidWord((op.payload as LearnerEid).state) })
    case 'referral.open':
      return t('people.did.referral.open', { kind: kindWord((op.payload as ReferralOpen).kind) })
    case 'consent.give':
    case 'consent.withdraw':
    case 'learner.eid_withdraw':
    case 'household.flags':
    case 'household.note':
    case 'referral.cancel':
      return t(`people.did.${op.kind}`)
    default:
      return null
  }
}
