/** The grid of counts as it is typed: cells are text until the server has taken them. Twin of domain::identity. */
import { formatNumber } from '../../i18n/format.ts'

export const FIELDS = ['from_14', 'l2_issued', 'activated'] as const
export type CountField = (typeof FIELDS)[number]
export type Cells = Record<CountField, string>
export type CellFault = 'missing' | 'not_number' | 'out_of_range' | 'more_than_whole'

/** The most people one count may speak of. */
export const MAX_COUNT = 100_000

export const NO_CELLS: Cells = { from_14: '', l2_issued: '', activated: '' }

/** 1234, "1.234", "1 234": what a person or a spreadsheet writes. `null` when it is no number. */
export function readCount(text: string): number | null {
  const plain = text.trim().replaceAll('\u00a0', ' ')
  if (/^\d+$/.test(plain)) return Number(plain)
  return /^\d{1,3}([. ,]\d{3})+$/.test(plain) ? Number(plain.replace(/[. ,]/g, '')) : null
}

export const isEmpty = (cells: Cells): boolean => FIELDS.every((field) => cells[field].trim() === '')

export const cellsOf = (counts: Record<CountField, number>): Cells => ({
  from_14: formatNumber(counts.from_14),
  l2_issued: formatNumber(counts.l2_issued),
  activated: formatNumber(counts.activated),
})

/** What is wrong with a row; a row that is wholly empty says nothing and is not wrong. */
export function faultsOf(cells: Cells): Partial<Record<CountField, CellFault>> {
  const faults: Partial<Record<CountField, CellFault>> = {}
  if (isEmpty(cells)) return faults
  let whole = MAX_COUNT
  for (const field of FIELDS) {
    const text = cells[field].trim()
    const n = readCount(text)
    if (text === '') faults[field] = 'missing'
    else if (n === null) faults[field] = 'not_number'
    else if (n > MAX_COUNT) faults[field] = 'out_of_range'
    else if (n > whole) faults[field] = 'more_than_whole'
    if (n !== null) whole = n
  }
  return faults
}

/** The row as numbers; only of a row without faults. */
export const numbersOf = (cells: Cells): Record<CountField, number> => ({
  from_14: readCount(cells.from_14) ?? 0,
  l2_issued: readCount(cells.l2_issued) ?? 0,
  activated: readCount(cells.activated) ?? 0,
})
