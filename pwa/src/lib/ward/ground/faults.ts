/** What is wrong with an outline, in words. */
import { g } from './words.ts'

const FAULTS = ['not_polygon', 'not_closed', 'crosses_itself', 'outside_ward', 'too_many_corners', 'too_small'] as const

export function faultName(code: string): string {
  const known = FAULTS.find((fault) => fault === code)
  return known ? g(`fault_${known}`) : code
}
