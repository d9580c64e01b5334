import type { Device } from '../data/db.ts'

const text = new TextEncoder()

function base64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

const encode = (value: unknown): string => base64url(text.encode(JSON.stringify(value)))

/** Proof that this refresh comes from the device that signed in: a compact JWS by its key. */
export async function refreshProof(device: Device, jti: string): Promise<string> {
  const input = `${encode({ typ: 'gocua-refresh+jwt', alg: 'ES256' })}.${encode({
    aud: 'gocua-refresh',
    device_id: device.device_id,
    jti,
  })}`
  // WebCrypto's ECDSA output is already the r || s that ES256 wants.
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.keys.privateKey, text.encode(input))
  return `${input}.${base64url(new Uint8Array(signature))}`
}

export interface PublicJwk {
  kty: string
  crv: string
  x: string
  y: string
}

export async function publicJwk(device: Device): Promise<PublicJwk> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', device.keys.publicKey)
  return { kty: kty ?? 'EC', crv: crv ?? 'P-256', x: x ?? '', y: y ?? '' }
}
