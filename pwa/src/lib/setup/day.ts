/** Days as a date field has them. */
import type { Day } from '../domain/time.ts'

/** `2026-11-22` of 20261122; empty for no day. */
export function toField(day: Day | null): string {
  if (day === null || day <= 0) return ''
  const text = String(day).padStart(8, '0')
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
}

/** 0 for a field that is empty or half filled in: the server knows no such day and says so. */
export function ofField(text: string): Day {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  return found ? Number(`${found[1]}${found[2]}${found[3]}`) : 0
}

/** A number as people of the ward write it: comma or dot before the decimals. Null: none. */
export function readValue(text: string): number | null {
  const plain = text.trim().replace('%', '').replace(/\s/g, '').replace(',', '.')
  return plain !== '' && /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null
}
