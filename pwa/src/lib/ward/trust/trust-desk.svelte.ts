/** The room of trust: who is expected today, badges, codes on paper, warnings. */
import { SvelteSet } from 'svelte/reactivity'
import { Problem } from '../../api/client.ts'
import type { ScamKind } from '../../domain/alert.ts'
import { searchKey } from '../../domain/search.ts'
import { ofField, toField } from '../../setup/day.ts'
import { troubleOf, type Trouble } from '../api.ts'
import { addDays, dayOf, type Day, type Millis } from '../day.ts'
import { Decisions } from '../live-list.svelte.ts'
import type { AlertLine, Badge, GroupCode, Leaflet, Trust, TrustApi } from './api.ts'

export const MAX_WORDS = 400
/** A warning stands for a week unless somebody says otherwise. */
const USUAL_DAYS = 7
/** Days a warning may stand. */
const MOST_DAYS = 60

export type AlertField = 'kind' | 'words' | 'groups' | 'until'
export type WordsFault = 'missing_field' | 'text_too_long' | 'number_in_text'

/** A warning as it is typed. */
export interface AlertForm {
  id: string
  kind: ScamKind | null
  words: string
  where: 'all' | 'some'
  groups: SvelteSet<string>
  until: string
}

/** All badges of a team, or of nobody's team. */
export interface BadgeTeam {
  id: string
  name: string | null
  badges: Badge[]
}

export type BadgeAct = 'revoke' | 'restore' | 'replace'
type Said = { is: BadgeAct; name: string } | { is: 'terms' } | { is: 'published' } | { is: 'withdrawn' } | { is: 'printed'; n: number }

interface Room {
  trust: Trust
  alerts: AlertLine[]
}

export class TrustDesk extends Decisions<Room> {
  said = $state.raw<Said | null>(null)
  /** Badges chosen for printing. */
  readonly badges = new SvelteSet<string>()
  /** Groups whose leaflets are to be printed. */
  readonly leaflets = new SvelteSet<string>()
  /** First day of the leaflets; `null`: today. */
  from = $state<Day | null>(null)

  /** The duty phone as it is typed; `null` while nobody changes it. */
  phone = $state<string | null>(null)
  phoneFault = $state(false)
  phoneTrouble = $state<Trouble | null>(null)
  saving = $state(false)

  form = $state<AlertForm | null>(null)
  formFaults = $state.raw<ReadonlyMap<AlertField, WordsFault | 'wrong'>>(new Map())
  formTrouble = $state<Trouble | null>(null)
  publishing = $state(false)

  readonly room: Room | null = $derived(this.list.is === 'ready' ? this.list.data : null)
  readonly today: Day = $derived(this.room?.trust.today ?? dayOf(this.now))
  readonly stale: GroupCode[] = $derived(this.room?.trust.groups.filter((group) => group.stale_from) ?? [])
  readonly standing: AlertLine[] = $derived(this.room?.alerts.filter((alert) => !alert.withdrawn_at && alert.until >= this.today) ?? [])
  readonly over: AlertLine[] = $derived(this.room?.alerts.filter((alert) => alert.withdrawn_at || alert.until < this.today) ?? [])
  readonly inForce: Badge[] = $derived(this.room?.trust.badges.filter((badge) => !badge.revoked_at && !badge.disabled) ?? [])
  readonly teams: BadgeTeam[] = $derived.by(() => {
    const trust = this.room?.trust
    if (!trust) return []
    const known = trust.teams.map((team): BadgeTeam => ({ id: team.id, name: team.name, badges: [] }))
    const others: BadgeTeam = { id: '', name: null, badges: [] }
    const by = new Map(known.map((team) => [team.id, team]))
    for (const badge of trust.badges) (by.get(badge.team_id ?? '') ?? others).badges.push(badge)
    return [...known, others].filter((team) => team.badges.length > 0)
  })

  readonly #api: TrustApi
  readonly #newId: () => string

  constructor(api: TrustApi, clock: () => Millis, watched: () => boolean, newId: () => string) {
    super(clock, watched)
    this.#api = api
    this.#newId = newId
  }

  get part() {
    return this.list
  }

  protected async ask(): Promise<Room> {
    const [trust, alerts] = await Promise.all([this.#api.trust(), this.#api.alerts()])
    return { trust, alerts }
  }

  groupName(id: string): string {
    return this.room?.trust.groups.find((group) => group.id === id)?.name ?? ''
  }

  /** Teams with the badges that what is looked for names. */
  found(looked: string): BadgeTeam[] {
    const wanted = searchKey(looked)
    if (wanted === '') return this.teams
    const digits = wanted.replace(/\s/g, '')
    const names = (badge: Badge): boolean => searchKey(badge.name).includes(wanted) || badge.number.includes(digits)
    return this.teams.map((team) => ({ ...team, badges: team.badges.filter(names) })).filter((team) => team.badges.length > 0)
  }

  /** True when the server took it. */
  async act(badge: Badge, what: BadgeAct): Promise<boolean> {
    this.said = null
    const done = await this.doing(badge.id, () => this.#api.badge(badge.id, what))
    if (!done) return false
    this.badges.delete(badge.id)
    this.said = { is: what, name: badge.name }
    await this.lookNow()
    return true
  }

  async savePhone(): Promise<boolean> {
    if (this.phone === null || this.saving) return false
    const phone = this.phone.trim()
    this.said = null
    this.phoneTrouble = null
    this.phoneFault = phone !== '' && ((phone.match(/\d/g) ?? []).length < 3 || [...phone].length > 60)
    if (this.phoneFault) return false
    this.saving = true
    try {
      await this.#api.setTerms(phone)
      this.phone = null
      this.said = { is: 'terms' }
      await this.lookNow()
      return true
    } catch (error) {
      if (error instanceof Problem && error.status === 422) this.phoneFault = true
      else this.phoneTrouble = troubleOf(error)
      return false
    } finally {
      this.saving = false
    }
  }

  /** The leaflets that are chosen, in the ward's order. */
  async leafletsChosen(): Promise<Leaflet[]> {
    const chosen = this.room?.trust.groups.filter(({ id }) => this.leaflets.has(id)) ?? []
    const from = this.from ?? this.today
    const leaflets: Leaflet[] = []
    for (const { id } of chosen) leaflets.push(await this.#api.leaflet(id, from))
    return leaflets
  }

  async printed(ids: readonly string[]): Promise<boolean> {
    this.said = null
    const done = await this.doing('leaflets', () => this.#api.printed(ids))
    if (!done) return false
    this.leaflets.clear()
    this.said = { is: 'printed', n: ids.length }
    await this.lookNow()
    return true
  }

  beginAlert(): void {
    this.form ??= {
      id: this.#newId(), kind: null, words: '', where: 'all', groups: new SvelteSet(), until: toField(addDays(this.today, USUAL_DAYS)),
    }
  }

  async publish(): Promise<boolean> {
    const { form } = this
    if (form === null || this.publishing) return false
    this.said = null
    this.formTrouble = null
    const words = form.words.trim()
    const until = ofField(form.until)
    const faults = new Map<AlertField, WordsFault | 'wrong'>()
    if (form.kind === null) faults.set('kind', 'wrong')
    if (words === '') faults.set('words', 'missing_field')
    else if ([...words].length > MAX_WORDS) faults.set('words', 'text_too_long')
    if (form.where === 'some' && form.groups.size === 0) faults.set('groups', 'wrong')
    if (until < this.today || until > addDays(this.today, MOST_DAYS)) faults.set('until', 'wrong')
    this.formFaults = faults
    if (faults.size > 0 || form.kind === null) return false
    this.publishing = true
    try {
      await this.#api.publish({ id: form.id, kind: form.kind, words, groups: form.where === 'some' ? [...form.groups] : [], until })
      this.form = null
      this.said = { is: 'published' }
      await this.lookNow()
      return true
    } catch (error) {
      const told = error instanceof Problem && error.status === 422 ? error.errors : []
      for (const { pointer, code } of told) {
        if (pointer === '/words') faults.set('words', code === 'number_in_text' || code === 'text_too_long' ? code : 'missing_field')
        else if (pointer === '/until' || pointer === '/kind') faults.set(pointer.slice(1) as AlertField, 'wrong')
        else if (pointer.startsWith('/groups')) faults.set('groups', 'wrong')
      }
      this.formFaults = new Map(faults)
      if (faults.size === 0) this.formTrouble = troubleOf(error)
      return false
    } finally {
      this.publishing = false
    }
  }

  async withdraw(alert: AlertLine): Promise<boolean> {
    this.said = null
    const done = await this.doing(alert.id, () => this.#api.withdraw(alert.id))
    if (!done) return false
    this.said = { is: 'withdrawn' }
    await this.lookNow()
    return true
  }
}
