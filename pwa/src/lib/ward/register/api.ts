/** The calls of the register room, and what the server says about it. */
import type { Api } from '../../api/client.ts'
import type { components } from '../../api/schema.d.ts'
import type { Day, Millis } from '../day.ts'
import type { Alley, AskedDoor, DoorDecision, RegisterHousehold, RemovalWhy } from '../wire.ts'

type Schemas = components['schemas']
/** The server writes every field, `null` included; the schema only cannot say so. */
type Told<T> = T extends readonly (infer I)[] ? Told<I>[] : T extends object ? { [K in keyof T]-?: Told<T[K]> } : T

export type Group = Told<Schemas['RegisterGroup']>
export type GroundChange = Told<Schemas['GroundChangeView']>
export type HouseRange = Schemas['HouseRange']
export type Status = Schemas['Status']
export type Standing = Schemas['Standing']
export type Reached = Schemas['Reached']
export type RegisterChange = Schemas['RegisterChange']
export type Likeness = Schemas['Likeness']
export type Field = Schemas['Field']
export type Value = string | number | null
export type Details = Partial<Record<Field, Value>>

export type Listed = RegisterHousehold & { status: Status; proposed: boolean; members: number | null; adults: number | null }
export interface HouseholdPage {
  total: number
  households: Listed[]
  next: string | null
}
export interface Deed {
  what: RegisterChange | null
  set: { field: Field; was: Value; value: Value; stands: boolean; asked: boolean }[]
  note: string | null
  reason: string | null
  by: string | null
  at: Millis
  day: Day
}
export interface Card {
  household: Listed
  last_visit_at: Millis | null
  left_on: Day | null
  doubles: { id: string; code: string }[]
  deeds: Deed[]
}
export interface Pair {
  one: RegisterHousehold
  other: RegisterHousehold
  score: number
  reasons: Likeness[]
}
export type LedgerLine = Told<Schemas['LedgerLineView']>
export type Ledger = Told<Schemas['LedgerView']>

/** Which households to list: the server's own words for it. */
export interface Filter {
  q: string
  group: string | null
  alley: string | null
  status?: Status
  reached?: Reached
  state?: Standing
  no_number?: true
  asked?: true
  doubled?: true
  changed_since?: Day
}

export interface Naming {
  name: string
  aliases: string[]
  former_ward: string | null
  reason: string
  day: Day | null
}
export interface Cut {
  name: string
  alleys: string[]
  ranges: HouseRange[]
  reason: string
  day: Day | null
}
export interface ManyDoors {
  doors: { id: string; question: AskedDoor['question']; at: Millis }[]
  decision: DoorDecision['decision']
  reason: string
  date?: Day
}

const at = encodeURIComponent

export class RegisterApi {
  readonly #api: Pick<Api, 'get' | 'post'>

  constructor(api: Pick<Api, 'get' | 'post'>) {
    this.#api = api
  }

  async groups(on: Day | null, all: boolean): Promise<Group[]> {
    const query = { on: on === null ? null : String(on), all: all ? 'true' : null }
    return (await this.#api.get<{ groups: Group[] }>('/groups', { query })).groups
  }

  async alleys(group: string): Promise<Alley[]> {
    return (await this.#api.get<{ alleys: Alley[] }>(`/groups/${at(group)}/alleys`)).alleys
  }

  async found(naming: Naming): Promise<string> {
    return (await this.#api.post<{ id: string }>('/groups', naming)).id
  }

  async nameGroup(group: string, naming: Naming): Promise<void> {
    await this.#api.post(`/groups/${at(group)}/name`, naming)
  }

  async mergeGroups(from: string, into: string, reason: string, day: Day | null): Promise<void> {
    await this.#api.post(`/groups/${at(from)}/merge`, { into, reason, day })
  }

  async split(group: string, cut: Cut): Promise<string> {
    return (await this.#api.post<{ id: string }>(`/groups/${at(group)}/split`, cut)).id
  }

  async changes(): Promise<GroundChange[]> {
    return (await this.#api.get<{ changes: GroundChange[] }>('/register/changes')).changes
  }

  async undo(change: string, reason: string): Promise<void> {
    await this.#api.post(`/register/changes/${at(change)}/undo`, { reason })
  }

  async nameAlley(alley: string, name: string, reason: string): Promise<void> {
    await this.#api.post(`/alleys/${at(alley)}/name`, { name, reason })
  }

  async list(filter: Filter, after: string | null): Promise<HouseholdPage> {
    return this.#api.post<HouseholdPage>('/households/list', { ...filter, after })
  }

  async card(household: string): Promise<Card> {
    return this.#api.get<Card>(`/households/${at(household)}`)
  }

  /** `edit` is made here: sent twice it is once. */
  async edit(household: string, edit: string, set: Details, was: Details, reason: string): Promise<void> {
    await this.#api.post(`/households/${at(household)}/edit`, { edit_id: edit, set, was, reason })
  }

  async move(household: string, alley: string, reason: string): Promise<void> {
    await this.#api.post(`/households/${at(household)}/move`, { alley_id: alley, reason })
  }

  async merge(household: string, into: string): Promise<void> {
    await this.#api.post(`/households/${at(household)}/merge`, { into })
  }

  async unmerge(household: string): Promise<void> {
    await this.#api.post(`/households/${at(household)}/unmerge`)
  }

  async remove(household: string, why: RemovalWhy): Promise<void> {
    await this.#api.post('/households/remove', { ids: [household], why })
  }

  async restore(households: readonly string[]): Promise<void> {
    await this.#api.post('/households/restore', { ids: households })
  }

  async pairs(): Promise<{ total: number; pairs: Pair[] }> {
    return this.#api.get('/register/doubles')
  }

  async setApart(one: string, other: string, apart: boolean): Promise<void> {
    await this.#api.post('/register/doubles/apart', { one, other, apart })
  }

  async askedDoors(): Promise<AskedDoor[]> {
    return (await this.#api.get<{ doors: AskedDoor[] }>('/inbox/doors')).doors
  }

  async decideMany(answer: ManyDoors): Promise<{ done: string[]; late: string[] }> {
    return this.#api.post('/inbox/doors/decide', answer)
  }

  async ledger(from: Day, to: Day, group: string | null): Promise<Ledger> {
    return this.#api.get<Ledger>('/register/ledger', { query: { from: String(from), to: String(to), group } })
  }
}
