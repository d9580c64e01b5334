/** The campaign and its targets: shown, changed, and who changed them. */
import { ofField, readValue, toField } from '../../setup/day.ts'
import { troubleOf } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import { Acting } from './acting.svelte.ts'
import type { Campaign, SetTarget, SettingsApi, Suggestion } from './api.ts'

/** A target as it is being typed. */
export interface TargetForm {
  id: string
  fresh: boolean
  indicator: string
  value: string
  due: string
  source: string
}

export class CampaignDesk {
  kept = $state.raw<Part<Campaign>>({ is: 'loading' })
  form = $state({ name: '', starts: '', ends: '', reason: '' })
  target = $state<TargetForm | null>(null)
  said = $state<'saved' | 'target_gone' | null>(null)
  readonly campaign = new Acting()
  readonly targets = new Acting()

  readonly #api: Pick<SettingsApi, 'campaign' | 'changeCampaign' | 'setTarget' | 'dropTarget'>
  readonly #newId: () => string

  constructor(api: Pick<SettingsApi, 'campaign' | 'changeCampaign' | 'setTarget' | 'dropTarget'>, newId: () => string) {
    this.#api = api
    this.#newId = newId
  }

  async open(): Promise<void> {
    try {
      const data = await this.#api.campaign()
      this.kept = { is: 'ready', data }
      const { campaign } = data
      this.form = { name: campaign?.name ?? '', starts: toField(campaign?.starts_on ?? null), ends: toField(campaign?.ends_on ?? null), reason: '' }
    } catch (error) {
      if (this.kept.is !== 'ready') this.kept = { is: 'failed', trouble: troubleOf(error) }
      else this.campaign.trouble = troubleOf(error)
    }
  }

  /** The last day has been moved: a reason is asked for. */
  get moved(): boolean {
    const before = this.kept.is === 'ready' ? this.kept.data.campaign : null
    return before ? before.ends_on !== ofField(this.form.ends) : false
  }

  async saveCampaign(): Promise<boolean> {
    this.said = null
    const { name, starts, ends, reason } = this.form
    const done = await this.campaign.do(() => this.#api.changeCampaign({ name, starts_on: ofField(starts), ends_on: ofField(ends), reason: this.moved ? reason : '' }))
    if (done) {
      this.said = 'saved'
      await this.open()
    }
    return done
  }

  /** Opens the form: of a target that is set, of a suggestion, or an empty one. */
  begin(from: SetTarget | Suggestion | null): void {
    this.targets.clear()
    this.said = null
    const due = from?.due_on ?? (this.kept.is === 'ready' ? this.kept.data.campaign?.ends_on : null) ?? null
    this.target = {
      id: from && 'id' in from ? from.id : this.#newId(),
      fresh: !(from && 'id' in from),
      indicator: from?.indicator ?? '',
      value: from?.value === null || from?.value === undefined ? '' : String(from.value).replace('.', ','),
      due: toField(due),
      source: from?.source ?? '',
    }
  }

  async saveTarget(): Promise<boolean> {
    const typed = this.target
    if (!typed) return false
    const { id, indicator, value, due, source } = typed
    const done = await this.targets.do(() => this.#api.setTarget(id, { indicator, value: readValue(value) ?? -1, due_on: ofField(due), source }))
    if (done) {
      this.target = null
      this.said = 'saved'
      await this.open()
    }
    return done
  }

  async dropTarget(id: string): Promise<void> {
    this.said = null
    if (await this.targets.do(() => this.#api.dropTarget(id))) this.said = 'target_gone'
    await this.open()
  }

  /** Suggestions for what no target is set for. */
  get suggested(): Suggestion[] {
    if (this.kept.is !== 'ready') return []
    const { targets, suggested } = this.kept.data
    return suggested.filter(({ indicator }) => targets.every((target) => target.indicator !== indicator))
  }
}
