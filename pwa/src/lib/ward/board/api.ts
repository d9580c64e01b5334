/** What the board asks of the server: one thing. */
import type { Api } from '../../api/client.ts'
import type { Answer } from '../api.ts'
import type { Board } from '../wire.ts'

export class BoardApi {
  readonly #api: Pick<Api, 'call'>

  constructor(api: Pick<Api, 'call'>) {
    this.#api = api
  }

  async board(etag: string | null): Promise<Answer<Board>> {
    const reply = await this.#api.call<Board>('/board', { ifNoneMatch: etag })
    if (reply.status === 304 || reply.data === null) return { fresh: false }
    return { fresh: true, data: reply.data, etag: reply.etag }
  }
}
