/** The register as a tree of groups and alleys, the households that fit, and one of them. */
import { troubleOf } from '../api.ts'
import { treeOf, type AlleyNode } from '../alley.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import type { Day } from '../day.ts'
import type { Alley, RemovalWhy } from '../wire.ts'
import { Acting } from './acting.svelte.ts'
import type { Card, Details, Filter, Group, HouseholdPage, Listed, RegisterApi } from './api.ts'
import type { ListPlace } from './place.ts'
import { filterOf, type Show } from './text.ts'
import { t } from './words.ts'

/** A pause in typing that is worth a question to the server. */
export const TYPING_MS = 250

export class ListDesk extends Acting {
  groups = $state.raw<Part<Group[]>>({ is: 'loading' })
  /** Alleys of the group that is open in the tree. */
  alleys = $state.raw<Part<Alley[]>>({ is: 'none' })
  query = $state('')
  show = $state<Show>('all')
  group = $state<string | null>(null)
  alley = $state<string | null>(null)
  page = $state.raw<Part<HouseholdPage>>({ is: 'loading' })
  more = $state(false)
  card = $state.raw<Part<Card>>({ is: 'none' })

  readonly nodes: AlleyNode[] = $derived(this.alleys.is === 'ready' ? treeOf(this.alleys.data) : [])
  readonly groupName = $derived(this.groups.is === 'ready' ? (this.groups.data.find((g) => g.id === this.group)?.name ?? null) : null)
  readonly alleyName = $derived(this.alleys.is === 'ready' ? (this.alleys.data.find((a) => a.id === this.alley)?.name ?? null) : null)

  readonly #api: RegisterApi
  readonly #today: () => Day
  #typing: ReturnType<typeof setTimeout> | undefined
  /** Answers overtaken by a newer question are dropped. */
  #asked = 0
  #alleysOf: string | null = null
  #cardOf: string | null = null

  constructor(api: RegisterApi, today: () => Day) {
    super()
    this.#api = api
    this.#today = today
  }

  close(): void {
    clearTimeout(this.#typing)
  }

  async loadGroups(): Promise<void> {
    try {
      this.groups = { is: 'ready', data: await this.#api.groups(null, false) }
    } catch (error) {
      if (this.groups.is !== 'ready') this.groups = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  async loadAlleys(group: string | null, again = false): Promise<void> {
    if (group === this.#alleysOf && !again) return
    const other = group !== this.#alleysOf
    this.#alleysOf = group
    if (group === null) {
      this.alleys = { is: 'none' }
      return
    }
    if (other) this.alleys = { is: 'loading' }
    try {
      const data = await this.#api.alleys(group)
      if (this.#alleysOf === group) this.alleys = { is: 'ready', data }
    } catch (error) {
      if (this.#alleysOf === group) this.alleys = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  /** What the address says: chosen in the tree, picked from the filter, or come to from a number. */
  async go({ group, alley, show }: ListPlace): Promise<void> {
    const which = show ?? 'all'
    if (group === this.group && alley === this.alley && which === this.show && this.page.is === 'ready') return
    this.group = group
    this.alley = alley
    this.show = which
    await Promise.all([this.loadAlleys(group), this.search()])
  }

  type(text: string): void {
    this.query = text
    clearTimeout(this.#typing)
    this.#typing = setTimeout(() => void this.search(), TYPING_MS)
  }

  #filter(): Filter {
    return { q: this.query.trim(), group: this.group, alley: this.alley, ...filterOf(this.show, this.#today()) }
  }

  async search(): Promise<void> {
    clearTimeout(this.#typing)
    const asked = (this.#asked += 1)
    if (this.page.is !== 'ready') this.page = { is: 'loading' }
    try {
      const data = await this.#api.list(this.#filter(), null)
      if (asked === this.#asked) this.page = { is: 'ready', data }
    } catch (error) {
      if (asked === this.#asked) this.page = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  async next(): Promise<void> {
    const page = this.page
    if (page.is !== 'ready' || page.data.next === null || this.more) return
    const asked = this.#asked
    this.more = true
    try {
      const data = await this.#api.list(this.#filter(), page.data.next)
      if (asked === this.#asked) this.page = { is: 'ready', data: { ...data, households: [...page.data.households, ...data.households] } }
    } catch (error) {
      this.failure = troubleOf(error)
    } finally {
      this.more = false
    }
  }

  async open(household: string | null): Promise<void> {
    if (household === this.#cardOf) return
    this.#cardOf = household
    this.hush()
    if (household === null) {
      this.card = { is: 'none' }
      return
    }
    this.card = { is: 'loading' }
    await this.reload()
  }

  async reload(): Promise<void> {
    const household = this.#cardOf
    if (household === null) return
    try {
      const data = await this.#api.card(household)
      if (this.#cardOf === household) this.card = { is: 'ready', data }
    } catch (error) {
      if (this.#cardOf === household) this.card = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  /** After whatever was done: what is on screen again, as the book has it now. */
  async #again(): Promise<void> {
    await Promise.all([this.reload(), this.search(), this.loadGroups(), this.loadAlleys(this.#alleysOf, true)])
  }

  /** True when the book took it; when somebody was faster the card shows what they wrote. */
  async edit(h: Listed, set: Details, was: Details, reason: string): Promise<boolean> {
    const edit = crypto.randomUUID()
    const taken = await this.act(() => this.#api.edit(h.id, edit, set, was, reason), () => ({ text: t('done_edited') }))
    await this.#again()
    return taken
  }

  async move(h: Listed, alley: string, reason: string): Promise<boolean> {
    const from = h.alley.id
    const back = { name: t('put_back'), act: async () => void (await this.move({ ...h, alley: { ...h.alley, id: alley } }, from, t('put_back'))) }
    const taken = await this.act(() => this.#api.move(h.id, alley, reason), () => ({ text: t('done_moved'), back }))
    await this.#again()
    return taken
  }

  async remove(h: Listed, why: RemovalWhy): Promise<boolean> {
    const back = { name: t('restore'), act: async () => void (await this.restore(h)) }
    const taken = await this.act(() => this.#api.remove(h.id, why), () => ({ text: t('done_removed'), back }))
    await this.#again()
    return taken
  }

  async restore(h: Listed): Promise<boolean> {
    const taken = await this.act(() => this.#api.restore([h.id]), () => ({ text: t('done_restored') }))
    await this.#again()
    return taken
  }

  async unmerge(h: Listed): Promise<boolean> {
    const taken = await this.act(() => this.#api.unmerge(h.id), () => ({ text: t('done_unmerged') }))
    await this.#again()
    return taken
  }

  async nameAlley(alley: Alley, name: string, reason: string): Promise<boolean> {
    const taken = await this.act(() => this.#api.nameAlley(alley.id, name, reason), () => ({ text: t('done_alley', { name }) }))
    await this.#again()
    return taken
  }
}
