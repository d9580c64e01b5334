/** The quality room: flags that advise, households that are asked again, and the terms of both. */
import { Problem } from '../../api/client.ts'
import { checkedNote, type NoteFault } from '../../domain/note.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import { dayOf, type Day, type Millis } from '../day.ts'
import { Decisions } from '../live-list.svelte.ts'
import type { QualityApi } from './api.ts'
import { answeredBefore, byAlley, onList, readMinute, writeMinute, type AlleyChecks } from './tell.ts'
import type { Check, CheckAnswer, DeskFlag, Quality, QualityTerms, Verdict } from './wire.ts'

/** What is wrong with the words beside an answer. */
export type WordsFault = NoteFault | 'number_in_text'

/** Fields of the terms as they are typed. */
export interface TermsForm {
  random_percent: number | null
  checks_a_day: number | null
  days_before_desk: number | null
  from: string
  to: string
}
export type TermsField = keyof TermsForm

/** What the server takes; it looks again. */
export const TERMS_BOUNDS = {
  random_percent: [1, 50],
  checks_a_day: [0, 200],
  days_before_desk: [0, 14],
} as const

const MIDNIGHT = 24 * 60
/** Visiting begins by noon and lasts an hour at least. */
const NOON = 12 * 60
const AN_HOUR = 60

const FIELD_OF: Readonly<Record<string, TermsField>> = {
  '/random_percent': 'random_percent',
  '/checks_a_day': 'checks_a_day',
  '/days_before_desk': 'days_before_desk',
  '/from_minute': 'from',
  '/to_minute': 'to',
}

const formOf = (terms: QualityTerms): TermsForm => ({
  random_percent: terms.random_percent,
  checks_a_day: terms.checks_a_day,
  days_before_desk: terms.days_before_desk,
  from: writeMinute(terms.from_minute),
  // A field for times has no 24:00: midnight ends the day it is written under.
  to: writeMinute(terms.to_minute % MIDNIGHT),
})

export class QualityDesk extends Decisions<Quality> {
  /** Words typed beside an answer, by the row they are about: kept until the server has taken them. */
  words = $state<Record<string, string>>({})
  wordsFaults = $state.raw<ReadonlyMap<string, WordsFault>>(new Map())
  /** The answer that has just been given. */
  said = $state.raw<{ is: 'judged'; verdict: Verdict } | { is: 'terms' } | null>(null)

  /** The terms as they are typed; `null` while nobody changes them. */
  form = $state<TermsForm | null>(null)
  formFaults = $state.raw<ReadonlySet<TermsField>>(new Set())
  formTrouble = $state<Trouble | null>(null)
  saving = $state(false)

  readonly #known: Quality | null = $derived(this.list.is === 'ready' ? this.list.data : null)
  readonly today: Day = $derived(dayOf(this.now))
  readonly openFlags: DeskFlag[] = $derived(this.#known?.flags.filter((f) => f.closed_at === null) ?? [])
  readonly closedFlags: DeskFlag[] = $derived(this.#known?.flags.filter((f) => f.closed_at !== null) ?? [])
  readonly checks: Check[] = $derived(onList(this.#known?.checks ?? [], this.today))
  readonly alleys: AlleyChecks[] = $derived(byAlley(this.checks))
  /** Households nobody has answered for. */
  readonly unasked: number = $derived(this.checks.filter((c) => c.answer === null).length)
  readonly earlier: Check[] = $derived(answeredBefore(this.#known?.checks ?? [], this.today))

  readonly #api: QualityApi

  constructor(api: QualityApi, clock: () => Millis, watched: () => boolean) {
    super(clock, watched)
    this.#api = api
  }

  get part(): Part<Quality> {
    return this.list
  }

  protected ask(): Promise<Quality> {
    return this.#api.quality()
  }

  /** Ends a flag. True when the server took it. */
  async judge(flag: DeskFlag, verdict: Verdict): Promise<boolean> {
    this.said = null
    const taken = await this.#say(flag.id, null, (words) => this.#api.judge(flag.id, verdict, words))
    if (taken === null) return false
    this.#change((q) => ({
      ...q,
      flags: [
        ...q.flags.filter((f) => f.id !== flag.id && f.closed_at === null),
        { ...flag, closed_at: this.clock(), verdict, verdict_words: taken.words },
        ...q.flags.filter((f) => f.id !== flag.id && f.closed_at !== null),
      ],
    }))
    this.said = { is: 'judged', verdict }
    return true
  }

  /** What a household said; given again, the later answer counts. */
  async answer(check: Check, answer: CheckAnswer): Promise<boolean> {
    const taken = await this.#say(check.id, check.words, (words) => this.#api.answer(check.id, answer, words))
    if (taken === null) return false
    const answered_on = dayOf(this.clock())
    this.#change((q) => ({ ...q, checks: q.checks.map((c) => (c.id === check.id ? { ...c, answer, answered_on, words: taken.words } : c)) }))
    return true
  }

  /** What stands in the field of words: what was typed, else what the server keeps. */
  typed(id: string, kept: string | null = null): string {
    return this.words[id] ?? kept ?? ''
  }

  /** Is there something in the field that the server does not know? */
  unsaid(id: string, kept: string | null): boolean {
    return this.words[id] !== undefined && this.words[id].trim() !== (kept ?? '')
  }

  type(id: string, text: string): void {
    this.words[id] = text
    if (this.wordsFaults.has(id)) this.#fault(id, null)
  }

  beginTerms(): void {
    if (this.form === null && this.#known) this.form = formOf(this.#known.terms)
  }

  /** What was typed is put back to what the ward has. */
  dropTerms(): void {
    this.form = null
    this.formFaults = new Set()
    this.formTrouble = null
    this.beginTerms()
  }

  readonly termsChanged: boolean = $derived.by(() => {
    if (this.form === null || this.#known === null) return false
    const was = formOf(this.#known.terms)
    return (Object.keys(was) as TermsField[]).some((field) => was[field] !== this.form?.[field])
  })

  async saveTerms(): Promise<boolean> {
    const { form } = this
    if (form === null || this.#known === null || this.saving) return false
    this.said = null
    this.formTrouble = null
    const faults = new Set<TermsField>()
    for (const field of ['random_percent', 'checks_a_day', 'days_before_desk'] as const) {
      const [least, most] = TERMS_BOUNDS[field]
      const value = form[field]
      if (value === null || !Number.isInteger(value) || value < least || value > most) faults.add(field)
    }
    const from = readMinute(form.from)
    const to = readMinute(form.to) === 0 ? MIDNIGHT : readMinute(form.to)
    if (from === null || from > NOON) faults.add('from')
    if (to === null || (from !== null && to < from + AN_HOUR)) faults.add('to')
    this.formFaults = faults
    if (faults.size > 0) return false
    this.saving = true
    const terms: QualityTerms = {
      ...this.#known.terms,
      random_percent: form.random_percent ?? 0,
      checks_a_day: form.checks_a_day ?? 0,
      days_before_desk: form.days_before_desk ?? 0,
      from_minute: from ?? 0,
      to_minute: to ?? 0,
    }
    try {
      await this.#api.setTerms(terms)
      this.#change((q) => ({ ...q, terms }))
      this.form = formOf(terms)
      this.said = { is: 'terms' }
      this.lookSoon()
      return true
    } catch (error) {
      const fields = error instanceof Problem && error.status === 422 ? error.errors.flatMap(({ pointer }) => FIELD_OF[pointer] ?? []) : []
      if (fields.length > 0) this.formFaults = new Set(fields)
      else this.formTrouble = troubleOf(error)
      return false
    } finally {
      this.saving = false
    }
  }

  /** An answer with the words beside it: `null` when it was not taken, and then nothing typed is lost. */
  async #say(id: string, kept: string | null, act: (words: string | null) => Promise<void>): Promise<{ words: string | null } | null> {
    const note = checkedNote(this.typed(id, kept))
    this.#fault(id, 'fault' in note ? note.fault : null)
    if ('fault' in note) return null
    const words = note.ok === '' ? null : note.ok
    let fault: WordsFault | null = null
    const done = await this.doing(id, async () => {
      try {
        await act(words)
      } catch (error) {
        fault = wordsFault(error)
        if (fault === null) throw error
      }
    })
    this.#fault(id, fault)
    if (!done || fault !== null) return null
    delete this.words[id]
    return { words }
  }

  #change(how: (quality: Quality) => Quality): void {
    if (this.list.is === 'ready') this.list = { is: 'ready', data: how(this.list.data) }
  }

  #fault(id: string, fault: WordsFault | null): void {
    const next = new Map(this.wordsFaults)
    if (fault === null) next.delete(id)
    else next.set(id, fault)
    this.wordsFaults = next
  }
}

function wordsFault(error: unknown): WordsFault | null {
  if (!(error instanceof Problem) || error.status !== 422) return null
  const code = error.errors.find(({ pointer }) => pointer === '/words')?.code
  if (code === undefined) return null
  return code === 'secret_in_text' || code === 'number_in_text' ? code : 'text_too_long'
}
