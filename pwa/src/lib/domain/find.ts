/**
 * Twin of domain::find: which door a person means by what they type. The rules and the table of
 * points are told there; tests/vectors/find.json holds both to the same doors. Here the words of the
 * book are kept by number, so that a word typed is compared with each of them once and not with each door.
 */
import { foldWords, secondChanceHalf, type FoldedWord } from './search.ts'

/** A door to be found, as the book writes it. */
export interface Place {
  no: string | null
  head: string | null
  landmark: string | null
  code: string
}

/** The way the doors stand on. */
export interface Way {
  group: string
  /** Its own name first, then those of the ways it turns off. */
  names: readonly string[]
}

/** What spoke for a door. */
export const BY = { number: 1, head: 2, way: 4, landmark: 8, group: 16 } as const

export interface Hit<Item> {
  item: Item
  /** Some of `BY`. */
  by: number
}

export interface Answer<Item> {
  /** Best first. */
  hits: Hit<Item>[]
  /** How many there are with those that were cut off. */
  total: number
  /** The words name no door yet: `tổ dân phố`, `đường`. */
  vague: boolean
  /** How the text was read in the end; null when nothing was typed. */
  query: Query | null
}

/** A number as on a wall: digits, and what follows them. */
interface Mark {
  n: number
  suffix: string
}

type Role = 'any' | 'own' | 'lane' | 'alley' | 'sub_alley' | 'lot' | 'kiosk' | 'room' | 'floor' | 'group'

interface Token extends FoldedWord {
  /** Read as a house number; null for a word. */
  marks: Mark[] | null
  /** With the letter that stands apart after it: `7 a`. */
  lettered: Mark[] | null
  role: Role
  /** A bare number after another and some words: less likely the door's own. */
  later: boolean
  /** Helps where it fits and is passed over where it does not: `bác`, `sau`. */
  soft: boolean
  /** The last one: it may be half typed. */
  last: boolean
}

export interface Query {
  tokens: Token[]
  /** The whole text folded, to be compared with the code of a household. */
  key: string
  typos: boolean
}

type Kind = 'house' | 'lot' | 'kiosk' | 'room'

// The words. -------------------------------------------------------------------------------------

/** Short writings: where the book has one, the other is found too. */
export const SHORT: Readonly<Record<string, string>> = {
  bv: 'benh vien',
  cc: 'chung cu',
  dh: 'dai hoc',
  dt: 'duong tinh',
  htx: 'hop tac xa',
  kcn: 'khu cong nghiep',
  kdc: 'khu dan cu',
  kdt: 'khu do thi',
  ktx: 'ki tuc xa',
  mn: 'mam non',
  nvh: 'nha van hoa',
  ql: 'quoc lo',
  svd: 'san van dong',
  tba: 'tram bien ap',
  tdp: 'to dan pho',
  th: 'tieu hoc',
  thcs: 'trung hoc co so',
  thpt: 'trung hoc pho thong',
  tl: 'tinh lo',
  tt: 'tap the',
  tyt: 'tram y te',
  ubnd: 'uy ban nhan dan',
}

/** The short writings by the last word of what they stand for. */
const ENDING = new Map<string, Array<[short: string, keys: readonly string[]]>>()
for (const [short, phrase] of Object.entries(SHORT)) {
  const keys = phrase.split(' ')
  const last = keys[keys.length - 1]!
  ENDING.set(last, [...(ENDING.get(last) ?? []), [short, keys]])
}

/** Words before a number, folded, and with their marks, and what they make of it. */
export const CUES: Readonly<Record<string, { marked: string; role: Role }>> = {
  can: { marked: 'căn', role: 'room' },
  hem: { marked: 'hem\u0309', role: 'sub_alley' },
  kdc: { marked: 'kdc', role: 'group' },
  kios: { marked: 'kios', role: 'kiosk' },
  kiosk: { marked: 'kiosk', role: 'kiosk' },
  kiot: { marked: 'kiôt\u0301', role: 'kiosk' },
  lo: { marked: 'lô', role: 'lot' },
  ng: { marked: 'ng', role: 'lane' },
  ngach: { marked: 'ngach\u0301', role: 'alley' },
  ngo: { marked: 'ngo\u0303', role: 'lane' },
  nha: { marked: 'nha\u0300', role: 'own' },
  p: { marked: 'p', role: 'room' },
  phong: { marked: 'phong\u0300', role: 'room' },
  sn: { marked: 'sn', role: 'own' },
  so: { marked: 'sô\u0301', role: 'own' },
  tang: { marked: 'tâng\u0300', role: 'floor' },
  tdp: { marked: 'tdp', role: 'group' },
  to: { marked: 'tô\u0309', role: 'group' },
}

/** Forms of address, words that only say where, and what ways and groups are called: soft while another word follows. */
export const SOFT: ReadonlySet<string> = new Set(
  'anh ba bac ben bo canh chau chi chu co cu cua cuoi dan dau di dien doi duoi duong em gan gia giap hem ho kdc khu me mo ngach ngo nha o ong phia pho sat sau tai tdp thim thon to tren truoc vao xom'.split(' '),
)

/** Forms of address: after one of them comes the name of a head. */
export const PERSON: ReadonlySet<string> = new Set('anh ba bac bo chau chi chu co cu di em me mo ong thim'.split(' '))

/** From one of these on, all that follows names the area, which the book does not repeat at each door. */
export const AREA: readonly string[] = ['p', 'phuong', 'thanh pho', 'thi xa', 'tinh', 'tp', 'tx']

/** What people call ways and groups, whatever the book calls them. */
const KINDS = {
  street: 'đường phố đ p',
  lane: 'ngõ ng',
  alley: 'ngách ng',
  sub_alley: 'hẻm',
  group: 'tổ dân phố tdp khu cư kdc thôn xóm',
}
const GROUP_WORDS: ReadonlySet<string> = new Set(foldWords(KINDS.group).map(({ key }) => key))
const KIND_WORDS: readonly string[] = foldWords(Object.values(KINDS).join(' ')).map(({ key }) => key)
const WAY_WORD: Readonly<Record<string, 'street' | 'lane' | 'alley' | 'sub_alley'>> = {
  duong: 'street', pho: 'street', ngo: 'lane', ngach: 'alley', hem: 'sub_alley',
}
/** `quốc lộ 18` is no lot. */
const ROADS: ReadonlySet<string> = new Set(['quoc', 'tinh', 'huong'])
const DEPTH: readonly Role[] = ['lane', 'alley', 'sub_alley']
const UNIT_WORD: Readonly<Record<string, Kind>> = { lo: 'lot', kiot: 'kiosk', phong: 'room', p: 'room', can: 'room' }
/** More digits than any house number has; nine among neighbours are a telephone's or a card's. */
const MAX_DIGITS = 5
const TOO_MANY_DIGITS = 9

// Points. ----------------------------------------------------------------------------------------

/** Where a word of the book stands. */
const GIVEN = 0
const NAME = 1
const INITIALS = 2
const WAY = 3
const LANDMARK = 4
const GROUP = 5
const KIND = 6
/** Marks an entry as another writing of the word before it, that does not stand in the way of neighbours. */
const ALIAS = 8
const POINTS = [60, 50, 25, 50, 45, 30, 5]
/** The fields that are weighed against each other: head, way, landmark, group. */
const COLUMN = [0, 0, 0, 1, 2, 3, 5]
const OWN = 4
const FREE = 5
const COLUMNS = 6
/** The group costs nothing: people add it to whatever they look for. */
const FREE_OF_COST = 1 << 3
const COLUMN_BY = [BY.head, BY.way, BY.landmark, BY.group]

/** How well a word typed fits a word of the book, worst first, and what that is worth in percent. */
const TYPO = 1
const BEGINS = 2
const HALF_OTHER_MARKS = 3
const HALF = 4
const WHOLE_OTHER_MARKS = 5
const WHOLE = 6
const EXACT = 7
const PERCENT = [0, 30, 40, 50, 60, 80, 100, 100]

const OWN_POINTS = 100
const PART_OF_PATH = 70
const WAY_POINTS = 60
const WAY_OTHER_KIND = 45
const WAY_BARE = 30
const WAY_HALF = 15
const LANE_THEN_HOUSE = 50
const APART = 50
const SIBLING = 50
const HALF_NUMBER = 25
const NEIGHBOURS = 15 * 100
const FURTHER_FIELD = 20 * 100

// Reading numbers. -------------------------------------------------------------------------------

/** What may stand apart after a number and still be of it. */
const LETTER = /^(?:[a-h]|bis|ter|quater)$/
/** With the beginnings of `bis`, `ter` and `quater`, which may be half typed. */
const NUMBER = /^(\d+)((?:[a-z]\d{0,2})?|bis?|ter?|qu(?:a(?:t(?:er?)?)?)?)$/

function readMark(text: string): Mark | null {
  const found = NUMBER.exec(text)
  const digits = found?.[1]?.replace(/^0+(?=\d)/, '')
  if (!found || digits === undefined || digits.length > MAX_DIGITS) return null
  return { n: Number(digits), suffix: found[2] ?? '' }
}

function readMarks(text: string): Mark[] | null {
  const marks = text.split('/').map(readMark)
  return marks.every((mark) => mark !== null) ? (marks as Mark[]) : null
}

const same = (a: Mark, b: Mark): boolean => a.n === b.n && a.suffix === b.suffix

/** `12-14`: the far end becomes a suffix, as in the grammar of addresses. */
function joinFarEnds<W extends FoldedWord>(words: readonly W[]): W[] {
  const out: W[] = []
  for (const word of words) {
    const before = out.at(-1)
    if (word.glued && before && /^\d{1,5}$/.test(before.key) && /^\d{1,5}$/.test(word.key)) out[out.length - 1] = { ...before, key: `${before.key}-${word.key}`, marked: `${before.key}-${word.key}` }
    else out.push(word)
  }
  return out
}

function readNumber(key: string): Mark[] | null {
  const [near, far, ...more] = key.split('-')
  if (far === undefined) return readMarks(key)
  const mark = readMark(near ?? '')
  return mark && more.length === 0 ? [{ n: mark.n, suffix: `-${Number(far)}` }] : null
}

/** `ki ốt`, `kios`, `ql 18`: one writing for what is written in several. */
function oneWriting<W extends FoldedWord>(words: readonly W[]): W[] {
  const out: W[] = []
  for (const word of words) {
    const before = out.at(-1)
    if (word.key === 'ot' && before?.key === 'ki') out[out.length - 1] = { ...before, key: 'kiot', marked: CUES.kiot!.marked }
    else if (word.key === 'kios' || word.key === 'kiosk') out.push({ ...word, key: 'kiot', marked: CUES.kiot!.marked })
    else out.push(word)
  }
  return out
}

/** `ngo12`, `ql18`, `p302`: a word and a number written as one. */
function unglue<W extends FoldedWord>(words: readonly W[]): W[] {
  return words.flatMap((word) => {
    const found = /^([a-z]+)(\d[\d/]*[a-z]?)$/.exec(word.key)
    const [, letters = '', digits = ''] = found ?? []
    if (!found || !(Object.hasOwn(CUES, letters) || ['ql', 'tl', 'dt'].includes(letters))) return [word]
    return [
      { ...word, key: letters, marked: letters },
      { ...word, key: digits, marked: digits, glued: false },
    ]
  })
}

// Reading the query. -----------------------------------------------------------------------------

const plain = (words: readonly FoldedWord[]): FoldedWord[] => unglue(oneWriting(joinFarEnds(words)))

/** Unmarked, or marked like this. */
const says = (word: FoldedWord, marked: string): boolean => word.marked === word.key || word.marked === marked

interface Reading {
  /** Whether words before a number say what it numbers. */
  cues: boolean
  /** Whether words after `phường` and the like are passed over. */
  area: boolean
}

function readQuery(words: readonly FoldedWord[], { cues, area }: Reading): Token[] {
  const tokens: Token[] = []
  let inArea = false
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!
    const next = words[at + 1]
    const marks = readNumber(word.key)
    const cue = Object.hasOwn(CUES, word.key) ? CUES[word.key]! : undefined
    if (cues && cue && next && says(word, cue.marked) && !(word.key === 'lo' && ROADS.has(words[at - 1]?.key ?? ''))) {
      const number = readNumber(next.key)
      // `nhà số 7`, `số nhà 7`: the word nearest the number decides.
      const double = cue.role === 'own' && Object.hasOwn(CUES, next.key) && CUES[next.key]!.role === 'own' && words[at + 2] && readNumber(words[at + 2]!.key)
      if (double) continue
      if (number) {
        tokens.push({ ...next, marks: number, lettered: null, role: cue.role, later: false, soft: false, last: false })
        at += 1
        inArea = false
        continue
      }
    }
    inArea ||= area && opensArea(words, at) && enough(tokens)
    if (inArea) continue
    const soft = !marks && SOFT.has(word.key) && next !== undefined
    const numbered = tokens.findIndex((token) => token.marks !== null && (token.role === 'any' || token.role === 'own'))
    const later = marks !== null && numbered >= 0 && tokens.slice(numbered).some((token) => token.marks === null)
    tokens.push({ ...word, marks, lettered: null, role: 'any', later, soft, last: false })
  }
  const last = tokens.at(-1)
  if (last) last.last = true
  tokens.forEach((token, at) => {
    const next = tokens[at + 1]
    if (!token.marks || !next || next.marks || !LETTER.test(next.key)) return
    const own = token.marks.at(-1)!
    if (own.suffix === '') token.lettered = [...token.marks.slice(0, -1), { n: own.n, suffix: next.key }]
  })
  return tokens
}

const opensArea = (words: readonly FoldedWord[], at: number): boolean => AREA.includes(words[at]!.key) || AREA.includes(`${words[at]!.key} ${words[at + 1]?.key ?? ''}`)

/** A number or two words: with less said, `phương` is a name. */
function enough(tokens: readonly Token[]): boolean {
  const hard = tokens.filter((token) => !token.soft)
  return hard.length > 1 || hard.some((token) => token.marks !== null)
}

/** A telephone number or a card's: not looked for at all. */
function tooManyDigits(words: readonly FoldedWord[]): boolean {
  let run = 0
  for (const { key } of words) {
    if (!/^\d+$/.test(key)) run = 0
    else if (key.length > MAX_DIGITS + 1 || (run += key.length) >= TOO_MANY_DIGITS) return true
  }
  return false
}

/** Every way to read the text, the likeliest first; the next one is tried when one finds nothing. */
export function readings(text: string): Query[] {
  const words = foldWords(text)
  if (words.length === 0 || tooManyDigits(words)) return []
  const key = words.map((word) => word.key).join(' ')
  const second = secondChanceHalf(text)
  const typed = plain(words)
  const out: Query[] = []
  const add = (from: readonly FoldedWord[], reading: Reading, typos: boolean): void => {
    out.push({ tokens: readQuery(from, reading), key, typos })
  }
  const decoded = second === null ? null : plain(foldWords(second))
  for (const from of decoded ? [typed, decoded] : [typed]) {
    add(from, { cues: true, area: false }, false)
    if (from.some((word) => Object.hasOwn(CUES, word.key))) add(from, { cues: false, area: false }, false)
    if (from.some((_, at) => at > 0 && opensArea(from, at))) add(from, { cues: true, area: true }, false)
  }
  add(typed, { cues: true, area: false }, true)
  if (typed.some((word) => Object.hasOwn(CUES, word.key))) add(typed, { cues: false, area: false }, true)
  return out
}

// How well words fit. ----------------------------------------------------------------------------

const MARKS = /[\u0300-\u0323]/

function grade(token: Token, typos: boolean, key: string, marked: string): number {
  if (token.key === key) return token.marked === marked ? EXACT : token.marked === token.key ? WHOLE : WHOLE_OTHER_MARKS
  if (token.marks) return 0
  // Folding made `qui` of `quy`, which may become `quyen`.
  if (key.startsWith(token.key) || (token.key === 'qui' && key.startsWith('quy'))) {
    if (!token.last) return BEGINS
    if (token.marked === token.key) return HALF
    const bare = token.marked.replace(MARKS, '')
    const tone = token.marked.slice(bare.length)
    return marked.startsWith(bare) && (tone === '' || marked.endsWith(tone)) ? HALF : HALF_OTHER_MARKS
  }
  return typos && !token.soft && oneTypo(token.key, key) ? TYPO : 0
}

/** One letter more, less or other, or two changed places, in a word of five letters or more. */
function oneTypo(a: string, b: string): boolean {
  if (Math.max(a.length, b.length) < 5 || a.length < 4 || b.length < 4 || Math.abs(a.length - b.length) > 1) return false
  if (/\d/.test(a) || /\d/.test(b)) return false
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
  const [x, y] = [a.length - head - tail, b.length - head - tail]
  if (x <= 1 && y <= 1) return true
  return x === 2 && y === 2 && a[head] === b[head + 1] && a[head + 1] === b[head]
}

// Why a door was found. --------------------------------------------------------------------------

/** A stretch of a text on the screen, and whether it is what was typed. */
export interface Span {
  text: string
  hit: boolean
}

const CHUNK = /[\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+/gu

/** Cuts a text of the book where the query is found in it: whole words, and the beginnings of half-typed ones. */
export function spansOf(query: Query, text: string): Span[] {
  const spans: Span[] = []
  const push = (piece: string, hit: boolean): void => {
    const before = spans.at(-1)
    if (piece === '') return
    if (before && before.hit === hit) before.text += piece
    else spans.push({ text: piece, hit })
  }
  for (const [chunk] of text.normalize('NFC').matchAll(CHUNK)) {
    const letters = lettersHit(query, chunk)
    if (letters === 0) {
      push(chunk, false)
      continue
    }
    const cut = [...chunk]
    push(cut.slice(0, letters).join(''), true)
    push(cut.slice(letters).join(''), false)
  }
  return spans
}

/** Rows repeat their words, and a row asks more than once. */
const lettersKnown = new WeakMap<Query, Map<string, number>>()

function lettersHit(query: Query, chunk: string): number {
  let known = lettersKnown.get(query)
  if (!known) lettersKnown.set(query, (known = new Map()))
  let letters = known.get(chunk)
  if (letters === undefined) {
    const word = foldWords(chunk)[0]
    letters = word ? lettersTyped(query, word) : 0
    known.set(chunk, letters)
  }
  return letters
}

/** How many letters of a word of the book were typed. */
function lettersTyped({ tokens, typos }: Query, word: FoldedWord): number {
  const mark = readMark(word.key)
  const phrase = SHORT[word.key]?.split(' ')
  let most = 0
  for (const token of tokens) {
    const asked = [...(token.marks ?? []), ...(token.lettered ?? [])]
    if (token.marks) {
      for (const number of asked) {
        const fits = mark ? near(number, mark, token.last) : 0
        if (fits > 0) most = Math.max(most, fits === HALF_NUMBER ? String(number.n).length : word.key.length)
      }
    } else {
      const fits = grade(token, typos, word.key, word.marked)
      if (phrase?.includes(token.key) || SHORT[token.key]?.split(' ').includes(word.key) || fits === TYPO) most = word.key.length
      else if (fits > 0 && (!token.soft || fits >= WHOLE)) most = Math.max(most, token.key.length)
    }
  }
  return most
}

// The index. -------------------------------------------------------------------------------------

/** Words of the book by number. An entry is `word * 16 + alias * 8 + field`. */
class Vocabulary {
  readonly keys: string[] = []
  readonly marked: string[] = []
  readonly #numbers = new Map<string, number>()
  /** What was folded before: names repeat. */
  readonly #plates = new Map<string, Plate>()
  readonly #folded = new Map<string, readonly FoldedWord[]>()

  number(word: FoldedWord): number {
    // Words that fold alike and are marked alike are one: `Hoà`, `Hòa`.
    const known = this.#numbers.get(word.marked)
    if (known !== undefined && this.keys[known] === word.key) return known
    this.#numbers.set(word.marked, this.keys.length)
    this.marked.push(word.marked)
    return this.keys.push(word.key) - 1
  }

  fold(text: string): readonly FoldedWord[] {
    // A slash or a dash joins words across spaces; nothing else does.
    if (/[/+–-]/.test(text)) return this.#remember(text)
    return text.split(' ').flatMap((word) => this.#remember(word))
  }

  /** Numbers repeat from way to way. */
  plate(no: string): Plate {
    let plate = this.#plates.get(no)
    if (!plate) {
      plate = readPlate(this, no)
      this.#plates.set(no, plate)
    }
    return plate
  }

  /** The search key of a code. Its parts repeat, the whole does not. */
  code(text: string): string {
    const words = text.includes('/') ? foldWords(text) : text.split(/[-–_. ]+/).flatMap((part) => this.#remember(part))
    return words.map(({ key }) => key).join(' ')
  }

  #remember(text: string): readonly FoldedWord[] {
    let words = this.#folded.get(text)
    if (!words) {
      words = foldWords(text)
      this.#folded.set(text, words)
    }
    return words
  }
}

const bare = (key: string): FoldedWord => ({ key, marked: key, glued: false })

/** The entries of some words, with the short writings of what they say. */
function enter(vocabulary: Vocabulary, words: readonly FoldedWord[], field: number, into: number[]): void {
  const put = (word: FoldedWord, alias: number): void => void into.push(vocabulary.number(word) * 16 + alias + field)
  words.forEach((word, at) => {
    put(word, 0)
    if (word.marked === word.key && Object.hasOwn(SHORT, word.key)) for (const key of SHORT[word.key]!.split(' ')) put(bare(key), ALIAS)
    if (at === 0) return
    for (const [short, keys] of ENDING.get(word.key) ?? []) {
      if (keys.length <= at + 1 && keys.every((key, i) => words[at + 1 - keys.length + i]!.key === key)) put(bare(short), ALIAS)
    }
  })
}

/** The entries of a name: the given name is the last one. */
function enterHead(vocabulary: Vocabulary, words: readonly FoldedWord[], into: number[]): void {
  let initials = ''
  for (let at = 0; at < words.length; at += 1) {
    into.push(vocabulary.number(words[at]!) * 16 + (at === words.length - 1 ? GIVEN : NAME))
    initials += words[at]!.key[0]
  }
  // Initials that can be spoken, or that are short for something else, say too little.
  if (words.length > 2 && !/[aeiouy]/.test(initials) && !Object.hasOwn(SHORT, initials)) into.push(vocabulary.number(bare(initials)) * 16 + ALIAS + INITIALS)
}

/** What stands on a door. */
interface Plate {
  kind: Kind
  marks: readonly Mark[]
  floor: number | null
  words: readonly number[]
}

function readPlate(vocabulary: Vocabulary, no: string): Plate {
  const plate: Plate = { kind: 'house', marks: [], floor: null, words: [] }
  const rest: FoldedWord[] = []
  const all = plain(foldWords(no))
  all.forEach((word, at) => {
    const unit = at === 0 && Object.hasOwn(UNIT_WORD, word.key) ? UNIT_WORD[word.key] : undefined
    const number = readNumber(word.key)
    const [own] = plate.marks
    const block = /^[a-z]{1,2}(\d+)$/.exec(word.key)
    if (unit) {
      plate.kind = unit
      rest.push(word)
    } else if (number && all[at - 1]?.key === 'tang') plate.floor = number[0]!.n
    else if (number && !own) plate.marks = number
    else if (at > 0 && plate.kind === 'house' && plate.marks.length === 1 && own?.suffix === '' && LETTER.test(word.key)) plate.marks = [{ n: own.n, suffix: word.key }]
    else {
      // `Lô A12`: number 12 of block A.
      if (plate.kind === 'lot' && !own && block) plate.marks = readMarks(block[1]!) ?? []
      if (word.key !== 'so') rest.push(word)
    }
  })
  const words: number[] = []
  enter(vocabulary, rest, LANDMARK, words)
  return { ...plate, words }
}

interface Door<Item> {
  item: Item
  kind: Kind
  /** The numbers that lead to the door and its own, outermost first: for `12/3` on a street 12, then 3. */
  path: readonly Mark[]
  /** How many of them are the door's. */
  numbers: number
  floor: number | null
  words: number[]
}

function readDoor<Item>(vocabulary: Vocabulary, { chain }: Stretch<Item>, place: Place, item: Item): Door<Item> {
  const plate = place.no ? vocabulary.plate(place.no) : null
  const words = plate ? [...plate.words] : []
  if (place.head) enterHead(vocabulary, vocabulary.fold(place.head), words)
  if (place.landmark) enter(vocabulary, oneWriting(vocabulary.fold(place.landmark)), LANDMARK, words)
  return { item, kind: plate?.kind ?? 'house', path: plate ? [...chain, ...plate.marks] : chain, numbers: plate?.marks.length ?? 0, floor: plate?.floor ?? null, words }
}

interface Stretch<Item> {
  chain: Mark[]
  /** Of the innermost number of the chain: 0 for a lane. */
  depth: number
  words: number[]
  doors: Door<Item>[]
  /** Every word of its doors once, by number. */
  spoken: Uint32Array
  /** Every number of its doors and of the ways to them once. */
  numbers: Uint32Array
  /** Codes of the doors, folded. */
  codes: Map<string, Item>
}

function readWay<Item>(vocabulary: Vocabulary, way: Way): Stretch<Item> {
  const out: Stretch<Item> = { chain: [], depth: -1, words: [], doors: [], spoken: new Uint32Array(), numbers: new Uint32Array(), codes: new Map() }
  const said: string[] = []
  way.names.forEach((name, at) => {
    const all = plain(vocabulary.fold(name))
    const kind = (Object.hasOwn(WAY_WORD, all[0]?.key ?? '') && WAY_WORD[all[0]!.key]) || null
    let rest = kind ? all.slice(1) : all
    const chain = kind && kind !== 'street' && rest[0] ? readMarks(rest[0].key) : null
    if (chain) rest = rest.slice(1)
    if (at === 0) {
      out.depth = kind && kind !== 'street' ? DEPTH.indexOf(kind) : -1
      out.chain = chain ?? []
      for (const word of foldWords(KINDS[kind ?? 'street'])) out.words.push(vocabulary.number(word) * 16 + KIND)
    } else if (chain && out.chain.length > 0 && out.chain.length <= out.depth && !same(chain[0]!, out.chain[0]!)) {
      out.chain = [...chain, ...out.chain]
    }
    const key = ` ${rest.map((word) => word.key).join(' ')} `
    // A lane repeats the street it turns off.
    if (rest.length === 0 || said.some((known) => known.includes(key))) return
    said.push(key)
    enter(vocabulary, rest, WAY, out.words)
  })
  enter(vocabulary, vocabulary.fold(way.group), GROUP, out.words)
  for (const word of foldWords(KINDS.group)) out.words.push(vocabulary.number(word) * 16 + KIND)
  return out
}

/** What the book holds, ready to be asked. Ways are kept in the order of the feet by `order`. */
export class Finder<Item> {
  readonly #vocabulary = new Vocabulary()
  readonly #stretches = new Map<string, Stretch<Item>>()
  #walk: string[] = []
  /** Grades of a word typed over all words of the book, by how it was typed. */
  readonly #grades = new Map<string, Uint8Array>()

  /** Reads one way and its doors, in place of what was known of it. */
  put(id: string, way: Way, doors: Iterable<readonly [Place, Item]>): void {
    const stretch = readWay<Item>(this.#vocabulary, way)
    for (const [place, item] of doors) {
      stretch.doors.push(readDoor(this.#vocabulary, stretch, place, item))
      if (place.code !== '') stretch.codes.set(this.#vocabulary.code(place.code), item)
    }
    const spoken = new Set<number>()
    const numbers = new Set<number>()
    for (const { words, path, floor } of stretch.doors) {
      for (const entry of words) spoken.add(entry >> 4)
      if (floor !== null) numbers.add(floor)
      for (const { n, suffix } of path) {
        numbers.add(n)
        if (suffix.startsWith('-')) numbers.add(Number(suffix.slice(1)))
      }
    }
    stretch.spoken = Uint32Array.from(spoken)
    stretch.numbers = Uint32Array.from(numbers)
    this.#stretches.set(id, stretch)
  }

  drop(id: string): void {
    this.#stretches.delete(id)
  }

  /** The ways as they are walked; one that is not named is not searched. */
  order(ids: readonly string[]): void {
    this.#walk = [...ids]
  }

  /** The doors a text means, at most `most` of them. */
  find(text: string, most: number): Answer<Item> {
    const queries = readings(text)
    const coded = queries[0] && this.#coded(queries[0].key)
    if (coded) return { hits: [coded], total: 1, vague: false, query: queries[0]! }
    // A person may be called Tô; `tổ dân phố` is nobody.
    const [asTyped] = queries
    if (asTyped && asTyped.tokens.length > 1 && asTyped.tokens.every(({ key }) => GROUP_WORDS.has(key))) return { hits: [], total: 0, vague: true, query: asTyped }
    for (const query of queries) {
      const found = this.#ask(query, most)
      if (found.total > 0) return { ...found, vague: false, query }
    }
    const query = queries[0] ?? null
    return { hits: [], total: 0, vague: query !== null && query.tokens.every((token) => !token.marks && namesNothing(token)), query }
  }

  /** The household with this code; a code is typed whole. */
  #coded(key: string): Hit<Item> | null {
    if (!/\d/.test(key)) return null
    for (const id of this.#walk) {
      const item = this.#stretches.get(id)?.codes.get(key)
      if (item !== undefined) return { item, by: BY.number }
    }
    return null
  }

  #grade(token: Token, typos: boolean): Uint8Array {
    const how = `${token.marked} ${token.last ? 1 : 0}${typos ? 1 : 0}${token.soft ? 1 : 0}${token.marks ? 1 : 0}`
    const { keys, marked } = this.#vocabulary
    let grades = this.#grades.get(how)
    if (grades && grades.length === keys.length) return grades
    grades = new Uint8Array(keys.length)
    for (let i = 0; i < keys.length; i += 1) grades[i] = grade(token, typos, keys[i]!, marked[i]!)
    if (this.#grades.size >= 64) this.#grades.clear()
    this.#grades.set(how, grades)
    return grades
  }

  #ask(query: Query, most: number): { hits: Hit<Item>[]; total: number } {
    const grades = query.tokens.map((token) => this.#grade(token, query.typos))
    const apart = (i: number): boolean => query.tokens[i - 1]?.lettered != null
    // A word that the book does not know finds no door, and no door needs to be asked.
    if (query.tokens.some((token, i) => !token.soft && !token.marks && !apart(i) && !grades[i]!.some((g) => g > 0))) return { hits: [], total: 0 }
    // No word of the book is one typo away: the reading without typos has found nothing either.
    if (query.typos && grades.every((fits) => !fits.includes(TYPO))) return { hits: [], total: 0 }
    const asked = new Asked(query, grades)
    const best: Array<{ item: Item; by: number; score: number; exact: number; depth: number }> = []
    let total = 0
    for (const id of this.#walk) {
      const stretch = this.#stretches.get(id)
      if (!stretch) continue
      if (!asked.enter(stretch)) continue
      for (const door of stretch.doors) {
        const worst = best.length === most ? best[most - 1] : undefined
        if (!asked.weigh(stretch, door, worst?.score ?? -Infinity)) continue
        total += 1
        if (worst && !before(asked, worst)) continue
        let place = best.length
        while (place > 0 && before(asked, best[place - 1]!)) place -= 1
        const { score, exact, depth } = asked
        best.splice(place, 0, { item: door.item, by: asked.by(), score, exact, depth })
        if (best.length > most) best.pop()
      }
    }
    return { hits: best.map(({ item, by }) => ({ item, by })), total }
  }
}

interface Rank {
  score: number
  exact: number
  depth: number
}

/** Whether one door comes before another that was met earlier: equal ones stay in the order of the feet. */
const before = (a: Rank, b: Rank): boolean => (a.score !== b.score ? a.score > b.score : a.exact !== b.exact ? a.exact > b.exact : a.depth < b.depth)

const namesNothing = ({ key }: Token): boolean =>
  SOFT.has(key) || AREA.includes(key) || Object.hasOwn(CUES, key) || KIND_WORDS.some((word) => word.startsWith(key))

/** One question put to door after door; holds the last door's answer, so that none is made for nothing. */
class Asked {
  score = 0
  exact = 0
  depth = 0
  fields = 0

  readonly #tokens: readonly Token[]
  readonly #grades: readonly Uint8Array[]
  /** Points of each token in each column: of the way, and of the door on it. */
  readonly #way: Int32Array
  readonly #points: Int32Array
  /** Whether the way answers a token. */
  readonly #onWay: Uint8Array
  /** Whether any of its doors may. */
  readonly #inDoors: Uint8Array
  /** Points of each number token as the door's own and as its way's. */
  readonly #own: Int32Array
  readonly #led: Int32Array
  /** Which tokens stand in the book as typed, and which stand before the next one there: a bit each. */
  #wayExact = 0
  #wayPairs = 0
  #exact = 0
  #pairs = 0
  /** Which tokens are numbers. */
  readonly #numbers: readonly number[]
  /** Which tokens come after a form of address. */
  readonly #called: readonly boolean[]

  constructor(query: Query, grades: readonly Uint8Array[]) {
    const { tokens } = query
    this.#tokens = tokens
    this.#grades = grades
    this.#way = new Int32Array(tokens.length * COLUMNS)
    this.#points = new Int32Array(tokens.length * COLUMNS)
    this.#onWay = new Uint8Array(tokens.length)
    this.#inDoors = new Uint8Array(tokens.length)
    this.#own = new Int32Array(tokens.length)
    this.#led = new Int32Array(tokens.length)
    this.#called = tokens.map((_, i) => i > 0 && tokens[i - 1]!.soft && PERSON.has(tokens[i - 1]!.key))
this.#numbers = tokens.flatMap(({ marks }, i) => (marks ? [i] : []))
  }

  /** Weighs what all doors of a way share; false when none of them can be meant. */
  enter(stretch: Stretch<unknown>): boolean {
    for (let i = 0; i < this.#tokens.length; i += 1) {
      const grades = this.#grades[i]!
      let spoken = 0
      for (let at = 0; at < stretch.spoken.length; at += 1) {
        if (grades[stretch.spoken[at]!]! === 0) continue
        spoken = 1
        break
      }
      this.#inDoors[i] = spoken
    }
    this.#way.fill(0)
    this.#exact = 0
    this.#pairs = 0
    for (let i = 0; i < this.#tokens.length; i += 1) this.#onWay[i] = this.#word(i, stretch.words, this.#way) ? 1 : 0
    this.#wayExact = this.#exact
    this.#wayPairs = this.#pairs
    return this.#tokens.every(
      (token, i) =>
        token.soft ||
        this.#onWay[i] === 1 ||
        this.#inDoors[i] === 1 ||
        (token.marks === null ? this.#tokens[i - 1]?.lettered != null : numbered(token.marks[token.marks.length - 1]!.n, stretch.numbers, token.last)),
    )
  }

  /** Points of one token among some entries; whether there are any. */
  #word(i: number, entries: readonly number[], points: Int32Array): boolean {
    const token = this.#tokens[i]!
    const grades = this.#grades[i]!
    let some = false
    for (let at = 0; at < entries.length; at += 1) {
      const entry = entries[at]!
      const g = grades[entry >> 4]!
      if (g === 0) continue
      const field = entry & 7
      if (!(token.soft ? this.#fits(entries, i, at, g) : fieldTakes(token, field, g))) continue
      some = true
      const worth = (token.role === 'group' ? WAY_POINTS : POINTS[field]!) * PERCENT[g]!
      const column = i * COLUMNS + COLUMN[field]!
      if (worth > points[column]!) points[column] = worth
      if (g === EXACT && field !== KIND) this.#exact |= 1 << i
      if (this.#called[i] && COLUMN[field] === 0) this.#pairs |= 1 << (i - 1)
      if (i + 1 < this.#tokens.length && this.#follows(entries, i + 1, at)) this.#pairs |= 1 << i
    }
    return some
  }

  /** Whether the next token stands right after this place of the book. */
  #follows(entries: readonly number[], next: number, at: number): boolean {
    let after = at + 1
    while (after < entries.length && (entries[after]! & ALIAS) !== 0) after += 1
    const entry = entries[after]
    return entry !== undefined && fieldGroup(entry) === fieldGroup(entries[at]!) && this.#grades[next]![entry >> 4]! > 0
  }

  /** A soft word counts where it stands whole, before the word it was typed before. */
  #fits(entries: readonly number[], i: number, at: number, g: number): boolean {
    const grades = this.#grades[i + 1]
    if (!grades || g < WHOLE || (entries[at]! & 7) === KIND) return false
    for (let after = at + 1; after < entries.length; after += 1) {
      if (grades[entries[after]! >> 4]! > 0 && fieldGroup(entries[after]!) === fieldGroup(entries[at]!)) return true
    }
    return false
  }

  /** Whether every word fits the door. Leaves its rank here, or a score below `floor` when it cannot reach that. */
  weigh(stretch: Stretch<unknown>, door: Door<unknown>, floor: number): boolean {
    const tokens = this.#tokens
    // Numbers refuse most doors: nothing else is looked at before.
    for (const i of this.#numbers) {
      const token = tokens[i]!
      this.#own[i] = lettered(token, door) ? OWN_POINTS * 100 : ownPoints(token, token.marks!, door)
      this.#led[i] = wayPoints(token, token.marks!, stretch, door)
      if (this.#own[i] === 0 && this.#led[i] === 0 && this.#onWay[i] === 0 && this.#inDoors[i] === 0) return false
    }
    const points = this.#points
    points.set(this.#way)
    this.#exact = this.#wayExact
    this.#pairs = this.#wayPairs
    for (let i = 0; i < tokens.length; i += 1) {
      const token = tokens[i]!
      const from = i * COLUMNS
      let some = this.#onWay[i] === 1
      if (token.marks) {
        points[from + OWN] = this.#own[i]!
        if (this.#led[i]! > points[from + 1]!) points[from + 1] = this.#led[i]!
        some ||= this.#own[i]! > 0 || this.#led[i]! > 0
      } else if (i > 0 && lettered(tokens[i - 1]!, door)) {
        // `7 a` was read as 7A.
        points[from + FREE] = APART * 100
        some = true
      }
      if (this.#inDoors[i] === 1 && this.#word(i, door.words, points)) some = true
      if (!some && !token.soft) return false
    }
    this.depth = Math.max(door.path.length, stretch.chain.length + 1)
    return this.#add(floor)
  }

  /** The best choice of fields: each one after the first costs. */
  #add(floor: number): boolean {
    const n = this.#tokens.length
    const points = this.#points
    // What it would be worth if fields cost nothing: most doors cannot reach the list, and are only counted.
    let extra = 0
    for (let bits = this.#pairs; bits !== 0; bits &= bits - 1) extra += NEIGHBOURS
    let most = extra
    let strong = false
    let used = 0
    for (let from = 0; from < n * COLUMNS; from += COLUMNS) {
      let here = points[from + OWN]!
      for (let c = 0; c < 4; c += 1) {
        const worth = points[from + c]!
        if (worth > 0) used |= 1 << c
        if (worth > here) here = worth
      }
      if (here > 0) strong = true
      else here = points[from + FREE]!
      most += here
    }
    if (!strong) return false
    this.score = most
    if (most < floor) return true

    let best = -Infinity
    let chosen = 0
    for (let fields = used; ; fields = (fields - 1) & used) {
      const sum = this.#sum(fields)
      if (sum > best) {
        best = sum
        chosen = fields
      }
      if (fields === 0) break
    }
    this.score = best + extra
    let exact = 0
    for (let bits = this.#exact; bits !== 0; bits &= bits - 1) exact += 1
    this.exact = exact
    this.fields = chosen
    return true
  }

  /** The sum with these fields; minus infinity when a word has no place in them. */
  #sum(fields: number): number {
    const points = this.#points
    let sum = 0
    let strong = false
    for (let i = 0; i < this.#tokens.length; i += 1) {
      const from = i * COLUMNS
      let here = points[from + OWN]!
      for (let c = 0; c < 4; c += 1) if ((fields & (1 << c)) !== 0 && points[from + c]! > here) here = points[from + c]!
      if (here > 0) strong = true
      else here = points[from + FREE]!
      if (here === 0 && !this.#tokens[i]!.soft) return -Infinity
      sum += here
    }
    const costly = fields & ~FREE_OF_COST
    for (let bits = costly & (costly - 1); bits !== 0; bits &= bits - 1) sum -= FURTHER_FIELD
    return strong ? sum : -Infinity
  }

  /** What spoke for the door weighed last. */
  by(): number {
    let by = 0
    for (let from = 0; from < this.#points.length; from += COLUMNS) {
      let most = this.#points[from + OWN]!
      let here: number = most > 0 ? BY.number : 0
      for (let c = 0; c < 4; c += 1) {
        if ((this.fields & (1 << c)) === 0 || this.#points[from + c]! <= most) continue
        most = this.#points[from + c]!
        here = COLUMN_BY[c]!
      }
      by |= here
    }
    return by
  }
}

/** Head, way, landmark, group, kinds: words of one field are neighbours, of two are not. */
const fieldGroup = (entry: number): number => COLUMN[entry & 7]!

/** Whether a word of this field may answer the token at all. */
function fieldTakes(token: Token, field: number, g: number): boolean {
  if (token.marks) return token.role === 'group' ? field === GROUP : token.role === 'any' && field !== KIND && token.marks.length === 1
  if (field === INITIALS) return g >= WHOLE
  if (field !== KIND) return true
  return g >= WHOLE_OTHER_MARKS || (token.last && g >= HALF_OTHER_MARKS)
}

/** Whether the door is the one meant by a number and a letter apart: `7 a`. */
function lettered({ role, lettered: asked }: Token, door: Door<unknown>): boolean {
  return asked?.length === 1 && (role === 'any' || role === 'own') && door.kind === 'house' && door.numbers > 0 && same(door.path[door.path.length - 1]!, asked[0]!)
}

/** Whether a number is among some, or begins one of them. */
function numbered(n: number, numbers: Uint32Array, half: boolean): boolean {
  for (let i = 0; i < numbers.length; i += 1) if (numbers[i] === n || (half && begins(n, numbers[i]!))) return true
  return false
}

function begins(n: number, number: number): boolean {
  // `0` on the way to `07`.
  if (n === 0) return number < 10
  let head = number
  while (head > n) head = Math.trunc(head / 10)
  return head === n
}

/** How well one number fits the number on a wall, of a hundred. A double house is both its numbers. */
function near(asked: Mark, mark: Mark, half: boolean): number {
  if (asked.n === mark.n) {
    if (asked.suffix === mark.suffix) return 100
    if (asked.suffix === '') return mark.suffix.startsWith('-') ? 100 : SIBLING
    return half && mark.suffix.startsWith(asked.suffix) ? SIBLING : 0
  }
  if (asked.suffix !== '') return 0
  if (mark.suffix !== '' && mark.suffix === `-${asked.n}`) return 100
  return half && begins(asked.n, mark.n) ? HALF_NUMBER : 0
}

/** Whether the numbers before the last one asked for stand before place `end` of a path, as far as both go. */
function leads(asked: readonly Mark[], path: readonly Mark[], end: number): boolean {
  for (let k = 1; k < asked.length && k <= end; k += 1) if (!same(asked[asked.length - 1 - k]!, path[end - k]!)) return false
  return true
}

/** Points of a number as the door's own. */
function ownPoints({ role, last, later }: Token, asked: readonly Mark[], { kind, path, numbers, floor }: Door<unknown>): number {
  if (role === 'floor') return floor !== null && asked.length === 1 && floor === asked[0]!.n ? WAY_POINTS * 100 : 0
  if (numbers === 0) return 0
  const share = role === kind || (kind === 'house' && (role === 'any' || role === 'own') && !later) ? 100 : role === 'any' ? 90 : role === 'own' ? 50 : 0
  if (share === 0 || (asked.length > 1 && path.length < 2)) return 0
  const end = path.length - 1
  const fits = near(asked[asked.length - 1]!, path[end]!, last)
  if (fits === 0 || !leads(asked, path, end)) return 0
  return Math.trunc(((asked.length === 1 || asked.length === path.length ? OWN_POINTS : PART_OF_PATH) * fits * share) / 100)
}

/** Points of a number as one of the ways that lead to the door. */
function wayPoints({ role, last }: Token, asked: readonly Mark[], { chain, depth }: Stretch<unknown>, { path, numbers }: Door<unknown>): number {
  const kind = DEPTH.indexOf(role)
  if (role !== 'any' && kind < 0) return 0
  let most = 0
  // Where the chain says only the inner numbers, the outermost is not a lane.
  const outer = depth - chain.length + 1
  const ways = numbers > 0 ? path.length - 1 : path.length
  for (let end = asked.length - 1; end < ways; end += 1) {
    const fits = near(asked[asked.length - 1]!, path[end]!, last)
    if (fits === 0 || !leads(asked, path, end)) continue
    const worth = role === 'any' ? WAY_BARE : outer + end === kind || (asked.length > 1 && end === asked.length - 1) ? WAY_POINTS : WAY_OTHER_KIND
    most = Math.max(most, fits === 100 ? worth * 100 : last ? WAY_HALF * 100 : 0)
  }
  // `ngõ 34/7`: house 7 of that lane.
  if (kind >= 0 && asked.length > 1 && asked.length === path.length && path.every((mark, i) => same(mark, asked[i]!))) most = Math.max(most, LANE_THEN_HOUSE * 100)
  return most
}
