/** How the book counts: the ward's catalogue of indicators, asked for once and only when somebody wants to know. */
import type { components } from '../api/schema.d.ts'

type Schemas = components['schemas']
export type Indicator = Schemas['Indicator']

/** One rule as it stands in the book. */
export interface Rule {
  code: string
  name: string
  formula: string
}

export class Catalogue {
  /** `null` until it has been asked for. */
  known = $state.raw<ReadonlyMap<string, Indicator> | null>(null)
  failed = $state(false)

  readonly #ask: () => Promise<{ indicators: readonly Indicator[] }>
  #asking: Promise<void> | null = null

  constructor(ask: () => Promise<{ indicators: readonly Indicator[] }>) {
    this.#ask = ask
  }

  /** Asked however often, it is one request; after a failure the next asking tries anew. */
  open(): Promise<void> {
    if (this.known !== null) return Promise.resolve()
    this.#asking ??= this.#fetch()
    return this.#asking
  }

  /** The rules of these codes and of what they are shares of, each once; those the book does not know are left out. */
  rulesOf(codes: readonly string[]): Rule[] {
    const wanted = codes.flatMap((code) => [code, this.known?.get(code)?.whole ?? code])
    return [...new Set(wanted)].flatMap((code) => {
      const found = this.known?.get(code)
      return found ? [{ code: found.code, name: found.name, formula: found.formula }] : []
    })
  }

  async #fetch(): Promise<void> {
    this.failed = false
    try {
      const { indicators } = await this.#ask()
      this.known = new Map(indicators.map((indicator) => [indicator.code, indicator]))
    } catch {
      this.failed = true
    } finally {
      this.#asking = null
    }
  }
}
