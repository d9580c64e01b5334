/**
 * Twin of domain::search: folds Vietnamese so that what a thumb types finds what the book says.
 * The rules are told there; tests/vectors/search.json holds both to the same outcome.
 */
const MARK = /\p{M}/u
const LETTER = /[\p{L}\p{N}]/u
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/
const ENDS_IN_I = new Set(['hy', 'ky', 'ly', 'my', 'sy', 'ty', 'vy', 'quy'])
const BAR = '\u0335'
/** Grave, acute, tilde, hook above, dot below. */
const TONES = '\u0300\u0301\u0303\u0309\u0323'
/** Circumflex, breve, horn. */
const HATS = '\u0302\u0306\u031b'

export interface FoldedWord {
  key: string
  /** The key with its marks, the tone last: one writing for *Hoà* and *Hòa*. Equals the key when there are none. */
  marked: string
  /** Glued by a dash or a plus to the word before: `12-14`. */
  glued: boolean
}

/** The words of the search key, with what folding takes away. */
export function foldWords(text: string): FoldedWord[] {
  const letters: string[] = []
  /** Hats of each letter, and its tone. */
  const hats: string[] = []
  const tones: string[] = []
  const note = (mark: string): void => {
    const last = letters.length - 1
    if (last < 0) return
    if (TONES.includes(mark)) tones[last] = mark
    else if (HATS.includes(mark)) hats[last] += mark
  }
  for (const char of text.normalize('NFD')) {
    if (MARK.test(char)) {
      note(char)
      continue
    }
    for (const c of char.toLowerCase().normalize('NFD')) {
      if (MARK.test(c)) {
        note(c)
        continue
      }
      if (INVISIBLE.test(c)) continue
      const barred = c === 'đ' || c === 'ð' || c === 'ɖ'
      letters.push(barred ? 'd' : c)
      hats.push(barred ? BAR : '')
      tones.push('')
    }
  }

  const words: FoldedWord[] = []
  let word = { key: '', marked: '', tone: '', glued: false }
  let gap = ''
  const close = (): void => {
    if (word.key === '') return
    const inI = ENDS_IN_I.has(word.key)
    words.push({
      key: inI ? `${word.key.slice(0, -1)}i` : word.key,
      marked: (inI ? `${word.marked.slice(0, -1)}i` : word.marked) + word.tone,
      glued: word.glued,
    })
  }
  letters.forEach((c, at) => {
    if (LETTER.test(c)) {
      if (gap !== '') {
        close()
        word = { key: '', marked: '', tone: '', glued: words.length > 0 && (gap === '-' || gap === '–' || gap === '+') }
        gap = ''
      }
      word.key += c
      word.marked += hats[at] === '' ? c : hats[at] === BAR ? 'đ' : (c + hats[at]).normalize('NFC')
      word.tone = tones[at] || word.tone
    } else if (c === '/' && joinsHouseNumbers(word.key, letters, at + 1)) {
      word.key += '/'
      word.marked += '/'
      // The space before the next digit, if there is one, belongs to the slash.
      gap = ''
    } else if (!word.key.endsWith('/')) {
      gap += c
    }
  })
  close()
  return words
}

export function searchKey(text: string): string {
  return foldWords(text)
    .map(({ key }) => key)
    .join(' ')
}

function joinsHouseNumbers(word: string, letters: readonly string[], from: number): boolean {
  if (word.endsWith('/') || !/[0-9]/.test(word)) return false
  for (let i = from; i < letters.length; i += 1) {
    if (!/\s/.test(letters[i]!)) return /[0-9]/.test(letters[i]!)
  }
  return false
}

/**
 * Reads the text as raw Telex or VNI strokes, for when the keyboard's Vietnamese mode was off. Null
 * when that changes nothing.
 */
export function secondChance(text: string): string | null {
  return decodeAll(searchKey(text), false)
}

/** The same while its last word is being typed: what may become a syllable is enough there (*nguyee*). Knows *kiốt*. */
export function secondChanceHalf(text: string): string | null {
  return decodeAll(searchKey(text), true)
}

function decodeAll(key: string, half: boolean): string | null {
  let changed = false
  const words = key.split(' ').map((word, at, all) => {
    const decoded = decodeStrokes(word, half ? isWord : isSyllable) ?? (half && at === all.length - 1 ? decodeStrokes(word, beginsSyllable) : null)
    if (decoded === null) return word
    changed = true
    return decoded
  })
  if (!changed) return null
  const decoded = searchKey(words.join(' '))
  return decoded === key ? null : decoded
}

function decodeStrokes(word: string, fits: (word: string) => boolean): string | null {
  if (fits(word) || !/^[a-z0-9]*$/i.test(word)) return null
  if (/[0-9]/.test(word)) {
    const decoded = decodeVni(word)
    return decoded !== null && fits(decoded) ? decoded : null
  }
  for (const lateHat of [false, true]) {
    const decoded = decodeTelex(word, lateHat)
    if (decoded !== null && fits(decoded)) return decoded
  }
  return null
}

function decodeVni(word: string): string | null {
  const letters = word.replace(/[^a-z]/gi, '')
  if (letters.length < 2 || !/^[a-z]/i.test(word)) return null
  let tones = 0
  for (const digit of word.replace(/[^0-9]/g, '')) {
    let fits = false
    if (digit >= '1' && digit <= '5') fits = (tones += 1) === 1
    else if (digit === '6') fits = /[aeo]/.test(letters)
    else if (digit === '7') fits = /[ou]/.test(letters)
    else if (digit === '8') fits = letters.includes('a')
    else if (digit === '9') fits = letters.startsWith('d')
    if (!fits) return null
  }
  return letters
}

function decodeTelex(word: string, lateHat: boolean): string | null {
  let out = ''
  let tones = 0
  let hats = 0
  for (const c of word) {
    if ('sfrxjz'.includes(c) && /[aeiouy]/.test(out)) tones += 1
    else if (c === 'w') {
      if (!/[aou]/.test(out)) out += 'u'
    } else if ('aeo'.includes(c) && (out.endsWith(c) || (lateHat && out.includes(c)))) hats += 1
    else if (c === 'd' && out.startsWith('d')) continue
    else out += c
  }
  return tones <= 2 && hats <= 1 ? out : null
}

const INITIALS = ['', ...'b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x'.split(' ')]

const RIMES = new Set(
  ('a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien ieng iep iet ieu ' +
    'im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong op ot u ua ' +
    'uan uang uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet ' +
    'uyn uynh uyp uyt uyu y ych yem yen yet yeu ynh yt').split(' '),
)

function isSyllable(word: string): boolean {
  return INITIALS.some((initial) => word.startsWith(initial) && RIMES.has(word.slice(initial.length)))
}

/** A loan that no rime of the language fits. */
const LOAN = 'kiot'

const isWord = (word: string): boolean => word === LOAN || isSyllable(word)

function beginsSyllable(word: string): boolean {
  return INITIALS.some((initial) => {
    if (!word.startsWith(initial)) return initial.startsWith(word)
    const rime = word.slice(initial.length)
    for (const known of RIMES) if (known.startsWith(rime)) return true
    return false
  })
}
