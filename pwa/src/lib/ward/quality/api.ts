/** The calls of the quality room, one for each endpoint it uses. */
import type { Api } from '../../api/client.ts'
import type { components } from '../../api/schema.d.ts'
import type { CheckAnswer, CheckTally, Quality, QualityTerms, Verdict } from './wire.ts'

type Schemas = components['schemas']

const tally = (told: Schemas['CheckTally']): CheckTally => ({ ...told, share: told.share ?? null, low: told.low ?? null, high: told.high ?? null })

/** What the server leaves out is nothing. */
const whole = (told: Schemas['QualityView']): Quality => ({
  ...told,
  flags: told.flags.map((flag) => ({
    ...flag,
    team_name: flag.team_name ?? null,
    explained_at: flag.explained_at ?? null,
    because: flag.because ?? null,
    words: flag.words ?? null,
    closed_at: flag.closed_at ?? null,
    verdict: flag.verdict ?? null,
    verdict_words: flag.verdict_words ?? null,
  })),
  checks: told.checks.map((check) => ({ ...check, answer: check.answer ?? null, answered_on: check.answered_on ?? null, words: check.words ?? null })),
  agreement: { random: tally(told.agreement.random), weighted: tally(told.agreement.weighted) },
})

export class QualityApi {
  readonly #api: Pick<Api, 'call' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'get' | 'post'>) {
    this.#api = api
  }

  async quality(): Promise<Quality> {
    return whole(await this.#api.get<Schemas['QualityView']>('/quality'))
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
