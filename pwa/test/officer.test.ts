import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { HelpLog, MobileSession, OfficerBook } from '../src/lib/api/types.ts'
import { Acts, type Act } from '../src/lib/data/acts.svelte.ts'
import { applyPull, bookOf as held } from '../src/lib/data/book.ts'
import type { Database } from '../src/lib/data/db.ts'
import { AlreadySent, UNDO_MS } from '../src/lib/data/knocks.svelte.ts'
import { opsOf } from '../src/lib/data/outbox.ts'
import { Turf } from '../src/lib/data/turf.svelte.ts'
import { deviceOf } from '../src/lib/data/session.ts'
import { after, between, works } from '../src/lib/domain/workday.ts'
import { countsOf, eveningsOf, ownCounts, phoneUntil, sums, tasksOf, type Said } from '../src/lib/police/officer.ts'
import { unlocked } from './fakes/keys.ts'
import { bookOf, NOW, task } from './fakes/officer.ts'
import { FakeClock, Phone, type Fate } from './fakes/phone.ts'
import { FakeServer } from './fakes/server.ts'

const TODAY = 20261123
const tap = (kind = 'H03', more: Partial<HelpLog> = {}): Act => ({ kind: 'help.log', payload: { kind, channel: 'office', result: 'done', ...more }, words: 'Kích hoạt' })
let n = 0

describe('working days', () => {
  const cases = JSON.parse(readFileSync(new URL('../../tests/vectors/workday.json', import.meta.url), 'utf8')) as {
    holidays: number[]
    works: Array<{ day: number; works: boolean }>
    after: Array<{ day: number; n: number; is: number }>
    between: Array<{ from: number; to: number; is: number }>
  }
  const holidays = new Set(cases.holidays)
  it('are counted as the server counts them', () => {
    for (const { day, works: is } of cases.works) expect(works(day, holidays), String(day)).toBe(is)
    for (const { day, n, is } of cases.after) expect(after(day, n, holidays), `${day} + ${n}`).toBe(is)
    for (const { from, to, is } of cases.between) expect(between(from, to, holidays), `${from} to ${to}`).toBe(is)
  })
})

describe('the queue', () => {
  const say = (kind: Said['kind'], payload: object, more: Partial<Said> = {}): Said => ({ op_id: `op-${kind}-${(n += 1)}`, kind, payload: payload as Said['payload'], made_at: NOW + n, state: 'local', ...more })

  it('has what is due first on top, and what is closed below', () => {
    const book = bookOf({ queue: [task('c', { state: 'done', acted_at: NOW }), task('a', { due_on: 20261130 }), task('b', { due_on: 20261120 }), task('d', { due_on: undefined })] })
    expect(tasksOf(book, [], 1).map(({ id }) => id)).toEqual(['b', 'a', 'd', 'c'])
  })

  it('shows own acts over the book, and the later one wins whatever came first', () => {
    const book = bookOf({ queue: [task('a')] })
    const accepted = say('referral.accept', { referral_id: 'a', appointment: { on: 20261125, minute: 570 } }, { made_at: NOW })
    const returned = say('referral.return', { referral_id: 'a', why: 'not_reached' }, { made_at: NOW + 1000 })
    expect(tasksOf(book, [accepted], 1)[0]).toMatchObject({ state: 'accepted', mine: true, appointment: { on: 20261125 }, waiting: true })
    expect(tasksOf(book, [returned, accepted], 1)[0]).toMatchObject({ state: 'returned', why: 'not_reached' })
    expect(tasksOf(book, [returned, accepted, say('referral.accept', { referral_id: 'a' }, { made_at: NOW + 2000 })], 1)[0]?.why).toBeUndefined()
  })

  it('counts an act until the book says it, and never one that was sent back or lost to a newer one', () => {
    const book = bookOf({ queue: [task('a')] })
    const done = (more: Partial<Said>): string | undefined => tasksOf(book, [say('referral.done', { referral_id: 'a' }, more)], 10)[0]?.state
    expect(done({ state: 'booked', seq: 11 })).toBe('done')
    expect(done({ state: 'booked', seq: 10 })).toBe('new')
    expect(done({ state: 'booked', seq: 11, flags: ['lost_to_newer'] })).toBe('new')
    expect(done({ state: 'rejected' })).toBe('new')
  })

  it('keeps a word about the ladder beside the person, and leaves a cancelled one alone', () => {
    const person = { learner_id: 'p', call_name: 'Bà Lan', age_band: '60-79' as const }
    const book = bookOf({ queue: [task('a', { person }), task('b', { state: 'cancelled' })] })
    const tasks = tasksOf(book, [say('eid.confirm', { referral_id: 'a', learner_id: 'p', state: 'L2_CAPTURED' }), say('referral.done', { referral_id: 'b' })], 1)
    expect(tasks.find(({ id }) => id === 'a')?.person?.eid).toMatchObject({ state: 'L2_CAPTURED', evidence: 'police_confirmed' })
    expect(tasks.find(({ id }) => id === 'b')?.state).toBe('cancelled')
  })

  it('says until when the number to call back is held', () => {
    expect(phoneUntil(task('a', { opened_at: NOW }))).toBe(20261223)
    expect(phoneUntil(task('a', { appointment: { on: 20261125 } }))).toBe(20261128)
    expect(phoneUntil(task('a', { appointment: { on: 20261201 }, state: 'done', acted_at: NOW }))).toBe(20261126)
  })

  it('follows an evening from home to home', () => {
    const session: MobileSession = {
      id: 's', day: TODAY, from_minute: 1080, to_minute: 1260, place: 'Nhà văn hóa', capacity: 2, state: 'planned', groups: ['g5'],
      homes: [{ referral_id: 'a' }, { referral_id: 'b' }],
    }
    const book = bookOf({ queue: [task('a', { kind: 'POLICE_MOBILE', session_id: 's', state: 'accepted' }), task('b', { kind: 'POLICE_MOBILE', session_id: 's', state: 'accepted' })], sessions: [session] })
    const captured = say('mobile.result', { session_id: 's', referral_id: 'a', result: 'captured', people: 2 })
    const absent = say('mobile.result', { session_id: 's', referral_id: 'b', result: 'not_done', why: 'absent', people: 0 })
    const [one] = eveningsOf(book, [captured], 1)
    expect(one).toMatchObject({ state: 'planned', homes: [{ result: 'captured', people: 2 }, { referral_id: 'b' }] })
    expect([...one!.waiting]).toEqual(['a'])
    expect(eveningsOf(book, [captured, absent], 1)[0]?.state).toBe('held')
    const again = say('mobile.result', { session_id: 's', referral_id: 'b', result: 'pending', people: 1 })
    expect(eveningsOf(book, [captured, absent, again], 1)[0]?.homes[1]).toEqual({ referral_id: 'b', result: 'pending', people: 1, at: again.made_at })
    const tasks = tasksOf(book, [captured, absent], 1)
    expect(tasks.map(({ id, state, session_id }) => [id, state, session_id])).toEqual([['b', 'accepted', undefined], ['a', 'done', 's']])
  })
})

describe('own counts', () => {
  it('are those of the book and those it has not heard of, less what was taken back', () => {
    const days = [{ day: TODAY, kind: 'H03', channel: 'office' as const, result: 'done' as const, n: 3, people: 3, minutes: 15 }]
    const log = (op_id: string, more: Partial<Said>): Said => ({ op_id, kind: 'help.log', payload: { kind: 'H03', channel: 'office', result: 'done' }, made_at: NOW, ...more })
    const back = (help_id: string, more: Partial<Said> = {}): Said => ({ op_id: `back-${help_id}`, kind: 'help.take_back', payload: { help_id }, made_at: NOW, state: 'local', ...more })
    const count = (ops: Said[]): number => sums(countsOf(bookOf({ days }), ops, 10), 'kind')[0]?.n ?? 0
    expect(count([])).toBe(3)
    expect(count([log('a', { state: 'booked', seq: 9 })]), 'in the book').toBe(3)
    expect(count([log('a', { state: 'booked', seq: 11 }), log('b', { state: 'local' }), log('c', {})]), 'not yet').toBe(6)
    expect(count([log('a', { state: 'booked', seq: 9 }), back('a')]), 'taken back here').toBe(2)
    expect(count([log('a', { state: 'booked', seq: 9 }), back('a', { state: 'booked', seq: 10 })]), 'taken back in the book').toBe(3)
    expect(count([log('a', { state: 'local' }), back('a')])).toBe(3)
    expect(count([log('a', { state: 'rejected' })])).toBe(3)
    expect(ownCounts([log('a', { state: 'booked', seq: 9 }), log('b', {}), back('b'), log('c', { state: 'rejected' })], TODAY).map(({ op_id }) => op_id)).toEqual(['a'])
  })

  it('count a home once, whatever was said of it before', () => {
    const say = (op_id: string, made_at: number, people: number): Said => ({ op_id, kind: 'mobile.result', payload: { session_id: 's', referral_id: 'a', result: 'captured', people }, made_at, state: 'local' })
    expect(countsOf(bookOf(), [say('x', NOW, 1), say('y', NOW + 1, 3)], 0)).toEqual([{ day: TODAY, kind: 'H02', channel: 'home', n: 1, people: 3, minutes: 0, waiting: 1 }])
  })

  it('of a crowd say how many were there', () => {
    const hall: Said = { op_id: 'x', kind: 'help.log', payload: { kind: 'H14', channel: 'mobile_point', result: 'done', people: 25 }, made_at: NOW, state: 'local' }
    expect(countsOf(bookOf(), [hall], 0)).toEqual([{ day: TODAY, kind: 'H14', channel: 'mobile_point', n: 1, people: 25, minutes: 0, waiting: 1 }])
  })
})

describe('taps', () => {
  let db: Database
  let clock: FakeClock
  let gone: string[]
  let acts: Acts
  beforeEach(async () => {
    db = unlocked(`acts-${(n += 1)}`)
    await deviceOf(db, () => 'device-1')
    clock = new FakeClock()
    gone = []
    acts = new Acts({ db, clock, account_id: () => 'a', saved: () => undefined, unsaid: (ids) => gone.push(...ids) })
  })
  const kinds = async (): Promise<string[]> => (await opsOf(db, 'a')).map(({ kind }) => kind)

  it('count at once, are written in their turn, and none is lost', async () => {
    for (let i = 0; i < 200; i += 1) acts.act([tap()])
    expect(acts.queued).toHaveLength(200)
    await acts.settled()
    expect(acts.queued).toHaveLength(0)
    const ops = await opsOf(db, 'a')
    expect(new Set(ops.map(({ op_id }) => op_id)).size).toBe(200)
    expect(ops.map(({ device_seq }) => device_seq)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1))
  })

  it('step back one by one, the newest first, without leaving the phone', async () => {
    for (const kind of ['H01', 'H02', 'H03']) acts.act([tap(kind)])
    await acts.undo()
    await acts.settled()
    await acts.undo()
    const [left] = await opsOf(db, 'a')
    expect((left?.payload as HelpLog).kind).toBe('H01')
    expect(await kinds()).toEqual(['help.log'])
    expect(acts.offers).toHaveLength(1)
    await acts.undo()
    expect(await kinds()).toEqual([])
    expect(await acts.undo()).toBeNull()
  })

  it('that have left are taken back in the book; other acts are not', async () => {
    acts.act([tap()])
    await acts.settled()
    clock.at += UNDO_MS + 1
    await acts.undo()
    expect(await kinds()).toEqual(['help.log', 'help.take_back'])
    acts.act([{ kind: 'referral.done', payload: { referral_id: 'r' }, words: 'x' }, tap()])
    await acts.settled()
    clock.at += UNDO_MS + 1
    await expect(acts.undo()).rejects.toThrow(AlreadySent)
    expect(acts.offers).toHaveLength(0)
  })

  it('of one act go together', async () => {
    acts.act([{ kind: 'referral.done', payload: { referral_id: 'r' }, words: 'x' }, tap('H04', { referral_id: 'r' })])
    await acts.settled()
    expect(await kinds()).toEqual(['referral.done', 'help.log'])
    await acts.undo()
    expect(await kinds()).toEqual([])
    expect(gone).toHaveLength(2)
  })

  it('wait while the disk takes nothing, and say so', async () => {
    const real = IDBObjectStore.prototype.add
    const spy = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    acts.act([tap()])
    acts.act([tap()])
    await acts.settled()
    expect(acts.error).not.toBeNull()
    expect(acts.queued).toHaveLength(2)
    spy.mockRestore()
    expect(IDBObjectStore.prototype.add).toBe(real)
    acts.write()
    await acts.settled()
    expect(acts.error).toBeNull()
    expect(await kinds()).toHaveLength(2)
  })

  it('are amended in place while they rest, and in the book after that', async () => {
    const { ops: [first] } = acts.act([tap()])
    await acts.settled()
    await acts.amend(first!.op_id, first!.made_at, tap('H03', { minutes: 15 }))
    let ops = await opsOf(db, 'a')
    expect(ops.map(({ payload }) => (payload as HelpLog).minutes)).toEqual([15])
    expect(gone).toEqual([first!.op_id])
    clock.at += UNDO_MS + 1
    await acts.amend(ops[0]!.op_id, ops[0]!.made_at, tap('H03', { minutes: 30 }))
    ops = await opsOf(db, 'a')
    expect(ops.map(({ kind }) => kind)).toEqual(['help.log', 'help.take_back', 'help.log'])
    expect(ops[2]?.made_at).toBe(ops[0]?.made_at)
  })
})

describe('a thousand taps', () => {
  const LINE: Fate[] = ['answer lost', 'request lost', 'twice', 'busy', 'late', 'through', 'token gone']

  it('made without a network arrive as exactly a thousand on a line that fails', async () => {
    const server = new FakeServer()
    const clock = new FakeClock()
    server.officer = { account: 'acc-trang', book: bookOf() }
    const phone = new Phone(server, `officer-${(n += 1)}`, clock)
    await phone.ready
    await phone.login()
    const acts = new Acts({
      db: phone.db, clock, account_id: () => phone.session.account!.id, saved: (ops) => phone.turf.take(ops), unsaid: (ids) => phone.turf.drop(ids),
    })
    phone.online = false
    for (let i = 0; i < 1000; i += 1) {
      acts.act([tap(i % 2 === 0 ? 'H03' : 'H02')])
      clock.at += 100
      if (i % 10 === 0) await acts.settled()
    }
    await acts.settled()
    clock.at += UNDO_MS
    const shown = (): number => countsOf(phone.turf.police ?? bookOf(), phone.turf.ops, phone.turf.seq).reduce((sum, { n }) => sum + n, 0)
    expect(shown()).toBe(1000)

    phone.online = true
    server.now = clock.at
    for (let round = 0; phone.turf.unsent > 0 && round < 200; round += 1) {
      phone.fates = [LINE[round % LINE.length]!]
      await phone.sync()
      for (const late of phone.late.splice(0)) await late()
      await phone.shown()
      if (phone.engine.state.name === 'waiting') await phone.ring()
    }
    expect(phone.turf.unsent).toBe(0)
    expect(server.counts.size).toBe(1000)
    expect(server.applied).toHaveLength(1000)
    await phone.sync()
    await phone.shown()
    expect(shown(), 'the book says them by now, and nobody twice').toBe(1000)
  })
})

describe("the officer's book", () => {
  it('replaces what was there, stays when a pull says nothing of it, and lies in a box', async () => {
    const db = unlocked(`book-${(n += 1)}`)
    await deviceOf(db, () => 'device-1')
    const pull = (cursor: string, police?: OfficerBook) => ({ cursor, seq: 1, server_time: NOW, reset: false, ...(police ? { police } : {}) })
    await applyPull(db, 'a', null, pull('c1', bookOf({ queue: [task('r1')] })), NOW)
    await applyPull(db, 'a', 'c1', pull('c2'), NOW)
    expect((await held(db, 'a')).info.police?.queue.map(({ id }) => id)).toEqual(['r1'])
    await applyPull(db, 'a', 'c2', pull('c3', bookOf({ queue: [task('r2')] })), NOW)
    expect((await held(db, 'a')).info.police?.queue.map(({ id }) => id)).toEqual(['r2'])
    const raw = await db.read(['meta'], (tx) => tx.objectStore('meta').get('turf:a'))
    expect(JSON.stringify(raw)).not.toContain('Ngõ 34')
    const turf = new Turf(db)
    await turf.open('a')
    expect(turf.police?.queue).toHaveLength(1)
    await turf.open(null)
    expect(turf.police).toBeNull()
  })
})
