/** The calls of the one-stop desk. */
import type { Api } from '../../api/client.ts'
import type { AskDesk, DeskList, Opened } from './wire.ts'

export class OnestopApi {
  readonly #api: Pick<Api, 'get' | 'post'>

  constructor(api: Pick<Api, 'get' | 'post'>) {
    this.#api = api
  }

  /** What desks and classes passed on in the last 30 days, latest first, and the residential groups to choose from. */
  list(): Promise<DeskList> {
    return this.#api.get<DeskList>('/referrals')
  }

  /** Asked again under the same id it is the same one. */
  open(asked: AskDesk): Promise<Opened> {
    return this.#api.post<Opened>('/referrals', asked)
  }
}
