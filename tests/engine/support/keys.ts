import { Database } from '$lib/data/db.ts'
import { Keyring } from '$lib/data/keyring.ts'

const KEY = await crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, ['encrypt', 'decrypt'])

/** Every account is unlocked, in each life of the app anew: the engine works behind the PIN. */
class Unlocked extends Keyring {
  override of(): CryptoKey {
    return KEY
  }
}

export const unlocked = (name: string): Database => new Database(name, new Unlocked())
