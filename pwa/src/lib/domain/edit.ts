/**
 * Twin of domain::edit: which details of a household a phone may change, and what may stand in them.
 * tests/vectors/edit.json holds both to the same answers.
 */

export const EDIT_FIELDS = ['landmark', 'members', 'adults', 'house_no', 'head'] as const
export type EditField = (typeof EDIT_FIELDS)[number]

export type Value = string | number | null

/** One value for each field, null where nothing is known. */
export interface Details {
  landmark: string | null
  members: number | null
  adults: number | null
  house_no: string | null
  head: string | null
}

export type EditFault = 'nothing_to_change' | 'text_too_long' | 'number_in_text' | 'out_of_range' | 'malformed_payload'

/** Letters a text may have, counted as a person counts them. */
export const LETTERS = { landmark: 80, house_no: 20, head: 80 } as const
/** People one household may have; a dormitory is many households. */
export const MOST_PEOPLE = 99
/** So many digits are a telephone or an identity number, which have no place here. */
const NUMBER_DIGITS = 9

/** Fields that say who and where: never overwritten, the ward decides between two values. */
export const identity = (field: EditField): boolean => field === 'house_no' || field === 'head'

const counts = (field: EditField): field is 'members' | 'adults' => field === 'members' || field === 'adults'

/** A text as the book would keep it: composed, without control characters, single spaces. */
export function tidy(text: string): string {
  return text.normalize('NFC').replace(/[\p{Cc}\p{White_Space}]+/gu, ' ').trim()
}

/** The value as the book would keep it, or what is wrong with it. */
export function checkedValue(field: EditField, value: Value): { ok: Value } | { fault: EditFault } {
  if (counts(field)) {
    if (value === null) return { ok: null }
    if (typeof value !== 'number') return { fault: 'malformed_payload' }
    return Number.isInteger(value) && value >= 0 && value <= MOST_PEOPLE ? { ok: value } : { fault: 'out_of_range' }
  }
  if (value === null) return identity(field) ? { fault: 'malformed_payload' } : { ok: null }
  if (typeof value !== 'string') return { fault: 'malformed_payload' }
  const text = tidy(value)
  if ([...text].length > LETTERS[field]) return { fault: 'text_too_long' }
  if (holdsNumber(text)) return { fault: 'number_in_text' }
  if (text === '') return identity(field) ? { fault: 'malformed_payload' } : { ok: null }
  return { ok: text }
}

/** All values as the book would keep them, or the first fault in the order of the fields. */
export function checked(set: Partial<Record<EditField, Value>>): { ok: Partial<Details> } | { fault: EditFault } {
  const ok: Partial<Record<EditField, Value>> = {}
  for (const field of EDIT_FIELDS) {
    const value = set[field]
    if (value === undefined) continue
    const answer = checkedValue(field, value)
    if ('fault' in answer) return answer
    ok[field] = answer.ok
  }
  return Object.keys(ok).length === 0 ? { fault: 'nothing_to_change' } : { ok: ok as Partial<Details> }
}

/** Nine digits that belong together; spaces, dots and dashes between them are left aside. */
export const holdsNumber = (text: string): boolean => holdsDigits(text, NUMBER_DIGITS)

/** The same for any count of digits. */
export function holdsDigits(text: string, most: number): boolean {
  let run = 0
  for (const c of text) {
    if (/\p{N}/u.test(c)) {
      run += 1
      if (run >= most) return true
    } else if (!' .-\u00a0'.includes(c)) run = 0
  }
  return false
}

/**
 * What differs, beside what the phone showed. A name or a house number is never emptied from a
 * phone: there, an empty field means "as it was".
 */
export function changesOf(was: Details, now: Details): { set: Partial<Details>; was: Partial<Details> } {
  const set: Partial<Record<EditField, Value>> = {}
  const before: Partial<Record<EditField, Value>> = {}
  for (const field of EDIT_FIELDS) {
    const value = now[field]
    const next = typeof value === 'string' ? tidy(value) || null : value
    if (next === was[field] || (identity(field) && next === null)) continue
    set[field] = next
    before[field] = was[field]
  }
  return { set: set as Partial<Details>, was: before as Partial<Details> }
}
