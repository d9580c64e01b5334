import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '$lib/api/client.ts'
import { SCAM_KINDS } from '$lib/domain/alert.ts'
import { ANIMALS, animalOf } from '$lib/domain/animal.ts'
import { checkAddress, checkLink, writeNumber } from '$lib/domain/trust.ts'
import { animalEn } from '$lib/i18n/animal.en.ts'
import { animalVi } from '$lib/i18n/animal.vi.ts'
import { wardTrustEn } from '$lib/i18n/ward-trust.en.ts'
import { wardTrustVi } from '$lib/i18n/ward-trust.vi.ts'
import { DRAWINGS } from '$lib/ui/animals.ts'
import type { AlertLine, Badge, Leaflet, Trust, TrustApi } from '$lib/ward/trust/api.ts'
import { TrustDesk } from '$lib/ward/trust/trust-desk.svelte.ts'

const codes = JSON.parse(readFileSync(new URL('../../../tests/vectors/codes.json', import.meta.url), 'utf8')) as Record<string, Record<string, string[]>>

const NOW = Date.parse('2026-11-23T12:00:00+07:00')
const TODAY = 20261123

const badge = (over: Partial<Badge> = {}): Badge => ({
  id: 'b1', account_id: 'a1', name: 'Nguyễn Thị Mẫu', role: 'volunteer', team_id: 't1', number: '417208', token: 'x', made_at: NOW, ...over,
})
const trust = (over: Partial<Trust> = {}): Trust => ({
  today: TODAY, tonight: [], teams: [{ id: 't1', name: 'Đội 1' }], badges: [badge()],
  groups: [{ id: 'g1', name: 'Tổ 1', code: { group_id: 'g1', day: TODAY, digits: '4729', animal: 'buffalo' } }, { id: 'g2', name: 'Tổ 2', code: { group_id: 'g2', day: TODAY, digits: '0001', animal: 'bee' }, stale_from: 20261124 }],
  terms: { duty_phone: '' }, ...over,
})
const alert = (over: Partial<AlertLine> = {}): AlertLine => ({ id: 'w1', kind: 'other', words: 'Cẩn thận', from: TODAY, until: 20261130, by: 'Lan', published_at: NOW, ...over })

async function opened(told: Trust = trust(), alerts: AlertLine[] = []) {
  const api = {
    trust: vi.fn(() => Promise.resolve(told)),
    alerts: vi.fn(() => Promise.resolve(alerts)),
    badge: vi.fn(() => Promise.resolve()),
    setTerms: vi.fn(() => Promise.resolve()),
    leaflet: vi.fn((group: string, from: number) => Promise.resolve({ group_id: group, group_name: group, codes: [{ day: from }] } as unknown as Leaflet)),
    printed: vi.fn(() => Promise.resolve()),
    publish: vi.fn(() => Promise.resolve()),
    withdraw: vi.fn(() => Promise.resolve()),
  }
  const desk = new TrustDesk(api as unknown as TrustApi, () => NOW, () => true, () => 'new-id')
  await desk.refresh()
  return { api, desk }
}

const refusal = (pointer: string, code: string): Problem =>
  new Problem({ type: 'about:blank', title: 'x', status: 422, code: 'invalid_field', errors: [{ pointer, code }] })

describe('animals', () => {
  it('are those of the server, each with a drawing and words', () => {
    expect([...ANIMALS]).toEqual(codes['0.6.0']?.animal)
    for (const animal of ANIMALS) expect(DRAWINGS[animal].length, animal).toBeGreaterThan(2)
    expect(Object.keys(animalEn).sort()).toEqual(Object.keys(animalVi).sort())
    expect(animalOf('dragon')).toBeNull()
  })
})

it('an address is shown as it is typed, a number as it is read', () => {
  expect(checkAddress('https://gocua.vn')).toBe('gocua.vn/kiem-tra')
  expect(checkLink('https://gocua.vn', 'abc')).toBe('https://gocua.vn/kiem-tra/t/abc')
  expect(checkLink('https://gocua.vn', null)).toBe('https://gocua.vn/kiem-tra')
  expect(writeNumber('417208')).toBe('417 208')
})

it('every kind of fraud has words', () => {
  for (const words of [wardTrustVi, wardTrustEn]) for (const kind of SCAM_KINDS) expect(words).toHaveProperty(`kind_${kind}`)
})

describe('the room of trust', () => {
  it('finds badges by name without marks and by number, and counts only those in force', async () => {
    const { desk } = await opened(trust({ badges: [badge(), badge({ id: 'b2', account_id: 'a2', name: 'Trần Văn Thử', number: '100200', revoked_at: NOW }), badge({ id: 'b3', account_id: 'a3', name: 'Lê Đức', team_id: 'gone', number: '555666' })] }))
    expect(desk.inForce.map(({ id }) => id)).toEqual(['b1', 'b3'])
    const found = (looked: string) => desk.found(looked).flatMap(({ badges }) => badges.map(({ id }) => id))
    expect(found('nguyen thi')).toEqual(['b1'])
    expect(found('555 666')).toEqual(['b3'])
    expect(found('khong co')).toEqual([])
    expect(desk.teams.map(({ name }) => name)).toEqual(['Đội 1', null])
    expect(desk.stale.map(({ id }) => id)).toEqual(['g2'])
  })

  it('prints the leaflets that are chosen, in the ward’s order, from the day that is chosen', async () => {
    const { api, desk } = await opened()
    for (const id of ['g2', 'g1']) desk.leaflets.add(id)
    desk.from = 20261125
    expect((await desk.leafletsChosen()).map(({ group_id }) => group_id)).toEqual(['g1', 'g2'])
    expect(api.leaflet).toHaveBeenCalledWith('g1', 20261125)
    expect(await desk.printed(['g1', 'g2'])).toBe(true)
    expect(desk.leaflets.size).toBe(0)
  })

  it('publishes a warning, says what is wrong with it, and loses nothing that was typed', async () => {
    const { api, desk } = await opened()
    desk.beginAlert()
    expect(desk.form?.until).toBe('2026-11-30')
    expect(await desk.publish()).toBe(false)
    expect([...desk.formFaults.keys()]).toEqual(['kind', 'words'])
    Object.assign(desk.form!, { kind: 'fake_app', words: ` ${'a'.repeat(401)} `, where: 'some', until: '2027-03-01' })
    expect(await desk.publish()).toBe(false)
    expect(Object.fromEntries(desk.formFaults)).toEqual({ words: 'text_too_long', groups: 'wrong', until: 'wrong' })
    Object.assign(desk.form!, { words: ' Cẩn thận. ', until: '2026-11-24' })
    desk.form!.groups.add('g1')
    api.publish.mockRejectedValueOnce(refusal('/words', 'number_in_text'))
    expect(await desk.publish()).toBe(false)
    expect(desk.formFaults.get('words')).toBe('number_in_text')
    api.publish.mockRejectedValueOnce(new Unreachable('away'))
    expect(await desk.publish()).toBe(false)
    expect([desk.formTrouble, desk.form?.words]).toEqual(['offline', ' Cẩn thận. '])
    expect(await desk.publish()).toBe(true)
    expect(api.publish).toHaveBeenLastCalledWith({ id: 'new-id', kind: 'fake_app', words: 'Cẩn thận.', groups: ['g1'], until: 20261124 })
    expect([desk.form, desk.said]).toEqual([null, { is: 'published' }])
  })

  it('knows which warnings stand', async () => {
    const { desk } = await opened(trust(), [alert(), alert({ id: 'w2', until: 20261122 }), alert({ id: 'w3', withdrawn_at: NOW })])
    expect(desk.standing.map(({ id }) => id)).toEqual(['w1'])
    expect(desk.over.map(({ id }) => id)).toEqual(['w2', 'w3'])
  })

  it('takes a duty phone with digits, or none', async () => {
    const { api, desk } = await opened()
    desk.phone = 'gọi phường'
    expect([await desk.savePhone(), desk.phoneFault]).toEqual([false, true])
    desk.phone = ' 156 '
    expect(await desk.savePhone()).toBe(true)
    expect(api.setTerms).toHaveBeenLastCalledWith('156')
    desk.phone = ''
    expect(await desk.savePhone()).toBe(true)
  })

  it('revokes a badge and says whose', async () => {
    const { api, desk } = await opened()
    desk.badges.add('b1')
    expect(await desk.act(badge(), 'revoke')).toBe(true)
    expect(api.badge).toHaveBeenCalledWith('b1', 'revoke')
    expect([desk.badges.size, desk.said]).toEqual([0, { is: 'revoke', name: 'Nguyễn Thị Mẫu' }])
  })
})
