/** Numbers that somebody has looked for and not found, so that no ghost stands for them again. */
import { SvelteSet } from 'svelte/reactivity'
import type { Database } from './db.ts'
import { recall, remember } from './session.ts'

export class Laid {
  readonly #db: Database
  readonly #numbers = new SvelteSet<string>()
  #account: string | null = null

  constructor(db: Database) {
    this.#db = db
  }

  /** Reads what this account has laid; each account looks for itself. */
  async open(account_id: string | null): Promise<void> {
    if (this.#account === account_id) return
    this.#account = account_id
    this.#numbers.clear()
    if (account_id === null) return
    const held = (await recall<string[]>(this.#db, key(account_id))) ?? []
    if (this.#account === account_id) for (const number of held) this.#numbers.add(number)
  }

  has = (alley_id: string, no: string): boolean => this.#numbers.has(`${alley_id} ${no}`)

  async lay(alley_id: string, no: string): Promise<void> {
    this.#numbers.add(`${alley_id} ${no}`)
    if (this.#account !== null) await remember(this.#db, key(this.#account), [...this.#numbers])
  }
}

const key = (account_id: string): string => `turf:${account_id}:ghosts`
