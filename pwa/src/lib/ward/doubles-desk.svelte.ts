/** The register's households: found, compared, merged and taken apart again, removed and brought back. */
import { Problem } from '../api/client.ts'
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import { likelyStays, mergePlan, press, renewed } from './doubles.ts'
import type { Out, RegisterHousehold, RemovalWhy } from './wire.ts'

/** A pause in typing that is worth a question to the server. */
export const TYPING_MS = 250

type DoublesApi = Pick<WardApi, 'households' | 'outOfRegister' | 'merge' | 'unmerge' | 'remove' | 'restore'>

export type Done =
  | { did: 'merged'; goes: RegisterHousehold; stays: RegisterHousehold }
  | { did: 'unmerged'; household: RegisterHousehold }
  | { did: 'removed' | 'restored'; households: RegisterHousehold[] }

/** The server's brake on removals, and a merge it cannot make, are no errors: they have words of their own. */
export type Refusal = Trouble | 'mass_removal' | 'no_merge'

export class DoublesDesk {
  query = $state('')
  found = $state.raw<Part<RegisterHousehold[]>>({ is: 'none' })
  merged = $state.raw<Part<RegisterHousehold[]>>({ is: 'loading' })
  removed = $state.raw<Part<RegisterHousehold[]>>({ is: 'loading' })
  chosen = $state.raw<RegisterHousehold[]>([])
  staysId = $state<string | null>(null)
  busy = $state(false)
  failure = $state.raw<Refusal | null>(null)
  done = $state.raw<Done | null>(null)

  readonly plan = $derived(mergePlan(this.chosen, this.staysId))
  readonly chosenIds: ReadonlySet<string> = $derived(new Set(this.chosen.map((h) => h.id)))
  readonly removable: RegisterHousehold[] = $derived(this.chosen.filter((h) => h.state === 'active'))
  readonly restorable: RegisterHousehold[] = $derived(this.chosen.filter((h) => h.state === 'removed'))

  readonly #api: DoublesApi
  #typing: ReturnType<typeof setTimeout> | undefined
  /** Answers overtaken by a newer question are dropped. */
  #asked = 0

  constructor(api: DoublesApi) {
    this.#api = api
  }

  open(): void {
    void this.loadOut()
  }

  close(): void {
    clearTimeout(this.#typing)
  }

  type(text: string): void {
    this.query = text
    clearTimeout(this.#typing)
    if (text.trim() === '') {
      this.#asked += 1
      this.found = { is: 'none' }
      return
    }
    this.#typing = setTimeout(() => void this.search(), TYPING_MS)
  }

  async search(): Promise<void> {
    clearTimeout(this.#typing)
    const q = this.query.trim()
    if (q === '') return
    const asked = (this.#asked += 1)
    // What was found a letter ago stays until the new list is here: no flicker while typing.
    if (this.found.is !== 'ready') this.found = { is: 'loading' }
    try {
      const data = await this.#api.households(q)
      if (asked !== this.#asked) return
      this.found = { is: 'ready', data }
      this.#take(renewed(this.chosen, data))
    } catch (error) {
      if (asked === this.#asked) this.found = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  /** What left the register: the way back must not depend on remembering a name. */
  async loadOut(): Promise<void> {
    const load = async (state: Out): Promise<Part<RegisterHousehold[]>> => {
      try {
        return { is: 'ready', data: await this.#api.outOfRegister(state) }
      } catch (error) {
        return { is: 'failed', trouble: troubleOf(error) }
      }
    }
    const [merged, removed] = await Promise.all([load('merged'), load('removed')])
    // A list that was right a moment ago is better than none.
    if (merged.is === 'ready' || this.merged.is !== 'ready') this.merged = merged
    if (removed.is === 'ready' || this.removed.is !== 'ready') this.removed = removed
  }

  press(household: RegisterHousehold): void {
    if (this.busy) return
    this.failure = null
    this.done = null
    this.#take(press(this.chosen, household))
  }

  clear(): void {
    if (this.busy) return
    this.failure = null
    this.#take([])
  }

  async merge(): Promise<void> {
    const plan = this.plan
    if (!plan) return
    await this.#act(() => this.#api.merge(plan.goes.id, plan.stays.id), { did: 'merged', ...plan })
  }

  async unmerge(household: RegisterHousehold): Promise<void> {
    await this.#act(() => this.#api.unmerge(household.id), { did: 'unmerged', household })
  }

  async remove(why: RemovalWhy): Promise<void> {
    const households = this.removable
    if (households.length === 0) return
    await this.#act(() => this.#api.remove(households.map((h) => h.id), why), { did: 'removed', households })
  }

  async restore(households: RegisterHousehold[] = this.restorable): Promise<void> {
    if (households.length === 0) return
    await this.#act(() => this.#api.restore(households.map((h) => h.id)), { did: 'restored', households })
  }

  async #act(send: () => Promise<void>, done: Done): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.failure = null
    this.done = null
    try {
      await send()
      this.done = done
      this.#take([])
    } catch (error) {
      this.failure = refusalOf(error, done)
    } finally {
      this.busy = false
    }
    // After a refusal too: it may have come because somebody else was here first.
    await Promise.all([this.search(), this.loadOut()])
  }

  #take(chosen: RegisterHousehold[]): void {
    const before = this.staysId
    this.chosen = chosen
    this.staysId = chosen.some((h) => h.id === before) && chosen.length === 2 ? before : likelyStays(chosen)
  }
}

function refusalOf(error: unknown, wanted: Done): Refusal {
  if (error instanceof Problem && error.code === 'mass_removal') return 'mass_removal'
  const trouble = troubleOf(error)
  // A double that has doubles of its own cannot go; the other way round it can.
  return trouble === 'conflict' && wanted.did === 'merged' ? 'no_merge' : trouble
}
