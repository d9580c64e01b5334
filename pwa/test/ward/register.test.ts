import { describe, expect, it, vi } from 'vitest'
import { Problem } from '../../src/lib/api/client.ts'
import type { AskedDoor } from '../../src/lib/ward/wire.ts'
import type { Card, Filter, HouseholdPage, Listed, Pair, RegisterApi } from '../../src/lib/ward/register/api.ts'
import { BulkDesk } from '../../src/lib/ward/register/bulk-desk.svelte.ts'
import { ListDesk } from '../../src/lib/ward/register/list-desk.svelte.ts'
import { PairsDesk } from '../../src/lib/ward/register/pairs-desk.svelte.ts'
import { changesOf, faultOf, filterOf, SHOWS, typedOf } from '../../src/lib/ward/register/text.ts'

const household = (id: string, more: Partial<Listed> = {}): Listed => ({
  id, code: `CVA-${id}`, no: id, alley: { id: 'a', name: 'Ngõ 1' }, group: { id: 'g', name: 'Kỳ' }, head: `Chủ ${id}`, landmark: null,
  visits: 0, state: 'active', merged_into: null, status: 'not_visited', proposed: false, members: 4, adults: 3, ...more,
})

const refusal = (code: string, status: number): Problem => new Problem({ type: 'about:blank', title: code, code, status } as ConstructorParameters<typeof Problem>[0])

describe('what is typed into a household', () => {
  const was = { house_no: '12', head: 'Lê Văn An', landmark: null, members: 4, adults: 3 }
  it('is sent only where it differs from the book', () => {
    expect(changesOf(typedOf(was), was)).toEqual({})
    expect(changesOf({ ...typedOf(was), head: ' Lê  Văn Ân ', members: '5' }, was)).toEqual({ head: 'Lê Văn Ân', members: 5 })
    expect(changesOf({ ...typedOf(was), adults: '' }, was)).toEqual({ adults: null })
  })
  it('is told what is wrong with it, field by field', () => {
    const fault = (field: keyof typeof was, text: string): boolean => faultOf(field, { ...typedOf(was), [field]: text }, was) !== null
    expect(fault('house_no', '')).toBe(true)
    expect(fault('house_no', '1'.repeat(5))).toBe(false)
    expect(fault('head', 'x'.repeat(81))).toBe(true)
    expect(fault('landmark', '')).toBe(false)
    expect(fault('landmark', `gọi ${'1'.repeat(9)}`)).toBe(true)
    expect(fault('members', '100')).toBe(true)
    expect(fault('members', '2,5')).toBe(true)
    expect(fault('adults', '5')).toBe(true)
    expect(fault('adults', '4')).toBe(false)
  })
})

describe('what the list shows', () => {
  it('is one thing the server knows, each another', () => {
    const asked = SHOWS.map((show) => JSON.stringify(filterOf(show, 20261122)))
    expect(new Set(asked).size).toBe(SHOWS.length)
    expect(filterOf('changed', 20261122)).toEqual({ changed_since: 20261115 })
  })
})

function listDesk(answers: Record<string, HouseholdPage>, more: Partial<RegisterApi> = {}): { desk: ListDesk; asked: [Filter, string | null][] } {
  const asked: [Filter, string | null][] = []
  const api = {
    groups: async () => [],
    alleys: async () => [],
    list: async (filter: Filter, after: string | null) => {
      asked.push([filter, after])
      return answers[after ?? ''] ?? { total: 0, households: [], next: null }
    },
    ...more,
  } as unknown as RegisterApi
  return { desk: new ListDesk(api, () => 20261122), asked }
}

describe('the list', () => {
  it('grows page by page', async () => {
    const { desk, asked } = listDesk({ '': { total: 2, households: [household('1')], next: 'n' }, n: { total: 2, households: [household('2')], next: null } })
    await desk.search()
    await desk.next()
    await desk.next()
    expect(desk.page.is === 'ready' && desk.page.data.households.map((h) => h.id)).toEqual(['1', '2'])
    expect(asked.map(([, after]) => after)).toEqual([null, 'n'])
  })
  it('drops an answer that a newer question has overtaken', async () => {
    let first: ((page: HouseholdPage) => void) | undefined
    const slow = new Promise<HouseholdPage>((resolve) => (first = resolve))
    const answers = [slow, Promise.resolve({ total: 1, households: [household('new')], next: null })]
    const { desk } = listDesk({}, { list: async () => (await answers.shift()) ?? { total: 0, households: [], next: null } })
    const old = desk.search()
    await desk.search()
    first?.({ total: 1, households: [household('old')], next: null })
    await old
    expect(desk.page.is === 'ready' && desk.page.data.households[0]?.id).toBe('new')
  })
  it('shows what somebody else wrote when the desk was too late, and says so', async () => {
    const card = (members: number): Card => ({ household: household('1', { members }), last_visit_at: null, left_on: null, doubles: [], deeds: [] })
    const cards = [card(4), card(6)]
    const edit = vi.fn().mockRejectedValue(refusal('conflict', 409))
    const { desk } = listDesk({}, { card: async () => cards.shift() ?? card(6), edit })
    await desk.open('1')
    expect(await desk.edit(household('1'), { members: 5 }, { members: 4 }, 'báo lại')).toBe(false)
    expect(desk.failure).toBe('conflict')
    expect(desk.card.is === 'ready' && desk.card.data.household.members).toBe(6)
  })
  it('says that a removal was too many, not that it failed', async () => {
    const { desk } = listDesk({}, { remove: vi.fn().mockRejectedValue(refusal('mass_removal', 422)) })
    expect(await desk.remove(household('1'), 'error')).toBe(false)
    expect(desk.failure).toBe('mass_removal')
  })
})

describe('pairs', () => {
  const pair: Pair = { one: household('1', { visits: 1 }), other: household('2', { visits: 3 }), score: 100, reasons: ['same_name', 'same_door'] }
  it('keep the one that was visited more unless a person says otherwise, and leave when decided', async () => {
    const merge = vi.fn().mockResolvedValue(undefined)
    const unmerge = vi.fn().mockResolvedValue(undefined)
    const desk = new PairsDesk({ pairs: async () => ({ total: 1, pairs: [pair] }), merge, unmerge } as unknown as RegisterApi)
    await desk.load()
    expect(desk.staysOf(pair).id).toBe('2')
    desk.keep(pair, pair.one)
    expect(await desk.merge(pair)).toBe(true)
    expect(merge).toHaveBeenCalledWith('2', '1')
    expect(desk.list.is === 'ready' && desk.list.data).toEqual({ total: 0, pairs: [] })
    await desk.done?.back?.act()
    expect(unmerge).toHaveBeenCalledWith('2')
    expect(desk.list.is === 'ready' && desk.list.data.total).toBe(1)
  })
})

describe('many doors', () => {
  const door = (id: string, question: AskedDoor['question'], group = 'Kỳ'): AskedDoor => ({
    household: { id, code: id, no: id, alley: 'Ngõ 1', group }, question, of: null, landmark: null, head: null, visits: 1, account_name: 'A', team: null, at: 5,
  })
  it('are of one question and group, sent as they were seen, and told apart when late', async () => {
    const decideMany = vi.fn().mockResolvedValue({ done: ['1'], late: ['2'] })
    const doors = [door('1', 'moved'), door('2', 'moved'), door('3', 'moved', 'Tường'), door('4', 'new_house')]
    const desk = new BulkDesk({ askedDoors: async () => doors, decideMany } as unknown as RegisterApi)
    await desk.load()
    expect(desk.question).toBe('moved')
    desk.of('Kỳ')
    desk.toggle(desk.shown, true)
    expect(desk.picked.map((d) => d.household.id)).toEqual(['1', '2'])
    expect(await desk.decide('approve', 'xác nhận', 20261101)).toBe(true)
    expect(decideMany).toHaveBeenCalledWith({
      doors: [{ id: '1', question: 'moved', at: 5 }, { id: '2', question: 'moved', at: 5 }], decision: 'approve', reason: 'xác nhận', date: 20261101,
    })
    expect(desk.done?.text).toContain('1 hộ vừa có người khác quyết')
    desk.ask('new_house')
    desk.toggle(desk.shown, true)
    await desk.decide('approve', 'xác nhận', 20261101)
    expect(decideMany.mock.lastCall?.[0]).not.toHaveProperty('date')
  })
})
