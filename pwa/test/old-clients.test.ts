import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { Api } from '$lib/api/client.ts'
import type { PullAnswer, PushRequest } from '$lib/api/types.ts'
import { bookOf } from '$lib/data/book.ts'
import { Database, VERSION, type Draft, type OutboxOp } from '$lib/data/db.ts'
import type { Box } from '$lib/data/keyring.ts'
import { draftOf } from '$lib/data/drafts.ts'
import { append, opsOf, outboxFor, unanswered } from '$lib/data/outbox.ts'
import { knownDevice, loadSession } from '$lib/data/session.ts'
import { SyncEngine } from '$lib/sync/engine.ts'
import { unlocked } from './fakes/keys.ts'

/** Phones as released apps left them: see tests/fixtures/releases. */
const RELEASES = join(import.meta.dirname, '../../tests/fixtures/releases')

interface StoreDump {
  keyPath: string | string[] | null
  indexes: Array<{ name: string; keyPath: string | string[]; unique: boolean }>
  records: Array<[IDBValidKey, unknown]>
}

interface Dump {
  release: string
  version: number
  stores: Record<string, StoreDump>
}

const releases = readdirSync(RELEASES).filter((name) => existsSync(join(RELEASES, name, 'phone.json')))
const dumpOf = (release: string): Dump => JSON.parse(readFileSync(join(RELEASES, release, 'phone.json'), 'utf8')) as Dump

/** A field that no app of today knows: what a newer app left, or an older one. */
const STRANGER = { kept: ['as it was'] }

let n = 0

/** What a box held is recorded in clear, with its place; other bytes by their length. */
interface Unboxed {
  $box: { account: string; place: string; content: object }
}
const unboxed = (value: unknown): value is Unboxed => isObject(value) && '$box' in value

/** A record as the app reads it, in a box or not. */
function inClear<T>(record: T): T {
  if (!isObject(record) || !unboxed(record.box)) return record
  const { box, sealed: _, ...rest } = record as Record<string, unknown> & { box: Unboxed }
  return { ...rest, ...box.$box.content } as T
}

const locksmith = unlocked('locksmith').keys

/** The record as it lay on the disk: boxes shut again in their places, with a stranger in what is read. */
async function asItLay(value: unknown): Promise<unknown> {
  if (!isObject(value)) return value
  const record: Record<string, unknown> = { ...value, stranger: STRANGER }
  if (unboxed(record.box)) {
    const { account, place, content } = record.box.$box
    record.box = await locksmith.box(account, place, { ...content, stranger: STRANGER })
  }
  if (isObject(record.sealed)) {
    const bytes = (part: unknown): unknown => (isObject(part) && typeof part.$bytes === 'number' ? new Uint8Array(part.$bytes) : part)
    record.sealed = Object.fromEntries(Object.entries(record.sealed).map(([name, part]) => [name, bytes(part)]))
  }
  return record
}

/** A phone's disk as the release left it, with a key pair of its own and a stranger in every record. */
async function lay(dump: Dump): Promise<string> {
  const name = `old-${(n += 1)}`
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const db = await openDB(name, dump.version, {
    upgrade(made) {
      for (const [store, { keyPath, indexes }] of Object.entries(dump.stores)) {
        const into = made.createObjectStore(store, { keyPath })
        for (const index of indexes) into.createIndex(index.name, index.keyPath, { unique: index.unique })
      }
    },
  })
  for (const [store, { keyPath, records }] of Object.entries(dump.stores)) {
    for (const [key, value] of records) {
      const record = await asItLay(value)
      if (isObject(record) && isObject(record.keys) && '$keys' in record.keys) record.keys = keys
      await db.put(store, record, keyPath === null ? key : undefined)
    }
  }
  db.close()
  return name
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const values = <T>(dump: Dump, store: string): T[] => (dump.stores[store]?.records ?? []).map(([, value]) => inClear(value as T))
const before = (dump: Dump): OutboxOp[] => values<OutboxOp>(dump, 'outbox')
const accounts = (dump: Dump): string[] => [...new Set(before(dump).map((op) => op.account_id))]

/** A server that books whatever it gets, and says what it was sent. */
function server(pull: Partial<PullAnswer> = {}): { pushes: PushRequest[]; fetch: typeof fetch } {
  const pushes: PushRequest[] = []
  let seq = 5000
  const answer: typeof fetch = async (input, init) => {
    if (!String(input).includes('/sync/push')) {
      return Response.json({ cursor: `1.${seq}.0`, reset: false, seq, server_time: NOW, ...pull } satisfies PullAnswer)
    }
    const packed = new Headers(init?.headers).get('content-encoding') === 'gzip'
    const text = packed ? await new Response(new Blob([init?.body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip'))).text() : String(init?.body)
    const push = JSON.parse(text) as PushRequest
    pushes.push(push)
    return Response.json({ received_at: NOW, results: push.ops.map(({ op_id }) => ({ op_id, outcome: 'applied', seq: (seq += 1) })) })
  }
  return { pushes, fetch: answer }
}

/** An hour after the recordings begin. */
const NOW = 1_795_316_400_000

async function send(db: Database, account: string, to: typeof fetch): Promise<void> {
  const device_id = (await knownDevice(db))?.device_id ?? ''
  const engine = new SyncEngine({
    db,
    api: new Api({ fetch: to, token: () => 'token', renew: () => Promise.resolve(true) }),
    clock: { now: () => NOW }, random: () => 0.5, lock: (_, work) => work(), online: () => true,
    account: () => ({ id: account, device_id }), ended: () => Promise.resolve(),
    timer: () => () => undefined, announce: () => undefined, show: () => undefined, clockOff: () => undefined, appVersion: 'test',
  })
  engine.wake('start')
  await engine.settled()
  engine.stop()
}

describe.each(releases)('a phone of release %s', (release) => {
  const dump = dumpOf(release)

  it('is a real one: two accounts, work in every state, drafts, alleys', () => {
    expect(accounts(dump).length).toBeGreaterThanOrEqual(2)
    expect(before(dump).map((op) => op.state)).toEqual(expect.arrayContaining(['local', 'sent', 'booked', 'rejected']))
    expect(values(dump, 'drafts').length).toBeGreaterThanOrEqual(2)
    expect(values(dump, 'alleys').length).toBeGreaterThan(1)
    expect(dump.version).toBeLessThanOrEqual(VERSION)
  })

  it('opens in the app of today with every record as it was', async () => {
    const db = unlocked(await lay(dump))
    for (const account of accounts(dump)) {
      const ops = await opsOf(db, account)
      const old = before(dump).filter((op) => op.account_id === account)
      expect(ops).toHaveLength(old.length)
      for (const op of old) expect(ops.find((one) => one.op_id === op.op_id)).toMatchObject({ ...op, stranger: STRANGER })
    }
    for (const draft of values<Draft>(dump, 'drafts')) {
      expect(await draftOf(db, draft.account_id, draft.household_id)).toEqual({ ...draft, stranger: STRANGER })
    }
    const info = await loadSession(db)
    expect(info).toMatchObject({ ...values<object>(dump, 'session').find((record) => 'session_id' in record), stranger: STRANGER })
    const device = await knownDevice(db)
    expect(device).toMatchObject({ device_id: values<{ device_id?: string }>(dump, 'session').find((record) => record.device_id)?.device_id, stranger: STRANGER })
    expect(device?.keys.privateKey).toBeInstanceOf(CryptoKey)
    const { info: book, alleys } = await bookOf(db, info?.account.id ?? '')
    expect(alleys).toHaveLength(values(dump, 'alleys').length)
    expect(book.cursor).toBe(values<{ cursor?: string }>(dump, 'meta').find((record) => isObject(record) && record.cursor)?.cursor)
    db.close()
  })

  it('counts what waits for the other account, and gives the next record the next number', async () => {
    const db = unlocked(await lay(dump))
    const present = (await loadSession(db))?.account.id ?? ''
    const waiting = before(dump).filter(unanswered)
    expect((await outboxFor(db, present)).parked).toBe(waiting.filter((op) => op.account_id !== present).length)
    expect(waiting.filter((op) => op.account_id !== present).length).toBeGreaterThan(0)
    const last = Math.max(...before(dump).map((op) => op.device_seq))
    const op = await append(db, {
      op_id: 'new', account_id: present, made_at: NOW, kind: 'visit.record', payload: { household_id: 'h', outcome: 'NOT_HOME' }, door: 'Số 1',
    })
    expect(op.device_seq).toBe(last + 1)
    db.close()
  })

  it('sends each account its own unsent work, oldest first, as it was written, and once', async () => {
    const db = unlocked(await lay(dump))
    for (const account of accounts(dump)) {
      const { pushes, fetch } = server()
      await send(db, account, fetch)
      await send(db, account, fetch)
      const sent = pushes.flatMap((push) => push.ops)
      const owed = before(dump).filter((op) => op.account_id === account && unanswered(op)).sort((a, b) => a.device_seq - b.device_seq)
      expect(sent.map(({ op_id, device_seq, made_at, kind, payload }) => ({ op_id, device_seq, made_at, kind, payload }))).toEqual(
        owed.map(({ op_id, device_seq, made_at, kind, payload }) => ({ op_id, device_seq, made_at, kind, payload })),
      )
      const after = await opsOf(db, account)
      expect(after.filter(unanswered)).toEqual([])
      for (const op of owed) expect(after.find((one) => one.op_id === op.op_id)).toMatchObject({ state: 'booked', stranger: STRANGER })
    }
    db.close()
  })

  it('keeps what it does not know through a pull', async () => {
    const db = unlocked(await lay(dump))
    const account = (await loadSession(db))?.account.id ?? ''
    const [alley] = values<{ alley: { id: string; doors: Array<{ id: string; code: string; sort: string }> } }>(dump, 'alleys').map((record) => record.alley)
    const [door] = alley?.doors ?? []
    const { fetch } = server({
      doors: [{ id: door?.id ?? '', alley_id: alley?.id ?? '', code: door?.code ?? '', no: '7', sort: door?.sort ?? '', active: true }],
    })
    await send(db, account, fetch)
    const { alleys, info } = await bookOf(db, account)
    expect(info.seq).toBeGreaterThan(1000)
    expect(alleys.find((one) => one.id === alley?.id)?.doors.find((one) => one.id === door?.id)?.no).toBe('7')
    const kept = await db.read(['alleys', 'outbox', 'drafts', 'session'], async (tx) => ({
      alleys: await tx.objectStore('alleys').getAll(),
      outbox: await tx.objectStore('outbox').getAll(),
      drafts: await tx.objectStore('drafts').getAll(),
      session: await Promise.all((['device', 'account'] as const).map((key) => tx.objectStore('session').get(key))),
    }))
    for (const [store, records] of Object.entries(kept)) {
      expect(records.length, store).toBeGreaterThan(0)
      for (const record of records) {
        // In a box: what a pull has changed is locked up since, and what the release had locked up.
        const row = record as { account_id: string; id?: string; op_id?: string; household_id?: string; account?: { id: string }; box?: unknown }
        const owner = row.account_id ?? row.account?.id
        const place = [store, owner, ...[row.id ?? row.op_id ?? row.household_id].filter((part) => part !== undefined)].join('|')
        const content = row.box instanceof Uint8Array ? await db.keys.open<object>(owner, place, row.box as Box) : record
        expect(content, store).toMatchObject({ stranger: STRANGER })
      }
    }
    db.close()
  })
})
