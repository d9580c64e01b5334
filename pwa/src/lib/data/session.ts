import { carriesBook } from '../domain/role.ts'
import type { Database, Device, Numbers, SessionInfo, SessionRow, Tx } from './db.ts'
import type { Box } from './keyring.ts'
import { WIPED, type Wiped } from './vaults.ts'

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

const sessionPlace = (account_id: string): string => `session|${account_id}`

/**
 * The session as the disk has it: for whoever works from this phone, names in a box if it can be locked, and no names
 * if it cannot. The desk keeps nothing offline and has no PIN.
 */
export async function boxedSession(db: Database, info: SessionInfo): Promise<SessionRow> {
  const { account, session_id: _s, signed_in_at: _at, ended: _e, ...rest } = info
  if (!carriesBook(account.role)) return info
  if (!db.keys.of(account.id)) return nameless(info)
  return { ...nameless(info), box: await db.keys.box(account.id, sessionPlace(account.id), { account, ...rest }) }
}

/** What opens the right rooms, and nobody's name. */
function nameless({ account: { id, role, ward }, session_id, signed_in_at, ended }: SessionInfo): SessionRow {
  return { account: { id, role, login: '', name: '', ...(ward ? { ward } : {}) }, session_id, signed_in_at, ended }
}

/** With the names while the account is unlocked, without them otherwise. */
async function sessionFrom(db: Database, row: SessionRow | undefined): Promise<SessionInfo | undefined> {
  if (!row?.box) return row
  const { box, ...info } = row
  if (!db.keys.of(row.account.id)) return info
  return { ...info, ...(await db.keys.open<Pick<SessionInfo, 'account'>>(row.account.id, sessionPlace(row.account.id), box)) }
}

const rowIn = async (tx: Tx<'readonly' | 'readwrite'>, key: 'account' | `user:${string}`): Promise<SessionRow | undefined> =>
  (await tx.objectStore('session').get(key)) as SessionRow | undefined

export async function loadSession(db: Database): Promise<SessionInfo | undefined> {
  return sessionFrom(db, await db.read(['session'], (tx) => rowIn(tx, 'account')))
}

/**
 * Begins a session, or keeps its names. Who was here before stays on the phone behind their own PIN;
 * a browser has one session at a time, so theirs has ended.
 */
export async function saveSession(db: Database, info: SessionInfo): Promise<void> {
  const row = await boxedSession(db, info)
  await db.writeStrict(['session', 'meta'], async (tx) => {
    const session = tx.objectStore('session')
    const meta = tx.objectStore('meta')
    // Taken out of service and given to somebody again: what it had to say was heard.
    if (((await meta.get(WIPED)) as Wiped | undefined)?.heard) await meta.delete(WIPED)
    const before = await rowIn(tx, 'account')
    if (before && before.account.id !== info.account.id && carriesBook(before.account.role)) {
      await session.put({ ...(before.box ? before : nameless(before)), ended: true }, `user:${before.account.id}`)
    }
    await session.put(row, 'account')
    await session.delete(`user:${info.account.id}`)
  })
}

/** Another user of this phone comes to the front. False when the phone knows of no session of theirs. */
export function switchTo(db: Database, account_id: string): Promise<boolean> {
  return db.writeStrict(['session'], async (tx) => {
    const session = tx.objectStore('session')
    const [now, next] = [await rowIn(tx, 'account'), await rowIn(tx, `user:${account_id}`)]
    if (now?.account.id === account_id) return true
    if (!next) return false
    // The cookie stays with whoever has it: coming back, that session goes on.
    if (now && carriesBook(now.account.role)) await session.put(now, `user:${now.account.id}`)
    await session.put(next, 'account')
    await session.delete(`user:${account_id}`)
    return true
  })
}

/** Marks that the server ended the session; everything on the phone stays. */
export function markEnded(db: Database, session_id: string): Promise<void> {
  return db.write(['session'], async (tx) => {
    const info = await rowIn(tx, 'account')
    if (info?.session_id === session_id) await tx.objectStore('session').put({ ...info, ended: true }, 'account')
  })
}

/**
 * Signs out on this phone: names and doors leave it, unsent work stays, locked up as it was. Without
 * unsent work nothing is left to unlock, and the key goes too.
 */
export function dropSession(db: Database): Promise<void> {
  return db.writeStrict(['session', 'alleys', 'meta', 'drafts', 'outbox', 'vaults'], async (tx) => {
    const info = await rowIn(tx, 'account')
    await tx.objectStore('session').delete('account')
    if (!info) return
    const { id } = info.account
    await tx.objectStore('alleys').delete(IDBKeyRange.bound([id], [id, []]))
    const meta = tx.objectStore('meta')
    for (const key of await meta.getAllKeys()) if (ownerOf(key) === id) await meta.delete(key)
    if ((await tx.objectStore('outbox').index('order').count(IDBKeyRange.bound([id], [id, []]))) > 0) return
    await tx.objectStore('drafts').delete(IDBKeyRange.bound([id], [id, []]))
    await tx.objectStore('vaults').delete(id)
  })
}

/** The account a key of `meta` belongs to: `turf:`, its id, and perhaps more. What is kept under it is locked up. */
export const ownerOf = (key: string): string | null => (key.startsWith('turf:') ? (key.split(':')[1] ?? null) : null)

/** How a value of an account lies under its key. */
interface Boxed {
  box: Box
}

const isBoxed = (value: unknown): value is Boxed => typeof value === 'object' && value !== null && 'box' in value && value.box instanceof Uint8Array

/** The value as it may lie on the disk: an account's own in a box. */
export async function boxedValue(db: Database, key: string, value: unknown): Promise<unknown> {
  const owner = ownerOf(key)
  if (owner === null || isBoxed(value)) return value
  return { box: await db.keys.box(owner, `meta|${key}`, value) } satisfies Boxed
}

/** Under a key that begins with `turf:` and an account's id the value is locked up. Throws [Locked] then. */
export async function remember(db: Database, key: string, value: unknown): Promise<void> {
  const kept = await boxedValue(db, key, value)
  await db.write(['meta'], async (tx) => {
    await tx.objectStore('meta').put(kept, key)
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

export async function recall<T>(db: Database, key: string): Promise<T | undefined> {
  const value = await db.read(['meta'], (tx) => tx.objectStore('meta').get(key))
  const owner = ownerOf(key)
  if (owner === null || !isBoxed(value)) return value as T | undefined
  return (await db.keys.open<T>(owner, `meta|${key}`, value.box)) ?? undefined
}
