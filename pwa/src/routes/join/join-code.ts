/** The code of a team as people type it, hear it and photograph it. */

export const CODE_LENGTH = 6
/** As the server makes them: nothing that is mistaken for something else. */
const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/**
 * What stands in no code, and what is meant by it: the round ones are Q, what looks like one stroke
 * is J or 7, and who reads out an N in the north is often heard to say an L.
 */
const MEANT: Readonly<Record<string, string>> = { O: 'Q', '0': 'Q', I: 'J', '1': '7', L: 'N' }

export interface Read {
  code: string
  /** What was read as another character, such as `0 → Q`, for the person to look at again. */
  swapped: string[]
}

/** The characters of a code in a text: lower case, spaces, dashes and Vietnamese marks are forgiven. */
export function readCode(text: string): Read {
  const swapped: string[] = []
  let code = ''
  // Keyboards for Vietnamese make one letter of two: DD is typed and Đ arrives.
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'D').toUpperCase()
  for (const letter of plain) {
    const meant = MEANT[letter]
    if (meant) {
      swapped.push(`${letter} → ${meant}`)
      code += meant
    } else if (LETTERS.includes(letter)) code += letter
  }
  return { code, swapped: [...new Set(swapped)] }
}

/** The code in what a camera read off a poster: our join address, or the bare code. Null: another paper. */
export function codeOfPoster(text: string, host: string): string | null {
  const bare = text.trim()
  const exact = (part: string): string | null => (new RegExp(`^[${LETTERS}]{${CODE_LENGTH}}$`).test(part.toUpperCase()) ? part.toUpperCase() : null)
  if (/^[\w-]+$/.test(bare)) return exact(bare)
  try {
    const url = new URL(bare)
    if (url.host !== host) return null
    return exact(url.pathname === '/join' ? url.hash.slice(1) : (url.hash.match(/^#\/join\/(\w+)$/)?.[1] ?? ''))
  } catch {
    return null
  }
}
