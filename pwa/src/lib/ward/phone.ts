/** What the list of phones says about each: when it last spoke, what is wrong, and what to do. */
import { formatTime } from '../i18n/format.ts'
import type { PeopleReason } from '../api/types.ts'
import type { IconName } from '../ui/icons.ts'
import { dayOf, daysFrom, writeInstant, type Millis } from './day.ts'
import { writeCount } from './figure.ts'
import type { PhoneLine, PhoneNeed, Rejection, SyncFault } from './wire.ts'
import { t } from './words.ts'

export type Filter = 'all' | 'help'

export const needsHelp = (phone: PhoneLine): boolean => phone.needs !== 'nothing'

export function pick(phones: readonly PhoneLine[], filter: Filter): PhoneLine[] {
  return filter === 'help' ? phones.filter(needsHelp) : [...phones]
}

export interface PhonesSum {
  phones: number
  help: number
  /** Records that are on phones and not yet with the ward, as far as the phones said. */
  queued: number
}

export function sumOf(phones: readonly PhoneLine[]): PhonesSum {
  return {
    phones: phones.length,
    help: phones.filter(needsHelp).length,
    queued: phones.reduce((n, phone) => n + phone.queued, 0),
  }
}

export const rejectedOf = (phone: PhoneLine): number => phone.rejected.reduce((n, r) => n + r.count, 0)

/** How long ago, as one says it: the hour while it is today, the day after that. */
export function ago(at: Millis, now: Millis): string {
  const minutes = Math.max(0, Math.floor((now - at) / 60_000))
  if (minutes < 1) return t('ago_now')
  if (minutes < 60) return t('ago_minutes', { n: minutes })
  const days = Math.max(0, daysFrom(dayOf(at), dayOf(now)))
  // Shortly after midnight the evening before is still "three hours ago".
  if (days === 0 || minutes < 6 * 60) return t('ago_hours', { n: Math.floor(minutes / 60) })
  return days === 1 ? t('ago_yesterday', { time: formatTime(at) }) : t('ago_days', { n: days })
}

function since(at: Millis, now: Millis): string {
  const days = Math.max(0, daysFrom(dayOf(at), dayOf(now)))
  if (days === 0) return t('since_today', { time: formatTime(at) })
  return days === 1 ? t('since_yesterday') : t('since_days', { n: days })
}

/** The exact instant beside the one that was said. */
export const exactly = (at: Millis): string => writeInstant(at)

/** Whole by its type: a reason that the server learns must get its words here. */
const REASON: { [R in Rejection | PeopleReason]: `rejected_${R}` } = {
  unknown_kind: 'rejected_unknown_kind',
  malformed_payload: 'rejected_malformed_payload',
  unknown_field: 'rejected_unknown_field',
  out_of_reach: 'rejected_out_of_reach',
  op_id_reused: 'rejected_op_id_reused',
  device_seq_reused: 'rejected_device_seq_reused',
  too_late_to_withdraw: 'rejected_too_late_to_withdraw',
  not_yours: 'rejected_not_yours',
  nothing_to_withdraw: 'rejected_nothing_to_withdraw',
  people_without_service: 'rejected_people_without_service',
  too_many_people: 'rejected_too_many_people',
  unknown_skill: 'rejected_unknown_skill',
  skill_twice: 'rejected_skill_twice',
  level_out_of_range: 'rejected_level_out_of_range',
  comeback_mismatch: 'rejected_comeback_mismatch',
  no_such_day: 'rejected_no_such_day',
  refused: 'rejected_refused',
  visit_withdrawn: 'rejected_visit_withdrawn',
  nothing_to_change: 'rejected_nothing_to_change',
  text_too_long: 'rejected_text_too_long',
  number_in_text: 'rejected_number_in_text',
  out_of_range: 'rejected_out_of_range',
  too_young: 'rejected_too_young',
  guardian_needed: 'rejected_guardian_needed',
  unknown_notice: 'rejected_unknown_notice',
  not_yours_to_set: 'rejected_not_yours_to_set',
  no_such_step: 'rejected_no_such_step',
  weaker_evidence: 'rejected_weaker_evidence',
  needs_smartphone: 'rejected_needs_smartphone',
  no_such_learner: 'rejected_no_such_learner',
  secret_in_text: 'rejected_secret_in_text',
  consent_needed: 'rejected_consent_needed',
  unknown_help: 'rejected_unknown_help',
  not_a_number: 'rejected_not_a_number',
}

/** Why a record was sent back. A newer server may have reasons this desk has no words for. */
export function writeReason(reason: string): string {
  return Object.hasOwn(REASON, reason) ? t(REASON[reason as keyof typeof REASON]) : t('rejected_other', { reason })
}

/** "2 nhà không thuộc ngõ của đội · 1 …", the most frequent first. */
export function writeRejected(phone: PhoneLine): string[] {
  return [...phone.rejected]
    .sort((a, b) => b.count - a.count)
    .map((r) => t('rejected_line', { n: writeCount(r.count), reason: writeReason(r.reason) }))
}

const FAULTS: readonly SyncFault[] = ['busy', 'too_many', 'malformed', 'refused_session', 'aborted', 'internal']
const isFault = (fault: string | null): fault is SyncFault => (FAULTS as readonly (string | null)[]).includes(fault)

/** One sentence: what somebody at the ward does about this phone now. */
export function adviceFor(phone: PhoneLine, now: Millis): string {
  const name = phone.account.name
  switch (phone.needs) {
    case 'silent':
      return t('need_silent', { name, n: writeCount(phone.queued), since: since(phone.last_seen_at, now) })
    case 'queue':
      return t('need_queue', { name, n: writeCount(phone.queued) })
    case 'rejected':
      return t('need_rejected', { name, n: writeCount(rejectedOf(phone)) })
    case 'failing': {
      const n = writeCount(phone.failed)
      return isFault(phone.last_failure) ? t(`need_failing_${phone.last_failure}`, { name, n }) : t('need_failing', { name, n })
    }
    case 'held':
      return t('need_held', { name, n: writeCount(phone.held) })
    case 'nothing':
      return phone.queued > 0 ? t('need_nothing_queued') : t('need_nothing')
  }
}

/** A need never shows by colour alone. */
export const SIGN: Record<PhoneNeed, IconName> = {
  silent: 'offline',
  queue: 'unsent',
  rejected: 'undo',
  failing: 'alert',
  held: 'clock',
  nothing: 'check',
}
