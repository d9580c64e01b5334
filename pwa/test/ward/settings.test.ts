import { describe, expect, it } from 'vitest'
import { Problem, Unreachable } from '$lib/api/client.ts'
import type { Account, Campaign, SettingsApi } from '$lib/ward/settings/api.ts'
import { AccountsDesk, APPOINTED, linkOf, spell } from '$lib/ward/settings/accounts-desk.svelte.ts'
import { CampaignDesk } from '$lib/ward/settings/campaign-desk.svelte.ts'
import { hourOf } from '$lib/ward/settings/first-hour.ts'
import type { Coverage, Team } from '$lib/ward/wire.ts'

let next = 0
const newId = (): string => `id-${(next += 1)}`

const KEPT: Campaign = {
  campaign: { name: 'Đi từng ngõ', starts_on: 20261101, ends_on: 20261220 },
  targets: [{ id: 't1', indicator: 'COV_SERVED', value: 80, unit: 'percent', due_on: 20261220, source: 'mẫu' }],
  changes: [],
  indicators: [{ code: 'COV_SERVED', unit: 'percent' }],
  suggested: [
    { indicator: 'COV_SERVED', unit: 'percent', value: null, due_on: null, source: 'chờ' },
    { indicator: 'MODEL_N', unit: 'count', value: 2, due_on: 20261231, source: 'Công văn' },
  ],
}

const account = (id: string, role: Account['role'], more: Partial<Account> = {}): Account => ({ id, name: `Người ${id}`, role, disabled: false, created_at: 0, login: id, ...more })

function api(more: Partial<SettingsApi> = {}) {
  const said: unknown[][] = []
  const hear =
    (name: string, answer: unknown = undefined) =>
    async (...args: unknown[]): Promise<unknown> => {
      said.push([name, ...args])
      return answer
    }
  const made = {
    campaign: hear('campaign', KEPT),
    changeCampaign: hear('changeCampaign'),
    setTarget: hear('setTarget'),
    dropTarget: hear('dropTarget'),
    accounts: hear('accounts', [account('a', 'admin'), account('v', 'volunteer'), account('p', 'police', { login: null })]),
    appoint: hear('appoint', { id: 'x', code: 'ABCDEFGHJK', good_until: 9 }),
    recode: hear('recode', { id: 'p', code: 'ABCDEFGHJK', good_until: 9 }),
    setAccess: hear('setAccess'),
    ...more,
  } as unknown as SettingsApi
  return { api: made, said }
}

const refused = (status: number, errors: { pointer: string; code: string }[] = []): Problem => new Problem({ type: '', title: '', status, code: status === 409 ? 'conflict' : 'invalid_field', errors })

describe('the campaign and its targets', () => {
  it('ask for a reason only when the last day moves', async () => {
    const { api: it, said } = api()
    const desk = new CampaignDesk(it, newId)
    await desk.open()
    expect(desk.moved).toBe(false)
    desk.form.name = 'Tên mới'
    desk.form.reason = 'thừa'
    await desk.saveCampaign()
    expect(said).toContainEqual(['changeCampaign', { name: 'Tên mới', starts_on: 20261101, ends_on: 20261220, reason: '' }])
    desk.form.ends = '2026-12-31'
    expect(desk.moved).toBe(true)
    desk.form.reason = 'theo công văn'
    await desk.saveCampaign()
    expect(said.filter(([name]) => name === 'changeCampaign').at(-1)?.[1]).toMatchObject({ ends_on: 20261231, reason: 'theo công văn' })
  })

  it('take over a suggestion, due with the campaign where it has no day, and offer no second', async () => {
    const { api: it, said } = api()
    const desk = new CampaignDesk(it, newId)
    await desk.open()
    expect(desk.suggested.map(({ indicator }) => indicator)).toEqual(['MODEL_N'])
    desk.begin({ ...KEPT.suggested[0]!, value: 82.5 })
    expect(desk.target).toMatchObject({ fresh: true, value: '82,5', due: '2026-12-20' })
    expect(await desk.saveTarget()).toBe(true)
    expect(said.find(([name]) => name === 'setTarget')?.[2]).toEqual({ indicator: 'COV_SERVED', value: 82.5, due_on: 20261220, source: 'chờ' })
    desk.begin(KEPT.targets[0]!)
    expect(desk.target).toMatchObject({ id: 't1', fresh: false })
  })

  it('keep the form open with the field that was refused', async () => {
    const desk = new CampaignDesk(api({ setTarget: async () => Promise.reject(refused(422, [{ pointer: '/value', code: 'out_of_range' }])) }).api, newId)
    await desk.open()
    desk.begin(KEPT.targets[0]!)
    expect(await desk.saveTarget()).toBe(false)
    expect([desk.targets.faults, desk.target?.id]).toEqual([{ value: 'out_of_range' }, 't1'])
  })
})

describe('accounts', () => {
  it('are listed by role, volunteers apart', async () => {
    const desk = new AccountsDesk(api().api, async () => [], newId)
    await desk.open()
    expect(desk.byRole.map(({ role, accounts }) => [role, accounts.length])).toEqual([['admin', 1], ['police', 1]])
    expect(desk.volunteers.length).toBe(1)
    expect(APPOINTED).not.toContain('volunteer')
  })

  it('are made with what the role belongs to and nothing else', async () => {
    const { api: it, said } = api()
    const desk = new AccountsDesk(it, async () => [{ id: 'team', name: 'Đội' }], newId)
    expect(await desk.make()).toBe(false)
    expect(desk.making.faults).toEqual({ role: 'missing_field' })
    desk.form = { name: 'Lan', role: 'team_lead', team: 'team', group: 'group' }
    expect(await desk.make()).toBe(true)
    expect(said.find(([name]) => name === 'appoint')?.[1]).toMatchObject({ name: 'Lan', role: 'team_lead', team_id: 'team' })
    expect(said.find(([name]) => name === 'appoint')?.[1]).not.toHaveProperty('group_id')
    expect([desk.code?.name, desk.form.name]).toEqual(['Lan', ''])
  })

  it('are asked for under one id until the answer came', async () => {
    const ids: string[] = []
    let fail = true
    const desk = new AccountsDesk(
      api({
        appoint: async ({ id }) => {
          ids.push(id)
          if (fail) throw new Unreachable()
          return { id, code: 'ABCDEFGHJK', good_until: 1 }
        },
      }).api,
      async () => [],
      newId,
    )
    desk.form = { name: 'Lan', role: 'police', team: '', group: '' }
    expect(await desk.make()).toBe(false)
    expect([desk.making.trouble, desk.form.name]).toEqual(['offline', 'Lan'])
    fail = false
    await desk.make()
    desk.form = { name: 'Hoa', role: 'police', team: '', group: '' }
    await desk.make()
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[1])
  })

  it('say what was done, and what could not be', async () => {
    const desk = new AccountsDesk(api().api, async () => [], newId)
    await desk.setAccess(account('p', 'police'), 'disable')
    expect(desk.said).toEqual({ what: 'disabled', name: 'Người p' })
    const kept = new AccountsDesk(api({ setAccess: async () => Promise.reject(refused(409)) }).api, async () => [], newId)
    expect(await kept.setAccess(account('a', 'admin'), 'disable')).toBe(false)
    expect([kept.said, kept.acting.trouble]).toEqual([null, 'conflict'])
  })

  it('have a link whose code no server sees', () => {
    expect(linkOf('https://phuong.example', 'ABCDEFGHJK')).toBe('https://phuong.example/#/open/ABCDEFGHJK')
    expect(spell('ABCDEFGHJK')).toBe('ABCDE FGHJK')
  })
})

describe('the first hour', () => {
  const coverage = (households: number, visits: number): Coverage => ({ campaign: { name: 'a', starts_on: 1, ends_on: 2 }, groups: [], total: { hh_total: households, visits } }) as unknown as Coverage
  const team = (members: number, alleys: number): Team => ({ id: 't', name: 'Đội', members, lead: null, alleys, households: 0 })
  it('is told by the book, step by step', () => {
    expect(hourOf({ ...coverage(0, 0), campaign: null }, [])).toMatchObject({ count: 1, next: 'campaign' })
    expect(hourOf(coverage(0, 0), [])).toMatchObject({ count: 2, next: 'households' })
    expect(hourOf(coverage(9, 0), [team(0, 0)])).toMatchObject({ count: 3, next: 'teams' })
    expect(hourOf(coverage(9, 0), [team(1, 0)])).toMatchObject({ count: 4, next: 'alleys' })
    expect(hourOf(coverage(9, 0), [team(1, 2)])).toMatchObject({ count: 5, next: 'door', alleys: 2, people: 1 })
    expect(hourOf(coverage(9, 1), [team(1, 2)])).toMatchObject({ count: 6, next: null })
  })
})
