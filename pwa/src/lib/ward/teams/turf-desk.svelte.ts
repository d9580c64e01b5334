/** Sharing the ward out: what is chosen, what is meant, what was given, and how to take it back. */
import { Problem } from '../../api/client.ts'
import { newId } from '../../domain/id.ts'
import { rowsOf, treeOf, type AlleyNode } from '../alley.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import type { Millis } from '../day.ts'
import type { TeamsApi } from './api.ts'
import { keepDraft, readDraft } from './draft.ts'
import { handsByGroup, holderOf, loadsOf, meant, stillMeant, sumOf, type Draft, type GroupHands, type Load } from './turf.ts'
import type { Hand, Proposal, Sheet, Turf, TurfAlley, TurfMove, TurfScope } from './wire.ts'

export type TurfApi = Pick<TeamsApi, 'turf' | 'propose' | 'halve' | 'give' | 'undoGive' | 'sheets'>

/** What has just been done, for one line above the teams. */
export type Told =
  | { is: 'given'; alleys: number; households: number }
  | { is: 'undone'; alleys: number }
  | { is: 'proposed'; moves: number; questions: number; left: number }
  | { is: 'nothing_to_propose' }

/** Alleys of one group that would go from one team, or from nobody, to one team of another group. */
export interface Question {
  key: string
  groupId: string
  from: string | null
  to: string
  moves: readonly TurfMove[]
  alleys: readonly TurfAlley[]
}

interface Parts {
  api: TurfApi
  ward: string
  shelf: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
  clock: () => Millis
  /** Called after alleys changed hands. */
  changed: () => void
}

export class TurfDesk {
  turf = $state.raw<Part<Turf>>({ is: 'loading' })
  groupId = $state<string | null>(null)
  teamId = $state<string | null>(null)
  chosen = $state.raw<ReadonlySet<string>>(new Set())
  folded = $state.raw<ReadonlySet<string>>(new Set())
  draft = $state.raw<Draft>(new Map())
  /** Alleys the proposal would give to a team from another group, unanswered. */
  questions = $state.raw<readonly TurfMove[]>([])
  busy = $state(false)
  told = $state.raw<Told | null>(null)
  failure = $state.raw<Trouble | null>(null)
  /** Alleys that changed hands under the draft: named when giving was refused. */
  overtaken = $state.raw<readonly TurfAlley[]>([])
  /** What is on its way to the printer. */
  sheets = $state.raw<readonly Sheet[] | null>(null)

  readonly #board: Turf | null = $derived(this.turf.is === 'ready' ? this.turf.data : null)
  readonly alleys: readonly TurfAlley[] = $derived(this.#board?.alleys ?? [])
  readonly byId: ReadonlyMap<string, TurfAlley> = $derived(new Map(this.alleys.map((alley) => [alley.id, alley])))
  readonly loads: readonly Load[] = $derived(this.#board ? loadsOf(this.#board, this.draft) : [])
  readonly loadById: ReadonlyMap<string, Load> = $derived(new Map(this.loads.map((load) => [load.team.id, load])))
  readonly hands: ReadonlyMap<string, GroupHands> = $derived(this.#board ? handsByGroup(this.#board, this.draft) : new Map<string, GroupHands>())
  readonly tree: AlleyNode<TurfAlley>[] = $derived(treeOf(this.alleys.filter((alley) => alley.group_id === this.groupId)))
  readonly rows: AlleyNode<TurfAlley>[] = $derived(rowsOf(this.tree, this.folded))
  readonly picked: readonly TurfAlley[] = $derived(this.alleys.filter((alley) => this.chosen.has(alley.id)))
  readonly sum = $derived(sumOf(this.picked))
  /** Of the chosen alleys, those in some team's hands. */
  readonly pickedHeld = $derived(this.picked.filter((alley) => holderOf(alley, this.draft) !== null).length)
  /** What the ward as a whole has. */
  readonly all = $derived.by(() => {
    const held = this.alleys.filter((alley) => holderOf(alley, this.draft) !== null)
    const freeGroups = [...this.hands.values()].filter((group) => group.free > 0).length
    return {
      teams: this.loads.length,
      people: this.loads.reduce((n, load) => n + load.team.people, 0),
      households: sumOf(held).households,
      freeAlleys: this.alleys.length - held.length,
      freeGroups,
    }
  })
  /** The open questions, one for each group and pair of teams: nobody answers eighty times. */
  readonly asked: readonly Question[] = $derived.by(() => {
    const asked = new Map<string, Question>()
    for (const move of this.questions) {
      const alley = this.byId.get(move.alley_id)
      if (!alley) continue
      const key = `${alley.group_id} ${move.from} ${move.to}`
      const known = asked.get(key)
      if (known) asked.set(key, { ...known, moves: [...known.moves, move], alleys: [...known.alleys, alley] })
      else asked.set(key, { key, groupId: alley.group_id, from: move.from, to: move.to, moves: [move], alleys: [alley] })
    }
    return [...asked.values()]
  })
  readonly last = $derived(this.#board?.last ?? null)
  /** What «Hoàn tác» would do now. */
  readonly undoes: 'draft' | 'given' | null = $derived.by(() => {
    if (this.steps > 0) return 'draft'
    return this.draft.size === 0 && this.last !== null ? 'given' : null
  })
  /** Steps of the draft that can be taken back, in this page. */
  steps = $state(0)

  readonly #parts: Parts
  #past: { draft: Draft; questions: readonly TurfMove[] }[] = []
  /** The act's id: kept until the server has answered, so that a lost answer costs nothing. */
  #act: { id: string; hands: string } | null = null

  constructor(parts: Parts) {
    this.#parts = parts
    this.draft = readDraft(parts.shelf, parts.ward)
  }

  async load(): Promise<void> {
    if (this.turf.is === 'failed') this.turf = { is: 'loading' }
    try {
      this.#show(await this.#parts.api.turf())
    } catch (error) {
      // What was shown a moment ago is better than nothing.
      if (this.turf.is !== 'ready') this.turf = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  openGroup(id: string | null): void {
    if (this.groupId === id) return
    this.groupId = id
    this.chosen = new Set()
    this.folded = new Set()
  }

  choose(ids: ReadonlySet<string>): void {
    this.chosen = ids
    this.failure = null
  }

  fold(id: string): void {
    const next = new Set(this.folded)
    if (!next.delete(id)) next.add(id)
    this.folded = next
  }

  chooseFree(): void {
    const free = this.alleys.filter((alley) => alley.group_id === this.groupId && holderOf(alley, this.draft) === null)
    this.choose(new Set(free.map((alley) => alley.id)))
  }

  /** The chosen alleys are meant for a team, or for nobody. Nothing is given yet. */
  mean(to: string | null): void {
    this.#step(meant(this.draft, this.picked, to))
    this.chosen = new Set()
  }

  alleysOf(team: string): TurfAlley[] {
    return this.alleys.filter((alley) => holderOf(alley, this.draft) === team)
  }

  /** All of a team's alleys are meant for another, or for nobody. */
  handOver(from: string, to: string | null): void {
    this.#step(meant(this.draft, this.alleysOf(from), to))
  }

  /** Half of a team's work is meant for another: whole alleys, neighbours together. */
  async halve(team: string, other: string): Promise<boolean> {
    return this.#doing(async () => {
      const proposal = await this.#parts.api.halve(team, other)
      this.#take(proposal.moves)
      this.told = proposal.moves.length > 0 ? { is: 'proposed', moves: proposal.moves.length, questions: 0, left: 0 } : { is: 'nothing_to_propose' }
    })
  }

  /** The server's proposal becomes the draft; what it asks waits for an answer. */
  async propose(scope: TurfScope): Promise<boolean> {
    return this.#doing(async () => {
      const proposal = await this.#parts.api.propose(scope)
      this.#propose(proposal)
    })
  }

  answer(question: Question, yes: boolean): void {
    const rest = this.questions.filter((move) => !question.moves.includes(move))
    this.#step(yes ? this.#with(question.moves) : this.draft, rest)
  }

  answerAll(yes: boolean): void {
    this.#step(yes ? this.#with(this.questions) : this.draft, [])
  }

  /** Throws the draft away; the ward stays as it is given. */
  drop(): void {
    this.#step(new Map(), [])
  }

  /** Gives what is meant, all of it or nothing, and the phones hear of it at their next look. */
  async give(): Promise<boolean> {
    const hands = this.#handsOf(this.draft)
    if (hands.length === 0) return false
    return this.#doing(async () => {
      const same = JSON.stringify(hands)
      if (this.#act?.hands !== same) this.#act = { id: newId({ now: this.#parts.clock }), hands: same }
      try {
        await this.#parts.api.give({ id: this.#act.id, hands })
      } catch (error) {
        if (error instanceof Problem && error.status === 409) await this.#overtake(error, hands)
        throw error
      }
      const moved = hands.flatMap((hand) => this.byId.get(hand.alley_id) ?? [])
      this.told = { is: 'given', ...sumOf(moved) }
      this.#settle()
      await this.load()
      this.#parts.changed()
    })
  }

  /** Takes the last step of the draft back, or the last act that was given. */
  async undo(): Promise<boolean> {
    if (this.undoes === 'draft') {
      const before = this.#past.pop()
      this.steps = this.#past.length
      if (before) this.#draw(before.draft, before.questions)
      return true
    }
    const last = this.last
    if (this.undoes !== 'given' || !last) return false
    return this.#doing(async () => {
      try {
        await this.#parts.api.undoGive(last.id)
      } catch (error) {
        if (error instanceof Problem) await this.load()
        throw error
      }
      this.told = { is: 'undone', alleys: last.alleys }
      await this.load()
      this.#parts.changed()
    })
  }

  /** Fetches what is printed of some alleys. */
  async fetchSheets(alleys: readonly string[]): Promise<boolean> {
    if (alleys.length === 0) return false
    return this.#doing(async () => {
      this.sheets = await this.#parts.api.sheets(alleys)
    })
  }

  #show(turf: Turf): void {
    this.turf = { is: 'ready', data: turf }
    const kept = stillMeant(this.draft, turf)
    if (kept.size !== this.draft.size) this.#draw(kept, this.questions)
    if (this.teamId !== null && !turf.teams.some((team) => team.id === this.teamId)) this.teamId = null
  }

  #propose(proposal: Proposal): void {
    const counts = { moves: proposal.moves.length, questions: proposal.questions.length, left: proposal.left.filter((l) => l.why === 'no_team').length }
    if (counts.moves + counts.questions === 0 && counts.left === 0) {
      this.told = { is: 'nothing_to_propose' }
      return
    }
    // A proposal begins from what is given: what was meant before it is put aside, one step back.
    this.#step(new Map(proposal.moves.map((m) => [m.alley_id, m.to])), proposal.questions)
    this.told = { is: 'proposed', ...counts }
  }

  #take(moves: readonly TurfMove[]): void {
    this.#step(this.#with(moves))
  }

  #with(moves: readonly TurfMove[]): Draft {
    return moves.reduce<Draft>((draft, move) => {
      const alley = this.byId.get(move.alley_id)
      return alley ? meant(draft, [alley], move.to) : draft
    }, this.draft)
  }

  #handsOf(draft: Draft): Hand[] {
    return [...draft].flatMap(([id, to]) => {
      const alley = this.byId.get(id)
      return alley && alley.team_id !== to ? [{ alley_id: id, from: alley.team_id, to }] : []
    })
  }

  /** Names the alleys that changed hands meanwhile, and shows them as they are now. */
  async #overtake(problem: Problem, hands: readonly Hand[]): Promise<void> {
    const places = problem.errors.filter((e) => e.code === 'changed').map((e) => Number(/^\/hands\/(\d+)$/.exec(e.pointer)?.[1] ?? Number.NaN))
    const ids = new Set(places.flatMap((n) => hands[n]?.alley_id ?? []))
    await this.load()
    this.overtaken = this.alleys.filter((alley) => ids.has(alley.id))
  }

  #step(draft: Draft, questions: readonly TurfMove[] = this.questions): void {
    this.#past.push({ draft: this.draft, questions: this.questions })
    this.steps = this.#past.length
    this.told = null
    this.failure = null
    this.overtaken = []
    this.#draw(draft, questions)
  }

  #draw(draft: Draft, questions: readonly TurfMove[]): void {
    this.draft = draft
    this.questions = questions
    keepDraft(this.#parts.shelf, this.#parts.ward, draft)
  }

  #settle(): void {
    this.#past = []
    this.steps = 0
    this.#act = null
    this.overtaken = []
    this.#draw(new Map(), [])
  }

  async #doing(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.failure = null
    this.told = null
    this.overtaken = []
    try {
      await act()
      return true
    } catch (error) {
      this.failure = troubleOf(error)
      return false
    } finally {
      this.busy = false
    }
  }
}
