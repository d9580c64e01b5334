/** Twin of domain::note: what may stand in the few free words about a household. */
import { holdsNumber, tidy } from './edit.ts'

export const NOTE_LETTERS = 200

export type NoteFault = 'secret_in_text' | 'text_too_long'

/** Words that stand for a secret wherever they begin or end. */
const SECRETS = ['mật khẩu', 'mat khau', 'matkhau', 'password', 'passcode']
/** The same, but only as whole words: letters beside them make another word. A digit may follow at once. */
const SECRET_WORDS = /(?<!\p{L})(?:otp|mã pin|ma pin)(?!\p{L})/u
/** How many words away from *mã* a code of six digits still belongs to it. */
const BESIDE = 3

/** The note as the book would keep it, empty for none, or what is wrong with it. */
export function checkedNote(raw: string): { ok: string } | { fault: NoteFault } {
  const text = tidy(raw)
  if (holdsSecret(text)) return { fault: 'secret_in_text' }
  return [...text].length > NOTE_LETTERS ? { fault: 'text_too_long' } : { ok: text }
}

/** A number of a person, a word for a secret, or a code of six digits beside *mã*? */
export function holdsSecret(text: string): boolean {
  if (holdsNumber(text)) return true
  // Words with one space between, whatever stood there: "mật-khẩu", "OTP:".
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  const plain = words.join(' ')
  return SECRETS.some((secret) => plain.includes(secret)) || SECRET_WORDS.test(plain) || holdsCode(words)
}

/** Six digits in one word, or three and three. */
function holdsCode(words: readonly string[]): boolean {
  const digits = (word: string | undefined, n: number): boolean => word !== undefined && new RegExp(`^\\p{N}{${n}}$`, 'u').test(word)
  return words.some((word, from) => {
    const to = digits(word, 6) ? from + 1 : digits(word, 3) && digits(words[from + 1], 3) ? from + 2 : 0
    return to > 0 && words.slice(Math.max(0, from - BESIDE), to + BESIDE).some((near) => near === 'mã' || near === 'ma')
  })
}
