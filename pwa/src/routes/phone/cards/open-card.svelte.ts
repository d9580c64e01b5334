import type { CoachForm } from '../coach-form.svelte.ts'

/** A card while it is open: its steps, then the page where the learner shows it alone. */
export class OpenCard {
  /** From 0; the one after the last step is the page at the end. */
  page = $state(0)
  /** The resident looks at the screen: one step, as large as it goes. */
  resident = $state(false)
  readonly skill: string
  readonly steps: number
  /** Null: a card that is told, and sets no level. */
  readonly #form: CoachForm | null

  constructor(skill: string, steps: number, form: CoachForm | null) {
    this.skill = skill
    this.steps = steps
    this.#form = form
  }

  get atEnd(): boolean {
    return this.page === this.steps
  }

  next(): void {
    this.page = Math.min(this.page + 1, this.steps)
  }

  back(): void {
    this.page = Math.max(this.page - 1, 0)
  }

  /** The level in the form of the coach screen; the card has none of its own. */
  get level(): number | undefined {
    return this.#form?.person?.levels[this.skill]
  }

  set(level: number): void {
    this.#form?.set(this.skill, level)
  }
}
