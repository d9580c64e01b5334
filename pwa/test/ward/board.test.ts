import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Unreachable } from '../../src/lib/api/client.ts'
import { boardEn } from '../../src/lib/i18n/ward-board.en.ts'
import { boardVi } from '../../src/lib/i18n/ward-board.vi.ts'
import { BoardDesk, GROUPS_SHOWN } from '../../src/lib/ward/board/board-desk.svelte.ts'
import { chartOf, past, tableOf } from '../../src/lib/ward/board/chart.ts'
import { define } from '../../src/lib/ward/board/define.ts'
import { answerOf, cardLines, missingOf, moveOf, othersOf, reasonOf } from '../../src/lib/ward/board/tell.ts'
import type { Board, BoardGroup, BoardRegister, Why } from '../../src/lib/ward/wire.ts'
import { NOON, tally } from './fixture.ts'

const register = (over: Partial<BoardRegister> = {}): BoardRegister => ({
  register: 196,
  on_foot: 130,
  both: 120,
  approved: 4,
  waiting: 6,
  missing: { homes: 6, low: 3, high: 15 },
  need_in_both: 7,
  ...over,
})

function boardGroup(n: number, over: Partial<BoardGroup> = {}): BoardGroup {
  return {
    id: `g${n}`,
    code: `TO${n}`,
    name: `Tổ ${n}`,
    tally: tally(),
    lag: { why: 'never_tried', step: 'keep_on', at: null, missed_at: null, gain: 40, shares: [{ why: 'never_tried', households: 40 }] },
    idle_days: 0,
    alleys: 4,
    alleys_assigned: 2,
    walkers: 3,
    hours: [],
    mostly_missed: null,
    register: register(),
    ...over,
  }
}

function board(over: Partial<Board> = {}): Board {
  const path = Array.from({ length: 40 }, (_, i) => ({ day: i < 9 ? 20261122 + i : 20261201 + i - 9, p10: 80 + 2 * i, p50: 80 + 3 * i, p90: 80 + 4 * i }))
  return {
    ward: { code: '10549', name: 'Phường Chu Văn An' },
    campaign: { name: 'Đi từng ngõ', starts_on: 20261101, ends_on: 20261220 },
    seq: 7,
    as_of: NOON,
    today: 20261122,
    starts_on: 20261101,
    total: tally({ hh_total: 200, hh_visited: 120, hh_served: 80 }),
    target: { indicator: 'COV_SERVED', value: 80, unit: 'percent', due_on: 20261220, source: 'KH' },
    pace: { verdict: 'behind', goal: 160, missing: 80, days: 6, needed: 3, speed: 2.4 },
    forecast: { days: 21, daily: 2.4, reached: { p10: 20261214, p50: 20261220, p90: 20270103 }, at_due: { p10: 136, p50: 160, p90: 192 }, path },
    no_forecast: null,
    days: [
      { day: 20261110, hh_served: 30 },
      { day: 20261121, hh_served: 45 },
    ],
    groups: [boardGroup(1), boardGroup(2)],
    hours: [],
    need_visits: 20,
    idle_days: 4,
    phones: { phones: 9, silent: 1, help: 2, queued: 14, named: [] },
    open: [],
    register: register(),
    left: 2,
    decided_at: null,
    suppressed: false,
    ...over,
  }
}

const lag = (why: Why, over: Partial<BoardGroup['lag']> = {}): BoardGroup['lag'] => ({
  why,
  step: 'keep_on',
  at: null,
  missed_at: null,
  gain: 12,
  shares: [{ why, households: 12 }],
  ...over,
})

describe('the answer', () => {
  it('says how late, and when it ends in plain words', () => {
    const said = answerOf(board())
    expect(said).toMatchObject({ title: 'Chậm 6 ngày', tone: 'warn' })
    expect(said.ends).toBe('Nếu cứ như 21 ngày qua, xong khoảng 14/12 – 03/01/2027.')
    expect(said.due).toBe('Đến hạn được khoảng 136 – 192 hộ, cần 160 hộ.')
  })
  it('does not pretend to know more than the futures do', () => {
    const f = board().forecast!
    const ends = (reached: typeof f.reached) => answerOf(board({ forecast: { ...f, reached } })).ends
    expect(ends({ p10: 20261214, p50: 20261214, p90: 20261214 })).toContain('xong khoảng 14/12.')
    expect(ends({ p10: 20261214, p50: 20271214, p90: null })).toContain('sớm nhất khoảng 14/12')
    expect(ends({ p10: null, p50: null, p90: null })).toContain('hơn một năm nữa')
  })
  it('says why there is no forecast', () => {
    const why = (no_forecast: Board['no_forecast']) => answerOf(board({ forecast: null, no_forecast })).ends
    expect(why({ why: 'too_few_days', have: 6, need: 10 })).toBe('Mới có 6 ngày trọn số liệu, cần 10 ngày mới đoán được ngày xong.')
    const all = (['no_target', 'not_begun', 'reached', 'no_pace'] as const).map((w) => why({ why: w, have: null, need: null }))
    expect(new Set(all).size).toBe(4)
  })
  it('has a shape beside the colour for each verdict', () => {
    const verdicts = ['behind', 'overdue', 'ahead', 'on_track', 'reached', 'not_started', 'no_target'] as const
    const said = verdicts.map((verdict) => answerOf(board({ pace: { ...board().pace, verdict } })))
    expect(new Set(said.map((a) => a.title)).size).toBe(verdicts.length)
    for (const a of said) expect(a.icon === 'alert').toBe(a.tone === 'warn')
  })
})

describe('why a group lags', () => {
  it('has its own words for each reason', () => {
    const all: Why[] = ['unassigned', 'idle', 'never_tried', 'wrong_hour', 'nobody_home', 'waits_for_ward', 'unreachable', 'met_only', 'declined', 'nothing']
    const missed_at = { band: 'M', weekend: false } as const
    const said = all.map((why) => reasonOf(boardGroup(1, { lag: lag(why, { missed_at }), idle_days: 5 })))
    expect(new Set(said).size).toBe(all.length)
    expect(said[1]).toBe('12 hộ chưa xong, 5 ngày nay không ai đến')
    expect(said[3]).toBe('12 hộ gõ mà không gặp, toàn đi buổi sáng')
  })
  it('leads to where it is mended, and only those who may mend it', () => {
    const assign = boardGroup(1, { lag: lag('unassigned', { step: 'assign' }) })
    expect(moveOf(assign, true)).toEqual({ text: 'Giao thêm đội', href: '#/ward/assign/g1' })
    expect(moveOf(assign, false).href).toBeNull()
    expect(moveOf(boardGroup(1, { lag: lag('waits_for_ward', { step: 'decide' }) }), true).href).toBe('#/ward/doors')
    const evening = boardGroup(1, { lag: lag('wrong_hour', { step: 'go_at', at: { band: 'E', weekend: false } }) })
    expect(moveOf(evening, true)).toEqual({ text: 'Đi buổi tối', href: null })
    const saturday = boardGroup(1, { lag: lag('nobody_home', { step: 'go_at', at: { band: 'M', weekend: true } }) })
    expect(moveOf(saturday, true).text).toBe('Đi sáng cuối tuần')
  })
  it('tells the other reasons shortly', () => {
    expect(othersOf(boardGroup(1))).toBe('')
    const shares = [{ why: 'never_tried', households: 40 }, { why: 'declined', households: 3 }, { why: 'unreachable', households: 1 }] as const
    expect(othersOf(boardGroup(1, { lag: lag('never_tried', { shares: [...shares] }) }))).toBe('Ngoài ra: từ chối 3 · không gặp được 1')
  })
  it('fills the card on the map', () => {
    const mostly_missed = { at: { band: 'M', weekend: false } as const, percent: 68 }
    expect(cardLines(boardGroup(1, { mostly_missed }))).toEqual(['40 nhà chưa đến, 3 tình nguyện viên.', '68% lần vắng là buổi sáng.', '40 hộ chưa ai đến, đội đang đi.'])
    expect(cardLines(boardGroup(1, { walkers: null }))[0]).toBe('40 nhà chưa đến.')
    expect(cardLines(boardGroup(1, { alleys_assigned: 0, walkers: 0 }))[1]).toBe('Chưa đội nào nhận ngõ ở đây.')
    expect(cardLines(boardGroup(1, { tally: tally({ hh_total: 0 }) }))).toEqual(['Chưa có hộ nào trong danh sách của tổ này.'])
  })
})

describe('what the register lacks', () => {
  it('is a guess with its range, or a refusal with its reason', () => {
    expect(missingOf(board())).toBe('Có lẽ còn khoảng 6 nhà chưa có trong sổ (3 – 15).')
    expect(missingOf(board({ register: register({ missing: null, both: 5 }) }))).toContain('mới có 5 nhà')
    expect(missingOf(board({ register: register({ missing: { homes: 0, low: 0, high: 12 } }) }))).toContain('tới 12 nhà')
    expect(missingOf(board({ register: register({ missing: { homes: 0, low: 0, high: 0 } }) }))).toContain('đã đủ')
  })
})

describe('the drawing', () => {
  const box = { width: 600, height: 240, top: 12, right: 90, bottom: 24, left: 48 }
  it('ends on the figure beside it', () => {
    const days = past(board())
    expect(days.length).toBe(22)
    expect(days.at(-1)).toMatchObject({ day: 20261122, total: 80 })
    expect(past(board({ starts_on: 20261125 }))).toEqual([])
  })
  it('has a band only with a forecast, and a line only with a target', () => {
    const full = chartOf(board(), box, 18)!
    expect(full.band).toMatch(/^M.*Z$/)
    expect(full.labels.map((l) => l.kind).sort()).toEqual(['likely', 'now', 'target'])
    const bare = chartOf(board({ forecast: null, target: null, pace: { ...board().pace, goal: 0 } }), box, 18)!
    expect([bare.band, bare.likely, bare.target, bare.due]).toEqual([null, null, null, null])
    for (const label of full.labels) expect(label.textY).toBeGreaterThan(0)
  })
  it('has a table that says the same', () => {
    const rows = tableOf(board())
    expect(rows.find((r) => r.day === 20261122)).toMatchObject({ done: 80, mid: null })
    expect(rows.at(-1)).toMatchObject({ day: 20261220, low: 136, mid: 164, high: 192, line: 160 })
  })
})

describe('definitions', () => {
  it('carry formula, whole, period and hour for every figure', () => {
    const all = ['answer', 'needed', 'speed', 'done', 'untried', 'due', 'why', 'hours', 'help', 'silent', 'queued', 'open', 'total', 'register', 'foot', 'new', 'left', 'missing'] as const
    for (const what of all) {
      const d = define(what, board())
      for (const text of Object.values(d)) expect(text, what).not.toBe('')
    }
    expect(define('missing', board()).formula).toContain('196')
    expect(define('answer', board({ target: null, forecast: null })).whole).toBe('Chưa có chỉ tiêu')
  })
})

describe('the words of the board', () => {
  const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()
  it('are whole in both languages, with the same figures in each', () => {
    expect(Object.keys(boardEn).sort()).toEqual(Object.keys(boardVi).sort())
    for (const [key, vi] of Object.entries(boardVi)) {
      expect(names(boardEn[key as keyof typeof boardVi]), key).toEqual(names(vi))
      expect(vi, key).toBe(vi.normalize('NFC'))
    }
  })
})

describe('the desk', () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOON }))
  afterEach(() => void vi.useRealTimers())

  const desk = (call: (etag: string | null) => unknown) => new BoardDesk({ board: vi.fn(call) } as never, () => Date.now(), () => true)

  it('keeps what it has when nothing changed, and asks with what it knows', async () => {
    const asked: (string | null)[] = []
    const d = desk((etag) => {
      asked.push(etag)
      return Promise.resolve(etag === null ? { fresh: true, data: board(), etag: '"b7"' } : { fresh: false })
    })
    d.open()
    await vi.advanceTimersByTimeAsync(0)
    expect(d.board?.seq).toBe(7)
    await d.refresh()
    expect(d.board?.seq).toBe(7)
    expect(asked).toEqual([null, '"b7"'])
    d.heard()
    d.heard()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(asked.length).toBe(3)
    d.close()
  })
  it('shows the groups that gain most, and counts those that are well', async () => {
    const groups = [...Array.from({ length: 9 }, (_, i) => boardGroup(i)), boardGroup(20, { lag: lag('nothing', { shares: [] }) })]
    const d = desk(() => Promise.resolve({ fresh: true, data: board({ groups }), etag: null }))
    d.open()
    await vi.advanceTimersByTimeAsync(0)
    expect([d.shown.length, d.held.length, d.calm]).toEqual([GROUPS_SHOWN, 9, 1])
    d.allGroups = true
    expect(d.shown.length).toBe(9)
    expect(d.group('g3')?.name).toBe('Tổ 3')
    expect(d.group('gone')).toBeNull()
    expect(d.lacking.length).toBe(5)
    d.close()
  })
  it('keeps the old board when the network is away', async () => {
    let away = false
    const d = desk(() => (away ? Promise.reject(new Unreachable()) : Promise.resolve({ fresh: true, data: board(), etag: null })))
    d.open()
    await vi.advanceTimersByTimeAsync(0)
    away = true
    await d.refresh()
    expect([d.trouble, d.board?.seq]).toEqual(['offline', 7])
    d.close()
  })
})
