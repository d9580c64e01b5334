import type { PersonCoached } from '$lib/api/types.ts'
import type { Database } from '$lib/data/db.ts'
import { draftOf, dropDraft, keepDraft } from '$lib/data/drafts.ts'
import type { Clock, Millis } from '$lib/domain/time.ts'
import { MAX_PEOPLE, type AgeBand } from '$lib/domain/visit.ts'

/** Somebody who is coached on this visit. */
export interface Coached {
  age_band: AgeBand
  /** Somebody who agreed to be written down; their name is the door's business. */
  learner_id?: string
  /** Level by skill code. */
  levels: Record<string, number>
}

interface Parts {
  db: Database
  clock: Clock
  account_id: string
  household_id: string
}

const coachedOf = ({ age_band, learner_id, skills }: PersonCoached): Coached => ({
  age_band,
  ...(learner_id === undefined ? {} : { learner_id }),
  levels: Object.fromEntries(skills.map(({ skill, level }) => [skill, level])),
})

/** The door whose draft is to be filled in without asking: a record that came back is being mended. */
export const fillIn = { door: null as string | null }

/** Who was coached at one door, tap by tap. Every tap is kept, so a dead battery costs nothing. */
export class CoachForm {
  people = $state<Coached[]>([])
  current = $state(0)
  /** A draft of an earlier sitting, until the person says what to do with it. */
  found = $state.raw<{ people: Coached[]; saved_at: Millis } | null>(null)

  readonly #parts: Parts | null
  #writing: Promise<void> = Promise.resolve()

  /** Without parts nothing is kept between taps: for a correction, whose visit is safe as it was. */
  constructor(parts: Parts | null, people: readonly PersonCoached[] = []) {
    this.#parts = parts
    this.people = people.map(coachedOf)
  }

  get person(): Coached | undefined {
    return this.people[this.current]
  }

  get full(): boolean {
    return this.people.length >= MAX_PEOPLE
  }

  async look(): Promise<void> {
    if (!this.#parts) return
    const { db, account_id, household_id } = this.#parts
    const draft = await draftOf(db, account_id, household_id)
    if (draft?.people?.length && this.people.length === 0) {
      this.found = { saved_at: draft.saved_at, people: draft.people.map(coachedOf) }
    }
  }

  restore(): void {
    if (!this.found) return
    this.people = this.found.people
    this.current = Math.max(0, this.people.length - 1)
    this.found = null
  }

  async forget(): Promise<void> {
    this.found = null
    if (!this.#parts) return
    const { db, account_id, household_id } = this.#parts
    await dropDraft(db, account_id, household_id)
  }

  /** Somebody written down is there once: whoever is chosen again is turned to. */
  add(age_band: AgeBand, learner_id?: string): void {
    const there = learner_id === undefined ? -1 : this.people.findIndex((person) => person.learner_id === learner_id)
    if (there >= 0) this.current = there
    if (there >= 0 || this.full) return
    this.people.push({ age_band, ...(learner_id === undefined ? {} : { learner_id }), levels: {} })
    this.current = this.people.length - 1
    this.#keep()
  }

  remove(index: number): void {
    this.people.splice(index, 1)
    this.current = Math.max(0, Math.min(this.current, this.people.length - 1))
    this.#keep()
  }

  /** A second tap on the same level takes the skill off again. */
  set(skill: string, level: number): void {
    const person = this.person
    if (!person) return
    if (person.levels[skill] === level) delete person.levels[skill]
    else person.levels[skill] = level
    this.#keep()
  }

  /** With `named`, whoever is not among them is counted without a name: people change their minds. */
  coached(named?: ReadonlySet<string>): PersonCoached[] {
    return this.people.map(({ age_band, learner_id, levels }) => ({
      age_band,
      ...(learner_id === undefined || named?.has(learner_id) === false ? {} : { learner_id }),
      skills: Object.entries(levels).map(([skill, level]) => ({ skill, level })),
    }))
  }

  /** Waits for the last tap to reach the disk. */
  kept(): Promise<void> {
    return this.#writing
  }

  #keep(): void {
    if (!this.#parts) return
    const { db, clock, account_id, household_id } = this.#parts
    const draft = { account_id, household_id, saved_at: clock.now(), people: this.coached() }
    // One after the other: a slow earlier write must not land on top of a later one.
    this.#writing = this.#writing
      .then(() => (draft.people.length > 0 ? keepDraft(db, draft) : dropDraft(db, account_id, household_id)))
      .catch(() => undefined)
  }
}
