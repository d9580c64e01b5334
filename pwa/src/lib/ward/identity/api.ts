/** The calls of the room of the police's counts and reports. */
import type { Api } from '../../api/client.ts'
import type { components } from '../../api/schema.d.ts'
import type { Day } from '../day.ts'

type Schemas = components['schemas']
export type CountsBook = Schemas['IdentityCountsView']
export type GroupCounts = Schemas['GroupCountsView']
export type CountVersion = Schemas['CountLineView']
export type CountsRequest = Schemas['CountsRequest']
export type Report = Schemas['ReportView']
export type T2Work = Schemas['T2Work']
export type Referrals = Schemas['ReferralFigures']
export type ReferralKind = Schemas['ReferralKind']
export type OpenReason = Schemas['OpenReason']

/** A file as the server gave it. */
export interface Taken {
  name: string
  blob: Blob
}

export class IdentityApi {
  readonly #api: Pick<Api, 'call' | 'raw' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'raw' | 'get' | 'post'>) {
    this.#api = api
  }

  /** The counts of a month (`yyyymm`); of this one with `null`. */
  counts(month: number | null): Promise<CountsBook> {
    return this.#api.get<CountsBook>('/identity/counts', { query: { month } })
  }

  async save(body: CountsRequest): Promise<CountsBook> {
    const { data } = await this.#api.call<CountsBook>('/identity/counts', { method: 'PUT', body })
    return data ?? this.counts(body.month)
  }

  async history(group: string): Promise<CountVersion[]> {
    return (await this.#api.get<{ versions: CountVersion[] }>('/identity/counts/history', { query: { group } })).versions
  }

  report(from: Day, to: Day): Promise<Report> {
    return this.#api.post<Report>('/identity/report', { from, to, format: 'json' })
  }

  async file(from: Day, to: Day, format: 'xlsx' | 'docx'): Promise<Taken> {
    const answer = await this.#api.raw('/identity/report', { method: 'POST', body: { from, to, format }, accept: '*/*', timeoutMs: 120_000 })
    const named = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')
    return { name: named?.[1] ?? `gocua.${format}`, blob: await answer.blob() }
  }
}
