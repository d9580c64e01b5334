/** The teams of a ward at the desk: founded, renamed, closed; who walks, who leads, which evenings are planned. */
import { Problem } from '../../api/client.ts'
import { newId } from '../../domain/id.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import type { Millis } from '../day.ts'
import type { TeamsApi } from './api.ts'
import type { CloseTeam, Member, Roster, RosterTeam, ShiftPlan, TurfTerms } from './wire.ts'

export type RosterApi = Pick<
  TeamsApi,
  'roster' | 'found' | 'change' | 'close' | 'changeMember' | 'memberLeft' | 'memberBack' | 'plan' | 'callOff' | 'setTerms'
>

/** What has just been done, with the words it takes. */
export type Said =
  | { is: 'founded' | 'closed'; name: string }
  | { is: 'lead' | 'volunteer' | 'left' | 'back'; name: string }
  | { is: 'moved'; name: string; team: string }
  | { is: 'planned' | 'called_off'; day: number }
  | { is: 'saved' }

/** A team with its people. */
export interface TeamCard {
  team: RosterTeam
  /** Those who may sign in, leads first. */
  people: Member[]
  /** Those who left. */
  gone: Member[]
  leads: Member[]
  plans: ShiftPlan[]
}

/** What an evening is planned with, before it has an id. */
export type NewPlan = Omit<ShiftPlan, 'id'>

export class RosterDesk {
  roster = $state.raw<Part<Roster>>({ is: 'loading' })
  busy = $state(false)
  said = $state.raw<Said | null>(null)
  failure = $state.raw<Trouble | null>(null)
  /** Fields the server would not take, as it points at them: `/name`. */
  wrong = $state.raw<ReadonlySet<string>>(new Set())

  readonly #known: Roster | null = $derived(this.roster.is === 'ready' ? this.roster.data : null)
  readonly cards: readonly TeamCard[] = $derived.by(() => {
    const roster = this.#known
    if (!roster) return []
    return roster.teams.map((team) => {
      const all = roster.members.filter((member) => member.team_id === team.id)
      const people = all.filter((member) => !member.disabled)
      return {
        team,
        people,
        gone: all.filter((member) => member.disabled),
        leads: people.filter((member) => member.role === 'team_lead'),
        plans: roster.plans.filter((plan) => plan.team_id === team.id),
      }
    })
  })
  /** People who may sign in and are in no team that is open. */
  readonly adrift: readonly Member[] = $derived.by(() => {
    const open = new Set(this.#known?.teams.map((team) => team.id) ?? [])
    return this.#known?.members.filter((member) => !member.disabled && (member.team_id === null || !open.has(member.team_id))) ?? []
  })
  readonly people = $derived(this.cards.reduce((n, card) => n + card.people.length, 0))
  /** Teams with people and nobody who leads them. */
  readonly leaderless = $derived(this.cards.filter((card) => card.people.length > 0 && card.leads.length === 0).length)
  readonly terms: TurfTerms | null = $derived(this.#known?.terms ?? null)

  readonly #api: RosterApi
  readonly #clock: () => Millis
  /** Kept until the server has answered, so that a lost answer founds no second team. */
  #newTeam: { id: string; name: string } | null = null

  constructor(api: RosterApi, clock: () => Millis) {
    this.#api = api
    this.#clock = clock
  }

  cardOf(id: string | null): TeamCard | null {
    return this.cards.find((card) => card.team.id === id) ?? null
  }

  async load(): Promise<void> {
    if (this.roster.is === 'failed') this.roster = { is: 'loading' }
    try {
      this.roster = { is: 'ready', data: await this.#api.roster() }
    } catch (error) {
      if (this.roster.is !== 'ready') this.roster = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  /** The id of the team that was founded, or null. */
  async found(name: string): Promise<string | null> {
    if (this.#newTeam?.name !== name) this.#newTeam = { id: newId({ now: this.#clock }), name }
    const { id } = this.#newTeam
    const done = await this.#doing({ is: 'founded', name }, () => this.#api.found(id, name), '/name')
    if (!done) return null
    this.#newTeam = null
    return id
  }

  async save(team: RosterTeam, name: string, doors: number | null): Promise<boolean> {
    return this.#doing({ is: 'saved' }, () => this.#api.change(team.id, name, doors), '/name')
  }

  async close(team: RosterTeam, how: CloseTeam): Promise<boolean> {
    return this.#doing({ is: 'closed', name: team.name }, () => this.#api.close(team.id, how))
  }

  async lead(member: Member, leads: boolean): Promise<boolean> {
    const said: Said = { is: leads ? 'lead' : 'volunteer', name: member.name }
    return this.#doing(said, () => this.#api.changeMember(member.id, { role: leads ? 'team_lead' : 'volunteer' }))
  }

  async move(member: Member, team: RosterTeam): Promise<boolean> {
    return this.#doing({ is: 'moved', name: member.name, team: team.name }, () => this.#api.changeMember(member.id, { team_id: team.id }))
  }

  async left(member: Member): Promise<boolean> {
    return this.#doing({ is: 'left', name: member.name }, () => this.#api.memberLeft(member.id))
  }

  async back(member: Member): Promise<boolean> {
    return this.#doing({ is: 'back', name: member.name }, () => this.#api.memberBack(member.id))
  }

  async plan(plan: NewPlan): Promise<boolean> {
    return this.#doing({ is: 'planned', day: plan.day }, () => this.#api.plan({ id: newId({ now: this.#clock }), ...plan }))
  }

  async callOff(plan: ShiftPlan): Promise<boolean> {
    return this.#doing({ is: 'called_off', day: plan.day }, () => this.#api.callOff(plan.id))
  }

  async setTerms(terms: TurfTerms): Promise<boolean> {
    return this.#doing({ is: 'saved' }, () => this.#api.setTerms(terms))
  }

  /** `taken`: the field a conflict is about. */
  async #doing(said: Said, act: () => Promise<void>, taken?: string): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.failure = null
    this.said = null
    this.wrong = new Set()
    try {
      await act()
      this.said = said
      await this.load()
      return true
    } catch (error) {
      const fields = error instanceof Problem && error.status === 422 ? error.errors.map((e) => e.pointer) : []
      if (fields.length > 0) this.wrong = new Set(fields)
      else if (taken !== undefined && error instanceof Problem && error.status === 409) this.wrong = new Set([`${taken}/taken`])
      else this.failure = troubleOf(error)
      return false
    } finally {
      this.busy = false
    }
  }
}
