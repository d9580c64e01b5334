import type { Database, Device, Numbers, SessionInfo } from './db.ts'

/** The device of this browser profile, made on the first call. `fresh` makes the id. */
export async function deviceOf(db: Database, fresh: () => string): Promise<Device> {
  const known = await knownDevice(db)
  if (known) return known
  // A key takes time to make, and a transaction does not wait: make it first, keep it if nobody was faster.
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const made: Device = { device_id: fresh(), keys }
  const numbers: Numbers = { next_seq: 1, last: {} }
  return await db.writeStrict(['session'], async (tx) => {
    const store = tx.objectStore('session')
    const other = (await store.get('device')) as Device | undefined
    if (other) return other
    await store.put(made, 'device')
    await store.put(numbers, 'numbers')
    return made
  })
}

export function knownDevice(db: Database): Promise<Device | undefined> {
  return db.read(['session'], async (tx) => (await tx.objectStore('session').get('device')) as Device | undefined)
}

export function loadSession(db: Database): Promise<SessionInfo | undefined> {
  return db.read(['session'], async (tx) => (await tx.objectStore('session').get('account')) as SessionInfo | undefined)
}

/** Begins a session. What the phone held for other accounts leaves it, save their unsent work. */
export function saveSession(db: Database, info: SessionInfo): Promise<void> {
  return db.writeStrict(['session', 'alleys', 'meta', 'drafts'], async (tx) => {
    await tx.objectStore('session').put(info, 'account')
    const alleys = tx.objectStore('alleys')
    for (const key of await alleys.getAllKeys()) {
      if (key[0] !== info.account.id) await alleys.delete(key)
    }
    const meta = tx.objectStore('meta')
    for (const key of await meta.getAllKeys()) {
      const [kind, account] = key.split(':')
      if (kind === 'turf' && account !== info.account.id) await meta.delete(key)
    }
  })
}

/** Marks that the server ended the session; everything on the phone stays. */
export function markEnded(db: Database, session_id: string): Promise<void> {
  return db.write(['session'], async (tx) => {
    const store = tx.objectStore('session')
    const info = (await store.get('account')) as SessionInfo | undefined
    if (info?.session_id === session_id) await store.put({ ...info, ended: true }, 'account')
  })
}

/** Signs out on this phone: names and doors leave it, unsent work stays, sealed from other accounts. */
export function dropSession(db: Database): Promise<void> {
  return db.writeStrict(['session', 'alleys', 'meta'], async (tx) => {
    await tx.objectStore('session').delete('account')
    await tx.objectStore('alleys').clear()
    const meta = tx.objectStore('meta')
    for (const key of await meta.getAllKeys()) if (key.startsWith('turf:')) await meta.delete(key)
  })
}

export function remember(db: Database, key: string, value: unknown): Promise<void> {
  return db.write(['meta'], async (tx) => {
    await tx.objectStore('meta').put(value, key)
  })
}

/** One more of what is counted under `key`. Returns how many there are now. */
export function tally(db: Database, key: string): Promise<number> {
  return db.write(['meta'], async (tx) => {
    const meta = tx.objectStore('meta')
    const n = (((await meta.get(key)) as number | undefined) ?? 0) + 1
    await meta.put(n, key)
    return n
  })
}

export function recall<T>(db: Database, key: string): Promise<T | undefined> {
  return db.read(['meta'], async (tx) => (await tx.objectStore('meta').get(key)) as T | undefined)
}
