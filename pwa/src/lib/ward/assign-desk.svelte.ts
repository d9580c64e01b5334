/** Giving alleys to teams: what is chosen, what was done, and how to take it back. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import { handOver, handsOf, reload, reversed, rowsOf, sumOfChosen, treeOf, type AlleyNode, type Hand } from './alley.ts'
import type { Part } from './coverage-desk.svelte.ts'
import type { Alley, Team } from './wire.ts'

export const UNDO_MS = 10_000

export interface Done {
  hands: Hand[]
  to: Team['name'] | null
  households: number
  /** The same thing given back. */
  undoing: boolean
}

export interface Failure {
  trouble: Trouble
  /** How many of the chosen alleys were done before it. */
  done: number
  of: number
}

export class AssignDesk {
  groupId = $state<string | null>(null)
  alleys = $state.raw<Part<Alley[]>>({ is: 'none' })
  teams = $state.raw<Part<Team[]>>({ is: 'loading' })
  chosen = $state.raw<ReadonlySet<string>>(new Set())
  folded = $state.raw<ReadonlySet<string>>(new Set())
  teamId = $state<string | null>(null)
  busy = $state(false)
  done = $state.raw<Done | null>(null)
  failure = $state.raw<Failure | null>(null)

  readonly tree: AlleyNode[] = $derived(this.alleys.is === 'ready' ? treeOf(this.alleys.data) : [])
  readonly rows: AlleyNode[] = $derived(rowsOf(this.tree, this.folded))
  readonly sum = $derived(sumOfChosen(this.alleys.is === 'ready' ? this.alleys.data : [], this.chosen))
  readonly team: Team | null = $derived((this.teams.is === 'ready' && this.teams.data.find((t) => t.id === this.teamId)) || null)
  /** What giving the chosen alleys to the picked team would move; what it already holds stays out. */
  readonly gain = $derived.by(() => {
    if (this.alleys.is !== 'ready' || !this.team) return { alleys: 0, households: 0 }
    const moving = new Set(handsOf(this.alleys.data, this.chosen, this.team).map((h) => h.alleyId))
    return sumOfChosen(this.alleys.data, moving)
  })
  /** Chosen alleys that are in some team's hands. */
  readonly held = $derived(
    this.alleys.is === 'ready' ? this.alleys.data.filter((a) => this.chosen.has(a.id) && a.team !== null).length : 0,
  )

  readonly #api: WardApi
  /** Called after alleys changed hands, so that the groups' counts are fetched again. */
  readonly #changed: () => void
  #undoTimer: ReturnType<typeof setTimeout> | undefined

  constructor(api: WardApi, changed: () => void) {
    this.#api = api
    this.#changed = changed
  }

  close(): void {
    clearTimeout(this.#undoTimer)
  }

  async loadTeams(): Promise<void> {
    if (this.teams.is === 'failed') this.teams = { is: 'loading' }
    try {
      this.teams = { is: 'ready', data: await this.#api.teams() }
    } catch (error) {
      // Loads that were shown a moment ago are better than none.
      if (this.teams.is !== 'ready') this.teams = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  async chooseGroup(id: string): Promise<void> {
    if (this.groupId !== id) {
      this.groupId = id
      this.chosen = new Set()
      this.folded = new Set()
      this.failure = null
      this.alleys = { is: 'loading' }
    }
    try {
      const data = await this.#api.alleys(id)
      if (this.groupId === id && !(this.busy && this.alleys.is === 'ready')) this.alleys = { is: 'ready', data }
    } catch (error) {
      if (this.groupId === id && this.alleys.is !== 'ready') this.alleys = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  choose(ids: ReadonlySet<string>): void {
    this.chosen = ids
    this.failure = null
  }

  chooseUnassigned(): void {
    if (this.alleys.is !== 'ready') return
    this.choose(new Set(this.alleys.data.filter((a) => a.team === null).map((a) => a.id)))
  }

  fold(id: string): void {
    const next = new Set(this.folded)
    if (!next.delete(id)) next.add(id)
    this.folded = next
  }

  async give(): Promise<void> {
    if (this.team) await this.#hand({ id: this.team.id, name: this.team.name })
  }

  async takeBack(): Promise<void> {
    await this.#hand(null)
  }

  async undo(): Promise<void> {
    const done = this.done
    if (!done || this.busy || done.undoing) return
    clearTimeout(this.#undoTimer)
    this.done = { ...done, undoing: true }
    const given = await this.#carryOut(reversed(done.hands))
    if (given.length === done.hands.length) this.done = null
    else {
      // Part of it is still to be given back: the offer stays.
      this.done = { ...done, hands: done.hands.slice(given.length), undoing: false }
      this.#startUndoTimer()
    }
  }

  dismiss(): void {
    clearTimeout(this.#undoTimer)
    this.done = null
  }

  async #hand(to: Alley['team']): Promise<void> {
    if (this.busy || this.alleys.is !== 'ready' || this.groupId === null) return
    const before = this.alleys.data
    const hands = handsOf(before, this.chosen, to)
    if (hands.length === 0) {
      this.chosen = new Set()
      return
    }
    clearTimeout(this.#undoTimer)
    this.done = null
    const given = await this.#carryOut(hands)
    // What was done leaves the choice; what was not stays chosen for another try.
    const left = new Set(this.chosen)
    for (const h of given) left.delete(h.alleyId)
    this.chosen = given.length === hands.length ? new Set() : left
    if (given.length > 0) {
      const ids = new Set(given.map((h) => h.alleyId))
      const households = before.reduce((n, a) => (ids.has(a.id) ? n + a.households : n), 0)
      this.done = { hands: given, to: to?.name ?? null, households, undoing: false }
      this.#startUndoTimer()
    }
  }

  #startUndoTimer(): void {
    this.#undoTimer = setTimeout(() => (this.done = null), UNDO_MS)
  }

  /** Shows the hand-overs at once, makes them one after another, and takes back the show of what failed. */
  async #carryOut(hands: readonly Hand[]): Promise<Hand[]> {
    this.busy = true
    this.failure = null
    this.#show(hands)
    const given: Hand[] = []
    try {
      for (const hand of hands) {
        await this.#api.assign(hand.alleyId, hand.to?.id ?? null)
        given.push(hand)
      }
    } catch (error) {
      this.#show(reversed(hands.slice(given.length)))
      this.failure = { trouble: troubleOf(error), done: given.length, of: hands.length }
    } finally {
      this.busy = false
    }
    if (given.length > 0) this.#changed()
    // Somebody else was here first: what is on screen is no longer so.
    const trouble = this.failure?.trouble
    if (this.groupId !== null && (trouble === 'conflict' || trouble === 'missing')) void this.chooseGroup(this.groupId)
    // The server's own loads replace the reckoned ones.
    void this.loadTeams()
    return given
  }

  #show(hands: readonly Hand[]): void {
    if (this.alleys.is !== 'ready') return
    const alleys = this.alleys.data
    if (this.teams.is === 'ready') this.teams = { is: 'ready', data: reload(this.teams.data, alleys, hands) }
    this.alleys = { is: 'ready', data: handOver(alleys, hands) }
  }
}
