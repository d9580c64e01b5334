import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Alley } from '../src/lib/api/types.ts'
import { Database, StorageLost, type OutboxOp } from '../src/lib/data/db.ts'
import { Knocks } from '../src/lib/data/knocks.svelte.ts'
import { append, markSent, outboxFor, queueOf, settle, unanswered, unmarkSent } from '../src/lib/data/outbox.ts'
import { deviceOf } from '../src/lib/data/session.ts'
import { Turf } from '../src/lib/data/turf.svelte.ts'
import { applyPull } from '../src/lib/data/book.ts'
import { FakeClock, Phone } from './fakes/phone.ts'
import { alleyOf, FakeServer } from './fakes/server.ts'
import { unlocked } from './fakes/keys.ts'

let n = 0
let db: Database

/** What the database is asked for, and how many records it hands out. */
interface Work {
  transactions: number
  requests: number
  records: number
}

const METHODS = {
  store: ['get', 'getKey', 'getAll', 'getAllKeys', 'count', 'add', 'put', 'delete', 'clear', 'openCursor', 'openKeyCursor'],
  index: ['get', 'getKey', 'getAll', 'getAllKeys', 'count', 'openCursor', 'openKeyCursor'],
} as const

let work: Work

function watch(): void {
  const count = (prototype: object, methods: readonly string[]): void => {
    for (const method of methods) {
      const real = (prototype as Record<string, (...args: unknown[]) => IDBRequest>)[method]!
      vi.spyOn(prototype as Record<string, (...args: unknown[]) => IDBRequest>, method).mockImplementation(function (this: unknown, ...args) {
        const request = real.apply(this, args)
        work.requests += 1
        request.addEventListener('success', () => {
          // A count walks what it counts.
          work.records += Array.isArray(request.result) ? request.result.length : method === 'count' ? (request.result as number) : request.result == null ? 0 : 1
        })
        return request
      })
    }
  }
  count(IDBObjectStore.prototype, METHODS.store)
  count(IDBIndex.prototype, METHODS.index)
  const begin = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    work.transactions += 1
    return begin.apply(this, args)
  })
}

async function costOf(doing: () => Promise<unknown>): Promise<Work> {
  work = { transactions: 0, requests: 0, records: 0 }
  await doing()
  return work
}

const LANES = 20
const alleys: Alley[] = Array.from({ length: LANES }, (_, i) => alleyOf(`a${i}`, `Ngõ ${i}`, Array.from({ length: 10 }, (_, j) => `${i}-${j}`)))
const doorAt = (i: number): string => `h${i % LANES}-${Math.floor(i / LANES) % 10}`

beforeEach(async () => {
  db = unlocked(`save-${(n += 1)}`)
  await deviceOf(db, () => 'device-1')
  work = { transactions: 0, requests: 0, records: 0 }
})
afterEach(() => void vi.restoreAllMocks())

/** Puts unsent records number `from` to `to` straight into the outbox, as so many saves would have. */
async function fill(from: number, to: number): Promise<void> {
  await db.write(['outbox', 'session'], async (tx) => {
    for (let i = from; i <= to; i += 1) {
      const record: OutboxOp = {
        op_id: `op-${i}`, account_id: 'a', device_seq: i, after: i - 1, made_at: i, kind: 'visit.record',
        payload: { household_id: doorAt(i), outcome: 'NOT_HOME' }, state: 'local', door: '', waiting: i,
      }
      await tx.objectStore('outbox').put(record)
    }
    await tx.objectStore('session').put({ next_seq: to + 1, last: { a: to } }, 'numbers')
  })
}

/** What laying doors costs: how many of them were made anew. */
function relaid(turf: Turf): () => number {
  const before = new Map(turf.doors)
  return () => [...turf.doors].filter(([id, view]) => before.get(id) !== view).length
}

describe('what one save costs', () => {
  async function sampled(): Promise<{ save: Work; mark: Work; settle: Work; unmark: Work; batch: Work; doors: number }> {
    const turf = new Turf(db)
    await turf.open('a')
    const clock = new FakeClock()
    const knocks = new Knocks({ db, clock, account_id: () => 'a' }, (ops) => turf.take(ops))
    const doors = relaid(turf)
    watch()
    let op!: OutboxOp
    const save = await costOf(async () => {
      op = await knocks.record({ household_id: doorAt(7), outcome: 'SERVED' }, 'Số 7')
    })
    knocks.dismiss()
    expect(turf.ops.at(-1)).toEqual(op)
    expect(turf.doors.get(doorAt(7))!.visits.map((visit) => visit.id)).toContain(op.op_id)
    const laid = doors()
    const batch = await costOf(() => queueOf(db, 'a', 1))
    // How many wait is one number; that it walks the queue's index is the disk's affair, once a push.
    batch.records = Math.min(batch.records, 1)
    const mark = await costOf(() => markSent(db, 'a', [op.op_id]))
    const settled = await costOf(() => settle(db, 'a', [{ op_id: op.op_id, outcome: 'applied', seq: 1 }], 1))
    const unmark = await costOf(() => unmarkSent(db, 'a'))
    vi.restoreAllMocks()
    return { save, mark, settle: settled, unmark, batch, doors: laid }
  }

  it('is the same for the tenth record and the five-thousandth, and so are marking and settling', async () => {
    await applyPull(db, 'a', null, { cursor: 'c', reset: true, seq: 0, server_time: 1, alleys: alleys as never }, 1)
    await fill(1, 9)
    const tenth = await sampled()
    await fill(11, 4999)
    const last = await sampled()
    expect(last).toEqual(tenth)
    // One transaction: is it known, the numbers; the record, the numbers, the draft.
    expect(tenth.save).toEqual({ transactions: 1, requests: 5, records: 3 })
    expect(tenth.doors).toBe(1)
    expect(tenth.mark).toMatchObject({ transactions: 1, requests: 2 })
    expect(tenth.settle).toMatchObject({ transactions: 1, requests: 2 })
    expect(tenth.unmark).toMatchObject({ transactions: 1, requests: 1, records: 0 })
  }, 120_000)

  it('and the round that follows reads no more than it sends and what came of it', async () => {
    const server = new FakeServer()
    server.alleys = structuredClone(alleys)
    const phone = new Phone(server, `save-${(n += 1)}`, new FakeClock())
    await phone.ready
    await phone.login()
    const round = async (i: number): Promise<Work> => {
      await phone.knock(doorAt(i))
      watch()
      const cost = await costOf(async () => {
        await phone.sync()
        await phone.shown()
      })
      vi.restoreAllMocks()
      return cost
    }
    const early = await round(1)
    // Days of booked work, which are kept on the list for a while.
    const { clock } = phone
    await phone.db.write(['outbox', 'session'], async (tx) => {
      for (let i = 100; i < 3000; i += 1) {
        await tx.objectStore('outbox').put({
          op_id: `op-${i}`, account_id: 'acc-trang', device_seq: i, made_at: clock.at, kind: 'visit.record', door: '',
          payload: { household_id: doorAt(i), outcome: 'NOT_HOME' }, state: 'booked', seq: 1, booked_at: clock.at,
        })
      }
      await tx.objectStore('session').put({ next_seq: 3000, last: { 'acc-trang': 1 } }, 'numbers')
    })
    await phone.turf.reloadOps()
    const late = await round(2)
    expect(late).toEqual(early)
  }, 120_000)
})

describe('what is in memory', () => {
  it('is what is on the disk, after every save and answer', async () => {
    await applyPull(db, 'a', null, { cursor: 'c', reset: true, seq: 0, server_time: 1, alleys: alleys as never }, 1)
    const turf = new Turf(db)
    await turf.open('a')
    for (let i = 0; i < 30; i += 1) {
      const op = await append(db, { op_id: `x${i}`, account_id: 'a', made_at: i, kind: 'visit.record', payload: { household_id: doorAt(i), outcome: 'NOT_HOME' }, door: '' })
      turf.take([op])
      if (i % 3 === 0) turf.take(await markSent(db, 'a', [op.op_id]))
      if (i % 6 === 0) turf.take(await settle(db, 'a', [{ op_id: op.op_id, outcome: i % 12 ? 'applied' : 'rejected', seq: i }], i))
      const { ops } = await outboxFor(db, 'a')
      expect(turf.ops).toEqual(ops)
      expect([turf.unsent, turf.rejected]).toEqual([ops.filter(unanswered).length, ops.filter((each) => each.state === 'rejected').length])
    }
  })

  it('a save while the outbox is being read is not forgotten', async () => {
    const turf = new Turf(db)
    await turf.open('a')
    const reading = turf.reloadOps()
    const op = await append(db, { op_id: 'x', account_id: 'a', made_at: 1, kind: 'visit.record', payload: { household_id: 'h', outcome: 'NOT_HOME' }, door: '' })
    turf.take([op])
    await reading
    expect(turf.ops.map((each) => each.op_id)).toEqual(['x'])
    expect(turf.unsent).toBe(1)
  })

  it('another account never sees it', async () => {
    const turf = new Turf(db)
    await turf.open('b')
    turf.take([await append(db, { op_id: 'x', account_id: 'a', made_at: 1, kind: 'visit.record', payload: { household_id: 'h', outcome: 'NOT_HOME' }, door: '' })])
    expect(turf.ops).toEqual([])
    await turf.reloadOps()
    expect([turf.ops, turf.parked]).toEqual([[], 1])
  })
})

describe('a disk that wrote and fell silent before it said so', () => {
  const visit = { household_id: 'h1', outcome: 'NOT_HOME' } as const
  let knocks: Knocks

  beforeEach(() => {
    knocks = new Knocks({ db, clock: new FakeClock(), account_id: () => 'a' }, () => undefined)
  })
  afterEach(() => knocks.dismiss())

  async function silent(doing: () => Promise<unknown>): Promise<void> {
    const write = db.writeStrict.bind(db)
    const spy = vi.spyOn(db, 'writeStrict').mockImplementation(async (...args) => {
      await write(...args)
      throw new StorageLost()
    })
    await expect(doing()).rejects.toBeInstanceOf(StorageLost)
    spy.mockRestore()
  }

  it('has one visit after a second try', async () => {
    const knock = {}
    await silent(() => knocks.record(visit, 'Số 1', knock))
    const op = await knocks.record(visit, 'Số 1', knock)
    expect(await outboxFor(db, 'a')).toEqual({ ops: [op], parked: 0 })
    expect(knocks.undoable?.op).toEqual(op)
  })

  it('has one visit, corrected, when the second try says something else', async () => {
    const knock = {}
    await silent(() => knocks.record(visit, 'Số 1', knock))
    const changed = { household_id: 'h1', outcome: 'MET_DECLINED' } as const
    const op = await knocks.record(changed, 'Số 1', knock)
    const { ops } = await outboxFor(db, 'a')
    expect(ops.map(({ kind, payload }) => ({ kind, payload }))).toEqual([
      { kind: 'visit.record', payload: visit },
      { kind: 'visit.correct', payload: { visit_id: op.op_id, why: 'mistap', record: changed } },
    ])
  })

  it('has two visits when somebody knocks again', async () => {
    const knock = {}
    await knocks.record(visit, 'Số 1', knock)
    await knocks.record(visit, 'Số 1', knock)
    expect((await outboxFor(db, 'a')).ops.map(({ kind }) => kind)).toEqual(['visit.record', 'visit.record'])
  })
})
