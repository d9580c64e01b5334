/** What an officer's phone holds, as a person reads it. */
import type { Appointment, EidConfirm, HelpLog, HelpType, MobileReport, QueueItem, ReferralReturn } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import { REFERRAL_KINDS } from '$lib/domain/referral.ts'
import { between } from '$lib/domain/workday.ts'
import type { Day } from '$lib/domain/time.ts'
import { language } from '$lib/i18n/dictionary.svelte.ts'
import { formatDay } from '$lib/i18n/format.ts'
import { t } from '$lib/i18n/messages.ts'
import { eidWord } from '../phone/people/words.ts'

/** A kind of the catalogue in the reader's language; its code when the book no longer has it. */
export const typeWord = (type: HelpType | undefined, code: string): string => (type ? (language.current === 'en' ? type.en : type.vi) : code)

const POLICE = ['POLICE_L2', 'POLICE_MOBILE', 'POLICE_RECOVERY', 'POLICE_DATA', 'POLICE_SCAM'] as const
type PoliceKind = (typeof POLICE)[number]
const isPolice = (kind: string): kind is PoliceKind => (POLICE as readonly string[]).includes(kind)
export const taskWord = (kind: QueueItem['kind']): string =>
  isPolice(kind) ? t(`police.kind.${kind}`) : t(`people.referral.kind.${REFERRAL_KINDS.includes(kind) ? kind : 'OTHER'}`)

/** `Tổ 5` for `Tổ dân phố 5`: what stands on a chip. */
export const shortGroup = (name: string): string => name.replace(/^Tổ dân phố /u, 'Tổ ')

/** The house as it is said: `số 21, Ngõ 40`; the slip of one that was not opened at a door. */
export function placeWord({ door, slip, source }: QueueItem): string {
  if (door) return [/^\d/.test(door.house) ? t('door.no', { no: door.house }) : door.house, door.alley].filter(Boolean).join(', ')
  return [t(`police.source.${source}`), slip ? t('police.slip', { slip }) : ''].filter(Boolean).join(' · ')
}

/** How the list of records calls a task: the place, and nobody's name. */
export const taskName = (task: QueueItem): string => placeWord(task)

export interface Due {
  text: string
  look: 'late' | 'today' | 'soon'
}

/** By when an answer is owed, in days on which offices work; null where no day is promised. */
export function dueWord(due: Day | null | undefined, today: Day, holidays: ReadonlySet<Day>): Due | null {
  if (due === null || due === undefined) return null
  const n = between(today, due, holidays)
  if (n < 0) return { text: t('police.due.late', { n: -n }), look: 'late' }
  return n === 0 ? { text: t('police.due.today'), look: 'today' } : { text: t('police.due.left', { n }), look: 'soon' }
}

export const minuteWord = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** `25/11, 09:30`. */
export const whenWord = ({ on, minute }: Appointment): string => [formatDay(on, false), minute === undefined || minute === null ? '' : minuteWord(minute)].filter(Boolean).join(', ')

/** What an officer's record says, for the list of records; null for what is not an officer's. Never a name. */
export function officerDid(op: Pick<OutboxOp, 'kind' | 'payload'>): string | null {
  switch (op.kind) {
    case 'help.log': {
      const { channel, result, people } = op.payload as HelpLog
      const parts = [t(`police.channel.${channel}`)]
      if (result !== 'done') parts.push(t(`police.result.${result}`))
      if (people !== undefined && people > 1) parts.push(t('police.people', { n: people }))
      return parts.join(' · ')
    }
    case 'help.take_back':
      return t('police.did.takeBack')
    case 'referral.accept':
      return t('police.did.accept')
    case 'referral.return':
      return t('police.did.return', { why: t(`police.return.${(op.payload as ReferralReturn).why}`).toLocaleLowerCase('vi') })
    case 'referral.done':
      return t('police.did.done')
    case 'mobile.result': {
      const { result, people } = op.payload as MobileReport
      return [t(`police.home.${result}`), people > 0 ? t('police.people', { n: people }) : ''].filter(Boolean).join(' · ')
    }
    case 'eid.confirm':
      return t('police.did.eid', { state: eidWord((op.payload as EidConfirm).state) })
    default:
      return null
  }
}
