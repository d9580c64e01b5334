/** Periods of reports: months as `yyyymm`, and from which day to which. */
import { addDays, mondayOf, type Day } from '../day.ts'

export const PERIODS = ['week', 'month', 'quarter', 'own'] as const
export type PeriodKind = (typeof PERIODS)[number]

export const monthOf = (day: Day): number => Math.floor(day / 100)

/** `2026-11` of the field for months, and back. */
export const writeMonth = (month: number): string => `${Math.floor(month / 100)}-${String(month % 100).padStart(2, '0')}`
export const readMonth = (text: string): number | null => (/^\d{4}-\d{2}$/.test(text) ? Number(text.replace('-', '')) : null)

/** `11/2026`, as it is said. */
export const sayMonth = (month: number): string => `${String(month % 100).padStart(2, '0')}/${Math.floor(month / 100)}`

/** `2026-11-23` of the field for days, and back. */
export const writeDate = (day: Day): string => `${writeMonth(Math.floor(day / 100))}-${String(day % 100).padStart(2, '0')}`
export const readDate = (text: string): Day | null => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? Number(text.replaceAll('-', '')) : null)

/** So many months later. */
export function plusMonths(month: number, n: number): number {
  const at = Math.floor(month / 100) * 12 + (month % 100) - 1 + n
  return Math.floor(at / 12) * 100 + (at % 12) + 1
}

export const lastOf = (month: number): Day => addDays(plusMonths(month, 1) * 100 + 1, -1)

/** The period that holds today, up to today. */
export function periodOf(kind: Exclude<PeriodKind, 'own'>, today: Day): { from: Day; to: Day } {
  const month = monthOf(today)
  if (kind === 'week') return { from: mondayOf(today), to: today }
  if (kind === 'month') return { from: month * 100 + 1, to: today }
  return { from: plusMonths(month, -(((month % 100) - 1) % 3)) * 100 + 1, to: today }
}
