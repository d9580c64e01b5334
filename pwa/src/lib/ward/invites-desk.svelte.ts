/** Invitations to teams: made here, shown once, taken back. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Part } from './coverage-desk.svelte.ts'
import type { Invite, NewInvite, Team } from './wire.ts'

type InvitesApi = Pick<WardApi, 'invites' | 'invite' | 'revokeInvite' | 'teams'>

export class InvitesDesk {
  invites = $state.raw<Part<Invite[]>>({ is: 'loading' })
  /** The teams to choose from; a lead's own team needs no choice. */
  teams = $state.raw<Team[]>([])
  /** The invitation just made: nobody can show its code again. */
  made = $state.raw<NewInvite | null>(null)
  busy = $state(false)
  failure = $state<Trouble | null>(null)

  readonly #api: InvitesApi
  readonly #oneTeam: boolean

  constructor(api: InvitesApi, oneTeam: boolean) {
    this.#api = api
    this.#oneTeam = oneTeam
  }

  async open(): Promise<void> {
    try {
      const [invites, teams] = await Promise.all([this.#api.invites(), this.#oneTeam ? [] : this.#api.teams()])
      this.invites = { is: 'ready', data: invites }
      this.teams = teams
    } catch (error) {
      if (this.invites.is !== 'ready') this.invites = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  async make(team: string | null, days: number, uses: number): Promise<boolean> {
    return this.#doing(async () => {
      this.made = null
      this.made = await this.#api.invite({ team_id: team, days, uses })
    })
  }

  async revoke(id: string): Promise<boolean> {
    return this.#doing(async () => {
      await this.#api.revokeInvite(id)
      if (this.made?.id === id) this.made = null
    })
  }

  async #doing(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.failure = null
    try {
      await act()
      await this.open()
      return true
    } catch (error) {
      this.failure = troubleOf(error)
      return false
    } finally {
      this.busy = false
    }
  }
}

/** The link that brings somebody in. The code stands behind the `#`, so that no server writes it down. */
export const linkOf = (origin: string, code: string): string => `${origin}/join#${code}`

/** A code in two halves, as one reads it out. */
export const spell = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`
