/** The grid of the police's counts: what the book has, what is typed over it, and what is wrong with that. */
import { Problem } from '../../api/client.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import type { CountsBook, CountVersion, GroupCounts, IdentityApi } from './api.ts'
import { cellsOf, faultsOf, FIELDS, isEmpty, NO_CELLS, numbersOf, type CellFault, type Cells, type CountField } from './grid.ts'
import { readPaste, type UnknownRow } from './paste.ts'
import { lastOf, monthOf, readDate, writeDate } from './period.ts'

export type OriginField = 'month' | 'as_of' | 'source'
export type OriginFault = 'month' | 'as_of' | 'source' | 'secret' | 'long'

/** What is typed of one month. */
interface Draft {
  cells: Record<string, Cells>
  unknown: UnknownRow[]
  source: string
  asOf: string
}

export class CountsDesk {
  part = $state.raw<Part<CountsBook>>({ is: 'loading' })
  /** `yyyymm`; `null` until the server has said which month it is. */
  month = $state<number | null>(null)
  /** Rows somebody has typed into, or pasted over: only these are sent. */
  cells = $state<Record<string, Cells>>({})
  unknown = $state<UnknownRow[]>([])
  source = $state('')
  /** `yyyy-mm-dd`, as the field has it. */
  asOf = $state('')
  faults = $state.raw<ReadonlyMap<string, CellFault>>(new Map())
  originFaults = $state.raw<ReadonlyMap<OriginField, OriginFault>>(new Map())
  trouble = $state<Trouble | null>(null)
  saving = $state(false)
  /** How many rows were saved last, or pasted. */
  said = $state.raw<{ is: 'saved' | 'pasted'; n: number; unknown: number } | null>(null)
  history = $state.raw<{ group: GroupCounts; part: Part<CountVersion[]> } | null>(null)

  readonly book: CountsBook | null = $derived(this.part.is === 'ready' ? this.part.data : null)
  /** How many rows would be saved. */
  readonly filled: number = $derived(Object.values(this.cells).filter((cells) => !isEmpty(cells)).length)
  readonly dirty: boolean = $derived(this.filled > 0 || this.unknown.length > 0)

  readonly #api: IdentityApi
  readonly #drafts = new Map<number, Draft>()

  constructor(api: IdentityApi) {
    this.#api = api
  }

  async load(month: number | null = this.month): Promise<void> {
    try {
      const book = await this.#api.counts(month)
      const first = this.month !== book.month
      this.part = { is: 'ready', data: book }
      this.month = book.month
      if (first) this.#begin(book)
      this.trouble = null
    } catch (error) {
      if (this.part.is === 'ready') this.trouble = troubleOf(error)
      else this.part = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  /** Another month; what is typed of this one waits for whoever comes back. */
  async turn(month: number): Promise<void> {
    if (this.month !== null && this.dirty) {
      this.#drafts.set(this.month, { cells: $state.snapshot(this.cells), unknown: $state.snapshot(this.unknown), source: this.source, asOf: this.asOf })
    }
    this.said = null
    this.history = null
    await this.load(month)
  }

  #begin(book: CountsBook): void {
    const draft = this.#drafts.get(book.month)
    const own = book.groups.find((group) => group.own)?.own
    this.cells = draft?.cells ?? {}
    this.unknown = draft?.unknown ?? []
    this.source = draft?.source ?? own?.source ?? ''
    // The counts of a month hold for its end, or for today while it goes on.
    this.asOf = draft?.asOf ?? writeDate(own?.as_of ?? (book.month >= monthOf(book.today) ? book.today : lastOf(book.month)))
    this.faults = new Map()
    this.originFaults = new Map()
  }

  /** What stands in a row: what is typed, else what the book has of this month. */
  rowOf(group: GroupCounts): Cells {
    return this.cells[group.id] ?? (group.own ? cellsOf(group.own) : NO_CELLS)
  }

  faultOf(group: string, field: CountField): CellFault | null {
    return this.faults.get(`${group}/${field}`) ?? null
  }

  type(group: GroupCounts, field: CountField, text: string): void {
    this.cells = { ...this.cells, [group.id]: { ...this.rowOf(group), [field]: text } }
    this.said = null
    // A fault goes as soon as the row is right; it comes when the cell is left.
    if (FIELDS.some((one) => this.faultOf(group.id, one))) this.look(group.id)
  }

  /** Looks through the rows that are typed, or through one. */
  look(only?: string): boolean {
    const faults = new Map(this.faults)
    for (const [id, cells] of Object.entries(this.cells)) {
      if (only !== undefined && id !== only) continue
      const found = faultsOf(cells)
      for (const field of FIELDS) {
        const fault = found[field]
        if (fault) faults.set(`${id}/${field}`, fault)
        else faults.delete(`${id}/${field}`)
      }
    }
    this.faults = faults
    return faults.size === 0
  }

  /** Says how many rows found their group. */
  paste(text: string): number {
    if (!this.book) return 0
    const { rows, unknown } = readPaste(text, this.book.groups)
    this.cells = { ...this.cells, ...Object.fromEntries(rows) }
    this.unknown = unknown
    this.look()
    this.said = { is: 'pasted', n: rows.size, unknown: unknown.length }
    return rows.size
  }

  /** A line that was not understood belongs to a group after all. */
  place(row: UnknownRow, group: string): void {
    this.cells = { ...this.cells, [group]: { ...row.cells } }
    this.drop(row)
    this.look(group)
  }

  drop(row: UnknownRow): void {
    this.unknown = this.unknown.filter((one) => one.line !== row.line)
  }

  /** Takes back everything typed of this month. */
  forget(): void {
    if (this.month !== null) this.#drafts.delete(this.month)
    if (this.book) this.#begin(this.book)
    this.said = null
  }

  async save(): Promise<boolean> {
    const { book } = this
    if (!book || this.saving) return false
    const asOf = readDate(this.asOf)
    const origin = new Map<OriginField, OriginFault>()
    if (asOf === null) origin.set('as_of', 'as_of')
    if (this.source.trim() === '') origin.set('source', 'source')
    this.originFaults = origin
    if (!this.look() || origin.size > 0 || asOf === null || this.unknown.length > 0) return false
    // In the order of the screen: the server names a row by its place.
    const sent = book.groups.filter(({ id }) => this.cells[id] && !isEmpty(this.cells[id]))
    const rows = sent.map(({ id }) => ({ group_id: id, ...numbersOf(this.cells[id] ?? NO_CELLS) }))
    this.saving = true
    this.trouble = null
    try {
      const data = await this.#api.save({ month: book.month, as_of: asOf, source: this.source, rows })
      this.part = { is: 'ready', data }
      this.#drafts.delete(book.month)
      this.#begin(data)
      this.history = null
      this.said = { is: 'saved', n: rows.length, unknown: 0 }
      return true
    } catch (error) {
      if (!this.#refused(error, sent)) this.trouble = troubleOf(error)
      return false
    } finally {
      this.saving = false
    }
  }

  /** Puts each fault the server found under its cell. */
  #refused(error: unknown, sent: readonly GroupCounts[]): boolean {
    if (!(error instanceof Problem) || error.code !== 'invalid_field') return false
    const faults = new Map(this.faults)
    const origin = new Map(this.originFaults)
    for (const { pointer, code } of error.errors) {
      const cell = /^\/rows\/(\d+)\/(from_14|l2_issued|activated)$/.exec(pointer)
      const id = cell ? sent[Number(cell[1])]?.id : undefined
      if (cell && id) faults.set(`${id}/${cell[2]}`, code === 'more_than_whole' ? 'more_than_whole' : 'out_of_range')
      else if (pointer === '/month' || pointer === '/as_of') origin.set(pointer === '/month' ? 'month' : 'as_of', pointer === '/month' ? 'month' : 'as_of')
      else if (pointer === '/source') origin.set('source', code === 'secret_in_text' ? 'secret' : code === 'text_too_long' ? 'long' : 'source')
      else return false
    }
    this.faults = faults
    this.originFaults = origin
    return true
  }

  async openHistory(group: GroupCounts): Promise<void> {
    this.history = { group, part: { is: 'loading' } }
    try {
      this.history = { group, part: { is: 'ready', data: await this.#api.history(group.id) } }
    } catch (error) {
      this.history = { group, part: { is: 'failed', trouble: troubleOf(error) } }
    }
  }
}
