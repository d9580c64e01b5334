import { SvelteMap } from 'svelte/reactivity'
import type { Alert, Alley, Door, DoorCode, Group, Me, OfficerBook, OwnFlag, ReferralTerm, Skill } from '../api/types.ts'
import type { Notice } from '../domain/notice.ts'
import type { Millis } from '../domain/time.ts'
import type { Database, OpState, OutboxOp } from './db.ts'
import { bookOf, newsOf, type BookInfo } from './book.ts'
import { opsNamed, outboxFor } from './outbox.ts'
import { Overlay, type DoorView } from './overlay.ts'

const NO_OPS: Readonly<Record<OpState, number>> = { local: 0, sent: 0, held: 0, booked: 0, rejected: 0, kept: 0 }

/**
 * All the phone holds for one account, in memory, as the screens read it. What is written is handed
 * in (`take`), never read back: with thousands of records a knock must not wait for a look at them all.
 */
export class Turf {
  account_id = $state.raw<string | null>(null)
  /** As the book has them. */
  #book = $state.raw<Alley[]>([])
  /** Doors put forward on this phone that the book lacks, by alley. */
  #proposed = $state.raw<ReadonlyMap<string, readonly Door[]>>(new Map())
  /** The ways in reach, with what this phone has put forward. */
  alleys = $derived(
    this.#proposed.size === 0
      ? this.#book
      : this.#book.map((alley) => {
          const doors = this.#proposed.get(alley.id)
          return doors ? { ...alley, doors: [...alley.doors, ...doors] } : alley
        }),
  )
  groups = $state.raw<Group[]>([])
  skills = $state.raw<Skill[]>([])
  notices = $state.raw<Notice[]>([])
  referral_kinds = $state.raw<ReferralTerm[]>([])
  me = $state.raw<Me | null>(null)
  /** The codes of the doors of the team's groups, today's and some to come. */
  codes = $state.raw<DoorCode[]>([])
  /** Warnings of frauds as the book has them: domain/alert.ts says which of them stand. */
  alerts = $state.raw<Alert[]>([])
  /** Remarks on the own records. */
  quality = $state.raw<OwnFlag[]>([])
  /** What an officer works from. */
  police = $state.raw<OfficerBook | null>(null)
  seq = $state.raw(0)
  pulled_at = $state.raw<Millis>(0)
  /** Oldest first. */
  ops = $state.raw<OutboxOp[]>([])
  /** Unsent operations of other accounts on this phone. */
  parked = $state.raw(0)
  loaded = $state.raw(false)

  #counts = $state.raw(NO_OPS)
  readonly doors = new SvelteMap<string, DoorView>()
  unsent = $derived(this.#counts.local + this.#counts.sent + this.#counts.held)
  rejected = $derived(this.#counts.rejected)
  /** Sent, and waiting for an earlier one to arrive; counted among the unsent too. */
  held = $derived(this.#counts.held)
  /** Put before the ward. */
  kept = $derived(this.#counts.kept)

  readonly #db: Database
  readonly #overlay = new Overlay(this.doors)
  /** Where each operation stands in `ops`. */
  #at = new Map<string, number>()
  #stamp = 0
  /** What has to be read: some operations, all of them, or nothing. */
  #wanted: Set<string> | 'all' = new Set()
  #reading: Promise<void> | null = null
  /** The last look at the book. */
  #looking: Promise<unknown> = Promise.resolve()

  constructor(db: Database) {
    this.#db = db
  }

  async open(account_id: string | null): Promise<void> {
    if (this.account_id !== account_id) {
      this.account_id = account_id
      this.loaded = false
      this.#hold({ alleys: [], info: null })
      this.#replace([])
      this.#layAll()
    }
    await Promise.all([this.reloadOps(), this.#inTurn(() => this.#readBook())])
    this.loaded = true
  }

  /** Operations just written, settled or marked on this phone. */
  take(ops: readonly OutboxOp[]): void {
    const own = ops.filter((op) => op.account_id === this.account_id)
    if (own.length === 0) return
    this.#merge(own, [])
    this.#overlay.take(own)
    this.#proposed = this.#overlay.proposed
    // A reading that began before may not have seen them.
    if (this.#reading) this.#want(own.map((op) => op.op_id))
  }

  /** Operations that have left the outbox. */
  drop(ids: readonly string[]): void {
    this.#merge([], ids)
    this.#overlay.drop(ids)
    this.#proposed = this.#overlay.proposed
    if (this.#reading) this.#want(ids)
  }

  /** Reads operations that another tab has changed; all when it does not say which. */
  reloadOps(ids: readonly string[] | 'all' = 'all'): Promise<void> {
    this.#want(ids)
    // Calls that come while a reading is under way share one more after it.
    this.#reading ??= this.#read()
    return this.#reading
  }

  #want(ids: readonly string[] | 'all'): void {
    if (ids === 'all') this.#wanted = 'all'
    else if (this.#wanted !== 'all') for (const id of ids) this.#wanted.add(id)
  }

  async #read(): Promise<void> {
    try {
      while (this.#wanted === 'all' || this.#wanted.size > 0) {
        const wanted = this.#wanted
        this.#wanted = new Set()
        const account_id = this.account_id
        if (wanted === 'all' || account_id === null) {
          const { ops, parked } = await outboxFor(this.#db, account_id)
          if (this.account_id !== account_id) this.#wanted = 'all'
          else {
            this.parked = parked
            this.#replace(ops)
            this.#layAll()
          }
        } else {
          const found = await opsNamed(this.#db, account_id, [...wanted])
          if (this.account_id !== account_id) continue
          const here = new Set(found.map((op) => op.op_id))
          const lost = [...wanted].filter((id) => !here.has(id))
          this.#merge(found, lost)
          this.#overlay.take(found)
          this.#overlay.drop(lost)
          this.#proposed = this.#overlay.proposed
        }
      }
    } finally {
      // In the same breath as the last look at what is wanted: whoever comes next begins a reading.
      this.#reading = null
    }
  }

  /** The book has moved on. Reads what has changed and no more, as far as that can be told. */
  reloadBook(): Promise<void> {
    return this.#inTurn(() => this.#readNews())
  }

  /** One look after the other: a long one that began earlier must not land on top of a short one. */
  #inTurn(look: () => Promise<void>): Promise<void> {
    const mine = this.#looking.then(look)
    this.#looking = mine.catch(() => undefined)
    return mine
  }

  async #readNews(): Promise<void> {
    const account_id = this.account_id
    if (!account_id) return
    const news = this.loaded ? await newsOf(this.#db, account_id, this.#stamp) : null
    if (!news) return await this.#readBook()
    if (this.account_id !== account_id) return
    const { info, changed, ids } = news
    const there = new Set(ids)
    const fresh = new Map(changed.map((alley) => [alley.id, alley]))
    let alleys = this.#book
    if (changed.length > 0 || alleys.length !== ids.length) {
      const known = new Map(alleys.filter((alley) => there.has(alley.id)).map((alley) => [alley.id, alley]))
      alleys = [...new Map([...known, ...fresh]).values()]
    }
    this.#hold({ alleys, info })
    this.#overlay.book(changed, ids, info.seq)
    this.#proposed = this.#overlay.proposed
  }

  async #readBook(): Promise<void> {
    const account_id = this.account_id
    if (!account_id) return
    const { info, alleys } = await bookOf(this.#db, account_id)
    if (this.account_id !== account_id) return
    this.#hold({ alleys, info })
    this.#layAll()
  }

  #hold({ alleys, info }: { alleys: Alley[]; info: BookInfo | null }): void {
    if (alleys !== this.#book) this.#book = [...alleys].sort((a, b) => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0))
    this.groups = info?.groups ?? []
    this.skills = info?.skills ?? []
    this.notices = info?.notices ?? []
    this.referral_kinds = info?.referral_kinds ?? []
    this.me = info?.me ?? null
    this.codes = info?.codes ?? []
    this.alerts = info?.alerts ?? []
    this.quality = info?.quality ?? []
    this.police = info?.police ?? null
    this.seq = info?.seq ?? 0
    this.pulled_at = info?.pulled_at ?? 0
    this.#stamp = info?.stamp ?? 0
  }

  #layAll(): void {
    this.#overlay.reset(this.#book, this.ops, this.seq)
    this.#proposed = this.#overlay.proposed
  }

  #replace(ops: OutboxOp[]): void {
    const counts = { ...NO_OPS }
    for (const op of ops) counts[op.state] += 1
    this.ops = ops
    this.#at = new Map(ops.map((op, at) => [op.op_id, at]))
    this.#counts = counts
  }

  #merge(changed: readonly OutboxOp[], lost: readonly string[]): void {
    const gone = new Set(lost.filter((id) => this.#at.has(id)))
    if (changed.length === 0 && gone.size === 0) return
    const last = this.ops.at(-1)?.device_seq ?? 0
    // Anything but a change in place and a new last one is rare enough to be put in order anew.
    const simple = gone.size === 0 && changed.every((op) => this.#at.has(op.op_id) || op.device_seq > last)
    if (!simple || changed.filter((op) => !this.#at.has(op.op_id)).length > 1) {
      const all = new Map(this.ops.map((op) => [op.op_id, op]))
      for (const op of changed) all.set(op.op_id, op)
      for (const id of gone) all.delete(id)
      return this.#replace([...all.values()].sort((a, b) => a.device_seq - b.device_seq))
    }
    const ops = [...this.ops]
    const counts = { ...this.#counts }
    for (const op of changed) {
      const at = this.#at.get(op.op_id)
      const before = at === undefined ? undefined : ops[at]
      if (before) counts[before.state] -= 1
      counts[op.state] += 1
      if (at === undefined) this.#at.set(op.op_id, ops.push(op) - 1)
      else ops[at] = op
    }
    this.ops = ops
    this.#counts = counts
  }
}
