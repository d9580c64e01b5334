/** Turns what the phone holds into what a person reads. */
import type { Alley, Door } from '$lib/api/types.ts'
import { OUTCOMES, type Outcome } from '$lib/domain/visit.ts'
import { addDays, bandOf, dayOf, type Day, type Millis, type TimeBand } from '$lib/domain/time.ts'
import { formatDay, formatTime, weekdayOfDay } from '$lib/i18n/format.ts'
import { t } from '$lib/i18n/messages.ts'

/** A newer app elsewhere may have written an outcome that this one has no word for. */
export const outcomeWord = (outcome: Outcome): string => (OUTCOMES.includes(outcome) ? t(`outcome.${outcome}`) : t('result.other'))
export const bandWord = (band: TimeBand): string => t(`band.${band}`)

/** `Số 7`, `Kiốt 7 chợ Sao Đỏ`, `Nhà sau nhà văn hóa`. */
export function doorName(door: Door): string {
  if (door.no) return /^\d/.test(door.no) ? t('door.noCap', { no: door.no }) : door.no
  if (door.landmark) return t('door.landmark', { landmark: door.landmark })
  return door.head ?? t('door.code', { code: door.code })
}

/** The same in the middle of a sentence. */
export function doorNameLower(door: Door): string {
  return door.no && /^\d/.test(door.no) ? t('door.no', { no: door.no }) : doorName(door)
}

/** What stands large on a card: the number, or a word for a door that has none. */
export const doorMark = (door: Door): string => door.no ?? '—'

/** `Ngõ 34`: the name without the street it turns off, for a pill. */
export const alleyShort = (alley: Alley): string => alley.name.split(',')[0] ?? alley.name

export function dayWord(day: Day, today: Day): string {
  if (day === today) return t('day.today')
  if (day === addDays(today, 1)) return t('day.tomorrow')
  const weekday = t(`day.${weekdayOfDay(day) as 0 | 1 | 2 | 3 | 4 | 5 | 6}`)
  return `${weekday} ${formatDay(day, false)}`
}

/** When a visit was, in as few words as are clear. */
export function whenWord(at: Millis, now: Millis): string {
  const day = dayOf(at)
  const today = dayOf(now)
  if (day === today) return `${t('day.todayLower')} ${formatTime(at)}`
  if (day === addDays(today, -1)) return `${t('day.yesterday')} ${formatTime(at)}`
  return `${formatDay(day, Math.floor(day / 10_000) !== Math.floor(today / 10_000))}, ${bandWord(bandOf(at))}`
}

export const comebackWord = (on: Day, band: TimeBand, today: Day): string =>
  band === 'W' ? dayWord(on, today) : `${dayWord(on, today)}, ${bandWord(band)}`

/** In the words of the button that was pressed, where the catalogue's are longer than a bar. */
export function resultWord(outcome: Outcome): string {
  switch (outcome) {
    case 'MET_DECLINED':
      return t('result.declined')
    case 'APPOINTMENT':
      return t('result.appointment')
    case 'VACANT':
      return t('result.empty')
    default:
      return outcomeWord(outcome)
  }
}
