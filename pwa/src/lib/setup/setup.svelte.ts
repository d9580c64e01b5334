/** Setting an empty server up, step by step. What was typed stays over a reload, passwords excepted. */
import { Problem, Unreachable, type Api } from '../api/client.ts'
import type { components } from '../api/schema.d.ts'
import { addDays, dayOf, type Clock } from '../domain/time.ts'
import { searchKey } from '../domain/search.ts'
import { ofField, readValue, toField } from './day.ts'
import type { Shape } from './outline.ts'

type Schemas = components['schemas']
export type Choices = Omit<Schemas['SetupChoices'], 'wards'> & { wards: KnownWard[] }
export type KnownWard = Omit<Schemas['KnownWard'], 'boundary'> & { boundary: Shape['geometry'] }

export const STEPS = ['code', 'ward', 'admin', 'campaign', 'teams'] as const
export type Step = (typeof STEPS)[number]

/** A row of targets: suggested, taken over when it is ticked. */
export interface Row {
  indicator: string
  unit: string
  taken: boolean
  value: string
  due: string
  source: string
}

/** What is kept over a reload. */
interface Kept {
  step: Step
  code: string
  way: 'list' | 'file'
  known: string
  own: { code: string; name: string; city: string; file: string; geometry: Shape['geometry'] | null }
  admin: { name: string; login: string }
  campaign: { name: string; starts: string; ends: string }
  rows: Row[]
  teams: string[]
}

export interface SetupParts {
  api: Pick<Api, 'post'>
  clock: Clock
  device: () => Promise<string>
  /** Hands everything in and signs the administrator in. */
  enter: (body: Record<string, unknown>) => Promise<void>
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null
}

/** What went wrong that is no single field's fault. */
export type Trouble = 'offline' | 'busy' | 'locked' | 'done' | 'storage' | 'broken'

const PLACE = 'gocua.setup'
/** How long a campaign is proposed to last. */
const USUAL_DAYS = 44

export class SetupDesk {
  step = $state<Step>('code')
  code = $state('')
  way = $state<'list' | 'file'>('list')
  known = $state('')
  own = $state<Kept['own']>({ code: '', name: '', city: '', file: '', geometry: null })
  admin = $state({ name: '', login: '' })
  /** In memory only. */
  password = $state('')
  campaign = $state({ name: '', starts: '', ends: '' })
  rows = $state<Row[]>([])
  teams = $state<string[]>([''])

  choices = $state.raw<Choices | null>(null)
  busy = $state(false)
  /** By pointer of the body: the server's code of what is wrong. */
  faults = $state.raw<Readonly<Record<string, string>>>({})
  trouble = $state<Trouble | null>(null)
  /** When it may be tried again. */
  waitUntil = $state(0)

  readonly #parts: SetupParts

  constructor(parts: SetupParts) {
    this.#parts = parts
    this.#restore()
  }

  /** After a reload: the choices come again, when a code was right before. */
  async open(): Promise<void> {
    if (this.step === 'code') return
    const reached = this.step
    await this.enterCode()
    // The password was not kept: whoever was past it types it again.
    if (this.choices) this.step = STEPS.indexOf(reached) > STEPS.indexOf('admin') ? 'admin' : reached
  }

  async enterCode(): Promise<boolean> {
    return this.#doing(async () => {
      const device_id = await this.#parts.device()
      this.choices = await this.#parts.api.post<Choices>('/setup/code', { code: this.code, device_id }, { open: true })
      this.#propose(this.choices)
      this.step = 'ward'
    })
  }

  /** Has the server look over the step that is open, and goes on. */
  async next(): Promise<boolean> {
    return this.#doing(async () => {
      const device_id = await this.#parts.device()
      await this.#parts.api.post('/setup/check', { code: this.code, device_id, ...this.#part() }, { open: true, gzip: true })
      this.step = STEPS[STEPS.indexOf(this.step) + 1] ?? this.step
    })
  }

  back(): void {
    this.faults = {}
    this.trouble = null
    this.step = STEPS[Math.max(1, STEPS.indexOf(this.step) - 1)] ?? 'ward'
    this.keep()
  }

  /** Writes everything, all or nothing. */
  async finish(): Promise<boolean> {
    const done = await this.#doing(() =>
      this.#parts.enter({
        code: this.code,
        ward: this.#ward(),
        admin: this.#admin(),
        campaign: this.#campaign(),
        targets: this.#targets(),
        teams: this.#teams(),
      }),
    )
    if (done) {
      this.password = ''
      this.#parts.storage?.removeItem(PLACE)
    } else this.#toFault()
    return done
  }

  /** The wards of the list that a few letters fit, marks or none. */
  found(query: string): KnownWard[] {
    const wanted = searchKey(query).split(' ').filter(Boolean)
    return (this.choices?.wards ?? []).filter((ward) => {
      const words = searchKey([ward.name, ward.city, ward.code, ...ward.former].join(' '))
      return wanted.every((word) => words.includes(word))
    })
  }

  get chosen(): KnownWard | null {
    return this.choices?.wards.find(({ code }) => code === this.known) ?? null
  }

  keep(): void {
    const { step, code, way, known, own, admin, campaign, rows, teams } = this
    const kept: Kept = { step, code, way, known, own: $state.snapshot(own), admin: { ...admin }, campaign: { ...campaign }, rows: $state.snapshot(rows), teams: [...teams] }
    try {
      this.#parts.storage?.setItem(PLACE, JSON.stringify(kept))
    } catch {
      // Too large or not allowed: it still stands on the screen.
    }
  }

  #restore(): void {
    try {
      const kept = JSON.parse(this.#parts.storage?.getItem(PLACE) ?? 'null') as Kept | null
      if (kept) Object.assign(this, kept)
    } catch {
      this.#parts.storage?.removeItem(PLACE)
    }
  }

  #propose(choices: Choices): void {
    const today = dayOf(this.#parts.clock.now())
    if (this.campaign.starts === '') this.campaign.starts = toField(today)
    if (this.campaign.ends === '') this.campaign.ends = toField(addDays(today, USUAL_DAYS))
    if (this.rows.length > 0) return
    this.rows = choices.suggested.map(({ indicator, unit, value, due_on, source }) => ({
      indicator,
      unit,
      taken: false,
      value: value === null || value === undefined ? '' : String(value).replace('.', ','),
      due: toField(due_on ?? null),
      source,
    }))
  }

  #ward(): Record<string, unknown> {
    if (this.way === 'list') return { code: this.known }
    const { code, name, city, geometry } = this.own
    return { ...(code.trim() ? { code: code.trim() } : {}), name, city, boundary: geometry ?? {} }
  }

  #admin(): Record<string, unknown> {
    return { ...this.admin, password: this.password }
  }

  #campaign(): Record<string, unknown> {
    return { name: this.campaign.name, starts_on: ofField(this.campaign.starts), ends_on: ofField(this.campaign.ends) }
  }

  /** A row without a day of its own is due with the campaign. */
  #targets(): Record<string, unknown>[] {
    return this.taken.map(({ indicator, value, due, source }) => ({
      indicator,
      value: readValue(value) ?? -1,
      due_on: ofField(due) || ofField(this.campaign.ends),
      source,
    }))
  }

  get taken(): Row[] {
    return this.rows.filter(({ taken }) => taken)
  }

  #teams(): string[] {
    return this.teams.map((name) => name.trim()).filter(Boolean)
  }

  #part(): Record<string, unknown> {
    switch (this.step) {
      case 'ward':
        return { ward: this.#ward() }
      case 'admin':
        return { admin: this.#admin() }
      case 'campaign':
        return { campaign: this.#campaign(), targets: this.#targets() }
      default:
        return { teams: this.#teams() }
    }
  }

  /** What the last step cannot show stands on an earlier one. */
  #toFault(): void {
    const [at = ''] = Object.keys(this.faults)
    const part = at.split('/')[1] ?? ''
    if (part === 'code') this.step = 'code'
    else if (part === 'ward' || part === 'admin' || part === 'campaign') this.step = part
    else if (part === 'targets') this.step = 'campaign'
  }

  async #doing(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.faults = {}
    this.trouble = null
    try {
      await act()
      return true
    } catch (error) {
      this.#say(error)
      return false
    } finally {
      this.busy = false
      this.keep()
    }
  }

  #say(error: unknown): void {
    if (error instanceof Unreachable) this.trouble = 'offline'
    else if (!(error instanceof Problem)) this.trouble = 'storage'
    else if (error.code === 'code_unknown') {
      this.faults = { '/code': 'code_unknown' }
      this.step = 'code'
    } else if (error.code === 'conflict') this.trouble = 'done'
    else if (error.errors.length > 0) this.faults = Object.fromEntries(error.errors.map(({ pointer, code }) => [pointer, code]))
    else if (error.status === 429) {
      this.trouble = 'locked'
      this.waitUntil = this.#parts.clock.now() + (error.retryAfterMs ?? 60_000)
    } else this.trouble = error.status === 503 ? 'busy' : 'broken'
  }
}
