/** The ward's board: one answer of the server, kept fresh while somebody looks. */
import type { Part } from '../coverage-desk.svelte.ts'
import type { Millis } from '../day.ts'
import { LiveList } from '../live-list.svelte.ts'
import type { Board, BoardGroup } from '../wire.ts'
import type { BoardApi } from './api.ts'

/** Groups shown before somebody asks for all. */
export const GROUPS_SHOWN = 5

export class BoardDesk extends LiveList<Board> {
  /** Are all groups on the screen, or only those that gain most? */
  allGroups = $state(false)
  allHours = $state(false)

  readonly board: Board | null = $derived(this.list.is === 'ready' ? this.list.data : null)
  /** What would gain most comes first; groups nothing holds up are only counted. */
  readonly held: BoardGroup[] = $derived(this.board?.groups.filter((g) => g.lag.why !== 'nothing') ?? [])
  readonly calm: number = $derived((this.board?.groups.length ?? 0) - this.held.length)
  readonly shown: BoardGroup[] = $derived(this.allGroups ? this.held : this.held.slice(0, GROUPS_SHOWN))
  readonly tried: BoardGroup[] = $derived(this.board?.groups.filter((g) => g.hours.length > 0) ?? [])
  readonly hoursShown: BoardGroup[] = $derived(this.allHours ? this.tried : this.tried.slice(0, GROUPS_SHOWN))
  /** Groups whose register probably lacks homes, most first. */
  readonly lacking: BoardGroup[] = $derived(
    (this.board?.groups ?? [])
      .filter((g) => (g.register.missing?.homes ?? 0) > 0)
      .sort((a, b) => (b.register.missing?.homes ?? 0) - (a.register.missing?.homes ?? 0))
      .slice(0, 5),
  )

  readonly #api: Pick<BoardApi, 'board'>
  #etag: string | null = null

  constructor(api: Pick<BoardApi, 'board'>, clock: () => Millis, watched: () => boolean) {
    super(clock, watched)
    this.#api = api
  }

  get part(): Part<Board> {
    return this.list
  }

  group(id: string): BoardGroup | null {
    return this.board?.groups.find((g) => g.id === id) ?? null
  }

  protected async ask(): Promise<Board> {
    const known = this.list.is === 'ready' ? this.list.data : null
    const answer = await this.#api.board(known === null ? null : this.#etag)
    if (answer.fresh) {
      this.#etag = answer.etag
      return answer.data
    }
    if (known === null) throw new Error('nothing changed since nothing')
    return known
  }
}
