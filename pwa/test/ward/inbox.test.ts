import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import { keyOfTwo, waitingIn, writeContent, writePlace, writeValue, writeWhen, writeWhy } from '../../src/lib/ward/inbox.ts'
import { InboxDesk } from '../../src/lib/ward/inbox-desk.svelte.ts'
import { LOOK_MS } from '../../src/lib/ward/live-list.svelte.ts'
import type { Inbox } from '../../src/lib/ward/wire.ts'
import { NOON, place, quarantined, twoValues } from './fixture.ts'

const refuse = (status: number) => new Problem({ type: 'about:blank', title: 'no', status, code: 'conflict' })

describe('the inbox in words', () => {
  it('names a household by its number, or by its code', () => {
    expect(writePlace(place(7))).toBe('Số 7, Ngõ 34')
    expect(writePlace(place(7, { no: null }))).toBe('Nhà CVA-TO1-0007, Ngõ 34')
  })
  it('has a word for nothing', () => {
    expect([writeValue('12A'), writeValue(''), writeValue(' '), writeValue(null)]).toEqual(['12A', '(để trống)', '(để trống)', '(để trống)'])
  })
  it('leaves out the day while it is today', () => {
    expect(writeWhen(NOON, NOON)).toBe('12:00')
    expect(writeWhen(NOON - 86_400_000, NOON)).toBe('12:00 21/11/2026')
  })
  it('tells what the phone wanted to write', () => {
    const of = (kind: string, outcome: string | null, set: Record<string, string | number | null> | null) =>
      writeContent(quarantined(1, { kind, summary: { household: place(1), outcome, set } }))
    expect(of('visit.record', 'SERVED', null)).toBe('Lượt gõ cửa: đã hướng dẫn')
    expect(of('visit.correct', 'NOT_HOME', null)).toBe('Sửa lượt gõ cửa thành: vắng nhà')
    expect(of('visit.withdraw', null, null)).toBe('Hoàn tác một lượt gõ cửa')
    expect(of('household.edit', null, { members: 4, landmark: null })).toBe('Sửa thông tin nhà: Nhân khẩu “4”, Mốc dễ tìm “(để trống)”')
    expect(of('household.edit', null, { colour: 'red' }), 'a field this desk does not know').toMatch(/không có nội dung/)
    expect(of('visit.record', 'FROM_THE_FUTURE', null)).toContain('FROM_THE_FUTURE')
  })
  it('tells why it waits', () => {
    expect(writeWhy(quarantined(1))).toContain('bỏ khỏi sổ')
    expect(writeWhy(quarantined(1, { why: 'account_disabled' }))).toContain('Người 1')
  })
  it('counts both kinds, and tells two fields of one operation apart', () => {
    expect(waitingIn({ seq: 1, two_values: [twoValues(1), twoValues(2)], quarantine: [quarantined(1)] })).toBe(3)
    expect(keyOfTwo(twoValues(1))).not.toBe(keyOfTwo(twoValues(1, { field: 'head' })))
  })
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the desk that decides', () => {
  const setUp = async () => {
    const server = {
      inbox: { seq: 1, two_values: [twoValues(1), twoValues(1, { field: 'head' }), twoValues(2)], quarantine: [quarantined(1), quarantined(2)] } as Inbox,
      fail: null as unknown,
      asked: 0,
      told: [] as unknown[],
      answer: Promise.resolve() as Promise<void>,
    }
    const decide = async (...told: unknown[]): Promise<void> => {
      await server.answer
      if (server.fail) throw server.fail
      server.told.push(told)
    }
    const desk = new InboxDesk(
      {
        inbox: async () => {
          server.asked += 1
          return server.inbox
        },
        decideTwoValues: decide,
        decideQuarantine: decide,
      },
      () => NOON,
      () => true,
    )
    await desk.refresh()
    const data = () => (desk.inbox.is === 'ready' ? desk.inbox.data : null)
    return { server, desk, two: () => data()?.two_values.map(keyOfTwo), quarantine: () => data()?.quarantine.map((q) => q.op_id) }
  }

  it('takes a row off only when the server has answered', async () => {
    const { server, desk, two } = await setUp()
    let answer: () => void = () => undefined
    server.answer = new Promise((done) => (answer = done))
    const [item] = server.inbox.two_values
    const kept = desk.keep(item!, 'phone')
    await settle()
    expect(two()).toEqual(['o1 house_no', 'o1 head', 'o2 house_no'])
    expect([...desk.busy]).toEqual(['o1 house_no'])
    expect(desk.decided).toBeNull()
    answer()
    expect(await kept).toBe(true)
    expect(server.told).toEqual([['o1', 'house_no', 'phone']])
    expect(two()).toEqual(['o1 head', 'o2 house_no'])
    expect(desk.waiting).toBe(4)
    expect(desk.busy.size).toBe(0)
    expect(desk.decided).toMatchObject({ of: 'two', keep: 'phone' })
  })

  it('asks once, however often the button is pressed', async () => {
    const { server, desk } = await setUp()
    const item = server.inbox.quarantine[0]!
    const both = await Promise.all([desk.judge(item, 'release'), desk.judge(item, 'dismiss')])
    expect(both).toEqual([true, false])
    expect(server.told).toEqual([['q1', 'release']])
  })

  it('does not bring back a decided row with a list that was on its way', async () => {
    const { server, desk, quarantine } = await setUp()
    await desk.judge(server.inbox.quarantine[0]!, 'dismiss')
    await desk.refresh()
    expect(quarantine()).toEqual(['q2'])
  })

  it('keeps the row and says what to do when it fails, and forgets the failure at the next try', async () => {
    const { server, desk, two } = await setUp()
    const item = server.inbox.two_values[0]!
    server.fail = new Unreachable()
    expect(await desk.keep(item, 'book')).toBe(false)
    expect(two()).toHaveLength(3)
    expect(desk.failures.get('o1 house_no')).toBe('offline')
    server.fail = null
    expect(await desk.keep(item, 'book')).toBe(true)
    expect(desk.failures.size).toBe(0)
  })

  it('says so when somebody else was first, and shows the list as it is now', async () => {
    const { server, desk, two } = await setUp()
    server.fail = refuse(409)
    const item = server.inbox.two_values[0]!
    server.inbox = { ...server.inbox, two_values: server.inbox.two_values.slice(1) }
    expect(await desk.keep(item, 'phone')).toBe(false)
    expect(desk.overtaken).toBe(true)
    expect(desk.failures.size).toBe(0)
    expect(two()).toEqual(['o1 head', 'o2 house_no'])
    server.fail = null
    await desk.keep(server.inbox.two_values[0]!, 'book')
    expect(desk.overtaken).toBe(false)
  })

  it('looks again by the clock and soon after the ward’s number moved', async () => {
    const { server, desk } = await setUp()
    desk.open()
    await settle()
    expect(server.asked).toBe(2)
    for (let n = 0; n < 20; n += 1) desk.heard()
    await vi.advanceTimersByTimeAsync(5000)
    expect(server.asked).toBe(3)
    await vi.advanceTimersByTimeAsync(LOOK_MS)
    expect(server.asked).toBe(4)
    desk.close()
    await vi.advanceTimersByTimeAsync(LOOK_MS * 3)
    expect(server.asked).toBe(4)
  })
})
