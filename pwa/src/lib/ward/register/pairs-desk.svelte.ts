/** Households that look like one written twice, side by side. */
import { troubleOf } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import { addressOf, likelyStays, tellApart } from '../doubles.ts'
import type { RegisterHousehold } from '../wire.ts'
import { Acting } from './acting.svelte.ts'
import type { Pair, RegisterApi } from './api.ts'
import { keyOfPair } from './text.ts'
import { t } from './words.ts'

export class PairsDesk extends Acting {
  list = $state.raw<Part<{ total: number; pairs: Pair[] }>>({ is: 'loading' })
  /** Which of a pair stays, where a person has chosen otherwise. */
  stays = $state.raw<ReadonlyMap<string, string>>(new Map())
  limit = $state(12)

  readonly #api: RegisterApi

  constructor(api: RegisterApi) {
    super()
    this.#api = api
  }

  async load(): Promise<void> {
    try {
      this.list = { is: 'ready', data: await this.#api.pairs() }
    } catch (error) {
      if (this.list.is !== 'ready') this.list = { is: 'failed', trouble: troubleOf(error) }
      else this.failure = troubleOf(error)
    }
  }

  /** The one that was visited more; the older entry when nobody knocked. */
  staysOf(pair: Pair): RegisterHousehold {
    const id = this.stays.get(keyOfPair(pair)) ?? likelyStays([pair.one, pair.other]) ?? pair.one.id
    return id === pair.other.id ? pair.other : pair.one
  }

  keep(pair: Pair, household: RegisterHousehold): void {
    this.stays = new Map(this.stays).set(keyOfPair(pair), household.id)
  }

  async merge(pair: Pair): Promise<boolean> {
    const stays = this.staysOf(pair)
    const goes = stays === pair.one ? pair.other : pair.one
    const [a, b] = tellApart(goes, stays)
    const back = { name: t('unmerge'), act: async () => void (await this.#again(() => this.#api.unmerge(goes.id), t('done_unmerged'))) }
    const taken = await this.act(() => this.#api.merge(goes.id, stays.id), () => ({ text: t('done_pair_merged', { goes: a, stays: b }), back }))
    if (taken) this.#drop(pair)
    else await this.load()
    return taken
  }

  async apart(pair: Pair): Promise<boolean> {
    const [one, other] = [addressOf(pair.one), addressOf(pair.other)]
    const back = {
      name: t('pair_ask_again'),
      act: async () => void (await this.#again(() => this.#api.setApart(pair.one.id, pair.other.id, false), t('done_undone'))),
    }
    const taken = await this.act(() => this.#api.setApart(pair.one.id, pair.other.id, true), () => ({ text: t('done_pair_apart', { one, other }), back }))
    if (taken) this.#drop(pair)
    return taken
  }

  async #again(send: () => Promise<void>, text: string): Promise<void> {
    await this.act(send, () => ({ text }))
    await this.load()
  }

  #drop(pair: Pair): void {
    if (this.list.is !== 'ready') return
    const { total, pairs } = this.list.data
    const gone = keyOfPair(pair)
    this.list = { is: 'ready', data: { total: total - 1, pairs: pairs.filter((p) => keyOfPair(p) !== gone) } }
  }
}
