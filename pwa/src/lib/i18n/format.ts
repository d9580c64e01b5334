import { minuteOf, weekdayOf, startOf, type Day, type Millis } from '../domain/time.ts'

/**
 * Dates dd/MM/yyyy and numbers 1.234,5 in both languages: the ward's papers write them so, and a
 * figure that changes its look with the language is read wrongly. Written by hand because the
 * Intl data of cheap phones is not the same everywhere.
 */
export function formatDay(day: Day, withYear = true): string {
  const date = String(day % 100).padStart(2, '0')
  const month = String(Math.floor(day / 100) % 100).padStart(2, '0')
  return withYear ? `${date}/${month}/${String(Math.floor(day / 10_000)).padStart(4, '0')}` : `${date}/${month}`
}

export function formatTime(at: Millis): string {
  const minute = minuteOf(at)
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

export function formatNumber(n: number, digits = 0): string {
  const [whole = '0', part] = Math.abs(n).toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '.')
  return `${n < 0 ? '−' : ''}${grouped}${part ? `,${part}` : ''}`
}

/** A share as a percentage; "—" when nothing is counted, never 0 % of nothing. */
export function formatShare(part: number, whole: number, digits = 0): string {
  return whole > 0 ? `${formatNumber((100 * part) / whole, digits)} %` : '—'
}

/** 0 Sunday .. 6 Saturday. */
export function weekdayOfDay(day: Day): number {
  return weekdayOf(startOf(day) ?? 0)
}
