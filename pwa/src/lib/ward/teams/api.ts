/** The calls of the turf and teams rooms, one for each endpoint they use. */
import type { Api } from '../../api/client.ts'
import type { CloseTeam, GiveRequest, MemberChange, Proposal, Roster, Sheet, ShiftPlan, Turf, TurfScope, TurfTerms } from './wire.ts'

const at = (path: string, id: string, act = ''): string => `${path}/${encodeURIComponent(id)}${act}`

export class TeamsApi {
  readonly #api: Pick<Api, 'call' | 'get' | 'post'>

  constructor(api: Pick<Api, 'call' | 'get' | 'post'>) {
    this.#api = api
  }

  async turf(): Promise<Turf> {
    return this.#api.get<Turf>('/turf')
  }

  /** Writes nothing. */
  async propose(scope: TurfScope): Promise<Proposal> {
    return this.#api.post<Proposal>('/assignments/proposal', { scope })
  }

  /** The half of a turf that another team would take. */
  async halve(team: string, other: string): Promise<Proposal> {
    return this.#api.post<Proposal>('/assignments/proposal', { halve: { team_id: team, other_id: other } })
  }

  /** All of it or nothing; sent again under its id, it is done once. */
  async give(request: GiveRequest): Promise<void> {
    await this.#api.post('/assignments', request)
  }

  async undoGive(id: string): Promise<void> {
    await this.#api.post(at('/assignments', id, '/undo'))
  }

  async sheets(alleys: readonly string[]): Promise<Sheet[]> {
    return (await this.#api.post<{ sheets: Sheet[] }>('/sheets', { alley_ids: alleys })).sheets
  }

  async roster(): Promise<Roster> {
    return this.#api.get<Roster>('/roster')
  }

  async found(id: string, name: string): Promise<void> {
    await this.#api.post('/teams', { id, name })
  }

  async change(id: string, name: string, doorsPerEvening: number | null): Promise<void> {
    await this.#api.post(at('/teams', id), { name, doors_per_evening: doorsPerEvening })
  }

  async close(id: string, how: CloseTeam): Promise<void> {
    await this.#api.post(at('/teams', id, '/close'), how)
  }

  async changeMember(id: string, change: MemberChange): Promise<void> {
    await this.#api.post(at('/members', id), change)
  }

  async memberLeft(id: string): Promise<void> {
    await this.#api.post(at('/members', id, '/leave'))
  }

  async memberBack(id: string): Promise<void> {
    await this.#api.post(at('/members', id, '/return'))
  }

  async plan(plan: ShiftPlan): Promise<void> {
    await this.#api.post('/shift-plans', plan)
  }

  async callOff(id: string): Promise<void> {
    await this.#api.call(at('/shift-plans', id), { method: 'DELETE' })
  }

  async setTerms(terms: TurfTerms): Promise<void> {
    await this.#api.post('/turf/terms', terms)
  }
}
