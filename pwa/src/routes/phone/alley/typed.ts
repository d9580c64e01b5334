import { parseNo, type HouseNo } from '$lib/domain/address.ts'
import { secondChance } from '$lib/domain/search.ts'

/** A number as somebody types it: also without marks, and with what Telex left behind. */
export function typedNo(text: string): HouseNo | null {
  const again = (): string | null => secondChance(text)
  return parseNo(text) ?? parseNo(again() ?? '')
}
