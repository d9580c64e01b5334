/** What moved the denominator from one day to another. */
import { troubleOf } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import { addDays, type Day } from '../day.ts'
import type { Group, Ledger, RegisterApi } from './api.ts'

/** How far back it looks at first. */
export const FIRST_DAYS = 30

export class LedgerDesk {
  from = $state<Day>(0)
  to = $state<Day>(0)
  group = $state<string | null>(null)
  ledger = $state.raw<Part<Ledger>>({ is: 'loading' })
  groups = $state.raw<Group[]>([])

  readonly #api: RegisterApi
  #asked = 0

  constructor(api: RegisterApi, today: Day) {
    this.#api = api
    this.to = today
    this.from = addDays(today, -FIRST_DAYS)
  }

  async load(): Promise<void> {
    const asked = (this.#asked += 1)
    if (this.from > this.to) [this.from, this.to] = [this.to, this.from]
    try {
      const [data, groups] = await Promise.all([this.#api.ledger(this.from, this.to, this.group), this.#api.groups(null, true)])
      if (asked !== this.#asked) return
      this.ledger = { is: 'ready', data }
      this.groups = groups
    } catch (error) {
      if (asked === this.#asked) this.ledger = { is: 'failed', trouble: troubleOf(error) }
    }
  }
}
