/**
 * Vaults: one an account of this phone. A vault's data key locks what the phone holds for the account;
 * on the disk the key lies wrapped, and opens with the PIN on this phone alone.
 */
import type { Millis } from '../domain/time.ts'
import type { Database, SessionRow } from './db.ts'
import { ownParcels, waits } from './parcels.ts'

export interface VaultRecord {
  account_id: string
  /** How the person wants to be called before the PIN; initials unless they chose. */
  label: string
  /** Of the PIN's derivation: see vault/pin.ts. */
  salt: Uint8Array<ArrayBuffer>
  cost: Cost
  /** HMAC, made with the vault; cannot leave the browser. Without it the PIN opens nothing. */
  device: CryptoKey
  /** The data key under the key that PIN and device make together: nonce, then AES-GCM. */
  wrapped: Uint8Array<ArrayBuffer>
  /** Wrong PINs in a row: counted before each is looked at. */
  tries: number
  /** No PIN is looked at before. */
  wait_until: Millis
  made_at: Millis
}

/** Argon2id's. */
export interface Cost {
  memory_kib: number
  passes: number
  lanes: number
}

/** After so many wrong PINs in a row the vault is emptied. */
export const MAX_TRIES = 10
/** How long the next PIN waits after the fifth wrong one, the sixth, and so on. */
const WAITS_MS = [30_000, 60_000, 5 * 60_000, 15 * 60_000, 30 * 60_000]
const FREE_TRIES = 5

export const waitAfter = (tries: number): Millis => (tries < FREE_TRIES ? 0 : (WAITS_MS[Math.min(tries - FREE_TRIES, WAITS_MS.length - 1)] ?? 0))

export function vaultOf(db: Database, account_id: string): Promise<VaultRecord | undefined> {
  return db.read(['vaults'], (tx) => tx.objectStore('vaults').get(account_id))
}

/** A user of this phone, as the lock screen may name them. */
export interface User {
  account_id: string
  label: string
}

/** Who has a vault here and a session to come back to. */
export function usersOf(db: Database): Promise<User[]> {
  return db.read(['vaults', 'session'], async (tx) => {
    const here = new Set<string>()
    const session = tx.objectStore('session')
    const present = (await session.get('account')) as SessionRow | undefined
    if (present) here.add(present.account.id)
    for (const key of await session.getAllKeys()) if (key.startsWith('user:')) here.add(key.slice(5))
    const all = await tx.objectStore('vaults').getAll()
    return all.filter(({ account_id }) => here.has(account_id)).map(({ account_id, label }) => ({ account_id, label }))
  })
}

/** What a vault held that was emptied. */
export interface Emptied {
  accounts: number
  /** Operations that the server did not have: they lie sealed among the parcels now. */
  unsent: number
}

/** That this phone emptied itself when the ward asked for it: told until the ward has heard, and shown until somebody signs in. */
export interface Wiped extends Emptied {
  at: Millis
  heard?: true
}

export const WIPED = 'wiped'

export function wipedNote(db: Database): Promise<Wiped | undefined> {
  return db.read(['meta'], async (tx) => (await tx.objectStore('meta').get(WIPED)) as Wiped | undefined)
}

/** The ward has heard of it. */
export function wipeHeard(db: Database): Promise<void> {
  return db.writeStrict(['meta'], async (tx) => {
    const meta = tx.objectStore('meta')
    const note = (await meta.get(WIPED)) as Wiped | undefined
    if (note) await meta.put({ ...note, heard: true } satisfies Wiped, WIPED)
  })
}

/** What a phone that was taken out of service still holds for the ward. */
export interface Left {
  /** Operations it is delivering. */
  sending: number
  /** Operations it cannot deliver by itself: they wait for somebody of the ward, or for the ward's word. */
  stuck: number
}

/** Null while the phone was not taken out of service. */
export function leftAfterWipe(db: Database): Promise<Left | null> {
  return db.read(['meta', 'session', 'outbox', 'parcels'], async (tx) => {
    if (!(await tx.objectStore('meta').get(WIPED))) return null
    const rows = (await tx.objectStore('outbox').index('waiting').getAll()).filter((row) => !row.carried)
    const own = (await tx.objectStore('parcels').getAll(ownParcels())).filter((parcel) => parcel.sealed)
    const ready = rows.filter((row) => row.sealed).length + own.filter(waits).length
    const all = rows.length + own.length
    // What signs for them is gone: see [forgetDevice].
    const sending = (await tx.objectStore('session').get('device')) ? ready : 0
    return { sending, stuck: all - sending }
  })
}

/**
 * The ward has heard of it, and has what this phone could deliver. A phone that was taken out of
 * service begins anew with a name and a key of its own, if anybody is given it again; parcels bear
 * their own signature.
 */
export function forgetDevice(db: Database): Promise<void> {
  db.numbers = null
  return db.writeStrict(['session'], async (tx) => {
    const session = tx.objectStore('session')
    // Somebody signed in meanwhile: the server knows the phone again.
    if (await session.get('account')) return
    await session.delete('device')
    await session.delete('numbers')
  })
}
