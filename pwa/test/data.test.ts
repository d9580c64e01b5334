import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDB } from 'idb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Database, UPGRADES, VERSION, type OutboxOp } from '../src/lib/data/db.ts'
import { draftOf, keepDraft } from '../src/lib/data/drafts.ts'
import { Knocks, UNDO_MS } from '../src/lib/data/knocks.svelte.ts'
import { append, discard, markSent, opsOf, outboxFor, prune, settle, unmarkSent } from '../src/lib/data/outbox.ts'
import { deviceOf, dropSession, saveSession } from '../src/lib/data/session.ts'
import { applyPull, bookOf } from '../src/lib/data/book.ts'

let n = 0
let db: Database
const op = (i: number, account_id = 'a') => ({
  op_id: `op-${account_id}-${i}`, account_id, made_at: 1000 + i, kind: 'visit.record' as const,
  payload: { household_id: `h${i}`, outcome: 'NOT_HOME' as const }, door: `Số ${i}`,
})

beforeEach(async () => {
  db = new Database(`data-${(n += 1)}`)
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

  it('says so when the disk is full, and keeps the number for the next try', async () => {
    const spy = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementationOnce(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    await expect(append(db, op(1))).rejects.toThrow('full')
    spy.mockRestore()
    expect((await append(db, op(1))).device_seq).toBe(1)
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
    await discard(db, 'a', 'op-a-3')
    expect(await states()).toEqual(['local', 'booked'])
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
    const knocks = new Knocks({ db, clock, account_id: () => 'a' }, async () => undefined)
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
  it('bring an outbox of every earlier version along', async () => {
    expect(UPGRADES.length).toBe(VERSION)
    for (let from = 1; from <= VERSION; from += 1) {
      const name = `upgrade-from-${from}`
      const old = await openDB(name, from, { upgrade: (raw) => UPGRADES.slice(0, from).forEach((step) => step(raw as never)) })
      const record: OutboxOp = { ...op(1), device_seq: 1, state: 'local' }
      await old.put('outbox', record)
      old.close()
      expect(await opsOf(new Database(name), 'a')).toEqual([record])
    }
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
