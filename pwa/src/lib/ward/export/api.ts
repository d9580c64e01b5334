/** The calls of the room where files leave the desk. */
import type { Api } from '../../api/client.ts'
import type { components } from '../../api/schema.d.ts'

type Schemas = components['schemas']
export type ExportKind = Schemas['Export']
export type ExportFormat = Schemas['Format']
export type ExportPurpose = Schemas['ExportPurpose']
export type ExportWish = Schemas['ExportRequest']
export type AccessLine = Schemas['AccessLineView']
export type AccessPage = Schemas['AccessLogView']

/** A file as the server gave it. */
export interface Taken {
  name: string
  blob: Blob
}

export class ExportApi {
  readonly #api: Pick<Api, 'raw' | 'get'>

  constructor(api: Pick<Api, 'raw' | 'get'>) {
    this.#api = api
  }

  async take(wish: ExportWish): Promise<Taken> {
    const answer = await this.#api.raw('/exports', { method: 'POST', body: wish, accept: '*/*', timeoutMs: 120_000 })
    const named = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')
    return { name: named?.[1] ?? `gocua.${wish.format}`, blob: await answer.blob() }
  }

  log(before: number | null): Promise<AccessPage> {
    return this.#api.get('/access-log', { query: { before } })
  }
}
