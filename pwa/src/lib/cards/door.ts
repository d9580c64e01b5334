/** What is said and looked after at a door: the greeting, and the lists before, at and after it. */
import type { Language } from '$lib/i18n/dictionary.svelte.ts'

/** How a young volunteer and a resident call each other; Vietnamese has no other word for "I" and "you". */
export interface Address {
  /** What the volunteer calls the resident. */
  you: string
  /** What the volunteer calls themself. */
  self: string
}

/** By the age of the resident, oldest first. */
export const ADDRESSES: ReadonlyArray<{ age: '60+' | '40-59' | '-39'; forms: readonly Address[] }> = [
  { age: '60+', forms: [{ you: 'ông', self: 'cháu' }, { you: 'bà', self: 'cháu' }] },
  { age: '40-59', forms: [{ you: 'bác', self: 'cháu' }, { you: 'cô', self: 'cháu' }, { you: 'chú', self: 'cháu' }] },
  { age: '-39', forms: [{ you: 'anh', self: 'em' }, { you: 'chị', self: 'em' }] },
]

export interface DoorWords {
  /** The greeting in paragraphs, with {you}, {self}, and {You}, {Self} at the beginning of a sentence. */
  script: readonly string[]
  before: readonly string[]
  at: readonly string[]
  after: readonly string[]
  never: readonly string[]
  lines: readonly string[]
}

export async function doorIn(language: Language): Promise<DoorWords> {
  return (await (language === 'en' ? import('./door.en.ts') : import('./door.vi.ts'))).door
}

const great = (word: string): string => word.charAt(0).toLocaleUpperCase('vi') + word.slice(1)

/** A paragraph of the greeting, said to one resident. */
export const address = (paragraph: string, { you, self }: Address): string =>
  paragraph.replaceAll('{you}', you).replaceAll('{self}', self).replaceAll('{You}', great(you)).replaceAll('{Self}', great(self))
