import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { openDB, type IDBPDatabase } from 'idb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Database, StorageFull, StorageLost, UPGRADES, VERSION } from '../src/lib/data/db.ts'
import { draftOf, keepDraft } from '../src/lib/data/drafts.ts'
import { Knocks, UNDO_MS } from '../src/lib/data/knocks.svelte.ts'
import { append, discard, markSent, opsOf, outboxFor, prune, queueOf, rejectedOn, settle, unmarkSent } from '../src/lib/data/outbox.ts'
import { deviceOf, dropSession, knownDevice, saveSession } from '../src/lib/data/session.ts'
import { applyPull, bookOf } from '../src/lib/data/book.ts'
import { unlocked } from './fakes/keys.ts'

let n = 0
let db: Database
const op = (i: number, account_id = 'a') => ({
  op_id: `op-${account_id}-${i}`, account_id, made_at: 1000 + i, kind: 'visit.record' as const,
  payload: { household_id: `h${i}`, outcome: 'NOT_HOME' as const }, door: `Số ${i}`,
})

beforeEach(async () => {
  db = unlocked(`data-${(n += 1)}`)
  await deviceOf(db, () => 'device-1')
})

describe('the outbox', () => {
  it('asks the disk for durability and numbers without gaps across accounts', async () => {
    const asked: Array<string | undefined> = []
    const real = IDBDatabase.prototype.transaction
    const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
      asked.push(args[2]?.durability)
      return real.apply(this, args)
    })
    await append(db, op(1))
    spy.mockRestore()
    expect(asked).toEqual(['strict'])
    await append(db, op(2, 'b'))
    await append(db, op(3))
    const seqs = [...(await opsOf(db, 'a')), ...(await opsOf(db, 'b'))].map((o) => o.device_seq)
    expect(seqs.sort()).toEqual([1, 2, 3])
  })

  it('writes one operation once, also when asked twice', async () => {
    expect((await append(db, op(1))).device_seq).toBe(1)
    expect((await append(db, op(1))).device_seq).toBe(1)
    expect((await append(db, op(2))).device_seq).toBe(2)
  })

  it('uses up the draft of the door in the same breath', async () => {
    await keepDraft(db, { account_id: 'a', household_id: 'h1', saved_at: 1, people: [{ age_band: '60-79', skills: [] }] })
    await append(db, op(1), 'h1')
    expect(await draftOf(db, 'a', 'h1')).toBeUndefined()
  })

  it('goes through every call while the connection is lost again and again', async () => {
    let calls = 0
    const real = IDBDatabase.prototype.transaction
    const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
      calls += 1
      if (calls % 3 === 0) throw new DOMException('Connection to Indexed Database server lost. Refresh the page to try again', 'UnknownError')
      if (calls % 7 === 0) throw new DOMException('The database connection is closing.', 'InvalidStateError')
      return real.apply(this, args)
    })
    for (let i = 0; i < 200; i += 1) await append(db, op(i))
    spy.mockRestore()
    const ops = await opsOf(db, 'a')
    expect(ops.map((o) => o.device_seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
  })

  describe('on a full phone', () => {
    const full = (times: number) => {
      let left = times
      const real = IDBObjectStore.prototype.add
      return vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
        left -= 1
        if (left >= 0) throw new DOMException('full', 'QuotaExceededError')
        return real.apply(this, args)
      })
    }

    it('lets go of what the book has, and the record is saved', async () => {
      const account = { id: 'a', login: 'a', name: 'A', role: 'volunteer' as const }
      await saveSession(db, { account, session_id: 's', signed_in_at: 1, ended: false })
      for (let i = 1; i <= 3; i += 1) await append(db, op(i))
      await append(db, op(4, 'b'))
      await append(db, op(5, 'b'))
      await settle(db, 'a', [{ op_id: 'op-a-1', outcome: 'applied', seq: 5 }, { op_id: 'op-a-2', outcome: 'applied', seq: 9 }], 2000)
      await settle(db, 'b', [{ op_id: 'op-b-4', outcome: 'applied', seq: 7 }], 2000)
      const alleys = [{ id: 'x', group_id: 'g', kind: 'lane' as const, name: 'x', sort: 'x', doors: [] }]
      await applyPull(db, 'a', null, { cursor: 'c', reset: true, seq: 6, server_time: 1, alleys }, 1)
      await applyPull(db, 'b', null, { cursor: 'c', reset: true, seq: 6, server_time: 1, alleys }, 1)
      const spy = full(1)
      await append(db, op(6))
      spy.mockRestore()
      // What the pulled book lacks, what waits, and the doors under the feet stay.
      expect((await opsOf(db, 'a')).map((o) => [o.device_seq, o.state])).toEqual([[2, 'booked'], [3, 'local'], [6, 'local']])
      expect((await opsOf(db, 'b')).map((o) => o.device_seq)).toEqual([5])
      expect((await bookOf(db, 'a')).alleys).toHaveLength(1)
      expect((await bookOf(db, 'b')).alleys).toHaveLength(0)
    })

    it('says so when nothing helps, keeps the number for the next try, and touches nothing that waits', async () => {
      await append(db, op(1))
      await keepDraft(db, { account_id: 'a', household_id: 'h2', saved_at: 1, people: [] })
      const before = await opsOf(db, 'a')
      const spy = full(2)
      await expect(append(db, op(2), 'h2')).rejects.toBeInstanceOf(StorageFull)
      spy.mockRestore()
      expect(await opsOf(db, 'a')).toEqual(before)
      expect(await draftOf(db, 'a', 'h2')).toBeDefined()
      expect(await append(db, op(2), 'h2')).toMatchObject({ device_seq: 2, after: 1 })
    })
  })

  it('does not wait for requests of a transaction that was aborted without a word to them', async () => {
    const silent = db.writeStrict(['meta'], (tx) => {
      tx.abort()
      return new Promise<never>(() => undefined)
    })
    await expect(silent).rejects.toBeInstanceOf(StorageLost)
  })

  it('says so when the database does not come back, and takes up the work when it does', async () => {
    const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
      throw new DOMException('Connection to Indexed Database server lost', 'UnknownError')
    })
    await expect(append(db, op(1))).rejects.toBeInstanceOf(StorageLost)
    spy.mockRestore()
    expect((await append(db, op(1))).device_seq).toBe(1)
  })

  it('an older page does not fight over a database that a newer one has taken', async () => {
    db.close()
    const newer = await openDB(db.name, VERSION + 1)
    newer.close()
    await expect(append(db, op(1))).rejects.toBeInstanceOf(StorageLost)
  })

  it('calls nothing booked without a receipt, and prunes nothing the pulled book lacks', async () => {
    for (let i = 1; i <= 4; i += 1) await append(db, op(i))
    await markSent(db, 'a', ['op-a-1', 'op-a-2', 'op-a-3', 'op-a-4'])
    await settle(
      db, 'a',
      [
        { op_id: 'op-a-1', outcome: 'applied', seq: 5 },
        { op_id: 'op-a-2', outcome: 'applied' },
        { op_id: 'op-a-3', outcome: 'rejected', reason: 'out_of_reach' },
        { op_id: 'op-a-4', outcome: 'duplicate', seq: 9 },
        { op_id: 'nobody', outcome: 'applied', seq: 10 },
      ],
      2000,
    )
    await unmarkSent(db, 'a')
    const states = async () => (await opsOf(db, 'a')).map((o) => o.state)
    expect(await states()).toEqual(['booked', 'local', 'rejected', 'booked'])
    await prune(db, 'a', 1_000_000, 8)
    expect(await states()).toEqual(['local', 'rejected', 'booked'])
    await discard(db, 'a', 'op-a-2')
    expect(await states()).toEqual(['local', 'rejected', 'booked'])
    expect(await rejectedOn(db)).toBe(1)
    await discard(db, 'a', 'op-a-3')
    expect(await states()).toEqual(['local', 'booked'])
    expect(await rejectedOn(db)).toBe(0)
  })

  it('stays through sign-out and another account, sealed', async () => {
    await append(db, op(1))
    await dropSession(db)
    expect(await outboxFor(db, 'b')).toEqual({ ops: [], parked: 1 })
    const account = { id: 'b', login: 'b', name: 'B', role: 'volunteer' as const }
    await saveSession(db, { account, session_id: 's', signed_in_at: 1, ended: false })
    expect(await opsOf(db, 'b')).toEqual([])
    expect((await opsOf(db, 'a')).map((o) => o.state)).toEqual(['local'])
  })
})

describe('undo', () => {
  it('appends a withdrawal within ten seconds and not after', async () => {
    const clock = { at: 1000, now: () => clock.at }
    const knocks = new Knocks({ db, clock, account_id: () => 'a' }, () => undefined)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const first = await knocks.record({ household_id: 'h1', outcome: 'NOT_HOME' }, 'Số 1')
    clock.at += UNDO_MS - 1
    expect((await knocks.undo())?.op_id).toBe(first.op_id)
    await knocks.record({ household_id: 'h2', outcome: 'NOT_HOME' }, 'Số 2')
    clock.at += UNDO_MS + 1
    expect(await knocks.undo()).toBeNull()
    vi.useRealTimers()
    expect((await opsOf(db, 'a')).map((o) => [o.kind, o.device_seq])).toEqual([['visit.record', 1], ['visit.withdraw', 2], ['visit.record', 3]])
  })
})

describe('the book', () => {
  const door = (id: string) => ({ id, code: id, no: '1', sort: id, active: true })
  const alley = (id: string, ...doors: string[]) => ({ id, group_id: 'g', kind: 'lane' as const, name: id, sort: id, doors: doors.map(door) })
  const doorsOf = async () => Object.fromEntries((await bookOf(db, 'a')).alleys.map((x) => [x.id, x.doors.map((d) => d.id)]))

  it('replaces, moves, drops and resets', async () => {
    const base = { server_time: 1, seq: 1 }
    expect(await applyPull(db, 'a', null, { ...base, cursor: 'c1', reset: true, alleys: [alley('x', '1', '2'), alley('y', '3')] }, 1)).toBe(true)
    await applyPull(db, 'a', 'c1', { ...base, cursor: 'c2', reset: false, doors: [{ ...door('2'), alley_id: 'y' }, { ...door('9'), alley_id: 'x' }], gone: { households: ['3'] } }, 1)
    expect(await doorsOf()).toEqual({ x: ['1', '9'], y: ['2'] })
    expect(await applyPull(db, 'a', 'c1', { ...base, cursor: 'late', reset: false, gone: { alleys: ['x'] } }, 1)).toBe(false)
    await applyPull(db, 'a', 'c2', { ...base, cursor: 'c3', reset: false, gone: { alleys: ['x'] } }, 1)
    expect(await doorsOf()).toEqual({ y: ['2'] })
    await append(db, op(1))
    await applyPull(db, 'a', 'c3', { ...base, cursor: 'c4', reset: true, alleys: [] }, 1)
    expect(await doorsOf()).toEqual({})
    expect((await opsOf(db, 'a')).length).toBe(1)
  })
})

describe('upgrades', () => {
  /** The database as version `from` left it. */
  async function old(name: string, from: number): Promise<IDBPDatabase> {
    return await openDB(name, from, {
      upgrade: async (raw, _old, _new, tx) => {
        for (const step of UPGRADES.slice(0, from)) await step(raw as never, tx as never)
      },
    })
  }

  it('bring an outbox of every earlier version along', async () => {
    expect(UPGRADES.length).toBe(VERSION)
    for (let from = 1; from <= VERSION; from += 1) {
      const name = `upgrade-from-${from}`
      const raw = await old(name, from)
      const record = { ...op(1), device_seq: 1, state: 'local', ...(from > 1 ? { waiting: 1 } : {}) }
      await raw.put('outbox', record)
      raw.close()
      expect(await opsOf(unlocked(name), 'a')).toEqual([{ ...record, waiting: 1 }])
    }
  })

  it('from 0.1.0 keep every record, the queue and the numbers, whatever state it was left in', async () => {
    const state = fc.constantFrom('local', 'sent', 'booked', 'rejected')
    let disk = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ state, account: fc.constantFrom('a', 'b') }), { maxLength: 12 }), fc.nat(3), async (kept, pruned) => {
        const name = `upgrade-${(disk += 1)}-${n}`
        const raw = await old(name, 1)
        // Those before have been booked and forgotten; their numbers are used up.
        const ops = kept.map(({ state, account }, i) => ({
          ...op(i, account), device_seq: pruned + i + 1, state, ...(state === 'booked' ? { seq: i + 1, booked_at: 5000 + i } : {}),
        }))
        await raw.put('session', { device_id: 'device-1', keys: null, next_seq: pruned + ops.length + 1 }, 'device')
        for (const each of ops) await raw.put('outbox', each)
        raw.close()

        const fresh = unlocked(name)
        for (const account of ['a', 'b']) {
          const mine = ops.filter((o) => o.account_id === account)
          const now = await opsOf(fresh, account)
          expect(now.map(({ waiting: _w, flight: _f, rejected: _r, ...rest }) => rest)).toEqual(mine)
          const waits = mine.filter((o) => o.state === 'local' || o.state === 'sent')
          expect((await queueOf(fresh, account, 100)).queue.map((o) => o.op_id)).toEqual(waits.map((o) => o.op_id))
          await unmarkSent(fresh, account)
          expect((await opsOf(fresh, account)).filter((o) => o.state === 'sent')).toEqual([])
          const next = await append(fresh, op(99, account))
          expect(next.after).toBe(mine.at(-1)?.device_seq ?? 0)
          expect(next.device_seq).toBeGreaterThan(pruned + ops.length)
        }
        expect(await knownDevice(fresh)).toEqual({ device_id: 'device-1', keys: null })
        expect(await rejectedOn(fresh)).toBe(ops.filter((o) => o.state === 'rejected').length)
        fresh.close()
      }),
      { numRuns: 50 },
    )
  })

  it('a phone that never signed in is made anew', async () => {
    const raw = await old('upgrade-empty', 1)
    raw.close()
    const fresh = unlocked('upgrade-empty')
    await deviceOf(fresh, () => 'device-1')
    expect(await append(fresh, op(1))).toMatchObject({ device_seq: 1, after: 0 })
  })
})

describe('walls', () => {
  const root = new URL('../src', import.meta.url).pathname
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(?:ts|svelte)$/.test(file) && !file.endsWith('.d.ts'))
  const offenders = (pattern: RegExp, allowed: RegExp): string[] =>
    files.filter((file) => !allowed.test(file) && pattern.test(readFileSync(join(root, file), 'utf8')))

  it('only lib/data and lib/sync touch IndexedDB', () => {
    expect(offenders(/\bindexedDB\b|from 'idb'|objectStore\(|\bIDB[A-Z]/, /^lib\/(?:data|sync)\//)).toEqual([])
  })
  it('the clock and chance are handed in on the phone', () => {
    expect(offenders(/Date\.now\(|new Date\(\)|Math\.random\(/, /^lib\/domain\/time\.ts$|^routes\/ward\/|^lib\/(?:ward|map)\//)).toEqual([])
  })
  it('nothing builds markup from text or writes to the console', () => {
    expect(offenders(/\{@html|innerHTML|insertAdjacentHTML|document\.write|console\.(?:log|info|debug)/, /^$/)).toEqual([])
  })
  it('nothing puts a style or a script inline', () => {
    const html = readFileSync(new URL('../index.html', import.meta.url), 'utf8')
    expect(html).not.toMatch(/\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=/)
    expect(offenders(/\sstyle="/, /^routes\/ward\/|^lib\/(?:ward|map)\//)).toEqual([])
  })
  it('the parts lean on each other in one direction', () => {
    const leans = (room: string, forbidden: RegExp): string[] =>
      files.filter((file) => file.startsWith(`lib/${room}/`) && forbidden.test(readFileSync(join(root, file), 'utf8')))
    expect(leans('ui', /from '(?:\$lib|\.\.)\/(?:data|sync|api|auth|app)/)).toEqual([])
    expect(leans('domain', /from '(?:\$lib|\.\.)\/(?:data|sync|auth|app|ui|i18n)/)).toEqual([])
    expect(leans('data', /from '(?:\$lib|\.\.)\/(?:sync|auth|app|ui|i18n)/)).toEqual([])
  })
})
