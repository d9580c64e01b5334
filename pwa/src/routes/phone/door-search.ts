import { createSubscriber } from 'svelte/reactivity'
import type { Alley, Door, Group, HouseholdEdit } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import type { DoorView } from '$lib/data/overlay.ts'
import { Finder, type Answer } from '$lib/domain/find.ts'

/** What is searched: the doors in reach, with this phone's own changes of their details. */
export interface Held {
  alleys: readonly Alley[]
  groups: readonly Group[]
  ops: readonly OutboxOp[]
  doors: ReadonlyMap<string, Pick<DoorView, 'door'>>
}

export interface FoundView {
  view: DoorView
  /** What spoke for it, some of `BY`. */
  by: number
}

/** As an alley was read last. */
interface Read {
  group: string
  names: readonly string[]
  doors: readonly Door[]
}

/** Milliseconds that reading may hold the page before it lets a thumb in. */
const SLICE = 8

/** The next quiet moment of the page. */
const quiet = (): Promise<void> =>
  new Promise((done) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => done(), { timeout: 300 })
    else setTimeout(done, 1)
  })

/**
 * The search of the phone: one index for every screen that looks for a door. It is brought up to date
 * in quiet moments, alley by alley, and only alleys that have changed are read again. Asked meanwhile,
 * it answers with what it has, and again when it is complete. What was looked for is kept nowhere.
 */
export class DoorIndex {
  #finder = new Finder<string>()
  readonly #read = new Map<string, Read>()
  #held: Held | null = null
  #running: Promise<void> | null = null
  #changed: () => void = () => undefined
  readonly #watch = createSubscriber((changed) => {
    this.#changed = changed
    return () => (this.#changed = () => undefined)
  })
  readonly #now: () => number
  readonly #pause: () => Promise<void>

  constructor(now: () => number = () => performance.now(), pause = quiet) {
    this.#now = now
    this.#pause = pause
  }

  /** The turf has changed. Done when the index knows. */
  follow(held: Held): Promise<void> {
    this.#held = { ...held }
    // Nothing is in reach, as after signing out: nothing stays in memory either.
    if (held.alleys.length === 0) this.#forget()
    this.#running ??= this.#run()
    return this.#running
  }

  /** The doors a text means, at most `most` of them, by id. */
  find(text: string, most: number): Answer<string> {
    this.#watch()
    return this.#finder.find(text, most)
  }

  /** The doors of an answer as they stand now. */
  views(answer: Answer<string>, doors: ReadonlyMap<string, DoorView>): FoundView[] {
    const seen = new Set<string>()
    return answer.hits.flatMap(({ item, by }) => {
      const view = doors.get(item)
      // Between two pages of the book a door may stand in two alleys.
      if (!view || seen.has(item)) return []
      seen.add(item)
      return [{ view, by }]
    })
  }

  #forget(): void {
    this.#finder = new Finder()
    this.#read.clear()
  }

  async #run(): Promise<void> {
    try {
      for (let held = this.#held; held; held = this.#held) {
        this.#held = null
        await this.#bring(held)
        this.#changed()
      }
    } finally {
      this.#running = null
    }
  }

  async #bring({ alleys, groups, ops, doors }: Held): Promise<void> {
    await this.#pause()
    const start = this.#now()
    let from = start
    let busy = 0
    const called = new Map(groups.map((group) => [group.id, group.name]))
    const known = new Map(alleys.map((alley) => [alley.id, alley]))
    const edited = new Set(ops.filter((op) => op.kind === 'household.edit').map((op) => (op.payload as HouseholdEdit).household_id))
    for (const id of this.#read.keys()) {
      if (known.has(id)) continue
      this.#read.delete(id)
      this.#finder.drop(id)
    }
    this.#finder.order([...known.keys()])
    for (const alley of known.values()) {
      // Another turf has come: what is left of this one is read with it.
      if (this.#held) return
      const now: Read = {
        group: called.get(alley.group_id) ?? '',
        names: namesOf(alley, known),
        doors: alley.doors.filter((door) => door.active).map((door) => (edited.has(door.id) ? (doors.get(door.id)?.door ?? door) : door)),
      }
      if (sameAs(now, this.#read.get(alley.id))) continue
      this.#read.set(alley.id, now)
      this.#finder.put(
        alley.id,
        now,
        [...now.doors].sort(bySort).map((door) => [door, door.id] as const),
      )
      if (this.#now() - from < SLICE) continue
      busy += this.#now() - from
      await this.#pause()
      from = this.#now()
    }
    // Read by bench/find.mjs.
    performance.measure('door index', { start, duration: busy + this.#now() - from })
  }
}

const bySort = (a: Door, b: Door): number => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0)

/** Its own name, then those of the ways it turns off, as far as they are in reach. */
function namesOf(alley: Alley, known: ReadonlyMap<string, Alley>): string[] {
  const names: string[] = []
  for (let at: Alley | undefined = alley; at && names.length < 4; at = at.parent_id === null ? undefined : known.get(at.parent_id)) names.push(at.name)
  return names
}

function sameAs(now: Read, before: Read | undefined): boolean {
  return (
    before !== undefined &&
    before.group === now.group &&
    before.names.length === now.names.length &&
    before.names.every((name, i) => name === now.names[i]) &&
    before.doors.length === now.doors.length &&
    // A book that was read again holds other objects, that say the same.
    before.doors.every((door, i) => door === now.doors[i] || says(door) === says(now.doors[i]!))
  )
}

const says = ({ id, no, head, landmark, code, sort }: Door): string => [id, no, head, landmark, code, sort].join('\n')

export const doorIndex = new DoorIndex()
