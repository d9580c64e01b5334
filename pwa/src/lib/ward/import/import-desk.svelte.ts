/** The beginning of an import, a file that is read and understood; and the imports that were made. */
import { Problem } from '../../api/client.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import type { ImportApi } from './api.ts'
import { FILE_FAULTS, type Field, type FileFault, type FileReading, type Imports, type SheetHints, type Undo } from './wire.ts'

/** As much as the server takes. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024

type Calls = Pick<ImportApi, 'read' | 'keep' | 'imports' | 'discard' | 'undoOutlook' | 'undo'>

/** A file that cannot be read is no error of the network: it has a sentence of its own. */
export type FileTrouble = { file: FileFault } | { trouble: Trouble }

export function fileTroubleOf(error: unknown): FileTrouble {
  if (error instanceof Problem) {
    if (error.code === 'payload_too_large') return { file: 'too_large' }
    const why = error.errors[0]?.code
    if (error.code === 'unreadable_file') return { file: FILE_FAULTS.find((fault) => fault === why) ?? 'unknown_format' }
  }
  return { trouble: troubleOf(error) }
}

export class ImportDesk {
  /** Kept in memory only: the server keeps no file, so it is sent again with what is known better. */
  file = $state.raw<File | null>(null)
  reading = $state.raw<FileReading | null>(null)
  busy = $state(false)
  failure = $state.raw<FileTrouble | null>(null)
  lists = $state.raw<Part<Imports>>({ is: 'loading' })
  /** What taking an import back would do, while a person thinks about it. */
  undoing = $state.raw<Undo | null>(null)
  undoFailure = $state.raw<Trouble | null>(null)

  /** The draft this file becomes. */
  id: string
  hints = $state.raw<Readonly<Record<number, SheetHints>>>({})
  readonly households: number = $derived(this.reading?.rows ?? 0)

  readonly #api: Calls
  readonly #newId: () => string
  /** Answers overtaken by a newer question are dropped. */
  #asked = 0

  constructor(api: Calls, newId: () => string) {
    this.#api = api
    this.#newId = newId
    this.id = newId()
  }

  async refresh(): Promise<void> {
    try {
      this.lists = { is: 'ready', data: await this.#api.imports() }
    } catch (error) {
      // A list that was right a moment ago is better than none.
      if (this.lists.is !== 'ready') this.lists = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  /** A file somebody brought: read at once, nothing of it is kept. */
  async choose(file: File): Promise<void> {
    this.reading = null
    this.hints = {}
    this.file = null
    this.id = this.#newId()
    if (file.size > MAX_FILE_BYTES || file.size === 0) {
      this.failure = { file: file.size === 0 ? 'empty_file' : 'too_large' }
      return
    }
    this.file = file
    await this.#read()
  }

  /** Back to the beginning; the draft that was kept stays. */
  drop(): void {
    this.#asked += 1
    this.file = null
    this.reading = null
    this.failure = null
    this.hints = {}
    this.busy = false
  }

  /** What a person knows better about a sheet. The file is read again with it. */
  async say(sheet: number, hints: SheetHints): Promise<void> {
    this.hints = { ...this.hints, [sheet]: { ...this.hints[sheet], ...hints } }
    await this.#read()
  }

  async sayColumn(sheet: number, column: number, field: Field | null): Promise<void> {
    const columns = { ...this.hints[sheet]?.columns }
    // A meaning stands in one column: the one that had it is left behind.
    for (const other of this.reading?.sheets[sheet]?.columns ?? []) {
      if (field !== null && other.at !== column && other.field === field) columns[other.at] = null
    }
    columns[column] = field
    await this.say(sheet, { columns })
  }

  async #read(): Promise<void> {
    const file = this.file
    if (!file) return
    const asked = (this.#asked += 1)
    this.busy = true
    this.failure = null
    try {
      const reading = await this.#api.read({ file, id: this.id, sheets: this.hints })
      if (asked === this.#asked) this.reading = reading
    } catch (error) {
      if (asked !== this.#asked) return
      this.failure = fileTroubleOf(error)
      // A file that could not be read at all is not there to be corrected.
      if ('file' in this.failure && this.reading === null) this.file = null
    } finally {
      if (asked === this.#asked) this.busy = false
    }
  }

  /** Keeps the rows as a draft; says whether they are there now. */
  async keep(): Promise<boolean> {
    const file = this.file
    if (!file || this.busy) return false
    this.busy = true
    this.failure = null
    try {
      await this.#api.keep({ file, id: this.id, sheets: this.hints })
      return true
    } catch (error) {
      this.failure = fileTroubleOf(error)
      return false
    } finally {
      this.busy = false
    }
  }

  async discard(id: string): Promise<void> {
    if (this.busy) return
    this.busy = true
    try {
      this.lists = { is: 'ready', data: await this.#api.discard(id) }
    } catch (error) {
      this.failure = { trouble: troubleOf(error) }
    } finally {
      this.busy = false
    }
  }

  async askUndo(id: string): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.undoFailure = null
    try {
      this.undoing = await this.#api.undoOutlook(id)
    } catch (error) {
      this.undoFailure = troubleOf(error)
    } finally {
      this.busy = false
    }
  }

  async undo(): Promise<void> {
    const id = this.undoing?.import.id
    if (id === undefined || this.busy) return
    this.busy = true
    this.undoFailure = null
    try {
      await this.#api.undo(id)
      this.undoing = null
    } catch (error) {
      this.undoFailure = troubleOf(error)
    } finally {
      this.busy = false
    }
    await this.refresh()
  }
}
