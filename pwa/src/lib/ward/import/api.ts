/** The calls of the room of imports. A file travels in a body and nowhere else. */
import type { Api } from '../../api/client.ts'
import type { AddressReading, Draft, FileReading, Imports, ImportLine, RowAct, RowDoubt, SheetHints, Show, Undo } from './wire.ts'

/** Ten megabytes over a poor line, and the reading of them. */
const PATIENCE_MS = 240_000

export interface FileToRead {
  file: File
  /** Of the draft it becomes. */
  id: string
  sheets: Readonly<Record<number, SheetHints>>
}

export interface Page {
  show: Show
  from: number
}

export class ImportApi {
  readonly #api: Pick<Api, 'call' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'get' | 'post'>) {
    this.#api = api
  }

  async #send<T>(path: string, { file, id, sheets }: FileToRead): Promise<T> {
    const head = JSON.stringify({ id, name: file.name, sheets })
    // The line feed ends the words about the file; JSON has none of its own.
    const call = { method: 'POST', file: new Blob([head, '\n', file]), timeoutMs: PATIENCE_MS } as const
    return (await this.#api.call<T>(path, call)).data as T
  }

  read(file: FileToRead): Promise<FileReading> {
    return this.#send('/imports/read', file)
  }

  keep(file: FileToRead): Promise<{ id: string; rows: number }> {
    return this.#send('/imports', file)
  }

  imports(): Promise<Imports> {
    return this.#api.get('/imports')
  }

  draft(id: string, page: Page): Promise<Draft> {
    return this.#api.get(`/imports/${encodeURIComponent(id)}`, { query: { ...page } })
  }

  async discard(id: string): Promise<Imports> {
    return (await this.#api.call<Imports>(`/imports/${encodeURIComponent(id)}`, { method: 'DELETE' })).data as Imports
  }

  act(id: string, at: number, act: RowAct, page: Page): Promise<Draft> {
    return this.#api.post(`/imports/${encodeURIComponent(id)}/rows/${at}`, act, { query: { ...page } })
  }

  /** The same to all rows of one doubt; without one, to all that would be lost. */
  actOnMany(id: string, act: 'settle' | 'leave_out', doubt: RowDoubt | null, page: Page): Promise<Draft> {
    return this.#api.post(`/imports/${encodeURIComponent(id)}/rows`, { act, doubt }, { query: { ...page } })
  }

  found(id: string, groups: readonly string[], page: Page): Promise<Draft> {
    return this.#api.post(`/imports/${encodeURIComponent(id)}/groups`, { groups }, { query: { ...page } })
  }

  address(text: string): Promise<AddressReading> {
    return this.#api.post('/imports/address', { text })
  }

  commit(id: string): Promise<ImportLine> {
    return this.#api.post(`/imports/${encodeURIComponent(id)}/commit`, {}, { timeoutMs: PATIENCE_MS })
  }

  undoOutlook(id: string): Promise<Undo> {
    return this.#api.get(`/imports/${encodeURIComponent(id)}/undo`)
  }

  undo(id: string): Promise<ImportLine> {
    return this.#api.post(`/imports/${encodeURIComponent(id)}/undo`, {}, { timeoutMs: PATIENCE_MS })
  }
}
