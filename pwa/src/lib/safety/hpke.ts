/**
 * Sealing for the server: HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256) with HKDF-SHA256 and
 * AES-GCM, one message a key. WebCrypto does the arithmetic; only the key schedule is ours, and the
 * RFC's own figures hold it (test/safety-hpke.test.ts). Opening is the server's business.
 */
const text = new TextEncoder()
type Bytes = Uint8Array<ArrayBuffer>

const KEM = 0x0010
const KDF = 0x0001
/** The AEADs of the RFC that WebCrypto has, with the length of their keys. Parcels use the second. */
export const AES_128_GCM = { id: 0x0001, key: 16 }
export const AES_256_GCM = { id: 0x0002, key: 32 }

const HASH = 32
const NONCE = 12
const CURVE = { name: 'ECDH', namedCurve: 'P-256' }

export interface Letter {
  /** The server's public key: an uncompressed point. */
  to: Bytes
  info: Bytes
  aad: Bytes
  plain: Bytes
  /** The key made for this letter alone; from outside only where the outcome must be known before. */
  ephemeral?: CryptoKeyPair
  aead?: typeof AES_256_GCM
}

export async function seal({ to, info, aad, plain, ephemeral, aead = AES_256_GCM }: Letter): Promise<{ enc: Bytes; ct: Bytes }> {
  const mine = ephemeral ?? (await crypto.subtle.generateKey(CURVE, false, ['deriveBits']))
  const theirs = await crypto.subtle.importKey('raw', to, CURVE, false, [])
  const enc = new Uint8Array(await crypto.subtle.exportKey('raw', mine.publicKey))
  const dh = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, mine.privateKey, 8 * HASH))

  const kem = labelled(join(text.encode('KEM'), number(KEM)))
  const shared = await kem.expand(await kem.extract(NOTHING, 'eae_prk', dh), 'shared_secret', join(enc, to), HASH)

  const hpke = labelled(join(text.encode('HPKE'), number(KEM), number(KDF), number(aead.id)))
  const context = join(
    new Uint8Array([0]),
    await hpke.extract(NOTHING, 'psk_id_hash', NOTHING),
    await hpke.extract(NOTHING, 'info_hash', info),
  )
  const secret = await hpke.extract(shared, 'secret', NOTHING)
  const key = await hpke.expand(secret, 'key', context, aead.key)
  const iv = await hpke.expand(secret, 'base_nonce', context, NONCE)

  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
  const ct = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: aad }, aes, plain)
  return { enc, ct: new Uint8Array(ct) }
}

const NOTHING: Bytes = new Uint8Array()

/** LabeledExtract and LabeledExpand of a suite. */
function labelled(suite: Bytes) {
  const version = text.encode('HPKE-v1')
  return {
    extract: (salt: Bytes, label: string, ikm: Bytes): Promise<Bytes> =>
      hmac(salt, join(version, suite, text.encode(label), ikm)),
    /** At most one hash long, which is all a suite of 32-byte keys asks for. */
    expand: async (prk: Bytes, label: string, info: Bytes, length: number): Promise<Bytes> =>
      (await hmac(prk, join(number(length), version, suite, text.encode(label), info, new Uint8Array([1])))).slice(0, length),
  }
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  // Browsers refuse an empty key; HMAC itself fills it up with zeros.
  const raw = key.length > 0 ? key : new Uint8Array(HASH)
  const made = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', made, data))
}

const number = (n: number): Bytes => new Uint8Array([n >> 8, n & 255])

function join(...parts: Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
