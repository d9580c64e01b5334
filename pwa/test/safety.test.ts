import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Api } from '../src/lib/api/client.ts'
import { Session } from '../src/lib/auth/session.svelte.ts'
import { Database, type Numbers, type OutboxOp } from '../src/lib/data/db.ts'
import { append, opsOf, settle } from '../src/lib/data/outbox.ts'
import { allParcels } from '../src/lib/data/parcels.ts'
import { deviceOf, knownDevice, recall, remember } from '../src/lib/data/session.ts'
import { newId } from '../src/lib/domain/id.ts'
import { lookThrough } from '../src/lib/safety/boot.ts'
import { askToKeep, promised, roomLeft, SHORT } from '../src/lib/safety/durability.ts'
import { inside, skipNumbers, type Marker } from '../src/lib/data/look.ts'
import { lost, outside, writeOutside } from '../src/lib/safety/marker.ts'
import { Safety } from '../src/lib/safety/safety.svelte.ts'
import { sealPair } from './fakes/unseal.ts'
import { unlocked } from './fakes/keys.ts'

const NOW = 1_795_339_200_000
const GB = 1024 ** 3
let n = 0
let name: string
let db: Database
let at = NOW
const clock = { now: () => at }

/** A localStorage that a test can empty, spoil or take away. */
class Small {
  kept = new Map<string, string>()
  forbidden = false
  #ask(): void {
    if (this.forbidden) throw new DOMException('no', 'SecurityError')
  }
  getItem(key: string): string | null {
    this.#ask()
    return this.kept.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.#ask()
    this.kept.set(key, value)
  }
  removeItem(key: string): void {
    this.#ask()
    this.kept.delete(key)
  }
}
let small: Small

beforeEach(() => {
  name = `safety-${(n += 1)}`
  db = unlocked(name)
  at = NOW
  small = new Small()
  vi.stubGlobal('localStorage', small)
})

afterEach(() => {
  db.close()
  vi.unstubAllGlobals()
})

async function knock(account_id: string): Promise<OutboxOp> {
  await deviceOf(db, () => newId(clock))
  return append(db, { op_id: newId(clock), account_id, made_at: at, kind: 'visit.record', payload: { household_id: 'h1', outcome: 'NOT_HOME' }, door: '' })
}

const booked = (op: OutboxOp, seq = 1) => settle(db, op.account_id, [{ op_id: op.op_id, outcome: 'applied', seq }], at)

/** The browser takes the database and leaves the rest. */
async function evict(): Promise<void> {
  db.close()
  await new Promise<void>((done, fail) => {
    const gone = indexedDB.deleteDatabase(name)
    gone.onsuccess = () => done()
    gone.onerror = () => fail(gone.error)
  })
  db = unlocked(name)
}

const marker = (over: Partial<Marker>): Marker => ({ device_id: 'd', accounts: 1, seq: 5, unsent: 2, at: NOW, ...over })

describe('the marker', () => {
  it('says what the database holds', async () => {
    expect(await inside(db, NOW)).toBeNull()
    const first = await knock('trang')
    await knock('trang')
    await knock('minh')
    await booked(first)
    const device = await knownDevice(db)
    expect(await inside(db, NOW)).toEqual({ device_id: device?.device_id, accounts: 2, seq: 3, unsent: 2, at: NOW })
  })

  it('is read back as it was written, and the one of 0.1.0 is understood', () => {
    expect(outside()).toBeNull()
    small.kept.set('gocua.device', 'old')
    expect(outside()).toEqual({ device_id: 'old', accounts: 0, seq: 0, unsent: null, at: null })
    writeOutside(marker({}))
    expect(outside()).toEqual(marker({}))
    expect(small.kept.has('gocua.device')).toBe(false)
  })

  it('is nothing where it may not be asked, or makes no sense', () => {
    small.kept.set('gocua.marker', '{"devi')
    expect(outside()).toBeNull()
    small.forbidden = true
    expect(outside()).toBeNull()
    expect(() => writeOutside(marker({}))).not.toThrow()
  })

  it('tells a lost database from a healthy one', () => {
    const loss = { unsent: 2, at: NOW }
    expect(lost(null, null)).toBeNull()
    expect(lost(null, marker({}))).toBeNull()
    expect(lost(marker({}), null)).toEqual(loss)
    expect(lost(marker({ unsent: null, at: null }), null)).toEqual({ unsent: null, at: null })
    // A new device that has written nothing: somebody tried to sign in on the emptied phone.
    expect(lost(marker({}), marker({ device_id: 'new', seq: 0, unsent: 0 }))).toEqual(loss)
    // One that has: the loss is history.
    expect(lost(marker({}), marker({ device_id: 'new', seq: 1 }))).toBeNull()
    expect(lost(marker({}), marker({}))).toBeNull()
    expect(lost(marker({}), marker({ seq: 9 }))).toBeNull()
    // An older state came back: four numbers short, of which two were unsent at most.
    expect(lost(marker({ seq: 9 }), marker({ seq: 5 }))).toEqual(loss)
    expect(lost(marker({ seq: 6 }), marker({ seq: 5 }))).toEqual({ unsent: 1, at: NOW })
  })

  it('does not give the same number out twice after an older state came back', async () => {
    await knock('trang')
    const device = await knownDevice(db)
    await skipNumbers(db, 'another', 50)
    expect((await knock('trang')).device_seq).toBe(2)
    await skipNumbers(db, device!.device_id, 1)
    expect((await knock('trang')).device_seq).toBe(3)
    await skipNumbers(db, device!.device_id, 50)
    expect((await knock('trang')).device_seq).toBe(51)
  })
})

describe('the room', () => {
  const room = (usage: number, quota: number) => roomLeft({ estimate: async () => ({ usage, quota }) })

  it('is short from a share on, or when little is left', async () => {
    const low = async (usage: number, quota: number) => (await room(usage, quota))?.low
    expect(await low(0.79 * GB, GB)).toBe(false)
    expect(await low(SHORT.share * GB, GB)).toBe(true)
    expect(await low(60 * 1024 * 1024, 60 * 1024 * 1024 + SHORT.leftBytes - 1)).toBe(true)
    expect(await low(0, SHORT.leftBytes)).toBe(false)
    expect(await low(0, SHORT.leftBytes - 1)).toBe(true)
    expect(await room(1, 100 * GB)).toEqual({ usage: 1, quota: 100 * GB, low: false })
  })

  it('is unknown where the browser does not say', async () => {
    expect(await roomLeft(undefined)).toBeNull()
    expect(await roomLeft({})).toBeNull()
    expect(await roomLeft({ estimate: async () => ({}) })).toBeNull()
    expect(await roomLeft({ estimate: () => Promise.reject(new TypeError('no')) })).toBeNull()
  })

  it('is asked to be kept, once it is not', async () => {
    const persist = vi.fn(async () => true)
    expect(await askToKeep({ persisted: async () => true, persist })).toBe(true)
    expect(persist).not.toHaveBeenCalled()
    expect(await askToKeep({ persisted: async () => false, persist })).toBe(true)
    expect(persist).toHaveBeenCalledOnce()
    expect(await askToKeep({ persisted: async () => false, persist: async () => false })).toBe(false)
    expect(await askToKeep({ persist: () => Promise.reject(new TypeError('no')) })).toBeNull()
    expect(await askToKeep(undefined)).toBeNull()
    expect(await promised({ persisted: () => Promise.reject(new TypeError('no')) })).toBeNull()
  })
})

describe('the look through the outbox', () => {
  it('counts what is unsent, one\'s own and the others\'', async () => {
    const [first] = [await knock('trang'), await knock('trang'), await knock('minh')]
    await booked(first)
    expect(await lookThrough(db, 'trang')).toEqual({ unsent: 1, parked: 1, unreadable: 0 })
    expect(await lookThrough(db, null)).toEqual({ unsent: 0, parked: 2, unreadable: 0 })
  })

  it('tells records that make no sense', async () => {
    await knock('trang')
    await db.write(['outbox'], async (tx) => {
      await tx.objectStore('outbox').put({ op_id: 'torn', account_id: 'trang', device_seq: 2 } as OutboxOp)
    })
    expect(await lookThrough(db, 'trang')).toEqual({ unsent: 1, parked: 0, unreadable: 1 })
  })

  it('finds the good ones beside one that cannot be read', async () => {
    const ids = [await knock('trang'), await knock('trang'), await knock('trang')].map((op) => op.op_id)
    const bad = ids[1]
    const read = db.read.bind(db)
    // As Chrome does with a value whose file is gone: the reading fails, not the record.
    db.read = ((stores, work) =>
      read(stores, (tx) =>
        work(
          new Proxy(tx, {
            get: (target, key) =>
              key === 'objectStore'
                ? (store: 'outbox') => {
                    const real = target.objectStore(store)
                    return {
                      getAll: () => Promise.reject(new DOMException('bad', 'DataError')),
                      getAllKeys: () => real.getAllKeys(),
                      get: (id: string) => (id === bad ? Promise.reject(new DOMException('bad', 'DataError')) : real.get(id)),
                    }
                  }
                : Reflect.get(target, key),
          }),
        ),
      )) as typeof db.read
    expect(await lookThrough(db, 'trang')).toEqual({ unsent: 2, parked: 0, unreadable: 1 })
  })
})

const server = sealPair()

interface World {
  safety: Safety
  who: { id: string; ward: string; live: boolean } | null
  sent: number
  asked: number
  /** What the line does. */
  dead: boolean
}

/** One life of the app over the present disk. */
function world(who: World['who'] = { id: 'trang', ward: '10549', live: true }): World {
  const it: World = { who, sent: 0, asked: 0, dead: false, safety: undefined as unknown as Safety }
  const api = new Api({
    fetch: async (_, init) => {
      if (it.dead) throw new TypeError('no network')
      it.sent += 1
      const body = new Headers(init?.headers).get('content-encoding')
        ? await new Response(new Blob([init?.body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
        : String(init?.body)
      const { parcels } = JSON.parse(body) as { parcels: unknown[] }
      return Response.json({ parcels: parcels.map(() => ({ taken: 1, again: 0, kept: 0, rejected: 0, held: 0 })) })
    },
    token: () => 'token',
    renew: async () => true,
  })
  it.safety = new Safety({
    db,
    api,
    clock,
    appVersion: '0.2.0',
    storage: {
      persisted: async () => false,
      persist: async () => {
        it.asked += 1
        return true
      },
      estimate: async () => ({ usage: 1, quota: GB }),
    },
    account: () => it.who,
  })
  return it
}

describe('the start of the app', () => {
  it('says that the work is all there', async () => {
    for (let i = 0; i < 37; i += 1) await knock('trang')
    await knock('minh')
    const { safety } = world()
    expect(safety.report).toBeNull()
    await safety.begin()
    expect(safety.report).toEqual({
      unsent: 37, parked: 1, unreadable: 0, evicted: null, persisted: false, quota: { usage: 1, quota: GB, low: false },
    })
  })

  it('is silent on a phone that is new', async () => {
    const { safety } = world(null)
    await safety.begin()
    expect(safety.report).toMatchObject({ unsent: 0, parked: 0, evicted: null })
    expect(small.kept.size).toBe(0)
  })

  it('says what was lost when the browser threw the database away, until somebody has read it', async () => {
    const first = await knock('trang')
    await knock('trang')
    await knock('minh')
    await booked(first)
    await world().safety.begin()
    await evict()
    at += 86_400_000

    const next = world(null)
    await next.safety.begin()
    expect(next.safety.report?.evicted).toEqual({ unsent: 2, at: NOW })
    // Closed unread: said again.
    const again = world(null)
    await again.safety.begin()
    expect(again.safety.report?.evicted).toEqual({ unsent: 2, at: NOW })
    // Tried to sign in, in vain: a device was made, and it is still said.
    await deviceOf(db, () => newId(clock))
    const third = world(null)
    await third.safety.begin()
    expect(third.safety.report?.evicted).toEqual({ unsent: 2, at: NOW })
    third.who = { id: 'trang', ward: '10549', live: true }
    await third.safety.signedIn()
    expect(third.safety.report?.evicted).toEqual({ unsent: 2, at: NOW })
    third.safety.acknowledge()
    expect(third.safety.report?.evicted).toBeNull()
    const healthy = world()
    await healthy.safety.begin()
    expect(healthy.safety.report?.evicted).toBeNull()
  })

  it('writes a lost marker again, silently', async () => {
    await knock('trang')
    await world().safety.begin()
    small.kept.clear()
    const { safety } = world()
    await safety.begin()
    expect(safety.report?.evicted).toBeNull()
    expect(outside()).toMatchObject({ seq: 1, unsent: 1 })
  })

  it('works where localStorage is forbidden', async () => {
    small.forbidden = true
    await knock('trang')
    const { safety } = world()
    await safety.begin()
    expect(safety.report).toMatchObject({ unsent: 1, evicted: null })
    await safety.note()
  })

  it('notices that an older state of the disk came back, and skips its numbers', async () => {
    await knock('trang')
    const it = world()
    await it.safety.begin()
    writeOutside({ ...outside()!, seq: 4, unsent: 3 })
    const { safety } = world()
    await safety.begin()
    expect(safety.report?.evicted).toEqual({ unsent: 3, at: NOW })
    expect((await knock('trang')).device_seq).toBe(5)
    const numbers = await db.read(['session'], async (tx) => (await tx.objectStore('session').get('numbers')) as Numbers)
    expect(numbers.next_seq).toBe(6)
  })
})

describe('while the app runs', () => {
  it('the marker follows saves and answers, never before it was compared', async () => {
    const first = await knock('trang')
    const { safety } = world()
    await safety.note()
    expect(outside()).toBeNull()
    await safety.begin()
    expect(outside()).toMatchObject({ seq: 1, unsent: 1, at: NOW })
    at += 5
    await knock('trang')
    await safety.note()
    expect(outside()).toMatchObject({ seq: 2, unsent: 2, at: NOW + 5 })
    await booked(first)
    await safety.note()
    expect(outside()).toMatchObject({ seq: 2, unsent: 1 })
  })

  it('the browser is asked after the first save, and once', async () => {
    const it = world()
    await it.safety.begin()
    await it.safety.note()
    expect(it.asked).toBe(0)
    await knock('trang')
    await it.safety.note()
    await it.safety.note()
    expect(it.asked).toBe(1)
    expect(it.safety.report?.persisted).toBe(true)
  })

  it('a file taken in is delivered, and what cannot leave waits', async () => {
    await knock('minh')
    await knock('trang')
    await remember(db, 'seal', { kid: server.kid, key: server.key, ward: '10549' })
    const it = world()
    await it.safety.begin()
    const { blob, ops } = await it.safety.exportUnsent()
    expect(ops).toBe(2)
    it.dead = true
    expect(await it.safety.importFile(blob)).toEqual({ ops: 2, parcels: 2 })
    await expect(it.safety.deliver()).rejects.toThrow()
    expect(await it.safety.parcelsHere()).toBe(2)
    expect(it.safety.waiting).toBe(2)

    it.dead = false
    it.who = null
    expect(await it.safety.deliver()).toBe(0)
    it.who = { id: 'trang', ward: '10549', live: false }
    expect(await it.safety.deliver()).toBe(0)
    expect(it.sent).toBe(0)
    it.who = { id: 'trang', ward: '10549', live: true }
    // Woken twice, it goes once.
    expect(await Promise.all([it.safety.deliver(), it.safety.deliver()])).toEqual([2, 2])
    expect(it.sent).toBe(1)
    expect(it.safety.waiting).toBe(0)
    const carried = await it.safety.carried()
    expect(carried).toHaveLength(2)
    expect(carried[0]).toMatchObject({ answered_at: NOW, fate: { taken: 1 } })
    expect(Object.keys(carried[0]!)).not.toContain('sealed')
    // Its own work is as it was: carried by nobody else's promise.
    expect((await opsOf(db, 'trang'))[0]?.state).toBe('local')
  })

  it('a file that comes before anybody signed in leaves with whoever does', async () => {
    await knock('minh')
    await remember(db, 'seal', { kid: server.kid, key: server.key, ward: '10549' })
    const it = world(null)
    await it.safety.begin()
    await it.safety.importFile((await it.safety.exportUnsent()).blob)
    const next = world()
    await next.safety.begin()
    expect(next.safety.waiting).toBe(1)
    expect(await next.safety.deliver()).toBe(1)
    expect((await allParcels(db))[0]?.fate).toMatchObject({ taken: 1 })
  })
})

describe('signing out with unsent work', () => {
  it('parks it, keeps the key it is sealed for, and the file still carries it', async () => {
    const session = new Session({ db, clock, lock: (_, work) => work() })
    const answers: unknown[] = []
    const api = new Api({
      fetch: async (input) => {
        answers.push(String(input))
        if (String(input).endsWith('/auth/logout')) return new Response(null, { status: 204 })
        return Response.json({
          access_token: 't', expires_at: 0, session_id: 's', seal: { kid: server.kid, key: server.key },
          account: { id: 'trang', login: 'trang', name: 'Trang', role: 'volunteer', ward: { code: '10549', name: 'P' } },
        })
      },
      token: session.token,
      renew: session.renew,
    })
    session.attach(api)
    await session.login('trang', 'x')
    expect(await recall(db, 'seal')).toEqual({ kid: server.kid, key: server.key, ward: '10549' })
    const op = await knock('trang')
    await session.logout()
    expect(await opsOf(db, 'trang')).toEqual([op])

    const { safety } = world(null)
    await safety.begin()
    expect(safety.report).toMatchObject({ unsent: 0, parked: 1 })
    expect(await safety.exportUnsent()).toMatchObject({ ops: 1 })
  })

  it('a refresh brings a new key; a server that knows none takes none away', async () => {
    const session = new Session({ db, clock, lock: (_, work) => work() })
    let seal: object | undefined = { kid: 'one', key: 'k1' }
    session.attach(
      new Api({
        fetch: async () =>
          Response.json({
            access_token: 't', expires_at: 0, session_id: 's', ...(seal ? { seal } : {}),
            account: { id: 'trang', login: 'trang', name: 'Trang', role: 'volunteer', ward: { code: '10549', name: 'P' } },
          }),
        token: session.token,
        renew: session.renew,
      }),
    )
    await session.login('trang', 'x')
    seal = { kid: 'two', key: 'k2' }
    expect(await session.renew()).toBe(true)
    expect(await recall(db, 'seal')).toMatchObject({ kid: 'two' })
    seal = undefined
    expect(await session.renew()).toBe(true)
    expect(await recall(db, 'seal')).toMatchObject({ kid: 'two' })
  })
})
