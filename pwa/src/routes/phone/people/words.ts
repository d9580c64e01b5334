/** What is known of people and what was handed on, as a person reads it. */
import type { LearnerEid, Referral, ReferralOpen, ReferralTerm } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import { aboutPeople } from '$lib/data/people.ts'
import { EID_STATES, type EidState } from '$lib/domain/eid.ts'
import { NEEDS, type Need } from '$lib/domain/needs.ts'
import { REFERRAL_KINDS, REFERRAL_STATES, RETURN_WHYS, type ReferralKind } from '$lib/domain/referral.ts'
import { startOf } from '$lib/domain/time.ts'
import type { AgeBand } from '$lib/domain/visit.ts'
import { formatDay, formatTime } from '$lib/i18n/format.ts'
import { t } from '$lib/i18n/messages.ts'

// A newer app elsewhere may have written a code that this one has no word for.
export const eidWord = (state: EidState): string => t(`people.eid.state.${EID_STATES.includes(state) ? state : 'UNKNOWN'}`)
export const kindWord = (kind: ReferralKind): string => t(`people.referral.kind.${REFERRAL_KINDS.includes(kind) ? kind : 'OTHER'}`)
export const needWord = (need: Need): string => (NEEDS.includes(need) ? t(`people.need.${need}`) : need)
export const yearsWord = (band: AgeBand): string => t('age.years', { band: t(`age.${band}`) })

/** `đã nhận · hẹn 27/11 lúc 19:30`, `bị trả lại ngày 25/11: cần chuẩn bị giấy tờ`. */
export function referralWord({ state, due_on, appointment, answered_on, why }: Referral): string {
  const word = t(`people.referral.state.${REFERRAL_STATES.includes(state) ? state : 'new'}`)
  const answered = answered_on !== undefined && (state === 'done' || state === 'returned')
  const parts = [answered ? t('people.referral.on', { said: word, day: formatDay(answered_on, false) }) : word]
  if (state === 'returned' && why !== undefined) parts[0] = `${parts[0]}: ${t(`people.referral.why.${RETURN_WHYS.includes(why) ? why : 'other'}`)}`
  if (state === 'accepted' && appointment) {
    const { on, minute } = appointment
    const day = formatDay(on, false)
    parts.push(minute === undefined ? t('people.referral.appointment', { day }) : t('people.referral.appointmentAt', { day, time: formatTime((startOf(on) ?? 0) + minute * 60_000) }))
  } else if (due_on !== undefined && (state === 'new' || state === 'accepted')) parts.push(t('people.referral.due', { day: formatDay(due_on, false) }))
  return parts.join(' · ')
}

/** What the team does next about one that came back; nothing of others. */
export const nextWord = ({ state, why }: Pick<Referral, 'state' | 'why'>): string =>
  state === 'returned' && why !== undefined ? t(`people.referral.next.${RETURN_WHYS.includes(why) ? why : 'other'}`) : ''

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
