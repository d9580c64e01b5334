/** The one-stop desk: a resident who asks there, or in a class, is passed on to the police with a slip and without a name. */
import { searchKey, secondChance } from '../../domain/search.ts'
import type { AgeBand } from '../../domain/visit.ts'
import type { Trouble } from '../api.ts'
import { troubleOf } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import { LiveList } from '../live-list.svelte.ts'
import type { OnestopApi } from './api.ts'
import type { DeskKind, DeskList, DeskSource, GroupLine, Opened } from './wire.ts'

export { KINDS, SOURCES, type Opened } from './wire.ts'

/** `K7P 2RM`: as it is read out and copied. */
export const writeSlip = (slip: string): string => `${slip.slice(0, 3)} ${slip.slice(3)}`

/** Groups whose words begin as what was typed, without marks, and typed with the keyboard's Vietnamese off. */
export function findGroups(groups: readonly GroupLine[], text: string): GroupLine[] {
  const all = groups.map((group) => ({ group, words: searchKey(`${group.name} ${group.code}`).split(' ') }))
  const by = (key: string): GroupLine[] => {
    const asked = key.split(' ').filter(Boolean)
    return all.filter(({ words }) => asked.every((part) => words.some((word) => word.startsWith(part)))).map(({ group }) => group)
  }
  const found = by(searchKey(text))
  const again = found.length === 0 ? secondChance(text) : null
  return again === null ? found : by(again)
}

export class OnestopDesk extends LiveList<DeskList> {
  kind = $state<DeskKind | null>(null)
  group = $state<string | null>(null)
  band = $state<AgeBand | ''>('')
  /** Stays from one person to the next: a class asks for many. */
  source = $state<DeskSource>('one_stop')
  /** What is typed to find a group. */
  text = $state('')
  /** The slip that is held out. */
  shown = $state.raw<Opened | null>(null)
  sending = $state(false)
  failure = $state<Trouble | null>(null)
  #tried = $state(false)

  readonly #known: DeskList | null = $derived(this.list.is === 'ready' ? this.list.data : null)
  readonly opened: Opened[] = $derived(this.#known?.referrals ?? [])
  readonly found: GroupLine[] = $derived(findGroups(this.#known?.groups ?? [], this.text))
  /** What is left to choose, once somebody tried without. */
  readonly missing: 'what' | 'where' | null = $derived(!this.#tried ? null : this.kind === null ? 'what' : this.group === null ? 'where' : null)

  readonly #api: OnestopApi
  readonly #newId: () => string
  /** Stays until the server has answered: the same call after a lost answer makes no second slip. */
  #id: string

  constructor(api: OnestopApi, clock: () => number, watched: () => boolean, newId: () => string) {
    super(clock, watched)
    this.#api = api
    this.#newId = newId
    this.#id = newId()
  }

  get part(): Part<DeskList> {
    return this.list
  }

  protected ask(): Promise<DeskList> {
    return this.#api.list()
  }

  groupName(id: string | null | undefined): string {
    return this.#known?.groups.find((group) => group.id === id)?.name ?? ''
  }

  async send(): Promise<void> {
    const { kind, group, band, source } = this
    this.#tried = true
    if (this.sending || kind === null || group === null) return
    this.sending = true
    this.failure = null
    try {
      this.shown = await this.#api.open({ id: this.#id, kind, source, group_id: group, ...(band === '' ? {} : { age_band: band }) })
      this.#id = this.#newId()
      this.lookSoon()
    } catch (error) {
      // What was chosen stays.
      this.failure = troubleOf(error)
    } finally {
      this.sending = false
    }
  }

  /** The next person; where they are met stays. */
  next(): void {
    this.shown = null
    this.kind = null
    this.group = null
    this.band = ''
    this.text = ''
    this.failure = null
    this.#tried = false
  }
}
