/** The calls of the settings room. */
import type { Api } from '../../api/client.ts'
import type { components } from '../../api/schema.d.ts'

type Schemas = components['schemas']

export type Campaign = Schemas['CampaignView']
export type SetTarget = Schemas['SetTarget']
export type Change = Schemas['ChangeView']
export type Suggestion = Schemas['SuggestionView']
export type TargetFields = Schemas['TargetFields']
export type CampaignChange = Schemas['CampaignChange']
export type Account = Schemas['WardAccount']
export type Appointment = Schemas['AppointmentRequest']
export type AccountCode = Schemas['AccountCode']

export class SettingsApi {
  readonly #api: Pick<Api, 'call' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'get' | 'post'>) {
    this.#api = api
  }

  campaign(): Promise<Campaign> {
    return this.#api.get<Campaign>('/campaign')
  }

  async changeCampaign(change: CampaignChange): Promise<void> {
    await this.#api.post('/campaign', change)
  }

  async setTarget(id: string, target: TargetFields): Promise<void> {
    await this.#api.post(`/targets/${encodeURIComponent(id)}`, target)
  }

  async dropTarget(id: string): Promise<void> {
    await this.#api.call(`/targets/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }

  async accounts(): Promise<Account[]> {
    return (await this.#api.get<{ accounts: Account[] }>('/accounts')).accounts
  }

  /** The code is in this answer and in no other. */
  appoint(who: Appointment): Promise<AccountCode> {
    return this.#api.post<AccountCode>('/accounts', who)
  }

  recode(id: string): Promise<AccountCode> {
    return this.#api.post<AccountCode>(`/accounts/${encodeURIComponent(id)}/code`)
  }

  async setAccess(id: string, how: 'disable' | 'enable'): Promise<void> {
    await this.#api.post(`/accounts/${encodeURIComponent(id)}/${how}`)
  }
}
