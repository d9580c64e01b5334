/** A password that can be read aloud: syllables of one consonant and one vowel. */
const CONSONANTS = 'bcdghklmnprstvxy'
const VOWELS = 'aeiou'
/** Ten syllables of 80 are 63 bits. */
const SYLLABLES = 10

/** `bado-kemi-…`: five pairs of syllables, none likelier than another. */
export function newPassword(fill: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (bytes) => crypto.getRandomValues(bytes)): string {
  const all = CONSONANTS.length * VOWELS.length
  const syllables: string[] = []
  while (syllables.length < SYLLABLES) {
    for (const byte of fill(new Uint8Array(2 * SYLLABLES))) {
      // The bytes above the last whole multiple would favour the first syllables.
      if (byte >= all * Math.floor(256 / all) || syllables.length === SYLLABLES) continue
      const n = byte % all
      syllables.push(`${CONSONANTS.charAt(Math.floor(n / VOWELS.length))}${VOWELS.charAt(n % VOWELS.length)}`)
    }
  }
  return Array.from({ length: SYLLABLES / 2 }, (_, at) => `${syllables[2 * at]}${syllables[2 * at + 1]}`).join('-')
}
