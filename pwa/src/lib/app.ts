/** The parts of the app, put together once. Screens import from here; tests build their own. */
import { Api } from './api/client.ts'
import { Session, webLock } from './auth/session.svelte.ts'
import { Database } from './data/db.ts'
import { knownDevice } from './data/session.ts'
import { Turf } from './data/turf.svelte.ts'
import { Knocks } from './data/knocks.svelte.ts'
import { systemClock } from './domain/time.ts'
import { SyncEngine } from './sync/engine.ts'
import { SyncStatus } from './sync/status.svelte.ts'

export const clock = systemClock
export const db = new Database()
export const session = new Session({ db, clock, lock: webLock })
export const api = new Api({ fetch: (input, init) => fetch(input, init), token: session.token, renew: session.renew })
session.attach(api)

export const turf = new Turf(db)
export const sync = new SyncStatus(clock)

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
  announce: (what) => {
    channel?.postMessage(what)
    void (what === 'ops' ? turf.reloadOps() : Promise.all([turf.reloadBook(), turf.reloadOps()]))
  },
  show: (state) => sync.show(state),
  clockOff: (ms) => {
    sync.clockOff = ms
  },
  appVersion: __APP_VERSION__,
})

export const knocks = new Knocks(
  { db, clock, account_id: () => session.account?.id ?? null },
  async () => {
    channel?.postMessage('ops')
    await turf.reloadOps()
    // The next door is painted first: sending competes with it for the disk of a cheap phone.
    setTimeout(() => engine.wake('save'), 200)
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
  await openTurf()

  channel?.addEventListener('message', ({ data }: MessageEvent<string>) => {
    if (data === 'session') void session.start().then(openTurf)
    else if (data === 'book') void turf.reloadBook().then(() => turf.reloadOps())
    else void turf.reloadOps()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') engine.wake('visible')
  })
  engine.wake('start')
}

export async function login(name: string, password: string): Promise<void> {
  await session.login(name, password)
  await openTurf()
  channel?.postMessage('session')
  // Asked here because a browser grants it more readily after a person did something.
  void navigator.storage?.persist?.().then((granted) => {
    sync.persisted = granted
  })
  engine.signedIn()
}

export async function logout(): Promise<void> {
  await session.logout()
  await openTurf()
  channel?.postMessage('session')
}
