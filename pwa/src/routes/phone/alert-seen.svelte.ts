/** Which warnings the one who is signed in has opened: told loudly once, and quietly as long as they stand. */
const keyOf = (account_id: string): string => `turf:${account_id}:alerts`

export class Seen {
  ids = $state.raw<ReadonlySet<string>>(new Set())
  #account: string | null = null

  async look(account_id: string | null, recall: (key: string) => Promise<string[] | undefined>): Promise<void> {
    if (account_id === this.#account) return
    this.#account = account_id
    this.ids = new Set()
    const kept = account_id === null ? undefined : await recall(keyOf(account_id)).catch(() => undefined)
    if (kept && this.#account === account_id) this.ids = new Set([...kept, ...this.ids])
  }

  /** `standing` are the ids of all that stand: the others are forgotten with them. */
  async mark(standing: readonly string[], remember: (key: string, value: string[]) => Promise<void>): Promise<void> {
    if (this.#account === null) return
    this.ids = new Set([...this.ids, ...standing])
    await remember(keyOf(this.#account), [...this.ids].slice(-MOST))
  }
}

/** Warnings stand for 60 days at most: more than this many are never shown together. */
const MOST = 100

export const seen = new Seen()
