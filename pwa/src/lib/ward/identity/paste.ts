/** A table pasted from a spreadsheet: which line is which residential group, and which cell which count. */
import { foldWords } from '../../domain/search.ts'
import { FIELDS, NO_CELLS, readCount, type Cells } from './grid.ts'

/** A residential group and every name it goes by. */
export interface Named {
  id: string
  code: string
  name: string
  aliases: readonly string[]
}

/** A line whose group is not known. */
export interface UnknownRow {
  /** Number of the line in what was pasted, from 1. */
  line: number
  /** What stands where the group should. */
  label: string
  cells: Cells
  /** Groups it may be, the likeliest first. */
  guesses: string[]
}

export interface Pasted {
  rows: Map<string, Cells>
  unknown: UnknownRow[]
}

/** Words before a name that say only that it is a group's. */
const KIND = /^(?:to dan pho|tdp|khu dan cu|khu pho|to)\s+(?=\S)/
const SUM = /^(?:tong|cong)\b/

const keyOf = (text: string): string => foldWords(text).map((word) => word.key).join(' ')
const bare = (text: string): string => keyOf(text).replace(KIND, '')
const tight = (text: string): string => bare(text).replaceAll(' ', '')
const digitsOf = (key: string): string => (key.match(/\d+/g) ?? []).join(' ')

/** One letter more, less or other. */
function near(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  let end = 0
  while (end < a.length - at && end < b.length - at && a.at(-1 - end) === b.at(-1 - end)) end += 1
  return Math.max(a.length, b.length) - at - end <= 1
}

const namesOf = (group: Named): string[] => [group.name, group.code, ...group.aliases]

/** The group of a label: by its name, its code or another name it goes by; with a slip of one letter when only one fits. */
export function groupOf(label: string, groups: readonly Named[]): string | null {
  const key = tight(label)
  if (key === '') return null
  const by = (fits: (name: string) => boolean): string[] => groups.filter((group) => namesOf(group).some(fits)).map(({ id }) => id)
  const same = by((name) => tight(name) === key)
  if (same.length > 0) return same.length === 1 ? (same[0] ?? null) : null
  const words = bare(label).split(' ')
  const within = by((name) => {
    const own = bare(name).split(' ')
    return digitsOf(bare(name)) === digitsOf(bare(label)) && words.every((word) => own.includes(word))
  })
  if (within.length === 1) return within[0] ?? null
  // A number is never a slip: group 1 is not group 2.
  const slips = by((name) => digitsOf(bare(name)) === digitsOf(bare(label)) && key.length > 3 && near(tight(name), key))
  return slips.length === 1 ? (slips[0] ?? null) : null
}

function guessesFor(label: string, groups: readonly Named[]): string[] {
  const words = bare(label).split(' ')
  const score = (group: Named): number =>
    Math.max(...namesOf(group).map((name) => bare(name).split(' ').filter((word) => words.includes(word) || words.some((w) => w.length > 2 && near(w, word))).length))
  return groups
    .map((group) => ({ id: group.id, score: score(group) }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ id }) => id)
}

function split(line: string): string[] {
  if (line.includes('\t')) return line.split('\t')
  if (line.includes(';')) return line.split(';')
  return line.trim().split(/ {2,}/)
}

/** The label and the counts of a line; `null` of a header, a sum, or an empty line. */
function rowOf(line: string): { label: string; cells: Cells } | null {
  const parts = split(line).map((part) => part.trim())
  // A number before a name is the line's own: it says nothing about the group.
  const begins = parts.findIndex((part, i) => part !== '' && (readCount(part) === null || i >= parts.length - FIELDS.length - 1))
  const label = parts[begins] ?? ''
  const rest = parts.slice(begins + 1, begins + 1 + FIELDS.length)
  if (label === '' || rest.every((part) => !/^\d/.test(part)) || SUM.test(keyOf(label))) return null
  const cells = { ...NO_CELLS }
  FIELDS.forEach((field, i) => (cells[field] = rest[i] ?? ''))
  return { label, cells }
}

/** Is it a table rather than one number? */
export const isTable = (text: string): boolean => /[\t\n]/.test(text.trim())

export function readPaste(text: string, groups: readonly Named[]): Pasted {
  const rows = new Map<string, Cells>()
  const unknown: UnknownRow[] = []
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const row = rowOf(line)
    if (!row) continue
    const group = groupOf(row.label, groups)
    // A group that stands twice is a question for whoever pastes.
    if (group !== null && !rows.has(group)) rows.set(group, row.cells)
    else unknown.push({ line: at + 1, ...row, guesses: guessesFor(row.label, groups) })
  }
  return { rows, unknown }
}
