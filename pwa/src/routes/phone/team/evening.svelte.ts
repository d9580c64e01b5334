/** How the alleys were split tonight: kept on the phone for the day, gone with the turf of the account. */
import { clock, db, turf } from '$lib/app.ts'
import { recall, remember } from '$lib/data/session.ts'
import { partsNow, split, workAt, type Parts } from '$lib/domain/split.ts'
import { dayOf, type Day } from '$lib/domain/time.ts'
import { findTree, plant, stretch, walkOrder, type AlleyTree } from '$lib/domain/walk.ts'
import { team } from './team.svelte.ts'

/** One alley split among several people. */
export interface Split {
  on: Day
  people: number
  /** My own number. */
  me: number
  /** The numbers whose parts I walk besides my own. */
  taken: number[]
  /** As they were when it was split: what is knocked or learnt later moves nobody. */
  parts: Array<[door_id: string, part: number]>
}

const keyOf = (account_id: string): string => `turf:${account_id}:split`

/** The parts of a stretch as they would be today. */
export function propose(tree: AlleyTree, people: number): Parts {
  const today = dayOf(clock.now())
  return split(tree, people, (id) => workAt(turf.doors.get(id)?.visits ?? [], today))
}

class Evening {
  /** By the alley whose strip it is. */
  #splits = $state.raw<Readonly<Record<string, Split>>>({})
  #account: string | null = null
  #reading: Promise<void> | null = null

  /** Reads what was kept for this account, once, and shows it on the strip. */
  async follow(): Promise<void> {
    if (this.#account !== turf.account_id) {
      this.#account = turf.account_id
      this.#splits = {}
      team.leases = new Map()
      const account = this.#account
      this.#reading = account === null ? null : recall<Record<string, Split>>(db, keyOf(account)).then((kept) => {
        if (kept && this.#account === account) this.#splits = { ...kept, ...this.#splits }
      })
    }
    await this.#reading?.catch(() => undefined)
    this.show()
  }

  /** The split of today; yesterday's is over. */
  of(alley_id: string): Split | null {
    const held = this.#splits[alley_id]
    return held && held.on === dayOf(clock.now()) ? held : null
  }

  begin(tree: AlleyTree, people: number, me: number): void {
    if (people < 2) return this.end(tree.alley.id)
    this.#set(tree.alley.id, { on: dayOf(clock.now()), people, me, taken: [], parts: [...propose(tree, people)] })
  }

  /** Walks somebody else's part too. */
  take(alley_id: string, part: number): void {
    const held = this.of(alley_id)
    if (held) this.#set(alley_id, { ...held, taken: [...new Set([...held.taken, part])].sort((a, b) => a - b) })
  }

  giveBack(alley_id: string): void {
    const held = this.of(alley_id)
    if (held) this.#set(alley_id, { ...held, taken: [] })
  }

  end(alley_id: string): void {
    const { [alley_id]: _gone, ...rest } = this.#splits
    this.#keep(rest)
  }

  /** Tells the strip whose the doors are, with what the book has learnt since. */
  show(): void {
    const others = new Map<string, number>()
    const trees = plant(turf.alleys)
    for (const alley_id of Object.keys(this.#splits)) {
      const held = this.of(alley_id)
      const tree = findTree(trees, alley_id)
      if (!held || !tree) continue
      const mine = new Set([held.me, ...held.taken])
      const order = walkOrder(stretch(tree)).map(({ door }) => door.id)
      for (const [id, part] of partsNow(order, new Map(held.parts))) if (!mine.has(part)) others.set(id, part)
    }
    team.others = others
  }

  #set(alley_id: string, held: Split): void {
    this.#keep({ ...this.#splits, [alley_id]: held })
  }

  #keep(splits: Readonly<Record<string, Split>>): void {
    const today = dayOf(clock.now())
    this.#splits = Object.fromEntries(Object.entries(splits).filter(([, held]) => held.on === today))
    this.show()
    // Lost, the alley is split anew by the same two numbers.
    if (this.#account !== null) void remember(db, keyOf(this.#account), $state.snapshot(this.#splits)).catch(() => undefined)
  }
}

export const evening = new Evening()
