/** The register in words: which households are shown, what was done to them and to the groups. */
import { addDays, type Day } from '../day.ts'
import type { Deed, Details, Field, Filter, GroundChange, Likeness, Pair, RegisterChange, Status, Value } from './api.ts'
import { t } from './words.ts'

/** What can be asked of the list, one thing at a time. */
export const SHOWS_BY = {
  counted: ['ever_visited', 'ever_contacted', 'ever_served', 'revisit'],
  now: ['not_visited', 'attempted', 'unreachable', 'contacted', 'served', 'declined', 'vacant'],
  book: ['no_number', 'asked', 'doubled', 'changed', 'merged', 'removed'],
} as const
export const SHOWS = ['all', ...SHOWS_BY.counted, ...SHOWS_BY.now, ...SHOWS_BY.book] as const
export type Show = (typeof SHOWS)[number]

/** "Changed lately" goes back so many days. */
export const LATELY_DAYS = 7

export function filterOf(show: Show, today: Day): Partial<Filter> {
  switch (show) {
    case 'all':
      return {}
    case 'no_number':
      return { no_number: true }
    case 'asked':
      return { asked: true }
    case 'doubled':
      return { doubled: true }
    case 'changed':
      return { changed_since: addDays(today, -LATELY_DAYS) }
    case 'merged':
    case 'removed':
      return { state: show }
    // The households behind a count, whatever happened to them since.
    case 'ever_visited':
      return { reached: 'visited' }
    case 'ever_contacted':
      return { reached: 'contacted' }
    case 'ever_served':
      return { reached: 'served' }
    case 'revisit':
      return { reached: 'revisit' }
    default:
      return { status: show }
  }
}

export const writeShow = (show: Show): string => t(`show_${show}`)
export const writeStatus = (status: Status): string => t(`status_${status}`)
export const writeField = (field: Field): string => t(`field_${field}`)
export const writeValue = (value: Value): string => (value === null || value === '' ? t('nothing') : String(value))
export const writeChangeOf = (what: RegisterChange): string => t(`what_${what}`)
export const writeLikeness = (likeness: Likeness): string => t(`like_${likeness}`)

/** The colour a status wears on the list, as the doors of the map do. */
export function toneOf(status: Status): 'untouched' | 'revisit' | 'covered' | 'refused' | 'vacant' {
  switch (status) {
    case 'served':
    case 'contacted':
      return 'covered'
    case 'attempted':
    case 'unreachable':
      return 'revisit'
    case 'declined':
      return 'refused'
    case 'vacant':
      return 'vacant'
    case 'not_visited':
      return 'untouched'
  }
}

export const keyOfPair = (pair: Pair): string => `${pair.one.id} ${pair.other.id}`

/** One line of a household's history. */
export function writeDeed(deed: Deed): string {
  const details = deed.set.map((s) =>
    t(s.asked ? 'deed_asked' : s.stands ? 'deed_set' : 'deed_lost', { field: writeField(s.field), was: writeValue(s.was), value: writeValue(s.value) }),
  )
  const what = deed.what === null || deed.what === 'edited' ? [] : [writeChangeOf(deed.what)]
  return [...what, ...details].join(' · ') || t('what_edited')
}

/** What was done to a group or an alley, in one line. */
export function writeGround(change: GroundChange): string {
  const group = change.group.name
  switch (change.kind) {
    case 'founded':
      return t('ground_founded', { name: change.became ?? group })
    case 'renamed':
    case 'alley_renamed':
      return t(change.kind === 'renamed' ? 'ground_renamed' : 'ground_alley', { was: change.was ?? '', name: change.became ?? '' })
    case 'merged':
      return t('ground_merged', { name: group, other: change.other?.name ?? '' })
    case 'split':
      return t('ground_split', { name: group, other: change.other?.name ?? change.became ?? '' })
  }
}

/** The details of a household as they stand in the fields of a form. */
export type Typed = Record<Field, string>

export const typedOf = (book: Details): Typed => ({
  house_no: String(book.house_no ?? ''),
  head: String(book.head ?? ''),
  landmark: String(book.landmark ?? ''),
  members: String(book.members ?? ''),
  adults: String(book.adults ?? ''),
})

/** What a field says, as the book would keep it. */
function valueOf(field: Field, typed: Typed): Value {
  const text = typed[field].trim().replace(/\s+/gu, ' ').normalize('NFC')
  if (text === '') return null
  return field === 'members' || field === 'adults' ? Number(text) : text
}

/** What was typed and is not what the book says. */
export function changesOf(typed: Typed, was: Details): Details {
  const fields = Object.keys(typed) as Field[]
  return Object.fromEntries(fields.map((field) => [field, valueOf(field, typed)]).filter(([field, value]) => value !== (was[field as Field] ?? null)))
}

/** What is wrong with a field, in words; the server would say so with a longer way round. */
export function faultOf(field: Field, typed: Typed, was: Details): string | null {
  const value = valueOf(field, typed)
  if (field === 'members' || field === 'adults') {
    if (value === null) return null
    const n = Number(value)
    const fits = Number.isInteger(n) && n >= 0 && n <= 99
    const members = valueOf('members', typed)
    const few = field === 'adults' && typeof members === 'number' && n > members
    return fits && !few ? null : t(`fault_${field}`)
  }
  // Nine digits with nothing but spaces, dots or dashes between them are somebody's number.
  if (value !== null && /(?:\d[ .\u00a0-]*){9}/u.test(String(value))) return t('fault_number')
  // A door keeps its number and a household its head: one is put in the place of another, never taken away.
  const taken = value === null && field !== 'landmark' && (was[field] ?? null) !== null
  const long = [...String(value ?? '')].length > (field === 'house_no' ? 20 : 80)
  return long || taken ? t(`fault_${field}`) : null
}
