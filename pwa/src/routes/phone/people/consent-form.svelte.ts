import type { ConsentGive, Learner } from '$lib/api/types.ts'
import { checkedCallName, checkedConsent, inOrder, needsGuardian, ofAge, PURPOSES, type Purpose } from '$lib/domain/learner.ts'
import type { Notice } from '$lib/domain/notice.ts'
import type { AgeBand } from '$lib/domain/visit.ts'

/**
 * prepare: the volunteer asks two things · asked: the resident has the phone · back: is it to be given
 * back? · paper: the resident has signed the printed notice, and the volunteer copies what it says.
 */
export type ConsentStep = 'prepare' | 'asked' | 'back' | 'paper'

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
  /** The signed paper is in the volunteer's hand. */
  paperHere = $state(false)
  /** It bears both signatures, where two are needed. */
  bothSigned = $state(false)
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
    return this.told && (!this.guardian || this.guardianHere)
  }

  /** Who it is, is said; on paper a guardian needs to be here no longer. */
  get told(): boolean {
    return 'ok' in checkedCallName(this.name) && this.band !== null && ofAge(this.band)
  }

  /** All that the paper must have has been looked at. */
  get signed(): boolean {
    return this.told && this.ticked.length > 0 && this.paperHere && (!this.guardian || this.bothSigned)
  }

  /** The purposes on the screen now: of what a guardian left out the learner is not asked. */
  get offered(): Notice['purposes'] {
    return this.notice.purposes.filter(({ code }) => this.#ask.includes(code) && this.#guardianChose.includes(code))
  }

  /** A number to call back is of use to the police alone: chosen and left out together, which is said. */
  get tied(): boolean {
    const codes = this.offered.map(({ code }) => code)
    return codes.includes('call') && codes.includes('refer')
  }

  /** The phone changes hands. Nothing is ticked, whatever was ticked before. */
  hand(): void {
    if (!this.ready) return
    this.turn = this.guardian ? 'guardian' : 'person'
    this.#guardianChose = PURPOSES
    this.#show('asked')
  }

  /** Nobody but the volunteer touches the phone. Nothing is ticked here either. */
  onPaper(): void {
    if (!this.told) return
    this.#guardianChose = PURPOSES
    this.paperHere = false
    this.bothSigned = false
    this.#show('paper')
  }

  /** What the signed paper says is written down. */
  copy(): Choice {
    return this.signed ? this.#consent('paper') : 'explain'
  }

  toggle(purpose: Purpose): void {
    const off = this.ticked.includes(purpose)
    const both = this.tied && purpose === (off ? 'refer' : 'call')
    const moved: readonly Purpose[] = both ? ['refer', 'call'] : [purpose]
    this.ticked = inOrder(PURPOSES, off ? this.ticked.filter((each) => !moved.includes(each)) : [...this.ticked, ...moved])
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
      this.#show('asked')
      return 'next'
    }
    return this.#consent('tap')
  }

  #consent(method: Agreed['method']): Choice {
    const { band, notice } = this
    const consent = {
      call_name: this.name,
      purposes: inOrder(PURPOSES, [...this.already, ...this.ticked]),
      notice_version: notice.version,
      notice_hash: notice.hash,
      language: notice.language,
      method,
      ...(this.guardian ? { guardian: true as const } : {}),
    }
    if (band === null || !ofAge(band)) return 'declined'
    const name = checkedConsent({ ...consent, age_band: band }, [notice])
    return 'ok' in name ? { agreed: { ...consent, call_name: name.ok, age_band: band } } : 'declined'
  }

  #show(step: 'asked' | 'paper'): void {
    this.ticked = []
    this.explain = false
    this.step = step
  }
}
