/** Residential groups over time: named, founded, merged, cut, and put back. */
import { troubleOf } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import type { Day } from '../day.ts'
import type { Alley } from '../wire.ts'
import { Acting } from './acting.svelte.ts'
import type { Cut, GroundChange, Group, Naming, RegisterApi } from './api.ts'
import { t } from './words.ts'

export class GroupsDesk extends Acting {
  groups = $state.raw<Part<Group[]>>({ is: 'loading' })
  changes = $state.raw<Part<GroundChange[]>>({ is: 'loading' })
  /** The day whose groups are shown; today with `null`. */
  on = $state<Day | null>(null)
  alleys = $state.raw<Part<Alley[]>>({ is: 'none' })

  readonly #api: RegisterApi
  #asked = 0

  constructor(api: RegisterApi) {
    super()
    this.#api = api
  }

  async load(): Promise<void> {
    const asked = (this.#asked += 1)
    const part = async <T>(ask: Promise<T>): Promise<Part<T>> => {
      try {
        return { is: 'ready', data: await ask }
      } catch (error) {
        return { is: 'failed', trouble: troubleOf(error) }
      }
    }
    const [groups, changes] = await Promise.all([part(this.#api.groups(this.on, false)), part(this.#api.changes())])
    if (asked !== this.#asked) return
    if (groups.is === 'ready' || this.groups.is !== 'ready') this.groups = groups
    if (changes.is === 'ready' || this.changes.is !== 'ready') this.changes = changes
  }

  async day(on: Day | null): Promise<void> {
    this.on = on
    await this.load()
  }

  async loadAlleys(group: string): Promise<void> {
    this.alleys = { is: 'loading' }
    try {
      this.alleys = { is: 'ready', data: await this.#api.alleys(group) }
    } catch (error) {
      this.alleys = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  async #do(send: () => Promise<unknown>, text: string): Promise<boolean> {
    const taken = await this.act(async () => void (await send()), () => ({ text }))
    await this.load()
    return taken
  }

  found(naming: Naming): Promise<boolean> {
    return this.#do(() => this.#api.found(naming), t('done_founded', { name: naming.name }))
  }

  rename(group: Group, naming: Naming): Promise<boolean> {
    return this.#do(() => this.#api.nameGroup(group.id, naming), t('done_renamed', { name: naming.name }))
  }

  merge(from: Group, into: Group, reason: string, day: Day | null): Promise<boolean> {
    return this.#do(() => this.#api.mergeGroups(from.id, into.id, reason, day), t('done_merged_groups', { from: from.name, into: into.name }))
  }

  split(group: Group, cut: Cut): Promise<boolean> {
    return this.#do(() => this.#api.split(group.id, cut), t('done_split', { name: cut.name }))
  }

  undo(change: GroundChange): Promise<boolean> {
    return this.#do(() => this.#api.undo(change.id, t('undo_reason')), t('done_undone'))
  }
}
