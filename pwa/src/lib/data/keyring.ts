/**
 * The data keys of the accounts that are unlocked, and what they lock: boxes. A box can be opened only
 * where it was put: its place is part of what the key vouches for, so that rows cannot be swapped.
 */
import type { Sealed } from './parcels.ts'

/** AES-256-GCM under the account's data key: 12 bytes of nonce, then the ciphertext with its tag. */
export type Box = Uint8Array<ArrayBuffer>

/** What is sealed for the server with every operation, so that the phone can deliver what it can no longer read. */
export interface SealedOp {
  op_id: string
  account_id: string
  device_seq: number
  after: number
  made_at: number
  kind: string
  payload: unknown
}

export type Sealer = (op: SealedOp) => Promise<Sealed>

/** The account's data cannot be read or written: its PIN has not been entered. */
export class Locked extends Error {
  constructor() {
    super('the vault is locked')
    this.name = 'Locked'
  }
}

const NONCE = 12
const text = new TextEncoder()
const letters = new TextDecoder()

export class Keyring {
  /** Seals each new operation for the server; null until the phone has met one that opens parcels. */
  sealer: Sealer | null = null
  /** Operations whose boxes did not open though the key was there: nobody but the ward will read them. */
  readonly unreadable = new Set<string>()
  readonly #keys = new Map<string, CryptoKey>()
  #last: Promise<unknown> = Promise.resolve()

  /** The account's data key, while it is unlocked. */
  of(account_id: string): CryptoKey | null {
    return this.#keys.get(account_id) ?? null
  }

  hold(account_id: string, key: CryptoKey): void {
    this.#keys.set(account_id, key)
  }

  /** Forgets every key. What is being written goes on with the key it began with. */
  drop(): void {
    this.#keys.clear()
    this.sealer = null
  }

  /**
   * Locks a value up. Boxes come out in the order they were asked for: what was written later must not
   * be overwritten by what was written before. Throws [Locked].
   */
  box(account_id: string, place: string, value: unknown): Promise<Box> {
    const key = this.of(account_id)
    if (!key) return Promise.reject(new Locked())
    const mine = this.#last.then(() => boxed(key, place, value))
    this.#last = mine.catch(() => undefined)
    return mine
  }

  /** Opens a box; null when it is not what was put in this place, or was locked with another key. Throws [Locked]. */
  async open<T>(account_id: string, place: string, box: Box): Promise<T | null> {
    const key = this.of(account_id)
    if (!key) throw new Locked()
    try {
      const plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: box.subarray(0, NONCE), additionalData: text.encode(place) }, key, box.subarray(NONCE),
      )
      return JSON.parse(letters.decode(plain)) as T
    } catch {
      return null
    }
  }

  /** Resolves when every box asked for so far is ready. */
  async turn(): Promise<void> {
    await this.#last
  }
}

async function boxed(key: CryptoKey, place: string, value: unknown): Promise<Box> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE))
  const plain = text.encode(JSON.stringify(value))
  const ct = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: text.encode(place) }, key, plain))
  const box = new Uint8Array(NONCE + ct.length)
  box.set(iv)
  box.set(ct, NONCE)
  return box
}
