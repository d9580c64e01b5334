/** The calls the ward desk makes, one for each endpoint it uses. */
import { Problem, Unreachable, type Api } from '../api/client.ts'
import type { readDoors } from '../map/doors.ts'
import { readShapes, type WardShapes } from '../map/geometry.ts'
import type {
  Alley,
  AskedDoor,
  Coverage,
  Days,
  DoorDecision,
  Ending,
  Field,
  Inbox,
  Invite,
  InviteRequest,
  NewInvite,
  Out,
  Overlap,
  PhoneLine,
  QuarantineDecision,
  RegisterHousehold,
  RemovalWhy,
  Resident,
  Team,
  Trend,
  TwoValuesDecision,
  Withdrawal,
  WithdrawalRequest,
} from './wire.ts'

export type Answer<T> = { fresh: true; data: T; etag: string | null } | { fresh: false }

export class WardApi {
  readonly #api: Pick<Api, 'call' | 'raw' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'raw' | 'get' | 'post'>) {
    this.#api = api
  }

  async coverage(etag: string | null): Promise<Answer<Coverage>> {
    const reply = await this.#api.call<Coverage>('/coverage', { ifNoneMatch: etag })
    if (reply.status === 304 || reply.data === null) return { fresh: false }
    return { fresh: true, data: reply.data, etag: reply.etag }
  }

  /** Of one residential group, or of the ward with `null`. */
  async trend(group: string | null): Promise<Trend> {
    return this.#api.get<Trend>('/coverage/trend', { query: { group } })
  }

  async boundary(): Promise<WardShapes | null> {
    return readShapes(await this.#api.get('/coverage/boundary', { accept: 'application/geo+json, application/json' }))
  }

  async days(): Promise<Days> {
    return this.#api.get<Days>('/coverage/days')
  }

  /** Doors of a group with their status: for ward staff only. */
  async doors(group: string): Promise<Parameters<typeof readDoors>[0]> {
    return this.#api.get(`/groups/${encodeURIComponent(group)}/doors`, { accept: 'application/geo+json, application/json' })
  }

  async alleys(group: string): Promise<Alley[]> {
    return (await this.#api.get<{ alleys: Alley[] }>(`/groups/${encodeURIComponent(group)}/alleys`)).alleys
  }

  async teams(): Promise<Team[]> {
    return (await this.#api.get<{ teams: Team[] }>('/teams')).teams
  }

  async phones(): Promise<PhoneLine[]> {
    return (await this.#api.get<{ phones: PhoneLine[] }>('/phones')).phones
  }

  async inbox(): Promise<Inbox> {
    return this.#api.get<Inbox>('/inbox')
  }

  /** Ends a proposal: the book's value stays, or the one from the door is written. */
  async decideTwoValues(op: string, field: Field, keep: TwoValuesDecision['keep']): Promise<void> {
    const body: TwoValuesDecision = { op_id: op, field, keep }
    await this.#api.post('/inbox/two-values', body)
  }

  async decideQuarantine(op: string, decision: QuarantineDecision['decision']): Promise<void> {
    const body: QuarantineDecision = { op_id: op, decision }
    await this.#api.post('/inbox/quarantine', body)
  }

  async askedDoors(): Promise<AskedDoor[]> {
    return (await this.#api.get<{ doors: AskedDoor[] }>('/inbox/doors')).doors
  }

  async decideDoor(household: string, decision: DoorDecision): Promise<void> {
    await this.#api.post(`/inbox/doors/${encodeURIComponent(household)}/decide`, decision)
  }

  async withdrawals(): Promise<Withdrawal[]> {
    return (await this.#api.get<{ withdrawals: Withdrawal[] }>('/withdrawals')).withdrawals
  }

  async openWithdrawal(request: WithdrawalRequest): Promise<Withdrawal> {
    return this.#api.post<Withdrawal>('/withdrawals', request)
  }

  /** Who is remembered at the household of a request. The server writes this look down. */
  async residents(id: string): Promise<Resident[]> {
    return (await this.#api.post<{ residents: Resident[] }>(`/withdrawals/${encodeURIComponent(id)}/residents`)).residents
  }

  async answerWithdrawal(id: string): Promise<Withdrawal> {
    return this.#api.post<Withdrawal>(`/withdrawals/${encodeURIComponent(id)}/answer`)
  }

  /** Forgets a resident; there is no way back. */
  async carryOut(id: string, learner: string): Promise<Withdrawal> {
    return this.#api.post<Withdrawal>(`/withdrawals/${encodeURIComponent(id)}/carry-out`, { learner_id: learner })
  }

  /** Ends a request without forgetting anybody. */
  async closeWithdrawal(id: string, reason: Ending): Promise<Withdrawal> {
    return this.#api.post<Withdrawal>(`/withdrawals/${encodeURIComponent(id)}/close`, { reason })
  }

  /** Homes where two teams met lately; of a lead: of the own team, as far as it has not said it knows. */
  async overlaps(): Promise<Overlap[]> {
    return (await this.#api.get<{ overlaps: Overlap[] }>('/overlaps')).overlaps
  }

  async overlapKnown(household: string, upto: number): Promise<void> {
    await this.#api.post('/overlaps/known', { household_id: household, upto })
  }

  async invites(): Promise<Invite[]> {
    return (await this.#api.get<{ invites: Invite[] }>('/invites')).invites
  }

  /** Its code is in this answer and in no other. */
  async invite(request: InviteRequest): Promise<NewInvite> {
    return this.#api.post<NewInvite>('/invites', request)
  }

  async revokeInvite(id: string): Promise<void> {
    await this.#api.call(`/invites/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }

  /** Shuts a lost phone out. */
  async revokePhone(device: string): Promise<void> {
    await this.#api.post(`/phones/${encodeURIComponent(device)}/revoke`)
  }

  async households(q: string): Promise<RegisterHousehold[]> {
    return (await this.#api.post<{ households: RegisterHousehold[] }>('/households/search', { q })).households
  }

  /** Households merged or removed, the latest first. */
  async outOfRegister(state: Out): Promise<RegisterHousehold[]> {
    return (await this.#api.post<{ households: RegisterHousehold[] }>('/households/search', { state })).households
  }

  async merge(household: string, into: string): Promise<void> {
    await this.#api.post(`/households/${encodeURIComponent(household)}/merge`, { into })
  }

  async unmerge(household: string): Promise<void> {
    await this.#api.post(`/households/${encodeURIComponent(household)}/unmerge`)
  }

  async remove(ids: readonly string[], why: RemovalWhy): Promise<void> {
    await this.#api.post('/households/remove', { ids, why })
  }

  async restore(ids: readonly string[]): Promise<void> {
    await this.#api.post('/households/restore', { ids })
  }

  async events(signal: AbortSignal): Promise<Response> {
    return this.#api.raw('/events', { accept: 'text/event-stream', timeoutMs: 0, signal })
  }
}

/** What went wrong, in the words the screens have an answer for. */
export type Trouble = 'forbidden' | 'signed_out' | 'missing' | 'busy' | 'offline' | 'conflict' | 'broken'

export function troubleOf(error: unknown): Trouble {
  if (error instanceof Unreachable) return 'offline'
  if (!(error instanceof Problem)) {
    // Ours, not the network's: it must not hide behind a friendly word.
    console.error(error)
    return 'broken'
  }
  if (error.status === 401) return 'signed_out'
  if (error.status === 403) return 'forbidden'
  if (error.status === 404) return 'missing'
  if (error.status === 409) return 'conflict'
  if ([408, 429, 503].includes(error.status)) return 'busy'
  return 'broken'
}

/** Refusals that stay refusals however often one asks. */
export function isFinal(error: unknown): boolean {
  const trouble = troubleOf(error)
  return trouble === 'forbidden' || trouble === 'signed_out' || trouble === 'missing'
}
