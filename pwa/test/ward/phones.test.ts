import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import { adviceFor, ago, pick, rejectedOf, SIGN, sumOf, writeReason, writeRejected } from '../../src/lib/ward/phone.ts'
import { LOOK_MS, PhonesDesk } from '../../src/lib/ward/phones-desk.svelte.ts'
import { Rounds } from '../../src/lib/ward/rounds.ts'
import type { PhoneLine, PhoneNeed, SyncFault } from '../../src/lib/ward/wire.ts'
import { NOON, phoneLine } from './fixture.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('a phone in words', () => {
  it('says the hour today and the day after that', () => {
    const said = (ms: number) => ago(NOON - ms, NOON)
    expect(said(0)).toBe('vừa xong')
    expect(said(-5000), 'a clock a little ahead').toBe('vừa xong')
    expect(said(59_999)).toBe('vừa xong')
    expect(said(60_000)).toBe('1 phút trước')
    expect(said(59 * 60_000)).toBe('59 phút trước')
    expect(said(HOUR)).toBe('1 giờ trước')
    expect(said(11 * HOUR)).toBe('11 giờ trước')
    expect(said(16 * HOUR)).toBe('hôm qua 20:00')
    expect(said(2 * DAY)).toBe('2 ngày trước')
    const afterMidnight = NOON + 12.5 * HOUR
    expect(ago(afterMidnight - 3 * HOUR, afterMidnight), 'the evening before is still a few hours ago').toBe('3 giờ trước')
  })

  it('gives one sentence of what to do for every need', () => {
    const of = (over: Partial<PhoneLine>) => adviceFor(phoneLine(1, over), NOON)
    expect(of({ needs: 'silent', queued: 12, last_seen_at: NOON - DAY - HOUR })).toBe('Gọi cho Người 1: máy giữ 12 lượt, im lặng từ hôm qua.')
    expect(of({ needs: 'silent', queued: 1200, last_seen_at: NOON - 3 * DAY })).toBe('Gọi cho Người 1: máy giữ 1.200 lượt, im lặng từ 3 ngày trước.')
    expect(of({ needs: 'queue', queued: 5 })).toContain('5 lượt chưa gửi')
    expect(of({ needs: 'rejected', rejected: [{ reason: 'out_of_reach', count: 2 }, { reason: 'no_such_day', count: 1 }] })).toContain('3 lượt bị trả lại')
    expect(of({ needs: 'held', held: 4 })).toContain('4 lượt đã tới')
    expect(of({ needs: 'nothing' })).toBe('Không cần làm gì.')
    expect(of({ needs: 'nothing', queued: 3 })).toContain('tự gửi')
  })

  it('has other words for every fault, and some for a fault it does not know', () => {
    const faults: (SyncFault | 'from_the_future' | null)[] = ['busy', 'too_many', 'malformed', 'refused_session', 'aborted', 'internal', null]
    const said = faults.map((last_failure) => adviceFor(phoneLine(1, { needs: 'failing', failed: 6, last_failure }), NOON))
    expect(new Set(said).size).toBe(faults.length)
    for (const sentence of said) expect(sentence).toMatch(/Người 1.* 6 lần/)
    expect(adviceFor(phoneLine(1, { needs: 'failing', failed: 6, last_failure: 'from_the_future' }), NOON)).toBe(said.at(-1))
  })

  it('names why records were sent back, the most frequent first', () => {
    const line = phoneLine(1, { rejected: [{ reason: 'no_such_day', count: 1 }, { reason: 'out_of_reach', count: 2 }] })
    expect(rejectedOf(line)).toBe(3)
    expect(writeRejected(line)).toEqual(['2 lượt: nhà không thuộc ngõ của đội', '1 lượt: ngày hẹn không có trong lịch'])
    expect(writeReason('from_the_future')).toBe('lý do “from_the_future”')
  })

  it('has a sign of its own for every need', () => {
    const needs: PhoneNeed[] = ['nothing', 'silent', 'queue', 'rejected', 'failing', 'held']
    expect(new Set(needs.map((need) => SIGN[need])).size).toBe(needs.length)
  })

  it('counts what all phones hold, and keeps the order of the server', () => {
    const phones = [phoneLine(3, { needs: 'silent', queued: 12 }), phoneLine(1, { queued: 2 }), phoneLine(2, { needs: 'held', held: 1 })]
    expect(sumOf(phones)).toEqual({ phones: 3, help: 2, queued: 14 })
    expect(pick(phones, 'help').map((p) => p.device_id)).toEqual(['d3', 'd2'])
    expect(pick(phones, 'all')).toEqual(phones)
  })
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the desk of phones', () => {
  const setUp = () => {
    const server = { phones: [phoneLine(1)], fail: null as unknown, asked: 0, locked: [] as string[], watched: true, now: NOON }
    const desk = new PhonesDesk(
      {
        phones: async () => {
          server.asked += 1
          if (server.fail) throw server.fail
          return server.phones
        },
        revokePhone: async (device) => {
          if (server.fail) throw server.fail
          server.locked.push(device)
        },
      },
      () => server.now,
      () => server.watched,
    )
    return { server, desk }
  }

  it('locks a phone once, and says which could not be locked', async () => {
    const { server, desk } = setUp()
    const both = await Promise.all([desk.lock('d1'), desk.lock('d2')])
    expect([both, server.locked, desk.locking]).toEqual([[true, false], ['d1'], null])
    expect(server.asked, 'the list shows it').toBe(1)
    server.fail = new Unreachable()
    expect(await desk.lock('d2')).toBe(false)
    expect(desk.lockFailure).toEqual({ device: 'd2', trouble: 'offline' })
    expect(server.locked).toEqual(['d1'])
  })

  it('is fetched when it opens, then by the clock while somebody looks, and never after it closed', async () => {
    const { server, desk } = setUp()
    desk.open()
    desk.open()
    await settle()
    expect(server.asked).toBe(1)
    expect(desk.shown).toEqual(server.phones)
    await vi.advanceTimersByTimeAsync(LOOK_MS)
    expect(server.asked).toBe(2)
    server.watched = false
    await vi.advanceTimersByTimeAsync(LOOK_MS * 3)
    expect(server.asked).toBe(2)
    desk.wake()
    await settle()
    expect(server.asked).toBe(3)
    desk.close()
    server.watched = true
    desk.heard()
    desk.wake()
    await vi.advanceTimersByTimeAsync(LOOK_MS * 3)
    expect(server.asked).toBe(3)
  })

  it('looks once when forty phones come home together', async () => {
    const { server, desk } = setUp()
    desk.open()
    await settle()
    for (let n = 0; n < 40; n += 1) {
      desk.heard()
      await vi.advanceTimersByTimeAsync(50)
    }
    await vi.advanceTimersByTimeAsync(5000)
    expect(server.asked).toBe(2)
    desk.close()
  })

  it('keeps the list it has when the server is away, and says of when it is', async () => {
    const { server, desk } = setUp()
    await desk.refresh()
    server.fail = new Unreachable()
    server.now += HOUR
    await desk.refresh()
    expect(desk.all).toEqual(server.phones)
    expect(desk.trouble).toBe('offline')
    expect(desk.checkedAt).toBe(NOON)
    server.fail = null
    await desk.refresh()
    expect(desk.trouble).toBeNull()
    expect(desk.checkedAt).toBe(NOON + HOUR)
  })

  it('has nothing to show before the first answer but the reason', async () => {
    const { server, desk } = setUp()
    server.fail = new Problem({ type: 'about:blank', title: 'no', status: 403, code: 'forbidden' })
    desk.open()
    await settle()
    expect(desk.phones).toEqual({ is: 'failed', trouble: 'forbidden' })
    await vi.advanceTimersByTimeAsync(LOOK_MS * 3)
    expect(server.asked, 'a refusal is not asked again by the clock').toBe(1)
    server.fail = null
    const again = desk.refresh()
    expect(desk.phones.is).toBe('loading')
    await again
    expect(desk.phones.is).toBe('ready')
    desk.close()
  })
})

describe('rounds', () => {
  it('make one more round for all that is asked meanwhile', async () => {
    let answer: () => void = () => undefined
    let runs = 0
    const rounds = new Rounds(() => {
      runs += 1
      return new Promise((done) => (answer = done))
    }, 1000)
    const all = [rounds.now(), rounds.now(), rounds.now()]
    expect(runs).toBe(1)
    answer()
    await settle()
    expect(runs).toBe(2)
    answer()
    await Promise.all(all)
    expect(runs).toBe(2)
  })
  it('forget what was hinted at when stopped', async () => {
    let runs = 0
    const rounds = new Rounds(async () => void (runs += 1), 1000)
    rounds.soon()
    rounds.stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(runs).toBe(0)
    rounds.soon()
    rounds.soon()
    await vi.advanceTimersByTimeAsync(999)
    expect(runs).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(runs).toBe(1)
  })
})
