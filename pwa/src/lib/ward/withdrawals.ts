/** Residents' requests to be forgotten, in words: what is owed until when, what was erased, what stays. */
import { formatDay } from '../i18n/format.ts'
import { addDays, dayOf, type Day } from './day.ts'
import type { Channel, Ending, Resident, Withdrawal } from './wire.ts'
import { t } from './words.ts'

export const CHANNELS: readonly Channel[] = ['phone', 'in_person', 'letter']

/** With these the desk may end a request, forgetting nobody. */
export const WITHOUT_EFFECT = ['nobody_here', 'keeps_consent', 'mistake'] as const satisfies readonly Ending[]

/** The server takes no request that lay longer. */
const OLDEST_RECEIPT_DAYS = 30

/** The first field of the form that is not as the server takes it. */
export type FormFault = 'channel' | 'received' | 'household'

export interface WithdrawalForm {
  channel: Channel | null
  /** `null` is a field left empty: today. */
  received: Day | null
  household: string | null
}

export function formFault({ channel, received, household }: WithdrawalForm, today: Day): FormFault | null {
  if (channel === null) return 'channel'
  if (received !== null && (received > today || received < addDays(today, -OLDEST_RECEIPT_DAYS))) return 'received'
  return household === null ? 'household' : null
}

export const isOpen = (w: Withdrawal): boolean => w.end === null

/** Was somebody's word taken back, by the desk or by a phone that was first? */
export const isDone = (w: Withdrawal): boolean => w.end?.ending === 'erased' || w.end?.ending === 'already_gone'

export const writeChannel = (channel: Channel): string => t(`wd_by_${channel}`)

export const writeAge = (band: Resident['age_band']): string =>
  band === '80+' ? t('wd_age_from', { n: 80 }) : t('wd_age', { band: band.replace('-', '–') })

/** "Trả lời trước hết ngày 25/11/2026": what is owed next in an open request. */
export function writeDue(w: Withdrawal): string {
  const due = w.answered === null ? w.answer_due : w.stop_due
  if (due === null) return t('wd_due_none')
  const day = formatDay(due)
  if (w.late) return t(w.answered === null ? 'wd_late_answer' : 'wd_late_stop', { day })
  return t(w.answered === null ? 'wd_due_answer' : 'wd_due_stop', { day })
}

export function writeEnd(end: NonNullable<Withdrawal['end']>): string {
  return t(`wd_end_${end.ending}`, { by: end.by, day: formatDay(dayOf(end.at)) })
}
