import { SvelteSet } from 'svelte/reactivity'

/** Which side alleys stand open, remembered while the app lives so that coming back from a door finds the strip as it was left. */
export class OpenTurns {
  readonly #open = new SvelteSet<string>()

  has = (alley_id: string): boolean => this.#open.has(alley_id)

  open(alley_id: string): void {
    this.#open.add(alley_id)
  }

  toggle(alley_id: string): void {
    if (!this.#open.delete(alley_id)) this.#open.add(alley_id)
  }
}

export const openTurns = new OpenTurns()
/** Where the dot stood last on each alley: it sets out from there. */
export const dotWas = new Map<string, string>()
