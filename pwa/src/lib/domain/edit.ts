/** Twin of domain::edit: which details of a household a phone may change, and what may stand in them. */

export const EDIT_FIELDS = ['landmark', 'members', 'adults', 'house_no', 'head'] as const
export type EditField = (typeof EDIT_FIELDS)[number]

/** One value for each field, null where the book has none. */
export interface Details {
  landmark: string | null
  members: number | null
  adults: number | null
  house_no: string | null
  head: string | null
}

export type Changes = Partial<Details>

export type EditFault = 'nothing_to_change' | 'text_too_long' | 'number_in_text' | 'out_of_range'

/** Letters a text may have, counted as a person counts them. */
export const LETTERS = { landmark: 80, house_no: 20, head: 80 } as const
/** People one household may have. */
export const MOST_PEOPLE = 99
/** From this many digits on it is a telephone or an identity number, and has no business here. */
export const NUMBER_DIGITS = 9

/** Fields that say which household it is: never overwritten, the ward decides between two values. */
export const identity = (field: EditField): boolean => field === 'house_no' || field === 'head'

/** What is typed, as it would be sent: one space between words, empty is nothing. */
export function tidy(text: string): string | null {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim() || null
}

export function faultOf(field: EditField, value: string | number | null): EditFault | null {
  if (value === null) return null
  if (field === 'members' || field === 'adults') {
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_PEOPLE ? null : 'out_of_range'
  }
  const text = String(value)
  if ([...text].length > LETTERS[field]) return 'text_too_long'
  return digitsOf(text) >= NUMBER_DIGITS ? 'number_in_text' : null
}

const digitsOf = (text: string): number => text.match(/\p{Nd}/gu)?.length ?? 0

/**
 * Only what differs is sent, beside what the phone showed. A name or a number is never emptied from
 * a phone: there, an empty field means "as it was".
 */
export function changesOf(was: Details, now: Details): { set: Changes; was: Changes } {
  const set: Record<string, string | number | null> = {}
  const before: Record<string, string | number | null> = {}
  for (const field of EDIT_FIELDS) {
    if (now[field] === was[field] || (identity(field) && now[field] === null)) continue
    set[field] = now[field]
    before[field] = was[field]
  }
  return { set: set as Changes, was: before as Changes }
}
