/**
 * Twin of domain::address, as far as a phone needs it: the number on a door. Reads and prints what may
 * stand there, tells its side and where it sorts. tests/vectors/address.json holds both to the same.
 */

/** One number as painted on a wall: digits, and `A`, `B1`, `bis` or the far end of a double house (`-14`). */
export interface Mark {
  number: number
  suffix: string
}

export type HouseKind = 'house' | 'lot' | 'kiosk' | 'room'

export interface HouseNo {
  kind: HouseKind
  /** As written; in `12/34` the mouth of the lane. */
  head: Mark
  /** The numbers after the slashes; the last one is the door's own. */
  tail: Mark[]
  /** What a lot, kiosk or room is numbered inside: `LK2`, `chợ Sao Đỏ`, `nhà 12`. */
  block: string | null
  /** Of a room, when written. */
  floor: number | null
}

const MAX_DIGITS = 5
const LETTERS = 'ABCDĐEFGHIJKLMNOPQRSTUVWXYZ'
/** Longest text part of a sort key. */
const TEXT_KEY = 48

/** Lower case without marks, for telling words apart that say what a number is. */
export const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd')

export function parseMark(text: string): Mark | null {
  const [, digits = '', rest = ''] = /^(\d+)\s*(.*)$/su.exec(text) ?? []
  const number = Number(digits)
  if (digits.replace(/^0+/, '').length > MAX_DIGITS || !(number > 0)) return null
  const suffix = suffixOf(rest.trim())
  return suffix === null ? null : { number, suffix }
}

function suffixOf(text: string): string | null {
  const lower = text.toLowerCase()
  if (lower === '' || lower === 'bis' || lower === 'ter' || lower === 'quater') return lower
  if (/^[-+–]/.test(lower)) {
    const far = parseMark(lower.slice(1).trim())
    return far?.suffix === '' ? `-${far.number}` : null
  }
  const upper = text.toUpperCase()
  return /^\p{Lu}(?:[1-9]\d?)?$/u.test(upper) && LETTERS.includes(upper[0]!) ? upper : null
}

const parseMarks = (text: string): Mark[] | null => {
  const marks = text.split('/').map((part) => parseMark(part.trim()))
  return marks.includes(null) ? null : (marks as Mark[])
}

export const printMark = ({ number, suffix }: Mark): string => `${number}${suffix}`

/** Words that say "number", and what the others number. */
const NUMBER_WORD = /^(?:(?:so nha|nha so|s\/n|sn|so|nha)[.:]*\s*)(?=\d)/
const UNITS: ReadonlyArray<readonly [RegExp, HouseKind]> = [
  [/^(?:ki[- ]?ot|kiosk|quay|sap)\s*(?:so\s*)?/, 'kiosk'],
  [/^lo\s*(?:so\s*)?(?=[\da-z])/, 'lot'],
  [/^(?:phong|can ho|can)\s*(?:so\s*)?(?=\d)/, 'room'],
  [/^p[.\s]*(?=\d\d)/, 'room'],
  [/^p\s+(?=\d)/, 'room'],
]

/** The number a text names; null when it names none, or holds more than a number. */
export function parseNo(text: string): HouseNo | null {
  const written = text.normalize('NFC').replace(/[\s,]+/g, ' ').trim().replace(/ ?\/ ?/g, '/')
  // Letter for letter as long as the written one, so that the places are the same.
  let low = plain(written)
  if (low.length !== written.length) return null
  let floor: number | null = null
  let rest = written
  const up = /^tang (\d{1,3}) (?=\D)/.exec(low)
  if (up) {
    floor = Number(up[1])
    rest = rest.slice(up[0].length)
    low = low.slice(up[0].length)
  }
  for (const [cue, kind] of UNITS) {
    const found = cue.exec(low)
    if (found) return parseUnit(kind, rest.slice(found[0].length), floor)
  }
  if (floor !== null) return null
  const marks = parseMarks(rest.slice(NUMBER_WORD.exec(low)?.[0].length ?? 0))
  return marks && { kind: 'house', head: marks[0]!, tail: marks.slice(1), block: null, floor: null }
}

function parseUnit(kind: HouseKind, text: string, above: number | null): HouseNo | null {
  const [first = '', ...words] = text.split(' ')
  let block: string | null = null
  let head = parseMark(first)
  if (!head && kind === 'lot') {
    const [, letters = '', far = ''] = /^([A-Z]{1,3})(\d.*)$/.exec(first.toUpperCase()) ?? []
    const [quarter, number] = first.toUpperCase().split('-')
    if (number !== undefined && isBlockCode(quarter!)) [block, head] = [quarter!, parseMark(number)]
    else if (words.length === 1 && isBlockCode(first.toUpperCase())) [block, head] = [first.toUpperCase(), parseMark(words.pop()!)]
    else [block, head] = [letters, parseMark(far)]
  }
  if (!head) return null
  let rest = words.join(' ')
  let floor = above
  const up = /^tang (\d{1,3})(?: |$)/.exec(plain(rest))
  if (kind === 'room' && up && floor === null) {
    floor = Number(up[1])
    rest = rest.slice(up[0].length)
  }
  if (rest === '') return { kind, head, tail: [], block, floor }
  if (block !== null) return null
  if (kind === 'lot') {
    const code = rest.toUpperCase()
    if (isBlockCode(code)) return { kind, head, tail: [], block: code, floor }
    return code.startsWith('KHU ') && isBlockCode(code.slice(4)) ? { kind, head, tail: [], block: `khu ${code.slice(4)}`, floor } : null
  }
  const inside = kind === 'room' ? /^(?:nha|toa|block|chung|khu|day)(?: |$)/ : /^(?:cho|khu|ben|nha|sieu)(?: |$)/
  return inside.test(plain(rest)) && rest.includes(' ') ? { kind, head, tail: [], block: calm(rest.replace(/^nha(?= )/, 'nhà')), floor } : null
}

/** `CHỢ SAO ĐỎ` to `chợ Sao Đỏ`: a kind of place in lower case, its name in title case when it was shouted. */
function calm(place: string): string {
  if (place !== place.toUpperCase()) return place
  const [kind = '', ...name] = place.toLowerCase().split(' ')
  return [kind, ...name.map((word) => (/\d/.test(word) ? word.toUpperCase() : word.slice(0, 1).toUpperCase() + word.slice(1)))].join(' ')
}

const isBlockCode = (text: string): boolean => /^(?:[A-Z]|[A-Z]{1,3}\d{1,3})$/.test(text)

/** `12A/34`, `Lô 5 LK2`, `Kiốt 7 chợ Sao Đỏ`, `P302 nhà 12`. */
export function printNo({ kind, head, tail, block, floor }: HouseNo): string {
  const glued = kind === 'lot' && block !== null && /^[A-Z]{1,3}$/.test(block)
  // `P5` would read as a ward; a room is written `P` only before two digits or more.
  const word = { house: '', lot: 'Lô ', kiosk: 'Kiốt ', room: head.number < 10 ? 'Phòng ' : 'P' }[kind]
  const marks = [head, ...tail].map(printMark).join('/')
  return `${word}${glued ? block : ''}${marks}${floor === null ? '' : ` tầng ${floor}`}${block !== null && !glued ? ` ${block}` : ''}`
}

/** The door's own number: the last one of `12/34`. */
export const doorMarkOf = ({ head, tail }: HouseNo): Mark => tail.at(-1) ?? head

/** Odd is left, even is right; lots, kiosks and rooms have no side. */
export const sideOf = (no: HouseNo): 'odd' | 'even' | null => (no.kind !== 'house' ? null : doorMarkOf(no).number % 2 === 0 ? 'even' : 'odd')

const digits = (n: number, width = 5): string => String(n).padStart(width, '0')

function markKey({ number, suffix }: Mark, more: boolean): string {
  const word = ['bis', 'ter', 'quater'].indexOf(suffix)
  const [rank, code] =
    suffix === '' ? ['a', 0]
    : word >= 0 ? ['c', word]
    : suffix.startsWith('-') ? ['d', Number(suffix.slice(1))]
    : ['b', (LETTERS.indexOf(suffix[0]!) + 1) * 100 + Number(suffix.slice(1))]
  return `n${digits(number)}${more ? 'm' : 'e'}${rank}${digits(Number(code))}`
}

function textKey(text: string): string {
  const words = plain(text).split(/[ /]/).map((word) => {
    const [, letters = '', rest = ''] = /^(\D*)(.*)$/.exec(word) ?? []
    const tail = /^\d{1,5}$/.test(rest) ? `n${digits(Number(rest))}` : rest.replace(/[^a-z]/g, '')
    return letters.replace(/[^a-z]/g, '') + tail
  })
  return words.join('0').slice(0, TEXT_KEY)
}

/** Where a door sorts among those of its own way. */
export function sortOf(no: HouseNo): string {
  const inside = no.kind === 'house' ? '' : `${textKey(no.block ?? '')}f${digits(no.floor ?? 0, 3)}`
  const marks = [no.head, ...no.tail]
  return (no.kind === 'house' ? 'h' : 'u') + inside + marks.map((mark, at) => markKey(mark, at < no.tail.length)).join('')
}

/** Where a door without a number sorts: after all that have one. */
export const sortOfLandmark = (landmark: string): string => `x${textKey(landmark)}`

/** The ways before a door's own number in the key that the book gave it: shared by all doors of its alley. */
export function waysIn(no: string, sort: string): string | null {
  const own = parseNo(no)
  if (!own) return null
  const key = sortOf(own).slice(1)
  return sort.endsWith(key) ? sort.slice(1, sort.length - key.length) : null
}

/** The key of a new door of an alley whose doors share `ways`. */
export function sortAmong(ways: string, key: string): string {
  // `12/34` on the door of a lane at 12 says the lane a second time.
  return key.slice(1).startsWith(ways) ? key : `${key[0]}${ways}${key.slice(1)}`
}
