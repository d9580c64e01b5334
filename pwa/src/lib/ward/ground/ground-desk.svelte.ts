/** What the room of the ground holds: who made each outline, a file being looked at, keys. */
import { Problem } from '../../api/client.ts'
import type { WardShapes } from '../../map/geometry.ts'
import { troubleOf, type Trouble } from '../api.ts'
import type { Derived, FileTold, Ground, GroundApi, GroundGroup, LayerKey, NewLayerKey } from './api.ts'

/** The largest file the server takes. */
export const LARGEST_FILE = 4 * 1024 * 1024

export type FileTrouble = 'too_large' | 'unreadable' | 'busy'
export type Said =
  | { is: 'derived'; report: Derived }
  | { is: 'file'; n: number }
  | { is: 'drawn'; name: string }
  | { is: 'erased'; name: string }
  | { is: 'failed' }

/** A file on the table: nothing of it is written until somebody says so. */
export interface Brought {
  name: string
  content: unknown
  told: FileTold
  picks: ReadonlyMap<number, string | null>
}

export class GroundDesk {
  ground = $state.raw<Ground | null>(null)
  shapes = $state.raw<WardShapes | null>(null)
  trouble = $state<Trouble | null>(null)
  said = $state.raw<Said | null>(null)
  doing = $state<'derive' | 'file' | 'erase' | 'draw' | null>(null)
  brought = $state.raw<Brought | null>(null)
  fileTrouble = $state<FileTrouble | null>(null)
  /** What the server found wrong with a drawing. */
  fault = $state<string | null>(null)

  keys = $state.raw<LayerKey[] | null>(null)
  newKey = $state.raw<NewLayerKey | null>(null)
  keyTrouble = $state<'need' | 'too_many' | 'failed' | null>(null)
  revoked = $state<string | null>(null)

  /** Doors of the ward with a place. */
  readonly placed: number = $derived(this.ground?.groups.reduce((sum, group) => sum + group.placed, 0) ?? 0)
  /** Features of the file that will be written, and outlines somebody gave that would be lost by it. */
  readonly toWrite: number = $derived(this.brought?.told.features.filter((f) => f.fate === 'matched').length ?? 0)
  readonly faulty: number = $derived(this.brought?.told.features.filter((f) => f.fate === 'matched' && f.fault !== null).length ?? 0)
  readonly lost: number = $derived(
    this.brought?.told.features.filter((f) => f.fate === 'matched' && f.replaces !== null && f.replaces !== 'derived').length ?? 0,
  )

  readonly #api: GroundApi
  readonly #changed: () => void

  /** `changed` is told when outlines are others now. */
  constructor(api: GroundApi, changed: () => void) {
    this.#api = api
    this.#changed = changed
  }

  async load(): Promise<void> {
    try {
      ;[this.ground, this.shapes] = await Promise.all([this.#api.ground(), this.#api.shapes()])
      this.trouble = null
    } catch (error) {
      this.trouble = troubleOf(error)
    }
  }

  nameOf(id: string): string {
    return this.ground?.groups.find((group) => group.id === id)?.name ?? ''
  }

  async #act(doing: NonNullable<GroundDesk['doing']>, act: () => Promise<Said>): Promise<boolean> {
    if (this.doing) return false
    this.doing = doing
    try {
      this.said = await act()
      this.#changed()
      await this.load()
      return true
    } catch (error) {
      troubleOf(error)
      this.said = { is: 'failed' }
      return false
    } finally {
      this.doing = null
    }
  }

  derive(): Promise<boolean> {
    return this.#act('derive', async () => ({ is: 'derived', report: await this.#api.derive() }))
  }

  erase(group: GroundGroup): Promise<boolean> {
    return this.#act('erase', async () => {
      await this.#api.erase(group.id)
      return { is: 'erased', name: group.name }
    })
  }

  /** Writes a drawing down; a fault of it is told beside the drawing, which stays. */
  async draw(group: GroundGroup, geometry: GeoJSON.Polygon): Promise<boolean> {
    this.fault = null
    let fault: string | null = null
    const done = await this.#act('draw', async () => {
      try {
        await this.#api.draw(group.id, geometry)
      } catch (error) {
        if (error instanceof Problem && error.status === 422) fault = error.errors[0]?.code ?? null
        throw error
      }
      return { is: 'drawn', name: group.name }
    })
    if (!done) {
      this.fault = fault ?? 'trouble'
      this.said = null
    }
    return done
  }

  async bring(file: File): Promise<void> {
    this.said = null
    this.brought = null
    if (file.size > LARGEST_FILE) return void (this.fileTrouble = 'too_large')
    let content: unknown
    try {
      content = JSON.parse(await file.text())
    } catch {
      return void (this.fileTrouble = 'unreadable')
    }
    await this.#look(file.name, content, new Map())
  }

  async #look(name: string, content: unknown, picks: ReadonlyMap<number, string | null>): Promise<void> {
    try {
      const told = await this.#api.file({ file: content, picks: listOf(picks), commit: false, replace: false })
      this.brought = { name, content, told, picks }
      this.fileTrouble = null
    } catch (error) {
      this.fileTrouble = error instanceof Problem && [413, 422].includes(error.status) ? 'unreadable' : 'busy'
    }
  }

  /** Says which group a feature is; `null` leaves it out. */
  async pick(place: number, group: string | null): Promise<void> {
    const { brought } = this
    if (!brought) return
    await this.#look(brought.name, brought.content, new Map([...brought.picks, [place, group]]))
  }

  drop(): void {
    this.brought = null
    this.fileTrouble = null
  }

  async takeOver(replace: boolean): Promise<boolean> {
    const { brought } = this
    if (!brought) return false
    const done = await this.#act('file', async () => {
      const told = await this.#api.file({ file: brought.content, picks: listOf(brought.picks), commit: true, replace })
      return { is: 'file', n: told.features.filter((f) => f.fate === 'matched').length }
    })
    if (done) this.drop()
    return done
  }

  async loadKeys(): Promise<void> {
    try {
      this.keys = await this.#api.keys()
    } catch {
      this.keyTrouble = 'failed'
    }
  }

  async makeKey(label: string): Promise<boolean> {
    this.keyTrouble = null
    this.revoked = null
    if (label.trim() === '' || label.trim().length > 60) {
      this.keyTrouble = 'need'
      return false
    }
    try {
      this.newKey = await this.#api.makeKey(label)
      await this.loadKeys()
      return true
    } catch (error) {
      this.keyTrouble = troubleOf(error) === 'conflict' ? 'too_many' : 'failed'
      return false
    }
  }

  async revokeKey(key: LayerKey): Promise<void> {
    try {
      await this.#api.revokeKey(key.id)
      if (this.newKey?.id === key.id) this.newKey = null
      this.revoked = key.label
      this.keyTrouble = null
      await this.loadKeys()
    } catch {
      this.keyTrouble = 'failed'
    }
  }
}

const listOf = (picks: ReadonlyMap<number, string | null>): { place: number; group: string | null }[] =>
  [...picks].map(([place, group]) => ({ place, group }))
