/** The calls of the quality room, one for each endpoint it uses. */
import type { Api } from '../../api/client.ts'
import type { CheckAnswer, Quality, QualityTerms, Verdict } from './wire.ts'

export class QualityApi {
  readonly #api: Pick<Api, 'call' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'get' | 'post'>) {
    this.#api = api
  }

  quality(): Promise<Quality> {
    return this.#api.get<Quality>('/quality')
  }

  async judge(flag: string, verdict: Verdict, words: string | null): Promise<void> {
    await this.#api.post(`/quality/flags/${encodeURIComponent(flag)}`, { verdict, words })
  }

  /** Answered again, the later answer counts. */
  async answer(check: string, answer: CheckAnswer, words: string | null): Promise<void> {
    await this.#api.post(`/quality/checks/${encodeURIComponent(check)}`, { answer, words })
  }

  async setTerms(terms: QualityTerms): Promise<void> {
    await this.#api.call('/quality/terms', { method: 'PUT', body: terms })
  }
}
