import { Database } from '../../src/lib/data/db.ts'
import { Keyring } from '../../src/lib/data/keyring.ts'

const raw = new Uint8Array(32).fill(7)
const KEY = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])

/** Every account is unlocked, in each life of the app anew: for tests of what lies behind the PIN. */
export class Unlocked extends Keyring {
  override of(): CryptoKey {
    return KEY
  }
}

export const unlocked = (name: string): Database => new Database(name, new Unlocked())
