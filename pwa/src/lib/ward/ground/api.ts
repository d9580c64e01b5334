/** The calls of the ground: outlines and keys for map programs. */
import type { Api } from '../../api/client.ts'
import type { components } from '../../api/schema.d.ts'
import type { WardShapes } from '../../map/geometry.ts'
import { readShapes } from '../../map/geometry.ts'
import type { readDoors } from '../../map/doors.ts'

type Schemas = components['schemas']
type Told<T> = T extends readonly (infer I)[] ? Told<I>[] : T extends object ? { [K in keyof T]-?: Told<T[K]> } : T

export type Ground = Told<Schemas['GroundView']>
export type GroundGroup = Told<Schemas['GroundGroupView']>
export type Derived = Told<Schemas['DerivedView']>
export type FileTold = Told<Schemas['OutlineFileView']>
export type FeatureTold = Told<Schemas['FeatureView']>
export type LayerKey = Told<Schemas['LayerKeyView']>
export type NewLayerKey = Told<Schemas['NewLayerKeyView']>

/** What the desk says of a file before it is written. */
export interface FileWish {
  file: unknown
  picks: { place: number; group: string | null }[]
  commit: boolean
  replace: boolean
}

export class GroundApi {
  readonly #api: Pick<Api, 'call' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'get' | 'post'>) {
    this.#api = api
  }

  ground(): Promise<Ground> {
    return this.#api.get<Ground>('/ground')
  }

  async shapes(): Promise<WardShapes | null> {
    return readShapes(await this.#api.get('/coverage/boundary', { accept: 'application/geo+json, application/json' }))
  }

  doors(group: string): Promise<Parameters<typeof readDoors>[0]> {
    return this.#api.get(`/groups/${encodeURIComponent(group)}/doors`, { accept: 'application/geo+json, application/json' })
  }

  derive(): Promise<Derived> {
    return this.#api.post<Derived>('/ground/derive', {})
  }

  file(wish: FileWish): Promise<FileTold> {
    return this.#api.post<FileTold>('/ground/file', wish, { timeoutMs: 60_000 })
  }

  async draw(group: string, geometry: GeoJSON.Polygon): Promise<void> {
    await this.#api.call(`/groups/${encodeURIComponent(group)}/outline`, { method: 'PUT', body: { geometry } })
  }

  async erase(group: string): Promise<void> {
    await this.#api.call(`/groups/${encodeURIComponent(group)}/outline`, { method: 'DELETE' })
  }

  async keys(): Promise<LayerKey[]> {
    return (await this.#api.get<{ keys: LayerKey[] }>('/layer-keys')).keys
  }

  makeKey(label: string): Promise<NewLayerKey> {
    return this.#api.post<NewLayerKey>('/layer-keys', { label })
  }

  async revokeKey(id: string): Promise<void> {
    await this.#api.call(`/layer-keys/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }
}
