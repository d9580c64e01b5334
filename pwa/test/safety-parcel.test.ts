import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { Api } from '../src/lib/api/client.ts'
import { jws, publicJwk } from '../src/lib/auth/proof.ts'
import { Database, type Device, type OutboxOp } from '../src/lib/data/db.ts'
import { append, opsOf, settle } from '../src/lib/data/outbox.ts'
import { allParcels } from '../src/lib/data/parcels.ts'
import { deviceOf, dropSession, knownDevice, remember } from '../src/lib/data/session.ts'
import { AES_128_GCM, seal } from '../src/lib/safety/hpke.ts'
import { bySession, deliverParcels, exportUnsent, importFile, pack, sealFor } from '../src/lib/safety/parcel.ts'
import { ImportError, type Fate, type ImportFault } from '../src/lib/safety/types.ts'
import { sealPair, unseal } from './fakes/unseal.ts'
import { unlocked } from './fakes/keys.ts'

const bytes = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex')

/** A key pair out of a private JWK, for figures that must be known before. */
async function pairOf(jwk: JsonWebKey, name: 'ECDH' | 'ECDSA'): Promise<CryptoKeyPair> {
  const { d: _, ...open } = jwk
  const how = { name, namedCurve: 'P-256' }
  return {
    privateKey: await crypto.subtle.importKey('jwk', jwk, how, false, name === 'ECDH' ? ['deriveBits'] : ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', open, how, true, name === 'ECDH' ? [] : ['verify']),
  }
}

describe('sealing', () => {
  /** RFC 9180, appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode. */
  it('meets the figures of the RFC', async () => {
    const pkEm = '04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4'
    const url = (data: string): string => Buffer.from(data, 'hex').toString('base64url')
    const ephemeral = await pairOf(
      {
        kty: 'EC', crv: 'P-256', x: url(pkEm.slice(2, 66)), y: url(pkEm.slice(66)),
        d: url('4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb'),
      },
      'ECDH',
    )
    const { enc, ct } = await seal({
      to: bytes('04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0'),
      info: bytes('4f6465206f6e2061204772656369616e2055726e'),
      aad: bytes('436f756e742d30'),
      plain: bytes('4265617574792069732074727574682c20747275746820626561757479'),
      ephemeral,
      aead: AES_128_GCM,
    })
    expect(hex(enc)).toBe(pkEm)
    expect(hex(ct)).toBe('5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434')
  })

  it('makes the parcel again that the server is known to open', async () => {
    const vector = JSON.parse(readFileSync(new URL('../../tests/vectors/parcel.json', import.meta.url), 'utf8'))
    const key = { ...vector.seal, ward: '99999' }
    expect(await sealFor(key, vector.jws, await pairOf(vector.ephemeral, 'ECDH'))).toEqual(vector.sealed)

    const device: Device = { device_id: vector.device.device_id, keys: await pairOf(vector.device.key, 'ECDSA') }
    const claims = { aud: 'gocua-parcel', device_id: device.device_id, account_id: vector.account_id, ...vector.sending, ops: vector.ops }
    const signed = await jws(device, 'gocua-parcel+jwt', claims)
    const unsigned = (token: string): string => token.slice(0, token.lastIndexOf('.'))
    expect(unsigned(signed)).toBe(unsigned(vector.jws))
    const again = await pack(device, key, { account_id: vector.account_id, ops: vector.ops }, vector.sending)
    expect({ kid: again.kid, length: again.ct.length }).toEqual({ kid: vector.seal.kid, length: vector.sealed.ct.length })
  })
})

const server = sealPair()
const NOW = 1_795_339_200_000
const clock = { now: () => NOW }
let n = 0
let db: Database

beforeEach(() => {
  db = unlocked(`safety-parcel-${(n += 1)}`)
})

interface Claims {
  aud: string
  device_id: string
  account_id: string
  sent_at: number
  clock_off: number
  app_version: string
  ops: OutboxOp[]
}

const uuid = (): string => crypto.randomUUID()

async function knock(account_id: string, at = NOW - 1000): Promise<OutboxOp> {
  await deviceOf(db, uuid)
  return append(db, { op_id: uuid(), account_id, made_at: at, kind: 'visit.record', payload: { household_id: 'h1', outcome: 'NOT_HOME' }, door: 'Ngõ 34, số 1' })
}

async function told(ward = '10549'): Promise<void> {
  await remember(db, 'seal', { kid: server.kid, key: server.key, ward })
}

interface File {
  gocua_parcel: number
  ward: string
  ops: number
  parcels: Array<{ kid: string; enc: string; ct: string }>
}

/** Opens a file as the server does: the seal, then the signature. */
async function opened(blob: Blob): Promise<{ file: File; claims: Claims[] }> {
  const file = JSON.parse(await blob.text()) as File
  const device = await knownDevice(db)
  if (!device) throw new Error('no device')
  const key = await crypto.subtle.importKey('jwk', await publicJwk(device), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  const claims: Claims[] = []
  for (const parcel of file.parcels) {
    const signed = unseal(server, parcel)
    const [head = '', body = '', signature = ''] = signed.split('.')
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ typ: 'gocua-parcel+jwt', alg: 'ES256' })
    const good = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), Buffer.from(`${head}.${body}`))
    expect(good).toBe(true)
    claims.push(JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims)
  }
  return { file, claims }
}

describe('the export', () => {
  it('seals what has no receipt, each account by itself, and says nothing in clear', async () => {
    await told()
    const mine = await knock('trang')
    const booked = await knock('trang')
    const hers = await knock('minh')
    const refused = await knock('trang')
    const results = [
      { op_id: booked.op_id, outcome: 'applied' as const, seq: 7 },
      { op_id: refused.op_id, outcome: 'rejected' as const, reason: 'out_of_reach' as const },
    ]
    await settle(db, 'trang', results, NOW)
    await dropSession(db)

    const { blob, name, ops } = await exportUnsent(db, clock, '0.2.0')
    expect(name).toBe('go-cua-20261122-1620.gocua')
    expect(ops).toBe(3)
    const text = await blob.text()
    for (const word of ['h1', 'NOT_HOME', 'trang', 'minh', 'Ngõ', mine.op_id]) expect(text).not.toContain(`"${word}`)

    const { file, claims } = await opened(blob)
    expect(file).toMatchObject({ gocua_parcel: 1, ward: '10549', ops: 3, made_at: NOW })
    expect(claims.map(({ account_id, ops }) => [account_id, ops.map((op) => op.op_id)])).toEqual([
      ['trang', [mine.op_id, refused.op_id]],
      ['minh', [hers.op_id]],
    ])
    const device = await knownDevice(db)
    expect(claims[0]).toMatchObject({ aud: 'gocua-parcel', device_id: device?.device_id, sent_at: NOW, clock_off: 0, app_version: '0.2.0' })
    // Exactly what a push would carry: the server knows a repeated operation by its words.
    expect(claims[0]?.ops[0]).toEqual({
      op_id: mine.op_id, device_seq: 1, made_at: mine.made_at, kind: 'visit.record', payload: { household_id: 'h1', outcome: 'NOT_HOME' },
    })
    expect((await opsOf(db, 'trang')).map((op) => op.state)).toEqual(['local', 'booked', 'rejected'])
  })

  it('names what an operation follows only while that is in the file too', async () => {
    await told()
    const first = await knock('trang')
    const second = await knock('trang')
    const third = await knock('trang')
    await settle(db, 'trang', [{ op_id: first.op_id, outcome: 'applied', seq: 1 }], NOW)
    const { claims } = await opened((await exportUnsent(db, clock, '0.2.0')).blob)
    expect(claims[0]?.ops.map((op) => [op.op_id, op.after])).toEqual([[second.op_id, undefined], [third.op_id, 2]])
  })

  it('cuts a long queue into parcels the server takes, in order', async () => {
    await told()
    const ids: string[] = []
    for (let i = 0; i < 450; i += 1) ids.push((await knock('trang', NOW - 1000 + i)).op_id)
    const { claims, file } = await opened((await exportUnsent(db, clock, '0.2.0')).blob)
    expect(claims.map(({ ops }) => ops.length)).toEqual([200, 200, 50])
    expect(claims.flatMap(({ ops }) => ops.map((op) => op.op_id))).toEqual(ids)
    expect(file.parcels.every(({ ct }) => ct.length <= 512 * 1024)).toBe(true)
  })

  it('cuts heavy records by their bytes', async () => {
    await told()
    await deviceOf(db, uuid)
    const skills = Array.from({ length: 40 }, (_, i) => ({ skill: `SKILL-WITH-A-LONG-NAME-${i}`, level: 3 }))
    const people = Array.from({ length: 20 }, () => ({ age_band: '60-79' as const, skills }))
    for (let i = 0; i < 12; i += 1) {
      await append(db, { op_id: uuid(), account_id: 'trang', made_at: NOW, kind: 'visit.record', payload: { household_id: 'h1', outcome: 'SERVED', people }, door: '' })
    }
    const { claims, file } = await opened((await exportUnsent(db, clock, '0.2.0')).blob)
    expect(claims.length).toBeGreaterThan(1)
    expect(claims.flatMap(({ ops }) => ops)).toHaveLength(12)
    expect(file.parcels.every(({ ct }) => ct.length <= 512 * 1024)).toBe(true)
  })

  it('tells the server how far the clock was off when they last spoke', async () => {
    await told()
    await remember(db, 'clock', -3_600_000)
    await knock('trang')
    const { claims } = await opened((await exportUnsent(db, clock, '0.2.0')).blob)
    expect(claims[0]).toMatchObject({ sent_at: NOW, clock_off: -3_600_000 })
  })

  it('says why there is no file', async () => {
    await expect(exportUnsent(db, clock, '0.2.0')).rejects.toMatchObject({ fault: 'nothing_here' })
    await knock('trang')
    await expect(exportUnsent(db, clock, '0.2.0')).rejects.toMatchObject({ fault: 'no_seal' })
  })
})

const fault = (content: string, ward: string | null = '10549'): Promise<ImportFault> =>
  importFile(db, new Blob([content]), ward, NOW).then(
    () => Promise.reject(new Error('was taken in')),
    (error: unknown) => (error instanceof ImportError ? error.fault : Promise.reject(error)),
  )

describe('the import', () => {
  it('keeps each parcel once, however often the file comes', async () => {
    await told()
    await knock('trang')
    await knock('minh')
    const { blob } = await exportUnsent(db, clock, '0.2.0')
    expect(await importFile(db, blob, '10549', NOW)).toEqual({ ops: 2, parcels: 2 })
    expect(await importFile(db, blob, '10549', NOW + 1)).toEqual({ ops: 2, parcels: 0 })
    expect(await allParcels(db)).toHaveLength(2)
    // The work of the phone itself is untouched by it.
    expect((await opsOf(db, 'trang')).map((op) => op.state)).toEqual(['local'])
  })

  it('also before anybody has signed in here', async () => {
    await told()
    await knock('trang')
    const { blob } = await exportUnsent(db, clock, '0.2.0')
    expect(await importFile(db, blob, null, NOW)).toEqual({ ops: 1, parcels: 1 })
  })

  it('says what is wrong with a file, and keeps nothing of it', async () => {
    await told()
    await knock('trang')
    const text = await (await exportUnsent(db, clock, '0.2.0')).blob.text()
    const file = JSON.parse(text) as File
    const changed = (change: (file: File) => unknown): string => {
      const copy = structuredClone(file)
      return JSON.stringify(change(copy) ?? copy)
    }
    expect(await fault('')).toBe('not_ours')
    expect(await fault('a photo, perhaps')).toBe('not_ours')
    expect(await fault('null')).toBe('not_ours')
    expect(await fault('[1]')).toBe('not_ours')
    expect(await fault('{"ops":[]}')).toBe('not_ours')
    for (let cut = 20; cut < text.length; cut += 37) expect(await fault(text.slice(0, cut))).toBe('broken')
    expect(await fault(changed((f) => void (f.gocua_parcel = 2)))).toBe('broken')
    expect(await fault(changed((f) => void (f.parcels[0]!.enc = 'short')))).toBe('broken')
    expect(await fault(changed((f) => void (f.parcels[0]!.ct += '!')))).toBe('broken')
    expect(await fault(changed((f) => void (f.parcels[0]!.ct = 'A'.repeat(512 * 1024 + 1))))).toBe('broken')
    expect(await fault(changed((f) => ({ ...f, parcels: [null] })))).toBe('broken')
    expect(await fault(changed((f) => ({ ...f, parcels: [] })))).toBe('nothing_inside')
    expect(await fault(text, '10550')).toBe('other_ward')
    expect(await allParcels(db)).toEqual([])
  })
})

const TAKEN: Fate = { taken: 1, again: 0, kept: 0, rejected: 0, held: 0 }

/** A server that answers what it is told to, and what it was asked. */
function answering(answer: (parcels: Array<{ ct: string }>) => Response): { api: Api; asked: number[] } {
  const asked: number[] = []
  const api = new Api({
    fetch: async (input, init) => {
      expect(String(input)).toBe('/api/v1/sync/carry')
      const packed = new Headers(init?.headers).get('content-encoding') === 'gzip'
      const text = packed
        ? await new Response(new Blob([init?.body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
        : String(init?.body)
      const { parcels } = JSON.parse(text) as { parcels: Array<{ ct: string }> }
      expect(text.length).toBeLessThanOrEqual(1024 * 1024)
      asked.push(parcels.length)
      return answer(parcels)
    },
    token: () => 'token',
    renew: () => Promise.resolve(true),
  })
  return { api, asked }
}

/** Takes in a file of one parcel for each of these accounts. */
async function carrying(...accounts: string[]): Promise<void> {
  await told()
  for (const account of accounts) await knock(account)
  await importFile(db, (await exportUnsent(db, clock, '0.2.0')).blob, '10549', NOW)
}

const problem = (status: number): Response => Response.json({ title: 'no', status, code: 'x' }, { status })

describe('the delivery', () => {
  it('brings what waits, five at a time, keeps the fates and lets go of the bytes', async () => {
    await carrying('a', 'b', 'c', 'd', 'e', 'f', 'g')
    const { api, asked } = answering((parcels) => Response.json({ parcels: parcels.map(() => TAKEN) }))
    expect(await deliverParcels(db, bySession(api), '10549', clock)).toBe(7)
    expect(asked).toEqual([5, 2])
    const all = await allParcels(db)
    expect(all.every((parcel) => parcel.sealed === undefined && parcel.answered_at === NOW)).toBe(true)
    expect(all[0]?.fate).toEqual(TAKEN)
    expect(await deliverParcels(db, bySession(api), '10549', clock)).toBe(0)
    expect(asked).toEqual([5, 2])
  })

  it('leaves parcels of another ward where they are', async () => {
    await carrying('a')
    const { api, asked } = answering(() => problem(500))
    expect(await deliverParcels(db, bySession(api), '10550', clock)).toBe(0)
    expect(asked).toEqual([])
  })

  it('keeps them when no answer comes, and brings them the next time', async () => {
    await carrying('a', 'b')
    let dead = true
    const { api } = answering((parcels) => {
      if (dead) throw new TypeError('no network')
      return Response.json({ parcels: parcels.map(() => TAKEN) })
    })
    await expect(deliverParcels(db, bySession(api), '10549', clock)).rejects.toThrow()
    expect((await allParcels(db)).filter((parcel) => parcel.sealed)).toHaveLength(2)
    dead = false
    expect(await deliverParcels(db, bySession(api), '10549', clock)).toBe(2)
  })

  it('waits while the server is busy', async () => {
    await carrying('a')
    const { api } = answering(() => problem(503))
    await expect(deliverParcels(db, bySession(api), '10549', clock)).rejects.toMatchObject({ status: 503 })
    expect((await allParcels(db))[0]).toMatchObject({ imported_at: NOW })
    expect((await allParcels(db))[0]?.fate).toBeUndefined()
  })

  it('keeps the bytes of what was refused, and tries it again when the file comes again', async () => {
    await carrying('a')
    const refuse = answering(() => Response.json({ parcels: [{ refused: 'unknown_key' }] }))
    expect(await deliverParcels(db, bySession(refuse.api), '10549', clock)).toBe(1)
    expect((await allParcels(db))[0]?.fate).toEqual({ refused: 'unknown_key' })
    expect((await allParcels(db))[0]?.sealed).toBeDefined()
    expect(await deliverParcels(db, bySession(refuse.api), '10549', clock)).toBe(0)
    const [parcel] = await allParcels(db)
    const again = JSON.stringify({ gocua_parcel: 1, ward: '10549', made_at: NOW, ops: 1, parcels: [parcel?.sealed] })
    expect(await importFile(db, new Blob([again]), '10549', NOW)).toEqual({ ops: 1, parcels: 1 })
    const { api } = answering(() => Response.json({ parcels: [TAKEN] }))
    expect(await deliverParcels(db, bySession(api), '10549', clock)).toBe(1)
  })

  it('a parcel that spoils the call is found out and stops no other', async () => {
    await carrying('a', 'b', 'c')
    const bad = (await allParcels(db))[1]?.sealed?.ct
    const { api, asked } = answering((parcels) =>
      parcels.some(({ ct }) => ct === bad) ? problem(422) : Response.json({ parcels: parcels.map(() => TAKEN) }),
    )
    expect(await deliverParcels(db, bySession(api), '10549', clock)).toBe(3)
    expect(asked).toEqual([3, 1, 1, 1])
    const fates = (await allParcels(db)).map(({ fate }) => fate && 'refused' in fate)
    expect(fates.filter(Boolean)).toHaveLength(1)
  })

  it('does not travel under the token of whoever signed in meanwhile', async () => {
    await carrying('a')
    const { api, asked } = answering(() => problem(500))
    await expect(deliverParcels(db, bySession(api, () => false), '10549', clock)).rejects.toMatchObject({ name: 'Superseded' })
    expect(asked).toEqual([])
  })

  it('forgets the fate of a parcel two weeks after it was taken in', async () => {
    await carrying('a')
    const { api } = answering(() => Response.json({ parcels: [TAKEN] }))
    await deliverParcels(db, bySession(api), '10549', clock)
    await deliverParcels(db, bySession(api), '10549', { now: () => NOW + 14 * 86_400_000 })
    expect(await allParcels(db)).toHaveLength(1)
    await deliverParcels(db, bySession(api), '10549', { now: () => NOW + 14 * 86_400_000 + 1 })
    expect(await allParcels(db)).toEqual([])
  })
})
