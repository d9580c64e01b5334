/**
 * Unsent work as a file: sealed for the server, signed by this phone, carried by whoever has a
 * network. Loaded when it is needed; docs/SYNC.md has the format.
 */
import { Problem, type Api } from '../api/client.ts'
import { base64url, bytesOf, deliveryProof, jws } from '../auth/proof.ts'
import type { Database, Device, OutboxOp, OutboxRow } from '../data/db.ts'
import { readable } from '../data/look.ts'
import { opened, unanswered } from '../data/outbox.ts'
import { allParcels, answered, forgetParcels, keepParcels, OWN, resting, waits, type Parcel, type Sealed } from '../data/parcels.ts'
import { knownDevice, recall } from '../data/session.ts'
import { newId } from '../domain/id.ts'
import { DAY_MS, dayOf, minuteOf, type Clock, type Millis } from '../domain/time.ts'
import { seal } from './hpke.ts'
import { ExportError, ImportError, type Exported, type Fate, type Imported } from './types.ts'

/** The key that parcels are sealed for, as the last sign-in or refresh gave it. */
export interface SealKey {
  kid: string
  /** A point of P-256, base64url. */
  key: string
  /** The ward of the account that was told. */
  ward: string
}

const text = new TextEncoder()
const VERSION = 1
/** Of one parcel: what the server takes, and half of what may become of it by signing and sealing. */
const PARCEL_OPS = 200
const PARCEL_BYTES = 256 * 1024
/** Of one call. */
export const CALL_PARCELS = 5
const CALL_CHARS = 900 * 1024
/** Longer ones the server refuses unread. */
const CT_CHARS = 512 * 1024
/** A file of ours holds a few thousand records at most. */
const FILE_BYTES = 32 * 1024 * 1024
/** How long the fate of a delivered parcel is kept to be shown. */
const SHOWN_MS = 14 * DAY_MS

interface ParcelFile {
  gocua_parcel: number
  ward: string
  made_at: Millis
  ops: number
  parcels: Sealed[]
}

/** Seals what has no receipt, of every account of this phone. Throws [ExportError]. */
export async function exportUnsent(db: Database, clock: Clock, app_version: string): Promise<Exported> {
  const now = clock.now()
  // What the server has refused goes along: a person may still look at it there.
  const left = (await readable(db)).rows.filter((row) => (unanswered(row) && !row.carried && !resting(row, now)) || row.state === 'rejected')
  const ops = await opened(db, left.filter((row) => !row.box || db.keys.of(row.account_id)))
  const bundles = bundle(ops)
  // Who is not here has their work in the file all the same, as it was sealed when it was written.
  const read = new Set(ops.map((op) => op.op_id))
  const ready = left.filter((row): row is OutboxRow & { sealed: Sealed } => row.sealed !== undefined && !read.has(row.op_id))
  const own = (await allParcels(db)).filter(waits).filter((parcel) => parcel.id.startsWith(OWN) && !resting(parcel, now))
  if (bundles.length + ready.length + own.length === 0) throw new ExportError('nothing_here')
  const device = await knownDevice(db)
  const key = await recall<SealKey>(db, 'seal')
  if (!device || !key) throw new ExportError('no_seal')
  const clock_off = (await recall<Millis>(db, 'clock')) ?? 0

  const parcels = [...own, ...ready].map(({ sealed }) => sealed)
  for (const bundle of bundles) parcels.push(await pack(device, key, bundle, { sent_at: now, clock_off, app_version }))
  const count = ops.length + ready.length + own.length
  const file: ParcelFile = { gocua_parcel: VERSION, ward: key.ward, made_at: now, ops: count, parcels }
  return { blob: new Blob([JSON.stringify(file)], { type: 'application/json' }), name: nameOf(now), ops: count }
}

function nameOf(at: Millis): string {
  const minute = minuteOf(at)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `go-cua-${dayOf(at)}-${two(Math.floor(minute / 60))}${two(minute % 60)}.gocua`
}

type CarriedOp = Pick<OutboxOp, 'op_id' | 'device_seq' | 'made_at' | 'kind' | 'payload' | 'after'>
export interface Bundle {
  account_id: string
  ops: CarriedOp[]
}

/** One parcel an account, oldest first, and more when it would grow too large. */
function bundle(all: readonly OutboxOp[]): Bundle[] {
  const left = [...all].sort((a, b) => a.device_seq - b.device_seq)
  // The server waits for what an operation follows; for something that is lost it would wait in vain.
  const present = new Set(left.filter(unanswered).map((op) => op.device_seq))
  const bundles: Bundle[] = []
  const open = new Map<string, { bundle: Bundle; bytes: number }>()
  for (const op of left) {
    const { op_id, device_seq, made_at, kind, payload, after } = op
    const carried: CarriedOp = { op_id, device_seq, made_at, kind, payload, ...(after !== undefined && present.has(after) ? { after } : {}) }
    const bytes = text.encode(JSON.stringify(carried)).length
    let last = open.get(op.account_id)
    if (!last || last.bundle.ops.length >= PARCEL_OPS || last.bytes + bytes > PARCEL_BYTES) {
      last = { bundle: { account_id: op.account_id, ops: [] }, bytes: 0 }
      open.set(op.account_id, last)
      bundles.push(last.bundle)
    }
    last.bundle.ops.push(carried)
    last.bytes += bytes
  }
  return bundles
}

export interface Sending {
  sent_at: Millis
  /** By how much the phone's clock was behind the server's when they last spoke. */
  clock_off: Millis
  app_version: string
}

/** Signs and seals one account's operations. `ephemeral` as in [seal]. */
export async function pack(device: Device, key: SealKey, { account_id, ops }: Bundle, sending: Sending, ephemeral?: CryptoKeyPair): Promise<Sealed> {
  const signed = await jws(device, 'gocua-parcel+jwt', { aud: 'gocua-parcel', device_id: device.device_id, account_id, ...sending, ops })
  return await sealFor(key, signed, ephemeral)
}

export async function sealFor({ kid, key }: SealKey, signed: string, ephemeral?: CryptoKeyPair): Promise<Sealed> {
  const { enc, ct } = await seal({
    to: bytesOf(key),
    info: text.encode('gocua-parcel-1'),
    aad: text.encode(kid),
    plain: text.encode(signed),
    ...(ephemeral ? { ephemeral } : {}),
  })
  return { kid, enc: base64url(enc), ct: base64url(ct) }
}

/** Takes a file in; `ward` is the one this phone works in, if it knows. Throws [ImportError]. */
export async function importFile(db: Database, file: Blob, ward: string | null, now: Millis): Promise<Imported> {
  const { ward: of, ops, parcels } = await read(file)
  if (ward !== null && of !== ward) throw new ImportError('other_ward')
  const fresh: Parcel[] = []
  for (const sealed of parcels) fresh.push({ id: await idOf(sealed), ward: of, imported_at: now, sealed })
  return { ops, parcels: await keepParcels(db, fresh) }
}

async function read(file: Blob): Promise<ParcelFile> {
  if (file.size > FILE_BYTES) throw new ImportError('not_ours')
  const content = await file.text()
  let said: Partial<ParcelFile> | null
  try {
    said = JSON.parse(content) as Partial<ParcelFile> | null
  } catch {
    // Cut off on its way, it still begins as ours do.
    throw new ImportError(content.trimStart().startsWith('{"gocua_parcel"') ? 'broken' : 'not_ours')
  }
  if (typeof said !== 'object' || said?.gocua_parcel === undefined) throw new ImportError('not_ours')
  const { gocua_parcel, ward, made_at, ops, parcels } = said
  const whole =
    gocua_parcel === VERSION &&
    typeof ward === 'string' &&
    typeof made_at === 'number' &&
    typeof ops === 'number' &&
    Array.isArray(parcels) &&
    parcels.every(sealedWell)
  if (!whole) throw new ImportError('broken')
  if (parcels.length === 0) throw new ImportError('nothing_inside')
  return { gocua_parcel, ward, made_at, ops, parcels: parcels.map(({ kid, enc, ct }) => ({ kid, enc, ct })) }
}

function sealedWell(parcel: Partial<Sealed> | null): boolean {
  const base64 = (word: unknown): word is string => typeof word === 'string' && /^[\w-]+$/.test(word)
  // The length of an uncompressed point of P-256.
  return base64(parcel?.kid) && base64(parcel.enc) && parcel.enc.length === 87 && base64(parcel.ct) && parcel.ct.length <= CT_CHARS
}

async function idOf({ kid, enc, ct }: Sealed): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text.encode(`${kid}.${enc}.${ct}`))))
}

/** Brings parcels to the server, which has one fate for each. */
export type Bring = (parcels: readonly Sealed[]) => Promise<Fate[]>

/** As whoever has a session. */
export const bySession = (api: Api, guard?: () => boolean): Bring => async (parcels) =>
  (await api.post<{ parcels: Fate[] }>('/sync/carry', { parcels }, { gzip: true, ...(guard ? { guard } : {}) })).parcels

/** As this phone alone: no session is needed for what speaks for itself. Each proof serves once. */
export const bySignature = (api: Api, device: Device, clock: Clock): Bring => async (parcels) => {
  const headers = { Authorization: `Device ${await deliveryProof(device, newId(clock))}` }
  return (await api.post<{ parcels: Fate[] }>('/sync/carry', { parcels }, { gzip: true, open: true, headers })).parcels
}

/**
 * Brings what waits for this ward to the server; null: it knows who asks, and of which ward. Safe to stop anywhere and to do twice: the server
 * counts each operation once. Returns how many parcels got an answer; throws what the API throws.
 */
export async function deliverParcels(db: Database, bring: Bring, ward: string | null, clock: Clock): Promise<number> {
  let done = 0
  const ripe = (await allParcels(db)).filter(waits).filter((parcel) => !resting(parcel, clock.now()))
  const queue = ripe.filter((parcel) => ward === null || parcel.ward === ward).reverse()
  for (const load of loads(queue)) {
    try {
      done += await deliver(db, bring, load, clock)
    } catch (error) {
      // What the server will never take whole must not stop its neighbours.
      if (!spoiled(error) || load.length === 1) throw error
      for (const parcel of load) done += await deliver(db, bring, [parcel], clock)
    }
  }
  await forgetParcels(db, clock.now() - SHOWN_MS)
  return done
}

async function deliver(db: Database, bring: Bring, load: ReadonlyArray<Parcel & { sealed: Sealed }>, clock: Clock): Promise<number> {
  let fates: Fate[]
  try {
    fates = await bring(load.map(({ sealed }) => sealed))
  } catch (error) {
    if (!spoiled(error) || load.length > 1) throw error
    fates = [{ refused: 'unreadable' }]
  }
  const now = clock.now()
  for (const [n, parcel] of load.entries()) {
    const fate = fates[n]
    if (fate) await answered(db, parcel.id, fate, now)
  }
  return Math.min(fates.length, load.length)
}

/** The content is at fault, not the moment and not the caller. */
export const spoiled = (error: unknown): boolean => error instanceof Problem && [400, 413, 422].includes(error.status)

function loads<T extends { sealed: Sealed }>(queue: readonly T[]): T[][] {
  const all: T[][] = []
  let chars = 0
  for (const parcel of queue) {
    const size = parcel.sealed.ct.length + 200
    const last = all.at(-1)
    if (last && last.length < CALL_PARCELS && chars + size <= CALL_CHARS) {
      last.push(parcel)
      chars += size
    } else {
      all.push([parcel])
      chars = size
    }
  }
  return all
}
