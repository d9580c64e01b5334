/** The report of a period: asked for whenever the period changes, and taken away as a file. */
import { Problem } from '../../api/client.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import { dayOf, type Day, type Millis } from '../day.ts'
import type { IdentityApi, Report, Taken } from './api.ts'
import { periodOf, readDate, writeDate, type PeriodKind } from './period.ts'

export class ReportDesk {
  part = $state.raw<Part<Report>>({ is: 'none' })
  kind = $state<PeriodKind>('month')
  /** `yyyy-mm-dd`, as the fields have it. */
  from = $state('')
  to = $state('')
  fault = $state<'from' | 'to' | null>(null)
  /** The file being made. */
  taking = $state<'xlsx' | 'docx' | null>(null)
  taken = $state<string | null>(null)
  trouble = $state<Trouble | null>(null)

  readonly #api: IdentityApi
  readonly #clock: () => Millis
  readonly #save: (file: Taken) => void
  #asked = 0

  constructor(api: IdentityApi, clock: () => Millis, save: (file: Taken) => void) {
    this.#api = api
    this.#clock = clock
    this.#save = save
  }

  get today(): Day {
    return dayOf(this.#clock())
  }

  async choose(kind: PeriodKind): Promise<void> {
    this.kind = kind
    this.taken = null
    if (kind !== 'own') {
      const { from, to } = periodOf(kind, this.today)
      this.from = writeDate(from)
      this.to = writeDate(to)
    }
    await this.look()
  }

  /** The period as it is typed, or `null` with the fault set. */
  #period(): { from: Day; to: Day } | null {
    const from = readDate(this.from)
    const to = readDate(this.to)
    this.fault = from === null ? 'from' : to === null || to < from || to > this.today ? 'to' : null
    return this.fault || from === null || to === null ? null : { from, to }
  }

  async look(): Promise<void> {
    const period = this.#period()
    if (!period) return
    const asked = ++this.#asked
    if (this.part.is !== 'ready') this.part = { is: 'loading' }
    this.trouble = null
    try {
      const data = await this.#api.report(period.from, period.to)
      if (asked === this.#asked) this.part = { is: 'ready', data }
    } catch (error) {
      if (asked !== this.#asked || this.#refused(error)) return
      if (this.part.is === 'ready') this.trouble = troubleOf(error)
      else this.part = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  async take(format: 'xlsx' | 'docx'): Promise<void> {
    const period = this.#period()
    if (!period || this.taking) return
    this.taking = format
    this.taken = null
    this.trouble = null
    try {
      const file = await this.#api.file(period.from, period.to, format)
      this.#save(file)
      this.taken = file.name
    } catch (error) {
      if (!this.#refused(error)) this.trouble = troubleOf(error)
    } finally {
      this.taking = null
    }
  }

  #refused(error: unknown): boolean {
    if (!(error instanceof Problem) || error.code !== 'invalid_field') return false
    this.fault = error.errors[0]?.pointer === '/from' ? 'from' : 'to'
    return true
  }
}
