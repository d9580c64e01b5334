/** Records as the list of what this phone holds calls them. */
import type { HouseholdEdit, HouseholdPropose, QualityExplain, ShiftOpen, VisitRecord } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import type { EditField } from '$lib/domain/edit.ts'
import { formatDay, formatTime } from '$lib/i18n/format.ts'
import { t, type MessageKey } from '$lib/i18n/messages.ts'
import { outcomeWord } from './words.ts'

export const reasonWord = (reason: string): string => t(`reason.${reason}` as MessageKey & `reason.${string}`)

/** `gặp được, 2 người` for the list of records. */
export function visitWord(record: VisitRecord): string {
  const parts = [outcomeWord(record.outcome)]
  if (record.people?.length) parts.push(t('mine.peopleShort', { n: record.people.length }))
  if (record.comeback) parts.push(formatDay(record.comeback.on, false))
  return parts.join(' · ')
}

/** `sửa thông tin nhà: mốc, nhân khẩu` for the list of records. */
export function editWord({ set }: HouseholdEdit): string {
  const fields = (Object.keys(set) as EditField[]).map((field) => t(`edit.short.${field}`))
  return t('edit.did', { fields: fields.join(', ') })
}

/** `đề nghị thêm nhà` for the list of records. */
export const proposeWord = ({ landmark }: HouseholdPropose): string => [t('alley.did.propose'), landmark].filter(Boolean).join(': ')

/** `mở ca, 2 người` for the list of records. */
export const shiftWord = (op: OutboxOp): string => (op.kind === 'shift.open' ? t('shift.opened', { n: (op.payload as ShiftOpen).people }) : t('shift.closed'))

/** `nói lại: ghi sau khi đi về` for the list of records. */
export const explainWord = ({ because }: QualityExplain): string => t('quality.did', { because: t(`quality.because.${because}`).toLocaleLowerCase('vi') })

/** Where a record is, in the words that are never ahead of the server. */
export function truthWord(op: OutboxOp): string {
  switch (op.state) {
    case 'booked':
      return `${t('mine.booked', { time: formatTime(op.booked_at ?? op.made_at) })} · ${t('mine.receipt', { seq: op.seq ?? 0 })}`
    case 'sent':
      return t('mine.sent')
    case 'held':
      return t('mine.held')
    case 'kept':
      return t('mine.kept')
    default:
      return t('mine.local')
  }
}
