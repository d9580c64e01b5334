import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '$lib/api/client.ts'
import { wardQualityEn } from '$lib/i18n/ward-quality.en.ts'
import { wardQualityVi } from '$lib/i18n/ward-quality.vi.ts'
import type { QualityApi } from '$lib/ward/quality/api.ts'
import { QualityApi as Calls } from '$lib/ward/quality/api.ts'
import { QualityDesk } from '$lib/ward/quality/quality-desk.svelte.ts'
import { agreementOf, answeredBefore, byAlley, explained, onList, readMinute, recorded, seen, writeDays, writeHome, writeMinute, writeWhen } from '$lib/ward/quality/tell.ts'
import {
  BECAUSES, CHECK_ANSWERS, QUALITY_KINDS, VERDICTS, type Check, type CheckTally, type DeskFlag, type Quality, type QualityTerms,
} from '$lib/ward/quality/wire.ts'

const codes = JSON.parse(readFileSync(new URL('../../../tests/vectors/codes.json', import.meta.url), 'utf8')) as Record<string, Record<string, string[]>>

const NOW = Date.parse('2026-11-23T12:00:00+07:00')
const TODAY = 20261123
const DAY = 86_400_000

const terms: QualityTerms = { random_percent: 5, checks_a_day: 20, days_before_desk: 2, from_minute: 420, to_minute: 1260 }

const flag = (over: Partial<DeskFlag> = {}): DeskFlag => ({
  id: 'f1', kind: 'too_fast', account_name: 'Nguyễn Văn Mẫu', team_name: 'Đội 1', raised_at: NOW - 3 * DAY, from_day: 20261118, to_day: 20261120,
  count: 12, of: 20, explained_at: null, because: null, words: null, closed_at: null, verdict: null, verdict_words: null, ...over,
})

const check = (over: Partial<Check> = {}): Check => ({
  id: 'c1', household_id: 'h1', address: '2', group_name: 'Tổ 4', alley_name: 'Ngõ 45', day: 20261122, band: 'E', outcome: 'SERVED', people_count: 2,
  why: 'random', drawn_on: TODAY, answer: null, answered_on: null, words: null, ...over,
})

const tally = (over: Partial<CheckTally> = {}): CheckTally => ({ agree: 0, differ: 0, unknown: 0, share: null, low: null, high: null, ...over })

const quality = (over: Partial<Quality> = {}): Quality => ({
  flags: [], checks: [], agreement: { random: tally(), weighted: tally() }, terms, waiting_first: 0, ...over,
})

const refusal = (pointer: string, code = 'invalid_field', status = 422): Problem =>
  new Problem({ type: 'about:blank', title: 'x', status, code: 'invalid_field', errors: [{ pointer, code }] })

async function begin(answer: Quality, over: Partial<QualityApi> = {}) {
  const api = {
    quality: vi.fn(() => Promise.resolve(answer)),
    judge: vi.fn(() => Promise.resolve()),
    answer: vi.fn(() => Promise.resolve()),
    setTerms: vi.fn(() => Promise.resolve()),
    ...over,
  }
  const desk = new QualityDesk(api as unknown as QualityApi, () => NOW, () => true)
  await desk.refresh()
  return { desk, api }
}

describe('what was seen', () => {
  it.each(QUALITY_KINDS)('%s is said in one sentence with its figures, with what it may innocently be, and without blame', (kind) => {
    const text = seen({ kind, count: 12, of: 20 }, terms)
    expect(text).toMatch(/^12 trong 20 .*\.$/u)
    expect(text).not.toContain('{')
    for (const words of [text, wardQualityVi[`kind_${kind}`], wardQualityVi[`may_${kind}`]]) expect(words).not.toMatch(/vi phạm|gian lận|nghi ngờ/iu)
  })

  it('no word of the room accuses', () => {
    for (const words of Object.values(wardQualityVi)) expect(words).not.toMatch(/vi phạm|gian lận|nghi ngờ|gian dối/iu)
    for (const words of Object.values(wardQualityEn)) expect(words).not.toMatch(/violat|fraud|suspect|cheat/iu)
  })

  it.each([['quality_kind', QUALITY_KINDS], ['quality_because', BECAUSES], ['quality_verdict', VERDICTS], ['check_answer', CHECK_ANSWERS]] as const)('%s is known whole', (of, known) => {
    expect([...known].sort()).toEqual([...(codes['0.5.0']?.[of] ?? [])].sort())
  })

  it('every code has its words', () => {
    for (const code of BECAUSES) expect(wardQualityVi).toHaveProperty([`because_${code}`])
    for (const code of VERDICTS) expect(wardQualityVi).toHaveProperty([`verdict_${code}`])
    for (const code of CHECK_ANSWERS) expect(wardQualityVi).toHaveProperty([`answer_${code}`])
  })

  it('names the visiting hours of the ward', () => {
    expect(seen(flag({ kind: 'odd_hours' }), terms)).toContain('07:00 đến 21:00,')
  })

  it('says the days, the year once', () => {
    expect(writeDays(flag())).toBe('Từ 18/11 đến 20/11/2026')
    expect(writeDays(flag({ from_day: 20261230, to_day: 20270102 }))).toBe('Từ 30/12/2026 đến 02/01/2027')
    expect(writeDays(flag({ from_day: 20261120 }))).toBe('Ngày 20/11/2026')
  })

  it('says what the volunteer says, or since when nothing came', () => {
    expect(explained(flag())).toEqual({ because: null, words: null, when: 'Chưa có lời giải thích, từ ngày 20/11/2026.' })
    expect(explained(flag({ explained_at: NOW, because: 'recorded_later', words: 'Ghi sau bữa tối' }))).toEqual({
      because: 'Ghi sau khi đi', words: 'Ghi sau bữa tối', when: 'ngày 23/11/2026',
    })
  })
})

describe('homes that are asked again', () => {
  it('says when the visit was and what was written down', () => {
    expect(writeWhen(check())).toBe('Tối 22/11/2026')
    expect(writeWhen(check({ band: 'W' }))).toBe('Chủ nhật 22/11/2026')
    expect(writeWhen(check({ band: 'W', day: 20261121 }))).toBe('Thứ Bảy 21/11/2026')
    expect(recorded(check())).toMatch(/ · 2 người$/u)
    expect(recorded(check({ outcome: 'NOT_HOME', people_count: 0 }))).not.toContain('người')
  })

  it('stand by group and alley as people count, in the order of the walk within', () => {
    const all = [
      check({ id: 'a', group_name: 'Tổ 10', alley_name: 'Ngõ 1', address: '9' }),
      check({ id: 'b', group_name: 'Tổ 2', alley_name: 'Ngõ 12', address: '1' }),
      check({ id: 'c', group_name: 'Tổ 2', alley_name: 'Ngõ 3', address: '10' }),
      check({ id: 'd', group_name: 'Tổ 2', alley_name: 'Ngõ 3', address: '2B' }),
    ]
    expect(byAlley(all).map((a) => [a.alley, a.checks.map((c) => c.id)])).toEqual([
      ['Ngõ 3', ['d', 'c']],
      ['Ngõ 12', ['b']],
      ['Ngõ 1', ['a']],
    ])
  })

  it('are called by their number, else by what they stand beside', () => {
    expect(writeHome(check({ address: '15A' }))).toBe('Số 15A')
    expect(writeHome(check({ address: 'cạnh cây đa' }))).toBe('Nhà cạnh cây đa')
    expect(writeHome(check({ address: '' }))).toBe('Nhà chưa có số')
  })

  it('stay on the list on the day they are answered, and leave it the next', () => {
    const all = [check(), check({ id: 'c2', answer: 'agree', answered_on: TODAY }), check({ id: 'c3', answer: 'differ', answered_on: 20261122 })]
    expect(onList(all, TODAY).map((c) => c.id)).toEqual(['c1', 'c2'])
    expect(answeredBefore(all, TODAY).map((c) => c.id)).toEqual(['c3'])
  })
})

describe('how far answers agree', () => {
  it('says no share while the server gives none, and how many are there', () => {
    const told = agreementOf(tally({ agree: 15, differ: 4, unknown: 30 }), 'random')
    expect(told.share).toBeNull()
    expect(told.means).toContain('19 câu trả lời')
  })

  it('says the share with its interval, and for whom it speaks', () => {
    const sure = tally({ agree: 46, differ: 4, unknown: 3, share: 0.92, low: 0.812, high: 0.968 })
    const random = agreementOf(sure, 'random')
    expect(random.share).toEqual({ value: '92,0%', low: 0.812, mid: 0.92, high: 0.968 })
    expect(random.means).toBe('46 trong 50 hộ nói giống như đã ghi. Hỏi hết cả phường thì chắc khoảng từ 81,2% đến 96,8% là đúng.')
    expect(agreementOf(sure, 'weighted').means).not.toContain('cả phường')
  })
})

describe('the desk', () => {
  it('ends a flag with the words typed, and puts it among those that are done', async () => {
    const { desk, api } = await begin(quality({ flags: [flag(), flag({ id: 'f2', kind: 'jumps' })] }))
    desk.type('f1', '  Đã gọi   hỏi ')
    expect(await desk.judge(desk.openFlags[0]!, 'talked')).toBe(true)
    expect(api.judge).toHaveBeenCalledExactlyOnceWith('f1', 'talked', 'Đã gọi hỏi')
    expect(desk.openFlags.map((f) => f.id)).toEqual(['f2'])
    expect(desk.closedFlags.map((f) => [f.id, f.verdict])).toEqual([['f1', 'talked']])
    expect(desk.said).toEqual({ is: 'judged', verdict: 'talked' })
  })

  it('keeps a flag and what was typed when no answer comes', async () => {
    const { desk } = await begin(quality({ flags: [flag()] }), { judge: () => Promise.reject(new Unreachable()) })
    desk.type('f1', 'Đã gọi')
    expect(await desk.judge(flag(), 'fine')).toBe(false)
    expect(desk.failures.get('f1')).toBe('offline')
    expect(desk.typed('f1')).toBe('Đã gọi')
    expect(desk.openFlags).toHaveLength(1)
    expect(desk.said).toBeNull()
  })

  it('looks at the words before it sends them, and at what the server says of them', async () => {
    const { desk, api } = await begin(quality({ flags: [flag()] }), { judge: vi.fn(() => Promise.reject(refusal('/words', 'secret_in_text'))) })
    desk.type('f1', 'mật khẩu là gì')
    expect(await desk.judge(flag(), 'fine')).toBe(false)
    expect(desk.wordsFaults.get('f1')).toBe('secret_in_text')
    expect(api.judge).not.toHaveBeenCalled()
    desk.type('f1', 'lời khác')
    expect(desk.wordsFaults.has('f1')).toBe(false)
    expect(await desk.judge(flag(), 'fine')).toBe(false)
    expect([desk.wordsFaults.get('f1'), desk.typed('f1'), desk.failures.size]).toEqual(['secret_in_text', 'lời khác', 0])
  })

  it('says when somebody else was faster, and shows the list as it is now', async () => {
    const answers = [quality({ flags: [flag()] }), quality({ flags: [flag({ closed_at: NOW, verdict: 'fine' })] })]
    const { desk } = await begin(quality(), {
      quality: vi.fn(() => Promise.resolve(answers.shift() ?? quality())),
      judge: () => Promise.reject(new Problem({ type: 'about:blank', title: 'x', status: 409, code: 'conflict' })),
    })
    expect(await desk.judge(flag(), 'check')).toBe(false)
    expect(desk.overtaken).toBe(true)
    expect(desk.openFlags).toHaveLength(0)
  })

  it('takes an answer back by another, with the words that were there', async () => {
    const { desk, api } = await begin(quality({ checks: [check()] }))
    desk.type('c1', 'Chỉ một người học')
    expect(await desk.answer(desk.checks[0]!, 'differ')).toBe(true)
    expect(desk.unasked).toBe(0)
    expect(desk.checks[0]).toMatchObject({ answer: 'differ', answered_on: TODAY, words: 'Chỉ một người học' })
    expect(await desk.answer(desk.checks[0]!, 'agree')).toBe(true)
    expect(api.answer).toHaveBeenLastCalledWith('c1', 'agree', 'Chỉ một người học')
    expect(desk.checks[0]?.answer).toBe('agree')
  })

  it('saves terms, and keeps what it has no field for', async () => {
    const more = { ...terms, gap_seconds: 60 } as QualityTerms
    const { desk, api } = await begin(quality({ terms: more }))
    desk.beginTerms()
    expect(desk.termsChanged).toBe(false)
    desk.form!.checks_a_day = 12
    desk.form!.to = '20:30'
    expect(desk.termsChanged).toBe(true)
    expect(await desk.saveTerms()).toBe(true)
    expect(api.setTerms).toHaveBeenCalledExactlyOnceWith({ ...more, checks_a_day: 12, to_minute: 1230 })
    expect([desk.termsChanged, desk.said]).toEqual([false, { is: 'terms' }])
  })

  it('names every field of the terms that is wrong, and asks nobody', async () => {
    const { desk, api } = await begin(quality())
    desk.beginTerms()
    Object.assign(desk.form!, { random_percent: null, checks_a_day: 2.5, days_before_desk: 99, from: '21:00', to: '07:00' })
    expect(await desk.saveTerms()).toBe(false)
    expect([...desk.formFaults]).toEqual(['random_percent', 'checks_a_day', 'days_before_desk', 'from', 'to'])
    expect(api.setTerms).not.toHaveBeenCalled()
  })

  it('lets a day of visits end at midnight', async () => {
    const { desk, api } = await begin(quality({ terms: { ...terms, to_minute: 1440 } }))
    desk.beginTerms()
    expect(desk.form?.to).toBe('00:00')
    desk.form!.from = '08:00'
    expect(await desk.saveTerms()).toBe(true)
    expect(api.setTerms).toHaveBeenCalledExactlyOnceWith({ ...terms, from_minute: 480, to_minute: 1440 })
  })

  it('keeps the change when the server refuses a field or nobody answers', async () => {
    const refusals: unknown[] = [refusal('/from_minute'), new Unreachable()]
    const { desk } = await begin(quality(), { setTerms: () => Promise.reject(refusals.shift()) })
    desk.beginTerms()
    desk.form!.random_percent = 10
    expect(await desk.saveTerms()).toBe(false)
    expect([...desk.formFaults]).toEqual(['from'])
    expect(await desk.saveTerms()).toBe(false)
    expect([desk.formTrouble, desk.form?.random_percent, desk.formFaults.size]).toEqual(['offline', 10, 0])
    desk.dropTerms()
    expect([desk.form?.random_percent, desk.formTrouble]).toEqual([5, null])
  })
})

describe('what the server leaves out', () => {
  it('is nothing', async () => {
    const told = {
      flags: [{ id: 'f1', kind: 'jumps', account_name: 'A', raised_at: 1, from_day: TODAY, to_day: TODAY, count: 9, of: 20 }],
      checks: [{ id: 'c1', address: '2' }],
      agreement: { random: { agree: 1, differ: 0, unknown: 0 }, weighted: { agree: 0, differ: 0, unknown: 0 } },
      terms, waiting_first: 0,
    }
    const api = new Calls({ get: () => Promise.resolve(told), post: vi.fn(), call: vi.fn() } as unknown as ConstructorParameters<typeof Calls>[0])
    const { flags, checks, agreement } = await api.quality()
    expect(flags[0]).toMatchObject({ team_name: null, explained_at: null, because: null, words: null, closed_at: null, verdict: null, verdict_words: null })
    expect(checks[0]).toMatchObject({ answer: null, answered_on: null, words: null })
    expect(agreement.random).toEqual({ agree: 1, differ: 0, unknown: 0, share: null, low: null, high: null })
  })
})

describe('minutes of the day', () => {
  it.each([[0, '00:00'], [420, '07:00'], [1439, '23:59']])('%i is %s and back', (minute, text) => {
    expect(writeMinute(minute)).toBe(text)
    expect(readMinute(text)).toBe(minute)
  })
  it.each(['', '24:00', '7h', '07:60'])('"%s" is no time', (text) => expect(readMinute(text)).toBeNull())
})
