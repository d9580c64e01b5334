/** The calls of the room of trust, one for each endpoint it uses. */
import type { Api } from '../../api/client.ts'
import type { components } from '../../api/schema.d.ts'
import type { Alert } from '../../domain/alert.ts'
import type { Day } from '../day.ts'

type Schemas = components['schemas']

export type Badge = Schemas['Badge']
export type TeamTonight = Schemas['TeamTonight']
export type GroupCode = Schemas['GroupCodeView']
export type Trust = Schemas['TrustView']
export type Leaflet = Schemas['LeafletView']
/** A warning as the desk keeps it. */
export type AlertLine = Alert & { by: string; published_at: number; withdrawn_at?: number | null }
export type NewAlert = Schemas['PublishRequest']

export class TrustApi {
  readonly #api: Pick<Api, 'call' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'get' | 'post'>) {
    this.#api = api
  }

  async trust(): Promise<Trust> {
    return this.#api.get<Trust>('/trust')
  }

  async alerts(): Promise<AlertLine[]> {
    return (await this.#api.get<{ alerts: AlertLine[] }>('/alerts')).alerts
  }

  async badge(id: string, what: 'revoke' | 'restore' | 'replace'): Promise<void> {
    await this.#api.post(`/trust/badges/${encodeURIComponent(id)}/${what}`, {})
  }

  async setTerms(duty_phone: string): Promise<void> {
    await this.#api.call('/trust/terms', { method: 'PUT', body: { duty_phone } })
  }

  async leaflet(group: string, from: Day): Promise<Leaflet> {
    return this.#api.get<Leaflet>('/trust/leaflet', { query: { group, from: String(from) } })
  }

  async printed(group_ids: readonly string[]): Promise<void> {
    await this.#api.post('/trust/leaflets/printed', { group_ids })
  }

  async publish(alert: NewAlert): Promise<void> {
    await this.#api.post('/alerts', alert)
  }

  async withdraw(id: string): Promise<void> {
    await this.#api.post(`/alerts/${encodeURIComponent(id)}/withdraw`, {})
  }
}
