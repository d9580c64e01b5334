import type { Device } from '../data/db.ts'

const text = new TextEncoder()

export function base64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0))
}

const encode = (value: unknown): string => base64url(text.encode(JSON.stringify(value)))

/** Claims signed by the device's key: a compact JWS. */
export async function jws(device: Device, typ: string, claims: object): Promise<string> {
  const input = `${encode({ typ, alg: 'ES256' })}.${encode(claims)}`
  // WebCrypto's ECDSA output is already the r || s that ES256 wants.
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, device.keys.privateKey, text.encode(input))
  return `${input}.${base64url(new Uint8Array(signature))}`
}

/** Proof that this refresh comes from the device that signed in. */
export function refreshProof(device: Device, jti: string): Promise<string> {
  return jws(device, 'gocua-refresh+jwt', { aud: 'gocua-refresh', device_id: device.device_id, jti })
}

/** Proof that these parcels are delivered by this device, which has no session to do it with. */
export function deliveryProof(device: Device, jti: string): Promise<string> {
  return jws(device, 'gocua-deliver+jwt', { aud: 'gocua-deliver', device_id: device.device_id, jti })
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
