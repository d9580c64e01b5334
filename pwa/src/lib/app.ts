/** The parts of the app, put together once. Screens import from here; tests build their own. */
import { Api, Problem } from './api/client.ts'
import { Session, webLock } from './auth/session.svelte.ts'
import { Database, type OutboxOp } from './data/db.ts'
import { knownDevice, switchTo } from './data/session.ts'
import { Turf } from './data/turf.svelte.ts'
import { Knocks } from './data/knocks.svelte.ts'
import { carriesBook } from './domain/role.ts'
import { systemClock, type Millis } from './domain/time.ts'
import { Safety } from './safety/safety.svelte.ts'
import { SyncEngine } from './sync/engine.ts'
import { SyncStatus } from './sync/status.svelte.ts'
import { Minute } from './vault/minute.svelte.ts'
import { Vault } from './vault/vault.svelte.ts'

export const clock = systemClock
export const db = new Database()
export const session = new Session({ db, clock, lock: webLock, revoked: () => vault.wipe() })
const wire: typeof fetch = (input, init) => fetch(input, init)
export const api = new Api({ fetch: wire, token: session.token, renew: session.renew })
session.attach(api)
/** Speaks for whoever has the cookie, whether or not they have entered their PIN. */
const carrying = new Api({ fetch: wire, token: session.lent, renew: session.lend })

/** The phone's time, moved on now and then: for what a screen says of hours gone by. */
export const minute = new Minute(clock)

export const turf = new Turf(db)
export const sync = new SyncStatus(clock)
export const safety = new Safety({
  db,
  api,
  clock,
  storage: typeof navigator === 'undefined' ? undefined : navigator.storage,
  appVersion: __APP_VERSION__,
  account: () => {
    const { account, ended } = session
    return account?.ward && vault.gate === 'open' ? { id: account.id, ward: account.ward.code, live: !ended && carriesBook(account.role) } : null
  },
})

/** The PIN before everything that speaks of people and places. */
export const vault: Vault = new Vault({
  db,
  clock,
  sealer: async () => (await import('./safety/sealed.ts')).sealerOf(db, clock, __APP_VERSION__, () => sync.clockOff),
  opened: async () => {
    await session.named()
    await openTurf()
  },
  begun: () => {
    void safety.signedIn().catch(() => undefined)
    engine.signedIn()
  },
  locked: async () => {
    knocks.dismiss()
    session.nameless()
    await turf.open(null)
    carry()
  },
  emptied: async () => {
    knocks.dismiss()
    await turf.open(null)
    await session.start()
    channel?.postMessage('session')
    void safety.count().catch(() => undefined)
    carry_at = 0
    carry()
  },
})

/** The courier does not run more often, and not soon again when it was of no use. */
const CARRY_EVERY_MS = 30_000
const CARRY_AGAIN_MS = 5 * 60_000
let carry_at = 0
let under_way = false

/** Whether nobody here can send by themselves. */
const unsendable = (): boolean => vault.gate !== 'open' || session.ended

/**
 * Hands in what is sealed for the server, of everybody who is not unlocked, or whose session has ended.
 * Nothing is read. A locked phone asks now and then also with empty hands: it must hear when the ward has revoked it.
 */
function carry(): void {
  if (under_way || !navigator.onLine || clock.now() < carry_at) return
  under_way = true
  carry_at = clock.now() + CARRY_EVERY_MS
  const work = async (): Promise<void> => {
    const courier = await import('./safety/sealed.ts')
    const parts = { db, api: carrying, clock, ward: () => session.lentWard, ended: () => session.ended }
    if (await courier.something(parts)) {
      const done = await webLock('gocua-carry', () => courier.carry(parts))
      if (done === 0) carry_at = clock.now() + CARRY_AGAIN_MS
    } else if (vault.gate === 'locked' && !session.ended) {
      carry_at = clock.now() + CARRY_AGAIN_MS
      await session.lend()
    }
  }
  void work()
    .catch((error: unknown) => {
      carry_at = clock.now() + ((error instanceof Problem ? error.retryAfterMs : null) ?? CARRY_AGAIN_MS)
    })
    .finally(() => {
      under_way = false
      void vault.count().catch(() => undefined)
      void safety.count().catch(() => undefined)
    })
}

let device_id = ''
/** Tells the other tabs of this browser that the disk changed. */
const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('gocua') : null

export const engine = new SyncEngine({
  db,
  api,
  clock,
  random: Math.random,
  lock: webLock,
  online: () => navigator.onLine,
  account: () =>
    session.account && vault.gate === 'open' && !session.ended && carriesBook(session.account.role) && device_id
      ? { id: session.account.id, device_id }
      : null,
  ended: () => session.end(),
  timer: (ms, ring) => {
    const id = setTimeout(ring, ms)
    return () => clearTimeout(id)
  },
  announce: (news) => {
    if (news === 'book') {
      channel?.postMessage('book')
      void turf.reloadBook()
      return
    }
    if ('ops' in news) turf.take(news.ops)
    else turf.drop(news.gone)
    channel?.postMessage({ ops: 'ops' in news ? news.ops.map((op) => op.op_id) : news.gone })
    void safety.note().catch(() => undefined)
  },
  show: (state) => {
    sync.show(state)
    // The line has just carried our own work: it carries that of others too.
    if (state.name !== 'idle') return
    void safety.deliver().catch(() => undefined)
    void vault.seal().catch(() => undefined)
    if (turf.parked > 0 || db.keys.unreadable.size > 0) carry()
  },
  clockOff: (ms) => {
    sync.clockOff = ms
  },
  appVersion: __APP_VERSION__,
})

let noted: ReturnType<typeof setTimeout> | undefined
let rested: ReturnType<typeof setTimeout> | undefined

/** Operations are on the disk, and may rest so long before they are sent. */
export function saved(ops: readonly OutboxOp[], rest: Millis): void {
  turf.take(ops)
  channel?.postMessage({ ops: ops.map((op) => op.op_id) })
  // The next door is painted first: sending competes with it for the disk of a cheap phone. So does
  // looking at what is unsent, which once after a row of taps is enough.
  clearTimeout(noted)
  noted = setTimeout(() => {
    void safety.note().catch(() => undefined)
    if (session.ended) void vault.count().catch(() => undefined)
  }, 200)
  if (rest === 0) return void setTimeout(() => engine.wake('save'), 200)
  // A hair later: by then nothing rests any more, whichever clock is ahead. One after the other they
  // leave together: ten a second are no reason to call the ward ten times.
  clearTimeout(rested)
  rested = setTimeout(() => engine.wake('save'), rest + 50)
}

/** Operations were taken back before they left. */
export function unsaid(ids: readonly string[]): void {
  turf.drop(ids)
  channel?.postMessage({ ops: ids })
  void safety.note().catch(() => undefined)
}

export const knocks = new Knocks({ db, clock, account_id: () => session.account?.id ?? null }, saved, unsaid)

async function openTurf(): Promise<void> {
  device_id = (await knownDevice(db))?.device_id ?? ''
  const { account } = session
  await turf.open(account && db.keys.of(account.id) ? account.id : null)
}

/** Whoever is here now stands at the door: with the PIN they come in. */
async function meet(): Promise<void> {
  await vault.meet(session.account)
  await openTurf()
  if (unsendable()) carry()
}

/** Another user of this phone comes to the front; whoever was here is locked. */
export async function switchUser(account_id: string): Promise<void> {
  await vault.lock()
  if (!(await switchTo(db, account_id))) return
  await session.start()
  await meet()
  channel?.postMessage('session')
}

/** Cold start: what the phone knows comes first, the network after. */
export async function begin(): Promise<void> {
  // Before anything is awaited: a network found or lost while the app opens must not go unheard.
  addEventListener('online', () => {
    sync.online = true
    engine.wake('online')
    carry_at = 0
    if (unsendable()) carry()
  })
  addEventListener('offline', () => {
    sync.online = false
  })
  await Promise.all([sync.begin(db), session.start()])
  void safety.begin().catch(() => undefined)
  // An app on the home screen is granted what a page is refused.
  addEventListener('appinstalled', askToKeep)
  if (matchMedia('(display-mode: standalone)').matches) askToKeep()
  await meet()
  for (const touch of ['pointerdown', 'keydown', 'wheel']) addEventListener(touch, () => vault.touch(), { passive: true, capture: true })
  // Slept through, the alarm rings late: whoever wakes the phone meets the check below first.
  setInterval(() => {
    vault.check()
    minute.now = clock.now()
    if (unsendable()) carry()
  }, 15_000)

  channel?.addEventListener('message', ({ data }: MessageEvent<'session' | 'book' | { ops: string[] }>) => {
    if (data === 'session') void session.start().then(meet)
    else if (data === 'book') void turf.reloadBook()
    else void turf.reloadOps(data.ops)
  })
  document.addEventListener('visibilitychange', () => {
    vault.check()
    if (document.visibilityState !== 'visible') return
    minute.now = clock.now()
    engine.wake('visible')
    if (unsendable()) carry()
  })
  engine.wake('start')
}

export async function login(name: string, password: string): Promise<void> {
  await session.login(name, password)
  await entered()
}

/** Into a team by its code; from there on as after [login]. */
export async function join(code: string, name: string): Promise<void> {
  await session.join(code, name)
  await entered()
}

/** By another way than a password; from there on as after [login]. */
export async function enter(path: '/setup' | '/auth/open', who: Record<string, unknown>): Promise<void> {
  await session.enter(path, who)
  await entered()
}

async function entered(): Promise<void> {
  vault.aside = false
  await meet()
  channel?.postMessage('session')
  askToKeep()
  void safety.signedIn().catch(() => undefined)
  engine.signedIn()
}

function askToKeep(): void {
  void safety.ask().then((granted) => {
    sync.persisted = granted
  })
}

export async function logout(): Promise<void> {
  await session.logout()
  await meet()
  void safety.look().catch(() => undefined)
  channel?.postMessage('session')
}
