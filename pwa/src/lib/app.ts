/** The parts of the app, put together once. Screens import from here; tests build their own. */
import { Api } from './api/client.ts'
import { Session, webLock } from './auth/session.svelte.ts'
import { Database } from './data/db.ts'
import { knownDevice } from './data/session.ts'
import { Turf } from './data/turf.svelte.ts'
import { Knocks } from './data/knocks.svelte.ts'
import { systemClock } from './domain/time.ts'
import { Safety } from './safety/safety.svelte.ts'
import { SyncEngine } from './sync/engine.ts'
import { SyncStatus } from './sync/status.svelte.ts'

export const clock = systemClock
export const db = new Database()
export const session = new Session({ db, clock, lock: webLock })
export const api = new Api({ fetch: (input, init) => fetch(input, init), token: session.token, renew: session.renew })
session.attach(api)

export const turf = new Turf(db)
export const sync = new SyncStatus(clock)
export const safety = new Safety({
  db,
  api,
  clock,
  storage: typeof navigator === 'undefined' ? undefined : navigator.storage,
  appVersion: __APP_VERSION__,
  account: () => {
    const { account, ended, home } = session
    return account?.ward ? { id: account.id, ward: account.ward.code, live: !ended && home === '/walk' } : null
  },
})

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
    session.account && !session.ended && session.home === '/walk' && device_id ? { id: session.account.id, device_id } : null,
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
    if (state.name === 'idle') void safety.deliver().catch(() => undefined)
  },
  clockOff: (ms) => {
    sync.clockOff = ms
  },
  appVersion: __APP_VERSION__,
})

export const knocks = new Knocks(
  { db, clock, account_id: () => session.account?.id ?? null },
  (ops, rest) => {
    turf.take(ops)
    channel?.postMessage({ ops: ops.map((op) => op.op_id) })
    // The next door is painted first: sending competes with it for the disk of a cheap phone.
    setTimeout(() => {
      void safety.note().catch(() => undefined)
      if (rest === 0) engine.wake('save')
    }, 200)
    if (rest > 0) setTimeout(() => engine.wake('save'), rest)
  },
  (ids) => {
    turf.drop(ids)
    channel?.postMessage({ ops: ids })
    void safety.note().catch(() => undefined)
  },
)

async function openTurf(): Promise<void> {
  device_id = (await knownDevice(db))?.device_id ?? ''
  await turf.open(session.account?.id ?? null)
}

/** Cold start: what the phone knows comes first, the network after. */
export async function begin(): Promise<void> {
  // Before anything is awaited: a network found or lost while the app opens must not go unheard.
  addEventListener('online', () => {
    sync.online = true
    engine.wake('online')
  })
  addEventListener('offline', () => {
    sync.online = false
  })
  await sync.begin(db)
  await session.start()
  void safety.begin().catch(() => undefined)
  // An app on the home screen is granted what a page is refused.
  addEventListener('appinstalled', askToKeep)
  if (matchMedia('(display-mode: standalone)').matches) askToKeep()
  await openTurf()

  channel?.addEventListener('message', ({ data }: MessageEvent<'session' | 'book' | { ops: string[] }>) => {
    if (data === 'session') void session.start().then(openTurf)
    else if (data === 'book') void turf.reloadBook()
    else void turf.reloadOps(data.ops)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') engine.wake('visible')
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

async function entered(): Promise<void> {
  await openTurf()
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
  await openTurf()
  void safety.look().catch(() => undefined)
  channel?.postMessage('session')
}
