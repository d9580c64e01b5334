/** Files that leave the desk, and the log of them. */
import { Problem } from '../../api/client.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { AccessLine, ExportApi, ExportFormat, ExportKind, ExportPurpose, Taken } from './api.ts'
import { newPassword } from './password.ts'

export const PURPOSES: readonly ExportPurpose[] = ['check_register', 'field_work', 'inspection', 'other']

/** Where the wish was refused; each has its own sentence. */
export type ExportFault = 'purpose' | 'words' | 'secret' | 'password' | 'groups'

export class ExportDesk {
  /** Ids of the groups a list is limited to; none for the whole ward. */
  groups = $state.raw<ReadonlySet<string>>(new Set())
  purpose = $state<ExportPurpose | null>(null)
  words = $state('')
  password = $state(newPassword())
  /** What is being made. */
  taking = $state<{ export: ExportKind; format: ExportFormat } | null>(null)
  fault = $state<ExportFault | null>(null)
  trouble = $state<Trouble | null>(null)
  /** The last file, with what opens it. */
  taken = $state.raw<{ name: string; password: string | null } | null>(null)
  lines = $state.raw<readonly AccessLine[]>([])
  more = $state(false)
  logTrouble = $state<Trouble | null>(null)
  logged = $state(false)

  readonly #api: ExportApi
  readonly #save: (file: Taken) => void

  constructor(api: ExportApi, save: (file: Taken) => void) {
    this.#api = api
    this.#save = save
  }

  /** A table of figures. */
  figures(kind: Exclude<ExportKind, 'households'>, format: ExportFormat): Promise<void> {
    return this.#take({ export: kind, format, groups: [] }, null)
  }

  /** The list that names people, as the form says it. */
  async people(): Promise<void> {
    this.fault = this.purpose === null ? 'purpose' : this.words.trim().length < 10 ? 'words' : null
    if (this.fault || this.purpose === null) return
    const password = this.password
    await this.#take({ export: 'households', format: 'xlsx', groups: [...this.groups], purpose: this.purpose, words: this.words, password }, password)
    // One password, one file.
    if (this.taken?.password === password) this.password = newPassword()
  }

  turn(group: string): void {
    const groups = new Set(this.groups)
    if (!groups.delete(group)) groups.add(group)
    this.groups = groups
    if (this.fault === 'groups') this.fault = null
  }

  anotherPassword(): void {
    this.password = newPassword()
  }

  async #take(wish: Parameters<ExportApi['take']>[0], password: string | null): Promise<void> {
    if (this.taking) return
    this.taking = { export: wish.export, format: wish.format }
    this.trouble = null
    this.fault = null
    this.taken = null
    try {
      const file = await this.#api.take(wish)
      this.#save(file)
      this.taken = { name: file.name, password }
      if (this.logged) void this.readLog()
    } catch (error) {
      this.fault = faultOf(error)
      if (!this.fault) this.trouble = troubleOf(error)
    } finally {
      this.taking = null
    }
  }

  /** The log from its newest line on; with `older` what was before the last line shown. */
  async readLog(older = false): Promise<void> {
    const before = older ? (this.lines.at(-1)?.at ?? null) : null
    try {
      const page = await this.#api.log(before)
      this.lines = older ? [...this.lines, ...page.lines] : page.lines
      this.more = page.more
      this.logTrouble = null
      this.logged = true
    } catch (error) {
      this.logTrouble = troubleOf(error)
    }
  }
}

function faultOf(error: unknown): ExportFault | null {
  if (!(error instanceof Problem) || error.code !== 'invalid_field') return null
  const [first] = error.errors
  switch (first?.pointer) {
    case '/purpose':
      return 'purpose'
    case '/words':
      return first.code === 'secret_in_text' ? 'secret' : 'words'
    case '/password':
      return 'password'
    case '/groups':
      return 'groups'
    default:
      return null
  }
}
