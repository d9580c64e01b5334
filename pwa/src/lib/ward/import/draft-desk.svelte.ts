/** A draft somebody looks through: its rows page by page, what is done about each, and its way into the book. */
import { Problem } from '../../api/client.ts'
import { troubleOf, type Trouble } from '../api.ts'
import { TYPING_MS } from '../doubles-desk.svelte.ts'
import type { ImportApi, Page } from './api.ts'
import type { AddressReading, Draft, ImportLine, Row, RowAct, RowDoubt, Show } from './wire.ts'

/** As many rows as the server gives at once. */
export const PAGE_ROWS = 50

type Calls = Pick<ImportApi, 'draft' | 'act' | 'actOnMany' | 'found' | 'address' | 'commit'>

/** A field of a row that the server would not keep. */
export type RowField = 'address' | 'group' | 'head' | 'members' | 'adults'
const FIELDS: readonly RowField[] = ['address', 'group', 'head', 'members', 'adults']

/** A row as it is being written. */
export interface RowForm {
  address: string
  group: string
  head: string
  members: string
  adults: string
}

const formOf = (row: Row): RowForm => ({
  address: row.written,
  group: row.group ?? '',
  head: row.head ?? '',
  members: row.members === null ? '' : String(row.members),
  adults: row.adults === null ? '' : String(row.adults),
})

/** A whole number from 0 to 99; `undefined` for anything else, `null` for nothing. */
export function countOf(text: string): number | null | undefined {
  const bare = text.trim()
  if (bare === '') return null
  return /^\d{1,2}$/.test(bare) ? Number(bare) : undefined
}

export class DraftDesk {
  draft = $state.raw<Draft | null>(null)
  trouble = $state<Trouble | null>(null)
  busy = $state(false)
  /** On its way into the book. */
  committing = $state(false)
  /** What did not happen. */
  failure = $state<Trouble | null>(null)
  done = $state.raw<ImportLine | null>(null)

  show = $state<Show>('look')
  from = $state(0)

  /** The row that stands open, by its place in the draft. */
  openAt = $state<number | null>(null)
  form = $state<RowForm>({ address: '', group: '', head: '', members: '', adults: '' })
  fault = $state<RowField | null>(null)
  /** How the typed address is understood, once somebody types. */
  understood = $state.raw<AddressReading | null>(null)

  readonly open: Row | null = $derived(this.draft?.rows.find((row) => row.at === this.openAt) ?? null)
  readonly pages: number = $derived(Math.max(1, Math.ceil((this.draft?.of ?? 0) / PAGE_ROWS)))
  /** Households that go in: added, changed, confirmed. */
  readonly taken: number = $derived(this.draft ? this.draft.counts.new + this.draft.counts.updated + this.draft.counts.confirmed : 0)
  readonly ready: boolean = $derived(this.draft !== null && this.draft.counts.blocked === 0)

  readonly id: string
  readonly #api: Calls
  #typing: ReturnType<typeof setTimeout> | undefined
  #asked = 0

  constructor(api: Calls, id: string) {
    this.#api = api
    this.id = id
  }

  get #page(): Page {
    return { show: this.show, from: this.from }
  }

  close(): void {
    clearTimeout(this.#typing)
    this.#asked += 1
  }

  async load(show: Show = this.show, from = 0): Promise<void> {
    this.show = show
    this.from = from
    this.shut()
    const asked = (this.#asked += 1)
    this.trouble = null
    try {
      const draft = await this.#api.draft(this.id, this.#page)
      if (asked === this.#asked) this.draft = draft
    } catch (error) {
      if (asked === this.#asked) this.trouble = troubleOf(error)
    }
  }

  /** Opens a row to be written. */
  edit(row: Row): void {
    this.openAt = row.at
    this.form = formOf(row)
    this.fault = null
    this.understood = null
  }

  shut(): void {
    clearTimeout(this.#typing)
    this.openAt = null
    this.fault = null
    this.understood = null
  }

  /** What the address means is said while it is typed. */
  type(address: string): void {
    this.form.address = address
    clearTimeout(this.#typing)
    this.#typing = setTimeout(() => void this.#understand(), TYPING_MS)
  }

  async #understand(): Promise<void> {
    const text = this.form.address
    try {
      const read = await this.#api.address(text)
      // Overtaken by the next letter, or by another row.
      if (text === this.form.address && this.openAt !== null) this.understood = read
    } catch {
      // It is said once the row is saved; nothing is lost by not saying it sooner.
    }
  }

  settle = (row: Row): Promise<void> => this.#act(row.at, { act: 'settle' })
  leaveOut = (row: Row): Promise<void> => this.#act(row.at, { act: 'leave_out' })
  takeBack = (row: Row): Promise<void> => this.#act(row.at, { act: 'take_back' })

  /** Takes what the row may have meant. */
  take(row: Row, address: string): Promise<void> {
    const { group, head, members, adults } = row
    return this.#act(row.at, { act: 'write', address, group, head, members, adults })
  }

  /** Saves the open row and goes to the next one that wants a look. */
  async save(): Promise<void> {
    const at = this.openAt
    if (at === null || this.busy) return
    const members = countOf(this.form.members)
    const adults = countOf(this.form.adults)
    if (members === undefined || adults === undefined) {
      this.fault = members === undefined ? 'members' : 'adults'
      return
    }
    const { address, group, head } = this.form
    await this.#act(at, { act: 'write', address, group: group || null, head: head || null, members, adults })
    if (this.fault || this.failure) return
    const next = nextOf(this.draft?.rows ?? [], at)
    if (next) this.edit(next)
    else this.shut()
  }

  async #act(at: number, act: RowAct): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.failure = null
    this.fault = null
    try {
      await this.#take(this.#api.act(this.id, at, act, this.#page))
      if (this.openAt === at) this.shut()
    } catch (error) {
      this.fault = fieldOf(error)
      if (!this.fault) this.failure = troubleOf(error)
    } finally {
      this.busy = false
    }
  }

  /** All rows that wait for the same; without a doubt, all that would be lost are left out. */
  async actOnMany(act: 'settle' | 'leave_out', doubt: RowDoubt | null): Promise<void> {
    await this.#do(() => this.#take(this.#api.actOnMany(this.id, act, doubt, this.#page)))
  }

  async found(groups: readonly string[]): Promise<void> {
    await this.#do(() => this.#take(this.#api.found(this.id, groups, this.#page)))
  }

  async commit(): Promise<void> {
    if (!this.ready || this.busy) return
    this.committing = true
    await this.#do(async () => {
      this.done = await this.#api.commit(this.id)
    })
    this.committing = false
    // Somebody else may have changed the register meanwhile: the rows say what is to do now.
    if (this.failure === 'conflict') {
      await this.load('blocked')
      this.failure = 'conflict'
    }
  }

  async #do(send: () => Promise<void>): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.failure = null
    try {
      await send()
    } catch (error) {
      this.failure = troubleOf(error)
    } finally {
      this.busy = false
    }
  }

  async #take(answer: Promise<Draft>): Promise<void> {
    let draft = await answer
    // The last row of the last page is done with: the page before is shown.
    if (draft.rows.length === 0 && draft.of > 0 && this.from > 0) {
      this.from = Math.max(0, this.from - PAGE_ROWS)
      draft = await this.#api.draft(this.id, this.#page)
    }
    this.draft = draft
  }
}

/** The next row that wants a look, below the place; else the first of all. */
export function nextOf(rows: readonly Row[], at: number): Row | null {
  const waiting = rows.filter((row) => row.look && row.at !== at)
  return waiting.find((row) => row.at > at) ?? waiting[0] ?? null
}

function fieldOf(error: unknown): RowField | null {
  if (!(error instanceof Problem) || error.code !== 'invalid_field') return null
  return FIELDS.find((field) => error.errors.some(({ pointer }) => pointer === `/${field}`)) ?? null
}
