/** The accounts of the ward: made with a code, taken away, given back. */
import type { Role } from '../../api/types.ts'
import { troubleOf } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import { Acting } from './acting.svelte.ts'
import type { Account, AccountCode, SettingsApi } from './api.ts'

/** Whom an administrator makes accounts for, in the order they are listed. */
export const APPOINTED: readonly Role[] = ['admin', 'ward_staff', 'team_lead', 'tdp_coordinator', 'police', 'one_stop_helper', 'party_board', 'dpo']

export interface Choosable {
  id: string
  name: string
}

export class AccountsDesk {
  accounts = $state.raw<Part<Account[]>>({ is: 'loading' })
  teams = $state.raw<Choosable[]>([])
  form = $state<{ name: string; role: Role | ''; team: string; group: string }>({ name: '', role: '', team: '', group: '' })
  /** The code just made: nobody can show it again. */
  code = $state.raw<(AccountCode & { name: string }) | null>(null)
  said = $state.raw<{ what: 'disabled' | 'enabled'; name: string } | null>(null)
  readonly making = new Acting()
  readonly acting = new Acting()

  readonly #api: Pick<SettingsApi, 'accounts' | 'appoint' | 'recode' | 'setAccess'>
  readonly #teams: () => Promise<Choosable[]>
  readonly #newId: () => string
  /** Stays until the account is made: the same call after a lost answer must not make two. */
  #id: string

  constructor(api: Pick<SettingsApi, 'accounts' | 'appoint' | 'recode' | 'setAccess'>, teams: () => Promise<Choosable[]>, newId: () => string) {
    this.#api = api
    this.#teams = teams
    this.#newId = newId
    this.#id = newId()
  }

  async open(): Promise<void> {
    try {
      const [accounts, teams] = await Promise.all([this.#api.accounts(), this.#teams()])
      this.accounts = { is: 'ready', data: accounts }
      this.teams = teams
    } catch (error) {
      if (this.accounts.is !== 'ready') this.accounts = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  /** By role, those who are appointed; a role nobody has is left out. */
  get byRole(): { role: Role; accounts: Account[] }[] {
    const all = this.accounts.is === 'ready' ? this.accounts.data : []
    const roles = [...new Set([...APPOINTED, ...all.map(({ role }) => role)])].filter((role) => role !== 'volunteer')
    return roles.map((role) => ({ role, accounts: all.filter((account) => account.role === role) })).filter(({ accounts }) => accounts.length > 0)
  }

  get volunteers(): Account[] {
    return this.accounts.is === 'ready' ? this.accounts.data.filter(({ role }) => role === 'volunteer') : []
  }

  async make(): Promise<boolean> {
    const { name, role, team, group } = this.form
    this.said = null
    if (role === '') {
      this.making.faults = { role: 'missing_field' }
      return false
    }
    const done = await this.making.do(async () => {
      const made = await this.#api.appoint({
        id: this.#id,
        name,
        role,
        ...(role === 'team_lead' && team ? { team_id: team } : {}),
        ...(role === 'tdp_coordinator' && group ? { group_id: group } : {}),
      })
      this.code = { ...made, name: name.trim() }
    })
    // Made before, and the answer was lost: its line stands in the list and a new code can be had there.
    const before = this.making.trouble === 'conflict'
    if (done || before) {
      this.#id = this.#newId()
      this.form = { name: '', role: '', team: '', group: '' }
      await this.open()
    }
    return done
  }

  async recode(account: Account): Promise<boolean> {
    this.said = null
    const done = await this.acting.do(async () => {
      this.code = { ...(await this.#api.recode(account.id)), name: account.name }
    })
    await this.open()
    return done
  }

  async setAccess(account: Account, how: 'disable' | 'enable'): Promise<boolean> {
    this.said = null
    const done = await this.acting.do(() => this.#api.setAccess(account.id, how))
    if (done) this.said = { what: how === 'disable' ? 'disabled' : 'enabled', name: account.name }
    await this.open()
    return done
  }
}

/** The link that opens an account. The code stands behind the `#`, so that no server writes it down. */
export const linkOf = (origin: string, code: string): string => `${origin}/#/open/${code}`

/** A code in two halves, as one reads it out. */
export const spell = (code: string): string => `${code.slice(0, 5)} ${code.slice(5)}`
