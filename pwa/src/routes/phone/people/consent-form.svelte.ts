import type { ConsentGive, Learner } from '$lib/api/types.ts'
import { checkedCallName, checkedConsent, inOrder, needsGuardian, ofAge, PURPOSES, type Purpose } from '$lib/domain/learner.ts'
import type { Notice } from '$lib/domain/notice.ts'
import type { AgeBand } from '$lib/domain/visit.ts'

/** prepare: the volunteer asks two things · asked: the resident has the phone · back: is it to be given back? */
export type ConsentStep = 'prepare' | 'asked' | 'back'

/** What is written down of a consent, besides whose it is. */
export type Agreed = Omit<ConsentGive, 'household_id' | 'learner_id'>

/** What was chosen: nothing is written for whoever did not agree. */
export type Choice = { agreed: Agreed } | 'explain' | 'next' | 'declined'

/** One consent, from the volunteer's two questions to the press of the resident, or of two of them. */
export class ConsentForm {
  step = $state<ConsentStep>('prepare')
  name = $state('')
  band = $state<AgeBand | null>(null)
  /** The volunteer sees a parent or guardian beside the learner. */
  guardianHere = $state(false)
  /** Whose turn it is to press. */
  turn = $state<'guardian' | 'person'>('person')
  ticked = $state<Purpose[]>([])
  /** Agreeing to nothing was pressed: what it takes is said, nobody is told off. */
  explain = $state(false)
  readonly notice: Notice
  /** Agreed to on another day, and not asked again. */
  readonly already: readonly Purpose[]
  readonly #ask: readonly Purpose[]
  #guardianChose: readonly Purpose[] = PURPOSES

  /** `learner` is somebody who agreed before and is asked for one more purpose. */
  constructor(notice: Notice, learner: Learner | null = null, ask: readonly Purpose[] = PURPOSES) {
    this.notice = notice
    this.already = learner?.purposes ?? []
    this.#ask = ask.filter((purpose) => !this.already.includes(purpose))
    if (!learner) return
    this.name = learner.call_name
    this.band = learner.age_band
  }

  /** What is wrong with the name so far; an empty one is only unfinished. */
  get nameFault(): 'text_too_long' | 'number_in_text' | null {
    const answer = checkedCallName(this.name)
    return 'fault' in answer && (answer.fault === 'text_too_long' || answer.fault === 'number_in_text') ? answer.fault : null
  }

  get tooYoung(): boolean {
    return this.band !== null && !ofAge(this.band)
  }

  get guardian(): boolean {
    return this.band !== null && needsGuardian(this.band)
  }

  get ready(): boolean {
    return 'ok' in checkedCallName(this.name) && this.band !== null && ofAge(this.band) && (!this.guardian || this.guardianHere)
  }

  /** The purposes on the screen now: of what a guardian left out the learner is not asked. */
  get offered(): Notice['purposes'] {
    return this.notice.purposes.filter(({ code }) => this.#ask.includes(code) && this.#guardianChose.includes(code))
  }

  /** The phone changes hands. Nothing is ticked, whatever was ticked before. */
  hand(): void {
    if (!this.ready) return
    this.turn = this.guardian ? 'guardian' : 'person'
    this.#guardianChose = PURPOSES
    this.#show()
  }

  toggle(purpose: Purpose): void {
    this.ticked = this.ticked.includes(purpose) ? this.ticked.filter((each) => each !== purpose) : [...this.ticked, purpose]
    this.explain = false
  }

  /** The resident pressed: what follows from it. */
  agree(): Choice {
    if (this.ticked.length === 0) {
      this.explain = true
      return 'explain'
    }
    if (this.turn === 'guardian') {
      this.#guardianChose = this.ticked
      this.turn = 'person'
      this.#show()
      return 'next'
    }
    const { band, notice } = this
    const consent = {
      call_name: this.name,
      purposes: inOrder(PURPOSES, [...this.already, ...this.ticked]),
      notice_version: notice.version,
      notice_hash: notice.hash,
      language: notice.language,
      method: 'tap' as const,
      ...(this.guardian ? { guardian: true as const } : {}),
    }
    if (band === null || !ofAge(band)) return 'declined'
    const name = checkedConsent({ ...consent, age_band: band }, [notice])
    return 'ok' in name ? { agreed: { ...consent, call_name: name.ok, age_band: band } } : 'declined'
  }

  #show(): void {
    this.ticked = []
    this.explain = false
    this.step = 'asked'
  }
}
