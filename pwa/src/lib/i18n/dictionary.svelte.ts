/**
 * A typed dictionary: Vietnamese is in the bundle, English comes on demand. A message is a string
 * with placeholders `{name}`; `{n:door|doors}` picks a word by number (Vietnamese needs none).
 */
export type Language = 'vi' | 'en'
export type Messages = Readonly<Record<string, string>>

type Names<S extends string> = S extends `${string}{${infer P}}${infer Rest}`
  ? (P extends `${infer N}:${string}` ? N : P) | Names<Rest>
  : never

type Args<S extends string> = [Names<S>] extends [never] ? [] : [values: Record<Names<S>, string | number>]

class LanguageChoice {
  current = $state<Language>('vi')
}
export const language = new LanguageChoice()

export function fill(message: string, values: Record<string, string | number> = {}): string {
  return message.replace(/\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name]
    if (value === undefined) return whole
    if (one === undefined || many === undefined) return String(value)
    return Number(value) === 1 ? one : many
  })
}

const dictionaries: Array<{ load(): Promise<void> }> = []

export class Dictionary<M extends Messages> {
  readonly #vi: Record<string, string>
  /** English not fetched yet. */
  readonly #english: Array<() => Promise<Messages>>
  #en = $state.raw<Messages>({})

  /** Pass `vi` declared `as const`, so that its placeholders are checked where it is used. */
  constructor(vi: Partial<M>, english: () => Promise<Messages>) {
    this.#vi = { ...(vi as Messages) }
    this.#english = [english]
    dictionaries.push(this)
    void this.load()
  }

  /** Words that come later, with the screens that say them. */
  add(vi: Messages, english: () => Promise<Messages>): void {
    Object.assign(this.#vi, vi)
    this.#english.push(english)
    void this.load().catch(() => undefined)
  }

  /** Fetches English when it is the chosen language; resolves at once for Vietnamese. */
  async load(): Promise<void> {
    if (language.current !== 'en') return
    for (const fetched of [...this.#english]) {
      const words = await fetched()
      this.#en = { ...this.#en, ...words }
      const at = this.#english.indexOf(fetched)
      if (at >= 0) this.#english.splice(at, 1)
    }
  }

  t = <K extends keyof M & string>(key: K, ...values: Args<M[K]>): string => {
    const message = (language.current === 'en' ? this.#en[key] : undefined) ?? this.#vi[key] ?? key
    return fill(message, values[0])
  }
}

/** Switches the language of every dictionary in use. */
export async function speak(choice: Language): Promise<void> {
  language.current = choice
  await Promise.all(dictionaries.map((dictionary) => dictionary.load()))
  if (typeof document !== 'undefined') document.documentElement.lang = choice
}
