/** The inbox in words: where, what, by whom, and what each button will do. */
import { dayOf, type Millis } from './day.ts'
import { formatTime } from '../i18n/format.ts'
import { writeInstant } from './day.ts'
import type { Field, Inbox, Outcome, Place, Quarantined, TwoValues } from './wire.ts'
import { t } from './words.ts'

/** Two fields of one operation are two things to decide. */
export const keyOfTwo = (item: TwoValues): string => `${item.op_id} ${item.field}`
export const keyOfQuarantined = (item: Quarantined): string => item.op_id

export const waitingIn = (inbox: Inbox): number => inbox.two_values.length + inbox.quarantine.length

export const isEmpty = (value: string | null): value is null | '' => value === null || value.trim() === ''

/** What stands in the book or was seen at the door; an empty field is a word, not a hole. */
export const writeValue = (value: string | null): string => (isEmpty(value) ? t('value_empty') : value)

/** "Số 12, Ngõ 34": a household that has no number is known by its code. */
export function writePlace(place: Pick<Place, 'no' | 'code' | 'alley'>): string {
  return place.no ? t('place_no', { no: place.no, alley: place.alley }) : t('place_code', { code: place.code, alley: place.alley })
}

/** The hour is enough on the day itself. */
export const writeWhen = (at: Millis, now: Millis): string => (dayOf(at) === dayOf(now) ? formatTime(at) : writeInstant(at))

/** Whole by its type: an outcome that the server learns must get its words here. */
const OUTCOME: { [O in Outcome]: `outcome_${O}` } = {
  SERVED: 'outcome_SERVED',
  PARTIAL: 'outcome_PARTIAL',
  SERVED_NO_DATA: 'outcome_SERVED_NO_DATA',
  MET_NO_NEED: 'outcome_MET_NO_NEED',
  MET_DECLINED: 'outcome_MET_DECLINED',
  APPOINTMENT: 'outcome_APPOINTMENT',
  ONLY_MINOR: 'outcome_ONLY_MINOR',
  NOT_HOME: 'outcome_NOT_HOME',
  VACANT: 'outcome_VACANT',
  MOVED: 'outcome_MOVED',
  NOT_FOUND: 'outcome_NOT_FOUND',
  DUPLICATE: 'outcome_DUPLICATE',
  NON_RESIDENTIAL: 'outcome_NON_RESIDENTIAL',
  UNSAFE: 'outcome_UNSAFE',
}

export function writeOutcome(outcome: string): string {
  return Object.hasOwn(OUTCOME, outcome) ? t(OUTCOME[outcome as Outcome]) : outcome
}

const FIELDS: readonly Field[] = ['landmark', 'members', 'adults', 'house_no', 'head']

/** What the phone wanted to write: the outcome of a knock, or the fields of a household. */
export function writeContent(item: Quarantined): string {
  const { outcome, set } = item.summary
  if (item.kind === 'visit.withdraw') return t('content_withdraw')
  if (outcome !== null) return t(item.kind === 'visit.correct' ? 'content_correct' : 'content_visit', { outcome: writeOutcome(outcome) })
  const fields = Object.entries(set ?? {})
    .filter((entry): entry is [Field, string | number | null] => (FIELDS as readonly string[]).includes(entry[0]))
    .map(([field, value]) => t('content_field', { field: t(`field_${field}`), value: writeValue(value === null ? null : String(value)) }))
  return fields.length > 0 ? t('content_edit', { fields: fields.join(', ') }) : t('content_other')
}

/** Why it waits here. */
export function writeWhy(item: Quarantined): string {
  return item.why === 'household_deleted' ? t('why_household_deleted') : t('why_account_disabled', { name: item.account_name })
}
