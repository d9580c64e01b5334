/** From six digits to the key of a vault: slow on purpose, and only together with this phone. */
import type { Cost, VaultRecord } from '../data/vaults.ts'
import type { Millis } from '../domain/time.ts'

/** What the server asks of a password too. About half a second on a cheap phone for every guess. */
export const COST: Cost = { memory_kib: 19 * 1024, passes: 2, lanes: 1 }

/** Fetches the slow part ahead of its use. */
export const warm = (): Promise<unknown> => import('./argon.ts')

const NONCE = 12
const text = new TextEncoder()
const INFO = text.encode('gocua-vault-1')

/** The key that wraps the data key: the PIN stretched, then mixed with a key that cannot leave this browser. */
async function wrappingKey(pin: string, { salt, cost, device }: Pick<VaultRecord, 'salt' | 'cost' | 'device'>): Promise<CryptoKey> {
  const { argon2id } = await import('./argon.ts')
  const stretched = await argon2id({
    password: pin, salt, parallelism: cost.lanes, iterations: cost.passes, memorySize: cost.memory_kib, hashLength: 32, outputType: 'binary',
  })
  const mixed = await crypto.subtle.sign('HMAC', device, new Uint8Array(stretched))
  const ikm = await crypto.subtle.importKey('raw', mixed, 'HKDF', false, ['deriveKey'])
  return await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info: INFO }, ikm, { name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey'],
  )
}

/** A new vault, and its data key. Nothing is written. */
export async function makeVault(
  account_id: string, pin: string, label: string, now: Millis, cost: Cost = COST,
): Promise<{ vault: VaultRecord; key: CryptoKey }> {
  const device = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const bare = { account_id, label, salt, cost, device, tries: 0, wait_until: 0, made_at: now }
  // It must be possible to take it out once, to wrap it. What is used from here on is the unwrapped one.
  const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(NONCE))
  const algorithm = { name: 'AES-GCM', iv, additionalData: text.encode(account_id) }
  const ct = new Uint8Array(await crypto.subtle.wrapKey('raw', fresh, await wrappingKey(pin, bare), algorithm))
  const wrapped = new Uint8Array(NONCE + ct.length)
  wrapped.set(iv)
  wrapped.set(ct, NONCE)
  const vault: VaultRecord = { ...bare, wrapped }
  const key = await unlock(vault, pin)
  if (!key) throw new Error('a vault that its own PIN does not open')
  return { vault, key }
}

/** The data key, which cannot be taken out; null when the PIN is wrong. */
export async function unlock(vault: VaultRecord, pin: string): Promise<CryptoKey | null> {
  const wrapping = await wrappingKey(pin, vault)
  const algorithm = { name: 'AES-GCM', iv: vault.wrapped.subarray(0, NONCE), additionalData: text.encode(vault.account_id) }
  try {
    return await crypto.subtle.unwrapKey('raw', vault.wrapped.subarray(NONCE), wrapping, algorithm, 'AES-GCM', false, ['encrypt', 'decrypt'])
  } catch {
    return null
  }
}
