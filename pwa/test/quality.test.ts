import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OwnFlag, PullAnswer } from '../src/lib/api/types.ts'
import { applyPull, bookOf, infoOf } from '../src/lib/data/book.ts'
import type { Database, OutboxOp } from '../src/lib/data/db.ts'
import { Knocks } from '../src/lib/data/knocks.svelte.ts'
import { opsOf } from '../src/lib/data/outbox.ts'
import { deviceOf } from '../src/lib/data/session.ts'
import { Turf } from '../src/lib/data/turf.svelte.ts'
import { inTurn, unsaid, wordOn } from '../src/routes/phone/quality/own-word.ts'
import { unlocked } from './fakes/keys.ts'
import { FakeClock } from './fakes/phone.ts'
import { alleyOf } from './fakes/server.ts'

const flag = (id: string, more: Partial<OwnFlag> = {}): OwnFlag => ({
  id, kind: 'too_fast', raised_at: 1000, from_day: 20261120, to_day: 20261121, count: 12, of: 30, desk_from: 2000, ...more,
})

let n = 0
let db: Database
const clock = new FakeClock()

beforeEach(async () => {
  db = unlocked(`quality-${(n += 1)}`)
  await deviceOf(db, () => 'phone')
})
afterEach(() => db.close())

const page = (seq: number, more: Partial<PullAnswer>): PullAnswer =>
  ({ seq, server_time: clock.now(), cursor: `c${seq}`, reset: false, ...more }) as PullAnswer

describe('remarks on the own records', () => {
  it('are kept until an answer speaks of them, and then replaced', async () => {
    const alley = alleyOf('a1', 'Ngõ 34', ['1', '2'])
    const wire = { ...alley, doors: alley.doors.map((door) => ({ ...door, at: [105.8513, 21.0302] })) }
    await applyPull(db, 'acc-1', null, page(1, { reset: true, alleys: [wire as never], groups: [], quality: [flag('f1'), flag('f2')] }), 1)
    expect((await infoOf(db, 'acc-1')).quality).toEqual([flag('f1'), flag('f2')])
    expect((await bookOf(db, 'acc-1')).alleys[0]!.doors[0]!.at).toEqual([105.8513, 21.0302])
    await applyPull(db, 'acc-1', 'c1', page(2, {}), 2)
    expect((await infoOf(db, 'acc-1')).quality).toHaveLength(2)
    await applyPull(db, 'acc-1', 'c2', page(3, { quality: [] }), 3)
    expect((await infoOf(db, 'acc-1')).quality).toEqual([])
  })

  it('lie in the box: the disk tells nobody that there are any', async () => {
    await applyPull(db, 'acc-1', null, page(1, { reset: true, alleys: [], groups: [], quality: [flag('f1')] }), 1)
    const row = await db.read(['meta'], (tx) => tx.objectStore('meta').get('turf:acc-1'))
    expect(Object.keys(row as object).sort()).toEqual(['box', 'cursor', 'more', 'pulled_at', 'seq', 'stamp', 'sweep'])
  })

  it('reach the screens', async () => {
    await applyPull(db, 'acc-1', null, page(1, { reset: true, alleys: [], groups: [], quality: [flag('f1')] }), 1)
    const turf = new Turf(db)
    await turf.open('acc-1')
    expect(turf.quality).toEqual([flag('f1')])
    await turf.open(null)
    expect(turf.quality).toEqual([])
  })
})

describe('a word on one', () => {
  it('is written like any record, and speaks of no door', async () => {
    const taken: OutboxOp[] = []
    const turf = new Turf(db)
    await turf.open('acc-1')
    const knocks = new Knocks({ db, clock, account_id: () => 'acc-1' }, (ops) => {
      taken.push(...ops)
      turf.take(ops)
    })
    await knocks.tell('quality.explain', { flag_id: 'f1', because: 'two_together' }, 'Lưu ý')
    await knocks.tell('quality.explain', { flag_id: 'f1', because: 'other', words: 'đi cùng tổ trưởng' }, 'Lưu ý')
    const ops = await opsOf(db, 'acc-1')
    expect(ops.map(({ kind, state, payload }) => ({ kind, state, payload }))).toEqual([
      { kind: 'quality.explain', state: 'local', payload: { flag_id: 'f1', because: 'two_together' } },
      { kind: 'quality.explain', state: 'local', payload: { flag_id: 'f1', because: 'other', words: 'đi cùng tổ trưởng' } },
    ])
    expect(turf.unsent).toBe(2)
    expect(turf.doors.size).toBe(0)
    expect(wordOn('f1', turf.ops)?.payload).toMatchObject({ because: 'other' })
    expect(wordOn('f2', turf.ops)).toBeUndefined()
  })

  it('stands until the server has sent it back', () => {
    const said = (op_id: string, state: OutboxOp['state']): OutboxOp =>
      ({ op_id, account_id: 'a', device_seq: 1, made_at: 1, kind: 'quality.explain', payload: { flag_id: 'f1', because: 'other' }, state, door: '' })
    expect(wordOn('f1', [said('1', 'booked'), said('2', 'rejected')])?.op_id).toBe('1')
    const flags = [flag('f1'), flag('f2', { explained_at: 5 }), flag('f3', { verdict: 'fine' }), flag('f4')]
    expect(unsaid(flags, [said('1', 'local')]).map(({ id }) => id)).toEqual(['f4'])
    expect(unsaid(flags, [said('1', 'rejected')]).map(({ id }) => id)).toEqual(['f1', 'f4'])
  })

  it('open remarks come before closed ones, the newest first', () => {
    const flags = [flag('old'), flag('closed', { verdict: 'talked', raised_at: 9000 }), flag('new', { raised_at: 5000 })]
    expect(inTurn(flags).map(({ id }) => id)).toEqual(['new', 'old', 'closed'])
  })
})
