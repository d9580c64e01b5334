import { openDB } from 'idb'
import { beforeEach, describe, expect, it } from 'vitest'
import { Api, Problem } from '../src/lib/api/client.ts'
import type { ConsentGive, PullAnswer, SessionView } from '../src/lib/api/types.ts'
import { publicJwk } from '../src/lib/auth/proof.ts'
import { Session } from '../src/lib/auth/session.svelte.ts'
import { applyPull, bookOf, newsOf } from '../src/lib/data/book.ts'
import { Database, type OutboxOp, type SessionInfo, type Store } from '../src/lib/data/db.ts'
import { draftOf, keepDraft } from '../src/lib/data/drafts.ts'
import { Laid } from '../src/lib/data/ghosts.svelte.ts'
import { Locked } from '../src/lib/data/keyring.ts'
import { append, appendAll, offerSealed, opsOf, outboxFor, queueOf, settle, takeBack, undelivered } from '../src/lib/data/outbox.ts'
import { letGoOfNames } from '../src/lib/data/people.ts'
import { allParcels, waits } from '../src/lib/data/parcels.ts'
import { deviceOf, dropSession, knownDevice, loadSession, recall, remember, saveSession, switchTo } from '../src/lib/data/session.ts'
import { attempt } from '../src/lib/data/lockup.ts'
import { MAX_TRIES, usersOf, vaultOf, waitAfter, wipedNote } from '../src/lib/data/vaults.ts'
import { AlreadySent, Knocks, UNDO_MS } from '../src/lib/data/knocks.svelte.ts'
import { carry, something } from '../src/lib/safety/courier.ts'
import { bySession, deliverParcels, exportUnsent } from '../src/lib/safety/parcel.ts'
import { sealerOf } from '../src/lib/safety/sealer.ts'
import type { Fate } from '../src/lib/safety/types.ts'
import { packState } from '../src/lib/vault/pack.ts'
import { weakness } from '../src/lib/vault/digits.ts'
import { LOCK_MS, Vault } from '../src/lib/vault/vault.svelte.ts'
import { sealPair, unseal } from './fakes/unseal.ts'

const server = sealPair()
const START = 1_795_339_200_000
const clock = { at: START, now: () => clock.at }
/** The same derivation as on a phone, for a test that guesses often. */
const COST = { memory_kib: 64, passes: 1, lanes: 1 }
const PIN = '271828'
let n = 0
let name: string
let db: Database

/** Words of people and places that must not lie on a disk in clear. */
const NAMES = ['Trần Thị Lan', 'Nguyễn Văn Hải', 'sau nhà văn hóa', 'Ngõ Trại Sen', '17B/9', 'Tổ dân phố Hoa Phượng', 'tnv-hoa', 'Đội Bằng Lăng',
  'bà Sáu Thêu', 'gọi cổng sau nhé', 'cạnh cây gạo đầu xóm', 'alley-hoa 19/4', 'giả người đo điện ở Hoa Phượng', 'buffalo', '402817']

const infoOf = (id: string): SessionInfo => ({
  account: { id, login: 'tnv-hoa', name: 'Trần Thị Lan', role: 'volunteer', ward: { code: '10549', name: 'Phường' }, team: { id: 't', name: 'Đội Bằng Lăng' } },
  session_id: `session-${id}`, signed_in_at: START, ended: false,
})

const PAGE = {
  cursor: 'c1', reset: true, seq: 5, server_time: START,
  alleys: [{
    id: 'a1', group_id: 'g', parent_id: null, kind: 'lane', name: 'Ngõ Trại Sen', mouth: null, sort: 'a',
    doors: [{ id: 'h1', code: 'C-1', no: '17B/9', sort: 'n1', side: 'odd', head: 'Nguyễn Văn Hải', members: 4, adults: 3, landmark: 'sau nhà văn hóa', active: true, visits: [] }],
  }],
  groups: [{ id: 'g', code: 'G', name: 'Tổ dân phố Hoa Phượng' }],
  alerts: [{ id: 'alert', kind: 'fake_service', words: 'Có kẻ giả người đo điện ở Hoa Phượng.', from: 20_261_123, until: 20_261_130 }],
  codes: [{ group_id: 'g', day: 20_261_123, digits: '4821', animal: 'buffalo' }],
  me: { account_id: 'a', name: 'Trần Thị Lan', role: 'volunteer', ward: { code: '10549', name: 'Phường' }, team: { id: 't', name: 'Đội Bằng Lăng' }, badge_no: '402817' },
} as unknown as PullAnswer

const knock = (account_id: string, i: number) => ({
  op_id: `${account_id}-${i}`, account_id, made_at: START + i, kind: 'visit.record' as const,
  payload: { household_id: 'h1', outcome: 'NOT_HOME' as const }, door: 'Ngõ Trại Sen, số 17B/9',
})

interface Bench {
  vault: Vault
  /** What the app was told. */
  heard: string[]
}

function vaultFor(disk: Database): Bench {
  const heard: string[] = []
  const say = (word: string) => (): Promise<void> => {
    heard.push(word)
    return Promise.resolve()
  }
  const vault = new Vault({
    db: disk, clock, cost: COST, sealer: () => sealerOf(disk, clock, 'test', () => 0),
    opened: say('opened'), begun: () => void heard.push('begun'), locked: say('locked'), emptied: say('emptied'),
  })
  return { vault, heard }
}

const who = (id: string) => ({ id, role: 'volunteer' as const })

/** A phone that has signed in, with a PIN. */
async function signedIn(id = 'a', disk = db): Promise<Bench> {
  await deviceOf(disk, () => 'device-1')
  await remember(disk, 'seal', { kid: server.kid, key: server.key, ward: '10549' })
  await saveSession(disk, infoOf(id))
  const bench = vaultFor(disk)
  await bench.vault.meet(who(id))
  await bench.vault.create(PIN, 'TTL')
  await saveSession(disk, infoOf(id))
  return bench
}

/** Everything the disk holds, as text: bytes are read as UTF-8 and as UTF-16. */
async function dump(disk: string): Promise<string> {
  const raw = await openDB(disk)
  let text = ''
  const visit = (value: unknown): void => {
    if (value instanceof Uint8Array) text += `${Buffer.from(value).toString('utf8')}\n${Buffer.from(value).toString('utf16le')}\n`
    else if (Array.isArray(value)) value.forEach(visit)
    else if (typeof value === 'object' && value !== null) for (const [key, each] of Object.entries(value)) (text += `${key}\n`, visit(each))
    else text += `${String(value)}\n`
  }
  for (const store of raw.objectStoreNames) {
    visit(await raw.getAllKeys(store))
    visit(await raw.getAll(store))
  }
  raw.close()
  return text
}

interface Carried {
  account_id: string
  ops: OutboxOp[]
}

/** A ward's server that opens parcels as the real one does: the seal, then the signature. */
async function ward(disk: Database) {
  const device = await knownDevice(disk)
  const key = device && (await crypto.subtle.importKey('jwk', await publicJwk(device), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']))
  const got: Carried[] = []
  const calls: Array<{ path: string; body: Record<string, unknown> }> = []
  const proofs: string[] = []
  const state = {
    online: true, wiped: 204, got, calls, proofs, refuse_proof: false,
    /** So many deliveries are answered before the server is too busy. */
    busy_after: Infinity,
    /** What asking for a token does on a phone that has none. */
    renew: (): Promise<boolean> => Promise.resolve(false),
  }
  const read = async (sealed: { kid: string; enc: string; ct: string }): Promise<Fate> => {
    const token = unseal(server, sealed)
    const [head = '', claims = '', signature = ''] = token.split('.')
    const good = key && (await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), new TextEncoder().encode(`${head}.${claims}`),
    ))
    if (!good) return { refused: 'not_signed' }
    got.push(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Carried)
    return { taken: 1, again: 0, kept: 0, rejected: 0, held: 0 }
  }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!state.online) throw new TypeError('no network')
    const packed = new Headers(init?.headers).get('content-encoding') === 'gzip'
    const text = packed
      ? await new Response(new Blob([init?.body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
      : String(init?.body)
    const body = JSON.parse(text) as Record<string, unknown>
    const path = String(input).replace('/api/v1', '')
    calls.push({ path, body })
    if (path === '/auth/wiped') return state.wiped === 204 ? new Response(null, { status: 204 }) : Response.json({ code: 'not_found' }, { status: state.wiped })
    const authorization = new Headers(init?.headers).get('authorization') ?? ''
    if (authorization.startsWith('Device ')) {
      const [head = '', claims = '', signature = ''] = authorization.slice(7).split('.')
      const good = key && (await crypto.subtle.verify(
        { name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), new TextEncoder().encode(`${head}.${claims}`),
      ))
      const text = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
      expect(text(head)).toEqual({ typ: 'gocua-deliver+jwt', alg: 'ES256' })
      expect(text(claims)).toMatchObject({ aud: 'gocua-deliver', device_id: device?.device_id })
      if (!good || state.refuse_proof) return Response.json({ code: 'proof_invalid' }, { status: 401 })
      proofs.push(authorization)
    } else expect(authorization).toBe('Bearer token')
    if (state.busy_after <= 0) return Response.json({ code: 'unavailable' }, { status: 503 })
    state.busy_after -= 1
    const fates = []
    for (const sealed of body.parcels as Array<{ kid: string; enc: string; ct: string }>) fates.push(await read(sealed))
    return Response.json({ parcels: fates })
  }
  const api = new Api({ fetch, token: () => 'token', renew: () => Promise.resolve(true) })
  /** Nobody has a session on this phone. */
  const none = new Api({ fetch, token: () => null, renew: () => state.renew() })
  return { state, alone: (ended = false) => carry({ db: disk, api: none, clock, ward: () => null, ended: () => ended }), deliver: () => carry({ db: disk, api, clock, ward: () => '10549', ended: () => false }), api }
}

beforeEach(() => {
  name = `vault-${(n += 1)}`
  db = new Database(name)
  clock.at = START
})

describe('the PIN', () => {
  it.each([['000000', 'same'], ['123456', 'run'], ['987654', 'run'], ['890123', 'run'], ['121212', 'pattern'], ['527527', 'pattern'], ['271828', null], ['112358', null]])(
    '%s is %s', (pin, why) => expect(weakness(pin)).toBe(why),
  )

  it('opens on this phone what it locked, and only what it locked', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await vault.lock()
    expect(await vault.open('314159')).toMatchObject({ is: 'wrong', left: 9 })
    expect(vault.gate).toBe('locked')
    expect(await opsOf(db, 'a')).toEqual([])
    expect(await vault.open(PIN)).toEqual({ is: 'open' })
    expect((await opsOf(db, 'a')).map((op) => op.door)).toEqual(['Ngõ Trại Sen, số 17B/9'])
    expect((await vaultOf(db, 'a'))?.tries).toBe(0)
  })

  it('opens nothing with the record of the vault alone: the key of this browser is needed too', async () => {
    const { vault } = await signedIn()
    await vault.lock()
    const record = await vaultOf(db, 'a')
    expect(record?.device.extractable).toBe(false)
    const stranger = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    await db.write(['vaults'], async (tx) => void (await tx.objectStore('vaults').put({ ...record!, device: stranger })))
    expect(await vault.open(PIN)).toMatchObject({ is: 'wrong' })
  })

  it('keeps a key that cannot be taken out', async () => {
    await signedIn()
    expect(db.keys.of('a')?.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('raw', db.keys.of('a')!)).rejects.toThrow()
  })

  it('is chosen by nobody twice, and not needed at the desk', async () => {
    const { vault } = await signedIn()
    const other = vaultFor(db)
    await other.vault.meet(who('a'))
    await other.vault.create('314159', 'X')
    expect((await vaultOf(db, 'a'))?.label).toBe('TTL')
    await vault.meet({ id: 'desk', role: 'ward_staff' })
    expect(vault.gate).toBe('none')
    expect(db.keys.of('a')).toBeNull()
  })
})

describe('without the PIN', () => {
  it('a day of work leaves no name, no number and no landmark in clear', async () => {
    await signedIn()
    expect(await applyPull(db, 'a', null, PAGE, START)).toBe(true)
    for (let i = 1; i <= 5; i += 1) await append(db, knock('a', i))
    await settle(db, 'a', [{ op_id: 'a-1', outcome: 'applied', seq: 6 }, { op_id: 'a-2', outcome: 'rejected', reason: 'out_of_reach' }], START)
    await append(db, {
      op_id: 'e', account_id: 'a', made_at: START, kind: 'household.edit', door: 'số 17B/9',
      payload: { household_id: 'h1', set: { landmark: 'sau nhà văn hóa' }, was: { landmark: null } },
    })
    await keepDraft(db, { account_id: 'a', household_id: 'h1', saved_at: START, people: [{ age_band: '60-79', skills: [] }] })
    await remember(db, 'turf:a:lessons', { v: 'Nguyễn Văn Hải' })
    const told = { account_id: 'a', made_at: START, door: 'số 17B/9' }
    await append(db, {
      ...told, op_id: 'c', kind: 'consent.give',
      payload: { household_id: 'h1', learner_id: 'l1', call_name: 'bà Sáu Thêu', age_band: '60-79', purposes: ['learn'], notice_version: 'v1', notice_hash: 'x', language: 'vi', method: 'tap' },
    })
    await append(db, { ...told, op_id: 'n', kind: 'household.note', payload: { household_id: 'h1', text: 'gọi cổng sau nhé' } })
    const places = ['cạnh cây gạo đầu xóm', 'sau nhà văn hóa'].map((landmark, i) => ({
      ...told, op_id: `p${i}`, kind: 'household.propose' as const, payload: { household_id: `new-${i}`, alley_id: 'a1', landmark }, door: landmark,
    }))
    await appendAll(db, places)
    // An act in its ten seconds, and a number that was looked for in vain.
    const knocks = new Knocks({ db, clock, account_id: () => 'a' }, () => undefined)
    await knocks.tellSoon('consent.withdraw', { household_id: 'h1', learner_id: 'l1' }, 'số 17B/9')
    const laid = new Laid(db)
    await laid.open('a')
    await laid.lay('alley-hoa', '19/4')
    // The book has her by now: her record is written anew without the name.
    const [booked] = await settle(db, 'a', [{ op_id: 'c', outcome: 'applied', seq: 4 }], START)
    expect((booked?.payload as ConsentGive).call_name).toBe('bà Sáu Thêu')
    expect(await letGoOfNames(db, await opsOf(db, 'a'), 5)).toHaveLength(1)
    const disk = await dump(name)
    for (const word of NAMES) expect(disk.includes(word), word).toBe(false)
    for (const word of ['visit.record', 'NOT_HOME', '60-79', 'consent.give', 'household.note']) expect(disk.includes(word), word).toBe(false)
    // The same look finds what is in clear.
    expect(disk).toContain('session-a')
    expect((await bookOf(db, 'a')).alleys[0]?.doors[0]?.head).toBe('Nguyễn Văn Hải')
    expect((await loadSession(db))?.account.name).toBe('Trần Thị Lan')
    expect(await recall(db, 'turf:a:lessons')).toEqual({ v: 'Nguyễn Văn Hải' })
    const ops = new Map((await opsOf(db, 'a')).map((op) => [op.op_id, op]))
    expect([ops.get('c'), ops.get('n'), ops.get('p0')]).toMatchObject([
      { payload: { call_name: '', age_band: '60-79' }, state: 'booked' }, { payload: { text: 'gọi cổng sau nhé' } }, { payload: { landmark: 'cạnh cây gạo đầu xóm' } },
    ])
    expect((await opsOf(db, 'a')).at(-1)).toMatchObject({ kind: 'consent.withdraw', door: 'số 17B/9' })
  })

  it('nothing is shown and nothing is written', async () => {
    const { vault } = await signedIn()
    await applyPull(db, 'a', null, PAGE, START)
    await append(db, knock('a', 1))
    await vault.lock()
    const { info, alleys } = await bookOf(db, 'a')
    expect({ alleys, groups: info.groups, me: info.me }).toEqual({ alleys: [], groups: [], me: null })
    expect((await newsOf(db, 'a', 0))?.changed).toBeUndefined()
    expect((await outboxFor(db, 'a')).ops).toEqual([])
    expect((await queueOf(db, 'a', 10)).queued).toBe(1)
    expect((await loadSession(db))?.account).toMatchObject({ id: 'a', name: '', login: '' })
    await expect(append(db, knock('a', 2))).rejects.toBeInstanceOf(Locked)
    await expect(keepDraft(db, { account_id: 'a', household_id: 'h1', saved_at: 1, people: [] })).rejects.toBeInstanceOf(Locked)
    expect(await applyPull(db, 'a', 'c1', PAGE, START)).toBe(false)
  })

  it('a box opens only where it was put', async () => {
    await signedIn()
    await append(db, knock('a', 1))
    await append(db, knock('a', 2))
    await db.write(['outbox'], async (tx) => {
      const outbox = tx.objectStore('outbox')
      const [one, two] = [(await outbox.get('a-1'))!, (await outbox.get('a-2'))!]
      await outbox.put({ ...one, box: two.box! })
    })
    expect((await opsOf(db, 'a')).map((op) => op.op_id)).toEqual(['a-2'])
    // It is not lost: the ward still gets it, as it was written.
    const { state, deliver } = await ward(db)
    await deliver()
    expect(state.got.map(({ ops }) => ops[0]?.op_id)).toEqual(['a-1'])
  })

  it('an alley that cannot be opened comes again with the next book', async () => {
    await signedIn()
    await applyPull(db, 'a', null, PAGE, START)
    await db.write(['alleys'], async (tx) => void (await tx.objectStore('alleys').put({ account_id: 'a', id: 'a1', stamp: 1, brought: 1, box: new Uint8Array(40) })))
    const { alleys } = await bookOf(db, 'a')
    expect(alleys).toEqual([])
    expect(await applyPull(db, 'a', null, PAGE, START)).toBe(true)
    expect((await bookOf(db, 'a')).alleys).toHaveLength(1)
  })
})

describe('wrong PINs', () => {
  it('make one wait longer and longer after the fifth', () => {
    expect([1, 4, 5, 6, 7, 8, 9].map(waitAfter)).toEqual([0, 0, 30_000, 60_000, 300_000, 900_000, 1_800_000])
  })

  it('are counted before they are looked at, whatever kills the app', async () => {
    const { vault } = await signedIn()
    await vault.lock()
    // Counted, and then the app is gone.
    for (let i = 0; i < 3; i += 1) expect((await attempt(db, 'a', clock.at)).may).toBe(true)
    expect(await vault.open('314159')).toMatchObject({ is: 'wrong', left: MAX_TRIES - 4 })
    expect(await vault.open('314159')).toMatchObject({ is: 'wrong', left: MAX_TRIES - 5, wait_until: START + 30_000 })
    // While it waits not even the right one is looked at, nor counted.
    expect(await vault.open(PIN)).toEqual({ is: 'wait', wait_until: START + 30_000 })
    expect((await vaultOf(db, 'a'))?.tries).toBe(5)
    // A clock that goes back makes nobody wait longer than that.
    clock.at = START - 1_000_000
    expect(await vault.open(PIN)).toEqual({ is: 'wait', wait_until: clock.at + 30_000 })
    clock.at = START + 30_000
    expect(await vault.open(PIN)).toEqual({ is: 'open' })
  })

  it('ten of them empty the vault, and what was unsent still reaches the ward', async () => {
    const { vault, heard } = await signedIn()
    await applyPull(db, 'a', null, PAGE, START)
    for (let i = 1; i <= 3; i += 1) await append(db, knock('a', i))
    await settle(db, 'a', [{ op_id: 'a-1', outcome: 'applied', seq: 6 }], START)
    await vault.lock()
    for (let i = 1; i < MAX_TRIES; i += 1) {
      expect(await vault.open('314159')).toMatchObject({ is: 'wrong', left: MAX_TRIES - i })
      clock.at += 3_600_000
    }
    expect(await vault.open('314159')).toEqual({ is: 'emptied' })
    expect(heard.at(-1)).toBe('emptied')
    expect(vault.gate).toBe('none')
    for (const store of ['vaults', 'alleys', 'outbox', 'drafts'] as Store[]) {
      expect(await db.read([store], (tx) => tx.objectStore(store).count()), store).toBe(0)
    }
    expect(await loadSession(db)).toBeUndefined()
    const { state, deliver } = await ward(db)
    expect(await something({ db, clock, ended: () => false })).toBe(true)
    await deliver()
    expect(state.got.flatMap(({ account_id, ops }) => ops.map((op) => [account_id, op.op_id, op.device_seq, op.after, op.kind, op.payload]))).toEqual(
      [2, 3].map((i) => ['a', `a-${i}`, i, i - 1, 'visit.record', { household_id: 'h1', outcome: 'NOT_HOME' }]),
    )
    expect(await something({ db, clock, ended: () => false })).toBe(false)
  })

  it('ten of them in lives that were all killed empty it too', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await vault.lock()
    for (let i = 0; i < MAX_TRIES; i += 1) {
      await attempt(db, 'a', clock.at)
      clock.at += 3_600_000
    }
    expect(await vault.open(PIN)).toEqual({ is: 'emptied' })
    expect((await allParcels(db)).filter(waits)).toHaveLength(1)
  })
})

describe('a forgotten PIN', () => {
  it('costs the list and no visit: a new one is chosen after signing in, and the numbers go on', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await vault.lock()
    await vault.forget()
    await saveSession(db, infoOf('a'))
    await vault.meet(who('a'))
    expect(vault.gate).toBe('new')
    await vault.create('314159', 'TTL')
    const op = await append(db, knock('a', 2))
    expect([op.device_seq, op.after]).toEqual([2, 1])
    // The signed-in phone carries what the emptied vault left.
    const { state, api } = await ward(db)
    expect(await deliverParcels(db, bySession(api), '10549', clock)).toBe(1)
    expect(state.got.flatMap(({ ops }) => ops.map((one) => one.op_id))).toEqual(['a-1'])
  })
})

describe('the lock', () => {
  it('closes after five minutes without a touch, awake or asleep, and when the clock goes back', async () => {
    const { vault, heard } = await signedIn()
    clock.at += LOCK_MS - 1
    vault.check()
    expect(vault.gate).toBe('open')
    vault.touch()
    clock.at += LOCK_MS - 1
    vault.check()
    expect(vault.gate).toBe('open')
    clock.at += 1
    vault.check()
    // At once: nothing is painted in between.
    expect([vault.gate, db.keys.of('a')]).toEqual(['locked', null])
    await expect.poll(() => heard.at(-1)).toBe('locked')
    await vault.open(PIN)
    clock.at -= 1
    vault.check()
    expect(vault.gate).toBe('locked')
  })

  it('asks for the PIN after every start', async () => {
    await signedIn()
    const next = new Database(name)
    const { vault } = vaultFor(next)
    await vault.meet(who('a'))
    expect(vault.gate).toBe('locked')
    expect(vault.users).toEqual([{ account_id: 'a', label: 'TTL' }])
  })
})

describe('two users of one phone', () => {
  it('each have a vault, and neither reads the other’s', async () => {
    const { vault } = await signedIn('a')
    await applyPull(db, 'a', null, PAGE, START)
    await append(db, knock('a', 1))
    await saveSession(db, infoOf('b'))
    await vault.meet(who('b'))
    expect([vault.gate, db.keys.of('a')]).toEqual(['new', null])
    await vault.create('314159', 'B')
    await append(db, knock('b', 1))
    expect(await opsOf(db, 'a')).toEqual([])
    expect((await bookOf(db, 'a')).alleys).toEqual([])
    expect((await usersOf(db)).map((user) => user.account_id)).toEqual(['a', 'b'])

    await vault.lock()
    expect(await switchTo(db, 'a')).toBe(true)
    await vault.meet(who('a'))
    expect(await vault.open('314159')).toMatchObject({ is: 'wrong' })
    expect(await vault.open(PIN)).toEqual({ is: 'open' })
    // Behind their own PIN everything is as they left it; the session is the other's now.
    expect((await bookOf(db, 'a')).alleys).toHaveLength(1)
    expect((await opsOf(db, 'a')).map((op) => op.op_id)).toEqual(['a-1'])
    expect(await loadSession(db)).toMatchObject({ account: { id: 'a', name: 'Trần Thị Lan' }, ended: true })
    // And what the other has not sent goes out under their own name.
    const { state, deliver } = await ward(db)
    await deliver()
    expect(state.got.map(({ account_id }) => account_id)).toEqual(['b'])
  })

  it('signing out takes names and doors along, and leaves what is unsent behind its PIN', async () => {
    const { vault } = await signedIn()
    await applyPull(db, 'a', null, PAGE, START)
    await append(db, knock('a', 1))
    await dropSession(db)
    expect(await db.read(['alleys'], (tx) => tx.objectStore('alleys').count())).toBe(0)
    await saveSession(db, infoOf('a'))
    await vault.meet(null)
    await vault.meet(who('a'))
    expect(await vault.open(PIN)).toEqual({ is: 'open' })
    expect(await opsOf(db, 'a')).toHaveLength(1)
    await settle(db, 'a', [{ op_id: 'a-1', outcome: 'applied', seq: 6 }], START)
    await db.write(['outbox'], (tx) => tx.objectStore('outbox').clear())
    await dropSession(db)
    expect(await vaultOf(db, 'a')).toBeUndefined()
  })
})

describe('a locked phone', () => {
  it('delivers what it cannot read, once, and learns the receipts when it is unlocked', async () => {
    const { vault } = await signedIn()
    for (let i = 1; i <= 12; i += 1) await append(db, knock('a', i))
    await vault.lock()
    const { state, deliver } = await ward(db)
    state.online = false
    await expect(deliver()).rejects.toThrow()
    state.online = true
    await deliver()
    await deliver()
    expect(state.got.flatMap(({ ops }) => ops.map((op) => op.op_id))).toEqual(Array.from({ length: 12 }, (_, i) => `a-${i + 1}`))
    expect(state.calls.map(({ body }) => (body.parcels as unknown[]).length)).toEqual([5, 5, 2])
    expect(await undelivered(db)).toBe(0)
    // Not called booked: that takes a receipt, and only the account's own push brings one.
    await vault.open(PIN)
    expect((await opsOf(db, 'a')).every((op) => op.state === 'local')).toBe(true)
    expect((await queueOf(db, 'a', 100)).queue).toHaveLength(12)
    await settle(db, 'a', [{ op_id: 'a-1', outcome: 'duplicate', seq: 9 }], START)
    const row = await db.read(['outbox'], (tx) => tx.objectStore('outbox').get('a-1'))
    expect(row?.state).toBe('booked')
    expect([row?.sealed, row?.carried]).toEqual([undefined, undefined])
  })

  it('sends nothing sealed that its owner can send', async () => {
    await signedIn()
    await append(db, knock('a', 1))
    const { state, deliver } = await ward(db)
    await deliver()
    expect(state.calls).toEqual([])
  })

  it('puts its locked work into a file for another phone', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await vault.lock()
    const { blob, ops } = await exportUnsent(db, clock, 'test')
    const { parcels } = JSON.parse(await blob.text()) as { parcels: Array<{ kid: string; enc: string; ct: string }> }
    expect(ops).toBe(1)
    expect(JSON.parse(Buffer.from(unseal(server, parcels[0]!).split('.')[1]!, 'base64url').toString('utf8'))).toMatchObject({
      account_id: 'a', device_id: 'device-1', ops: [{ op_id: 'a-1', device_seq: 1, after: 0 }],
    })
  })
})

describe('the seal of an operation', () => {
  it('bears the number that the operation has, also when another tab was faster', async () => {
    await signedIn()
    await append(db, knock('a', 1))
    const other = new Database(name)
    other.keys.hold('a', db.keys.of('a')!)
    other.keys.sealer = await sealerOf(other, clock, 'test', () => 0)
    await append(other, knock('a', 2))
    await Promise.all([append(db, knock('a', 3)), append(other, knock('a', 4)), append(db, knock('a', 5))])
    const rows = await db.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
    expect(rows.map((row) => row.device_seq).sort()).toEqual([1, 2, 3, 4, 5])
    for (const row of rows) {
      const claims = JSON.parse(Buffer.from(unseal(server, row.sealed!).split('.')[1]!, 'base64url').toString('utf8')) as Carried
      expect(claims.ops[0]).toMatchObject({ op_id: row.op_id, device_seq: row.device_seq, after: row.after })
    }
  })

  it('bears its own number in a row that is written whole, all or none, whichever tab is faster', async () => {
    await signedIn()
    const other = new Database(name)
    other.keys.hold('a', db.keys.of('a')!)
    other.keys.sealer = await sealerOf(other, clock, 'test', () => 0)
    await append(other, knock('a', 1))
    await append(db, knock('a', 2))
    const row = (from: number) => [0, 1, 2].map((i) => knock('a', from + i))
    const [mine, theirs] = await Promise.all([appendAll(db, row(10)), appendAll(other, row(20))])
    for (const ops of [mine, theirs]) {
      const [first] = ops
      expect(ops.map(({ device_seq, after }) => [device_seq - first!.device_seq, device_seq - after!])).toEqual([[0, 1], [1, 1], [2, 1]])
    }
    const rows = await db.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
    expect(rows.map((each) => each.device_seq).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    for (const each of rows) {
      const claims = JSON.parse(Buffer.from(unseal(server, each.sealed!).split('.')[1]!, 'base64url').toString('utf8')) as Carried
      expect(claims.ops[0]).toMatchObject({ op_id: each.op_id, device_seq: each.device_seq, after: each.after })
    }
    // Written again, a part of it is known: nothing gets a second number.
    const again = await appendAll(db, [knock('a', 10), knock('a', 30)])
    expect(again.map((op) => op.device_seq)).toEqual([mine[0]!.device_seq, 9])
    const sealed = (await db.read(['outbox'], (tx) => tx.objectStore('outbox').get('a-30')))!.sealed!
    expect(JSON.parse(Buffer.from(unseal(server, sealed).split('.')[1]!, 'base64url').toString('utf8'))).toMatchObject({ ops: [{ device_seq: 9, after: 8 }] })
  })

  it('goes with what is taken back, and what was offered to the server is not taken back', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await appendAll(db, [knock('a', 2), knock('a', 3)])
    expect(await takeBack(db, 'a', ['a-2', 'a-3'])).toBe(true)
    const next = await append(db, knock('a', 4))
    expect([next.device_seq, next.after]).toEqual([4, 1])
    await vault.lock()
    const { state, deliver } = await ward(db)
    await deliver()
    expect(state.got.flatMap(({ ops }) => ops.map((op) => op.op_id))).toEqual(['a-1', 'a-4'])
    await vault.open(PIN)

    // Another tab is locked: its courier takes the sealed copy in its hands, and may not come back to say so.
    await append(db, knock('a', 5))
    const locked = new Database(name)
    expect((await offerSealed(locked, 5, new Set(), { now: START })).map((row) => row.op_id)).toEqual(['a-5'])
    expect(await takeBack(db, 'a', ['a-5'])).toBe(false)
    expect((await offerSealed(locked, 5, new Set(), { now: START })).map((row) => row.op_id), 'until it has').toEqual(['a-5'])
    await settle(db, 'a', [{ op_id: 'a-5', outcome: 'applied', seq: 9 }], START)
    expect(await db.read(['outbox'], (tx) => tx.objectStore('outbox').get('a-5'))).not.toHaveProperty('offered')
  })

  it('is no reason to lose a record: what cannot be sealed is saved, and sealed at the next unlocking', async () => {
    const { vault } = await signedIn()
    db.keys.sealer = () => Promise.reject(new Error('no'))
    await append(db, knock('a', 1))
    await vault.lock()
    await vault.open(PIN)
    expect((await db.read(['outbox'], (tx) => tx.objectStore('outbox').get('a-1')))?.sealed?.kid).toBe(server.kid)
  })
})

describe('revoked by the ward', () => {
  it('the phone empties every vault, delivers what is unsent, and says that it did, until it is heard', async () => {
    const { vault, heard } = await signedIn('a')
    await append(db, knock('a', 1))
    await saveSession(db, infoOf('b'))
    await vault.meet(who('b'))
    await vault.create('314159', 'B')
    await append(db, knock('b', 1))
    await vault.wipe()
    expect(heard.at(-1)).toBe('emptied')
    expect(await wipedNote(db)).toEqual({ at: START, accounts: 2, unsent: 2 })
    const disk = await dump(name)
    for (const word of NAMES) expect(disk.includes(word), word).toBe(false)

    const device = (await knownDevice(db))!
    const { state, deliver } = await ward(db)
    state.online = false
    await expect(deliver()).rejects.toThrow()
    state.online = true
    state.wiped = 404
    await deliver()
    expect(state.got.map(({ account_id }) => account_id).sort()).toEqual(['a', 'b'])
    expect(await wipedNote(db)).toBeDefined()
    state.wiped = 204
    await deliver()
    const told = state.calls.filter(({ path }) => path === '/auth/wiped')
    expect(told).toHaveLength(2)
    const { proof, ...body } = told[1]!.body as { proof: string }
    expect(body).toEqual({ device_id: 'device-1', at: START, accounts: 2, unsent: 2 })
    const [head, claims, signature] = proof.split('.') as [string, string, string]
    const key = await crypto.subtle.importKey('jwk', await publicJwk(device), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
    expect(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), new TextEncoder().encode(`${head}.${claims}`))).toBe(true)
    expect(JSON.parse(Buffer.from(head, 'base64url').toString('utf8'))).toEqual({ typ: 'gocua-refresh+jwt', alg: 'ES256' })
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))).toEqual({ aud: 'gocua-refresh', device_id: 'device-1', jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string })
    // Heard, it is told no more, and shown until the phone is given to somebody: it is another one then.
    await deliver()
    expect(state.calls.filter(({ path }) => path === '/auth/wiped')).toHaveLength(2)
    expect(await wipedNote(db)).toMatchObject({ heard: true })
    expect((await deviceOf(db, () => 'device-2')).device_id).toBe('device-2')
    await saveSession(db, infoOf('a'))
    expect(await wipedNote(db)).toBeUndefined()
  })

  it('delivers by its own signature, without anybody signing in, and knows how much is left', async () => {
    const { vault } = await signedIn()
    for (let i = 1; i <= 7; i += 1) await append(db, knock('a', i))
    await vault.wipe()
    expect(vault.wiped).toEqual({ sending: 7, stuck: 0 })
    const { state, alone } = await ward(db)
    state.busy_after = 1
    await expect(alone()).rejects.toMatchObject({ status: 503 })
    await vault.count()
    expect(vault.wiped).toEqual({ sending: 2, stuck: 0 })
    expect((await knownDevice(db))?.device_id, 'the key is still needed').toBe('device-1')
    state.busy_after = Infinity
    await alone()
    await vault.count()
    expect(vault.wiped).toEqual({ sending: 0, stuck: 0 })
    expect(state.got.flatMap(({ ops }) => ops.map((op) => op.op_id)).sort()).toEqual([1, 2, 3, 4, 5, 6, 7].map((i) => `a-${i}`))
    expect(new Set(state.proofs).size, 'each proof serves once').toBe(state.proofs.length)
    expect(state.calls.filter(({ path }) => path === '/auth/refresh')).toEqual([])
    // Nothing is left to sign for: whoever is given the phone next begins anew.
    expect(await knownDevice(db)).toBeUndefined()
    expect(await something({ db, clock, ended: () => false })).toBe(false)
    // Also after the app was closed it says so.
    const later = vaultFor(new Database(name))
    await later.vault.meet(null)
    expect(later.vault.wiped).toEqual({ sending: 0, stuck: 0 })
  })

  it('revoked on the way: what was under way arrives once, the rest at once after the wipe', async () => {
    const { vault } = await signedIn()
    for (let i = 1; i <= 6; i += 1) await append(db, knock('a', i))
    await vault.lock()
    const { state, alone } = await ward(db)
    state.renew = async () => {
      await vault.wipe()
      return false
    }
    await alone()
    const arrived = state.got.flatMap(({ ops }) => ops.map((op) => op.op_id))
    expect(new Set(arrived)).toEqual(new Set([1, 2, 3, 4, 5, 6].map((i) => `a-${i}`)))
    expect(await wipedNote(db)).toMatchObject({ heard: true, unsent: 6 })
    expect(await knownDevice(db)).toBeUndefined()
  })

  it('a server that takes no signature gets it from whoever signs in, and the phone says that it waits', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await vault.wipe()
    const { state, alone } = await ward(db)
    state.refuse_proof = true
    await expect(alone()).rejects.toMatchObject({ status: 401 })
    await vault.count()
    expect(vault.wiped).toEqual({ sending: 0, stuck: 1 })
    expect((await deviceOf(db, () => 'device-2')).device_id).toBe('device-2')
    await saveSession(db, infoOf('b'))
    const next = await ward(db)
    expect(await deliverParcels(db, bySession(next.api), '10549', clock)).toBe(1)
  })

  it.each(['renew', 'lend'] as const)('hears of it when it asks for a token (%s)', async (way) => {
    await signedIn()
    let revoked = 0
    const session = new Session({ db, clock, lock: (_, work) => work(), revoked: () => Promise.resolve(void (revoked += 1)) })
    session.attach(new Api({
      fetch: () => Promise.resolve(Response.json({ code: 'device_revoked', status: 401 }, { status: 401 })), token: session.token, renew: session.renew,
    }))
    await session.start()
    if (way === 'lend') await session.end()
    expect(await session[way]()).toBe(false)
    expect(revoked).toBe(1)
  })

  it('lends the courier the cookie of whoever has it', async () => {
    await deviceOf(db, () => 'device-1')
    const session = new Session({ db, clock, lock: (_, work) => work() })
    const view = { access_token: 't', expires_at: 0, session_id: 's', account: infoOf('z').account } as unknown as SessionView
    session.attach(new Api({ fetch: () => Promise.resolve(Response.json(view)), token: session.token, renew: session.renew }))
    await session.start()
    expect(await session.lend()).toBe(true)
    expect([session.lent(), session.lentWard, session.token(), session.account]).toEqual(['t', '10549', null, null])
  })
})

describe('the pack', () => {
  it('is shown for three days after the server was heard, and says so in the last twelve hours', () => {
    const hours = (h: number) => packState(START, START + h * 3_600_000)
    expect([hours(0), hours(59.9), hours(60), hours(71.5), hours(72), hours(-5)]).toEqual([
      { is: 'fresh' }, { is: 'fresh' }, { is: 'ageing', hours: 12 }, { is: 'ageing', hours: 1 }, { is: 'expired' }, { is: 'fresh' },
    ])
    expect(packState(0, START)).toEqual({ is: 'fresh' })
  })
})

describe('a phone of an older release', () => {
  /** As 0.2.0 left it: everything in clear. */
  async function old(disk: string): Promise<void> {
    const { UPGRADES } = await import('../src/lib/data/db.ts')
    const raw = await openDB(disk, 2, {
      upgrade: async (made, _, __, tx) => {
        for (const step of UPGRADES.slice(0, 2)) await step(made as never, tx as never)
      },
    })
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    await raw.put('session', { device_id: 'device-1', keys }, 'device')
    await raw.put('session', { next_seq: 5, last: { a: 3, b: 4 } }, 'numbers')
    await raw.put('session', infoOf('a'), 'account')
    await raw.put('meta', { kid: server.kid, key: server.key, ward: '10549' }, 'seal')
    const { alleys, cursor, seq, groups, me } = PAGE
    await raw.put('meta', { cursor, seq, pulled_at: START, me, skills: [], groups, stamp: 1, more: false, sweep: null }, 'turf:a')
    await raw.put('meta', { v1: 'Nguyễn Văn Hải' }, 'turf:a:lessons')
    await raw.put('alleys', { account_id: 'a', id: 'a1', alley: alleys![0], stamp: 1, brought: 1 })
    await raw.put('drafts', { account_id: 'a', household_id: 'h1', saved_at: START, people: [{ age_band: '80+', skills: [] }] })
    for (const [i, account, state] of [[1, 'a', 'booked'], [2, 'a', 'local'], [3, 'a', 'rejected'], [4, 'b', 'local']] as const) {
      await raw.put('outbox', {
        ...knock(account, i), device_seq: i, after: i - 1, state, ...(state === 'local' ? { waiting: i } : {}),
        ...(state === 'booked' ? { seq: 3, booked_at: START } : {}), ...(state === 'rejected' ? { rejected: 1, reason: 'out_of_reach' } : {}),
      })
    }
    raw.close()
  }

  const look = async (disk: Database) => ({
    ops: await opsOf(disk, 'a'),
    book: await bookOf(disk, 'a'),
    draft: await draftOf(disk, 'a', 'h1'),
    lessons: await recall(disk, 'turf:a:lessons'),
    session: await loadSession(disk),
  })

  it('is carried over, killed at any step, with every record as it was', async () => {
    await old(name)
    const before = await look(new Database(name))
    expect(before.ops).toHaveLength(3)
    let finished = false
    for (let life = 0; !finished; life += 1) {
      const disk = `${name}-${life}`
      await old(disk)
      const dying = new Database(disk)
      const run = dying.run.bind(dying)
      let steps = 0
      dying.run = (...args) => (steps++ > life ? Promise.reject(new Error('killed')) : run(...args))
      const first = vaultFor(dying)
      finished = await first.vault.meet(who('a')).then(() => first.vault.create(PIN, 'TTL')).then(() => true, () => false)
      dying.close()

      const next = new Database(disk)
      const { vault } = vaultFor(next)
      await vault.meet(who('a'))
      expect(vault.gate).toBe((await vaultOf(next, 'a')) ? 'locked' : 'new')
      if (vault.gate === 'new') await vault.create(PIN, 'TTL')
      else expect(await vault.open(PIN)).toEqual({ is: 'open' })
      expect(await look(next), `killed after step ${life}`).toEqual(before)
      const rows = await next.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
      expect(rows.filter((row) => row.account_id === 'a').map((row) => [row.box !== undefined, row.sealed !== undefined])).toEqual([
        [true, false], [true, true], [true, true],
      ])
      const other = rows.filter((row) => row.account_id === 'b')
      expect(other.map((row) => row.door)).toEqual(['Ngõ Trại Sen, số 17B/9'])
      next.close()
      if (finished) {
        // All but what belongs to the other, who comes with a PIN of their own.
        await new Promise((done) => setTimeout(done))
        const raw = await openDB(disk)
        await raw.delete('outbox', 'b-4')
        raw.close()
        const text = await dump(disk)
        for (const word of NAMES) expect(text.includes(word), word).toBe(false)
        expect(life).toBeGreaterThan(10)
      }
    }
  })

  it('waits for the server’s key before it takes what is unsent out of the clear', async () => {
    await old(name)
    await db.write(['meta'], (tx) => tx.objectStore('meta').delete('seal'))
    const { vault } = vaultFor(db)
    await vault.meet(who('a'))
    expect([vault.gate, await vault.ready()]).toEqual(['new', false])
    await remember(db, 'seal', { kid: server.kid, key: server.key, ward: '10549' })
    expect(await vault.ready()).toBe(true)
  })
})

describe('the courier', () => {
  it('needs no session: locked, the phone signs for itself', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await vault.lock()
    const { state, alone } = await ward(db)
    await alone()
    await alone()
    expect(state.got.flatMap(({ ops }) => ops.map((op) => op.op_id))).toEqual(['a-1'])
    expect([state.proofs.length, await undelivered(db)]).toEqual([1, 0])
    // The account's next push asks for the receipt.
    await vault.open(PIN)
    expect((await queueOf(db, 'a', 10)).queue.map((op) => op.state)).toEqual(['local'])
  })

  it('takes what whoever is here can read too once their session has ended, but not what one tap takes back', async () => {
    await signedIn()
    await append(db, { ...knock('a', 1), made_at: START - 60_000 })
    await append(db, { ...knock('a', 2), made_at: START - UNDO_MS })
    await append(db, { ...knock('a', 3), made_at: START - UNDO_MS + 1 })
    const { state, alone } = await ward(db)
    await alone()
    expect(state.got, 'a live session pushes by itself').toEqual([])
    await alone(true)
    expect(state.got.flatMap(({ ops }) => ops.map((op) => op.op_id))).toEqual(['a-1', 'a-2'])
    expect(await takeBack(db, 'a', ['a-3'])).toBe(true)
    expect(await something({ db, clock, ended: () => true })).toBe(false)
    // A clock that was set back holds nothing up.
    await append(db, { ...knock('a', 4), made_at: START + 3_600_000 })
    await alone(true)
    expect(state.got.flatMap(({ ops }) => ops.map((op) => op.op_id))).toEqual(['a-1', 'a-2', 'a-4'])
    // What was written on in the ended session has its receipts from the next sign-in.
    expect((await queueOf(db, 'a', 10)).queue.map((op) => op.op_id)).toEqual(['a-1', 'a-2', 'a-4'])
  })

  describe('an act in its ten seconds', () => {
    const withdrawal = ['consent.withdraw', { household_id: 'h1', learner_id: 'l1' }, 'số 17B/9'] as const
    const acting = (): Knocks => new Knocks({ db, clock, account_id: () => 'a' }, () => undefined)
    const arrived = (got: readonly Carried[]): string[] => got.flatMap(({ ops }) => ops.map((op) => op.kind))

    it.each(['locked', 'forgotten', 'wiped'] as const)('is delivered after them, and not before, on a phone that is %s', async (how) => {
      const { vault } = await signedIn()
      await acting().tellSoon(...withdrawal)
      if (how === 'locked') await vault.lock()
      else if (how === 'forgotten') await vault.forget()
      else await vault.wipe()
      const { state, alone } = await ward(db)
      clock.at = START + UNDO_MS - 1
      await alone()
      expect(arrived(state.got)).toEqual([])
      expect((await knownDevice(db))?.device_id, 'its signature is still needed').toBe('device-1')
      expect(await something({ db, clock, ended: () => false })).toBe(false)
      clock.at = START + UNDO_MS
      expect(await something({ db, clock, ended: () => false })).toBe(true)
      await alone()
      await alone()
      expect(arrived(state.got)).toEqual(['consent.withdraw'])
      expect(await undelivered(db)).toBe(0)
    })

    it('taken back it is in nobody’s hands: no push, no parcel, no file has it, and nothing misses it', async () => {
      const { vault } = await signedIn()
      await append(db, knock('a', 1))
      const knocks = acting()
      const act = await knocks.tellSoon(...withdrawal)
      const next = await append(db, knock('a', 2))
      expect([act.device_seq, act.after, next.device_seq, next.after]).toEqual([2, 1, 3, 1])
      expect((await queueOf(db, 'a', 10, clock.at)).queue.map((op) => op.op_id)).toEqual(['a-1', 'a-2'])
      expect((await exportUnsent(db, clock, 'test')).ops).toBe(2)
      await knocks.untell(act)
      await vault.lock()
      const { state, alone } = await ward(db)
      clock.at = START + UNDO_MS
      await alone()
      expect(arrived(state.got)).toEqual(['visit.record', 'visit.record'])
      await vault.open(PIN)
      expect((await opsOf(db, 'a')).map((op) => op.op_id)).toEqual(['a-1', 'a-2'])
    })

    it('its time up, it leaves with the next push, and is not taken back', async () => {
      await signedIn()
      const knocks = acting()
      const act = await knocks.tellSoon(...withdrawal)
      clock.at = START + UNDO_MS
      expect((await queueOf(db, 'a', 10, clock.at)).queue.map((op) => op.op_id)).toEqual([act.op_id])
      await expect(knocks.untell(act)).rejects.toBeInstanceOf(AlreadySent)
      // A clock that is set back holds it up for no longer than that.
      expect((await queueOf(db, 'a', 10, START - 1)).queue).toHaveLength(1)
    })

    it('a house put forward before it stays, for it follows that', async () => {
      await signedIn()
      await append(db, { ...knock('a', 1), kind: 'household.propose', payload: { household_id: 'new', alley_id: 'a1', landmark: 'gốc đa' } })
      const act = await acting().tellSoon(...withdrawal)
      expect(await takeBack(db, 'a', ['a-1'])).toBe(false)
      await acting().untell(act)
      expect(await takeBack(db, 'a', ['a-1'])).toBe(true)
    })
  })

  it('does not ask again in one go for what this server refuses, nor loses it', async () => {
    const { vault } = await signedIn()
    await append(db, knock('a', 1))
    await vault.lock()
    let asked = 0
    const refusing = new Api({
      fetch: () => Promise.resolve(Response.json({ parcels: [{ refused: 'unknown_key' }] }, (asked += 1, { status: 200 }))),
      token: () => 't', renew: () => Promise.resolve(true),
    })
    await carry({ db, api: refusing, clock, ward: () => '10549', ended: () => false })
    expect([asked, await undelivered(db)]).toEqual([1, 1])
    const busy = new Api({
      fetch: () => Promise.resolve(Response.json({ code: 'unavailable' }, { status: 503 })), token: () => 't', renew: () => Promise.resolve(true),
    })
    await expect(carry({ db, api: busy, clock, ward: () => '10549', ended: () => false })).rejects.toBeInstanceOf(Problem)
    expect(await undelivered(db)).toBe(1)
  })
})
