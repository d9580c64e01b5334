import type { AccountView } from '../api/types.ts'
import type { Database } from '../data/db.ts'
import type { Sealer } from '../data/keyring.ts'
import { recall } from '../data/session.ts'
import { undelivered } from '../data/outbox.ts'
import { leftAfterWipe, MAX_TRIES, usersOf, vaultOf, type Cost, type Left, type User } from '../data/vaults.ts'
import { carriesBook } from '../domain/role.ts'
import type { Clock, Millis } from '../domain/time.ts'

/** Without a touch for so long the phone locks itself. */
export const LOCK_MS = 5 * 60_000

/** none: nobody here needs a PIN · new: one has to be chosen · locked · open. */
export type Gate = 'none' | 'new' | 'locked' | 'open'

export type Opened =
  | { is: 'open' }
  /** `left`: tries before the vault is emptied. */
  | { is: 'wrong'; left: number; wait_until: Millis }
  /** Not looked at. */
  | { is: 'wait'; wait_until: Millis }
  | { is: 'emptied' }

export interface VaultParts {
  db: Database
  clock: Clock
  /** What seals new operations, once the phone has met a server that opens them; null before. */
  sealer: () => Promise<Sealer | null>
  /** The account at the door is unlocked: its names and doors may come. */
  opened: () => Promise<void>
  /** They are there, and the screen with them. */
  begun: () => void
  /** Everything that was unlocked leaves the memory. */
  locked: () => Promise<void>
  /** A vault was emptied. */
  emptied: () => Promise<void>
  /** Other than the usual only where a test must not wait. */
  cost?: Cost
}

const opening = (): Promise<typeof import('./opening.ts')> => import('./opening.ts')

type Who = Pick<AccountView, 'id' | 'role'>

/** The lock of this phone: one user at a time, each behind their own PIN. */
export class Vault {
  gate = $state<Gate>('none')
  /** Who may come back without a network. */
  users = $state.raw<User[]>([])
  /** Operations the server does not have, of everybody on this phone. */
  unsent = $state(0)
  /** No PIN is looked at before. */
  wait_until = $state<Millis>(0)
  /** Tries before the vault is emptied; null before the first wrong one. */
  left = $state<number | null>(null)
  /** Somebody else wants to sign in. */
  aside = $state(false)
  /** The ward has had this phone emptied: what it still holds; null otherwise. */
  wiped = $state.raw<Left | null>(null)

  readonly #parts: VaultParts
  #account_id: string | null = null
  #touched_at: Millis = 0
  #busy = false

  constructor(parts: VaultParts) {
    this.#parts = parts
  }

  /** Somebody stands at the door, or nobody. */
  async meet(account: Who | null): Promise<void> {
    const { db } = this.#parts
    const walks = account && carriesBook(account.role) ? account.id : null
    if (walks !== this.#account_id) db.keys.drop()
    this.#account_id = walks
    await this.look()
  }

  /** What the disk says. */
  async look(): Promise<void> {
    const { db, clock } = this.#parts
    const id = this.#account_id
    const [users, unsent, vault, wiped] = await Promise.all([usersOf(db), undelivered(db), id === null ? undefined : vaultOf(db, id), leftAfterWipe(db)])
    this.wiped = wiped
    if (id !== this.#account_id) return
    this.users = users
    this.unsent = unsent
    this.wait_until = vault && vault.wait_until > clock.now() ? vault.wait_until : 0
    this.left = vault && vault.tries > 0 ? MAX_TRIES - vault.tries : null
    this.gate = id === null ? 'none' : db.keys.of(id) ? 'open' : vault ? 'locked' : 'new'
  }

  /** Counts again what the server does not have. */
  async count(): Promise<void> {
    const { db } = this.#parts
    this.unsent = await undelivered(db)
    this.wiped = await leftAfterWipe(db)
  }

  /** Fetches what a PIN needs while it is being typed. */
  warm(): void {
    void opening().then(({ warm }) => warm()).catch(() => undefined)
  }

  /** Whether a PIN can be chosen now: work that lies here in clear must be sealed in the same breath. */
  async ready(): Promise<boolean> {
    return this.unsent === 0 || (await recall(this.#parts.db, 'seal')) !== undefined
  }

  /** The first PIN of the account at the door. What it has in clear on this phone is locked up with it. */
  async create(pin: string, label: string): Promise<void> {
    const id = this.#account_id
    if (id === null || this.#busy) return
    this.#busy = true
    try {
      const { db, clock, cost } = this.#parts
      const { keepVault, makeVault } = await opening()
      const { vault, key } = await makeVault(id, pin, label, clock.now(), cost)
      if (await keepVault(db, vault)) await this.#enter(id, key)
      else await this.look()
    } finally {
      this.#busy = false
    }
  }

  async open(pin: string): Promise<Opened> {
    const id = this.#account_id
    const { db, clock } = this.#parts
    if (id === null) return { is: 'emptied' }
    const { attempt, forgiven, unlock } = await opening()
    const tried = await attempt(db, id, clock.now())
    if (!tried.may && 'wait_until' in tried) {
      this.wait_until = tried.wait_until
      return { is: 'wait', wait_until: tried.wait_until }
    }
    if (!tried.may) {
      await this.forget()
      return { is: 'emptied' }
    }
    const key = await unlock(tried.vault, pin)
    if (key) {
      const forgotten = forgiven(db, id)
      if (this.#account_id === id) await this.#enter(id, key)
      await forgotten
      return { is: 'open' }
    }
    const { tries, wait_until } = tried.vault
    if (tries >= MAX_TRIES) {
      await this.forget()
      return { is: 'emptied' }
    }
    this.left = MAX_TRIES - tries
    this.wait_until = wait_until > clock.now() ? wait_until : 0
    return { is: 'wrong', left: this.left, wait_until }
  }

  /** The PIN is lost, or was guessed at too often. What is unsent stays sealed for the server. */
  async forget(): Promise<void> {
    const { db, clock } = this.#parts
    const id = this.#account_id
    if (id === null) return
    db.keys.drop()
    const { empty } = await opening()
    await empty(db, [id], clock.now())
    this.#account_id = null
    this.gate = 'none'
    await this.look()
    await this.#parts.emptied()
  }

  /** The ward has taken this phone out of service: everybody's vault is emptied. */
  async wipe(): Promise<void> {
    const { db, clock } = this.#parts
    db.keys.drop()
    const { empty } = await opening()
    await empty(db, 'all', clock.now(), true)
    this.#account_id = null
    this.gate = 'none'
    await this.look()
    await this.#parts.emptied()
  }

  async #enter(id: string, key: CryptoKey): Promise<void> {
    const { db, clock, sealer } = this.#parts
    db.keys.drop()
    db.keys.hold(id, key)
    this.#touched_at = clock.now()
    this.left = null
    this.wait_until = 0
    this.aside = false
    this.wiped = null
    const sealing = sealer().catch(() => null)
    await this.#parts.opened()
    db.keys.sealer = await sealing
    this.gate = 'open'
    this.#parts.begun()
    // Behind the alleys: all but once there is nothing left to lock up, and looking takes a while.
    await (await opening()).lockUp(db, id)
  }

  /** The server has told its key: what could not be sealed before is sealed now. */
  async seal(): Promise<void> {
    const { db, sealer } = this.#parts
    const id = this.#account_id
    if (this.gate !== 'open' || id === null || db.keys.sealer) return
    db.keys.sealer = await sealer()
    if (db.keys.sealer) await (await opening()).lockUp(db, id)
  }

  async lock(): Promise<void> {
    if (this.gate !== 'open') return
    // First of all, and before anything is waited for: the screen and the keys go.
    this.gate = 'locked'
    this.#parts.db.keys.drop()
    await this.#parts.locked()
    await this.look()
  }

  touch(): void {
    this.#touched_at = this.#parts.clock.now()
  }

  /** Locks when nobody has touched the phone for five minutes, awake or asleep; also when its clock went back. */
  check(): void {
    const idle = this.#parts.clock.now() - this.#touched_at
    if (this.gate === 'open' && (idle >= LOCK_MS || idle < 0)) void this.lock()
  }
}
