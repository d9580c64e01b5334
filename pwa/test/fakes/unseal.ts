/** The server's side of a parcel, on Node's own cryptography: nothing of the app's code is in it. */
import { createDecipheriv, createECDH, createHmac } from 'node:crypto'

const KEM = Buffer.from('4b454d0010', 'hex')
const SUITE = Buffer.from('48504b45001000010002', 'hex')

const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer => createHmac('sha256', key).update(Buffer.concat(parts)).digest()
const extract = (suite: Buffer, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer =>
  hmac(salt, Buffer.from('HPKE-v1'), suite, Buffer.from(label), ikm)
const expand = (suite: Buffer, prk: Uint8Array, label: string, info: Uint8Array, length: number): Buffer =>
  hmac(prk, Buffer.from([0, length]), Buffer.from('HPKE-v1'), suite, Buffer.from(label), info, Buffer.from([1])).subarray(0, length)

export interface SealPair {
  kid: string
  key: string
  secret: Buffer
}

export function sealPair(): SealPair {
  const pair = createECDH('prime256v1')
  const key = pair.generateKeys('base64url')
  return { kid: 'ab12cd34ef56ab78', key, secret: pair.getPrivateKey() }
}

/** The signed text in a parcel; throws when it was changed. */
export function unseal(pair: SealPair, { kid, enc, ct }: { kid: string; enc: string; ct: string }): string {
  const mine = createECDH('prime256v1')
  mine.setPrivateKey(pair.secret)
  const point = Buffer.from(enc, 'base64url')
  const none = Buffer.alloc(0)
  const prk = extract(KEM, none, 'eae_prk', mine.computeSecret(point))
  const shared = expand(KEM, prk, 'shared_secret', Buffer.concat([point, mine.getPublicKey()]), 32)
  const context = Buffer.concat([
    Buffer.from([0]),
    extract(SUITE, none, 'psk_id_hash', none),
    extract(SUITE, none, 'info_hash', Buffer.from('gocua-parcel-1')),
  ])
  const secret = extract(SUITE, shared, 'secret', none)
  const aes = createDecipheriv('aes-256-gcm', expand(SUITE, secret, 'key', context, 32), expand(SUITE, secret, 'base_nonce', context, 12))
  const bytes = Buffer.from(ct, 'base64url')
  aes.setAAD(Buffer.from(kid))
  aes.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([aes.update(bytes.subarray(0, -16)), aes.final()]).toString('utf8')
}
