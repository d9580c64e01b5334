import type { Alley, Group, Me, Skill } from '../api/types.ts'
import type { Millis } from '../domain/time.ts'
import type { Database, OutboxOp } from './db.ts'
import { bookOf } from './book.ts'
import { outboxFor, unanswered } from './outbox.ts'
import { baseOf, lay } from './overlay.ts'

/** All the phone holds for one account, in memory, as the screens read it. */
export class Turf {
  account_id = $state.raw<string | null>(null)
  alleys = $state.raw<Alley[]>([])
  groups = $state.raw<Group[]>([])
  skills = $state.raw<Skill[]>([])
  me = $state.raw<Me | null>(null)
  seq = $state.raw(0)
  pulled_at = $state.raw<Millis>(0)
  ops = $state.raw<OutboxOp[]>([])
  /** Unsent operations of other accounts on this phone. */
  parked = $state.raw(0)
  loaded = $state.raw(false)

  #base = $derived(baseOf(this.alleys))
  doors = $derived(lay(this.#base, this.ops, this.seq))
  unsent = $derived(this.ops.filter(unanswered).length)
  rejected = $derived(this.ops.filter((op) => op.state === 'rejected').length)

  #db: Database
  #stale = false
  #reading: Promise<void> | null = null

  constructor(db: Database) {
    this.#db = db
  }

  async open(account_id: string | null): Promise<void> {
    if (this.account_id !== account_id) {
      this.account_id = account_id
      this.loaded = false
      this.alleys = []
      this.groups = []
      this.skills = []
      this.me = null
      this.seq = 0
      this.pulled_at = 0
      this.ops = []
    }
    await Promise.all([this.reloadOps(), this.reloadBook()])
    this.loaded = true
  }

  /** Reads the outbox again. Calls that come while one is under way share one more reading after it. */
  reloadOps(): Promise<void> {
    this.#stale = true
    this.#reading ??= this.#readOps()
    return this.#reading
  }

  async #readOps(): Promise<void> {
    try {
      while (this.#stale) {
        this.#stale = false
        const account_id = this.account_id
        const { ops, parked } = await outboxFor(this.#db, account_id)
        if (this.account_id !== account_id) continue
        this.ops = ops
        this.parked = parked
      }
    } finally {
      // In the same breath as the last look at #stale: whoever comes next starts a reading of its own.
      this.#reading = null
    }
  }

  async reloadBook(): Promise<void> {
    const account_id = this.account_id
    if (!account_id) return
    const { info, alleys } = await bookOf(this.#db, account_id)
    if (this.account_id !== account_id) return
    this.alleys = alleys.sort((a, b) => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0))
    this.groups = info.groups
    this.skills = info.skills
    this.me = info.me
    this.seq = info.seq
    this.pulled_at = info.pulled_at
  }
}
