import { Database } from '$lib/data/db.ts'
import { Keyring } from '$lib/data/keyring.ts'

const KEY = await crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, ['encrypt', 'decrypt'])

/** Every account is unlocked, in each life of the app anew, until it is locked: the engine works behind the PIN. */
export class Unlocked extends Keyring {
  #locked = false

  override of(): CryptoKey | null {
    return this.#locked ? null : KEY
  }

  override drop(): void {
    super.drop()
    this.#locked = true
  }
}

export const unlocked = (name: string): Database => new Database(name, new Unlocked())
