/** How a number is written on the ward's screens, and the one function that makes a rate. */
import { formatNumber } from '../i18n/format.ts'

/** What stands where there is nothing to divide by. */
export const NO_RATE = '—'

/** What stands for a count of 1 to 4 persons that this reader may not see. */
export const FEW = '<5'

/** `part` of `whole`, or `null` when there is no whole or the part is kept back. */
export function rate(part: number | null, whole: number | null): number | null {
  if (part === null || whole === null || !(whole > 0)) return null
  return part / whole
}

/** 1.234, or "<5" when kept back. */
export function writeCount(n: number | null): string {
  return n === null ? FEW : formatNumber(Math.round(n))
}

/** One decimal, halves up: 0.0575 is 57.49999… tenths in binary, so the noise is cut off first. */
function tenth(n: number): string {
  return formatNumber(Math.round(Number((n * 10).toPrecision(12))) / 10, 1)
}

/** 2,3 */
export function writeDecimal(n: number): string {
  return tenth(n)
}

/** 57,7%, or "—" when there is no rate. */
export function writeRate(ratio: number | null): string {
  return ratio === null ? NO_RATE : `${tenth(ratio * 100)}%`
}

/** +312, ±0, −4: a change wears its sign. */
export function writeChange(n: number): string {
  if (n === 0) return '±0'
  return n > 0 ? `+${formatNumber(n)}` : formatNumber(n)
}
