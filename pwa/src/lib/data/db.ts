import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'
import type { AccountView, Alley, Door, Flag, OpKind, Payload, Reason, VisitRecord } from '../api/types.ts'
import type { Millis } from '../domain/time.ts'
import { Keyring, type Box } from './keyring.ts'
import type { Parcel, Sealed } from './parcels.ts'
import type { VaultRecord } from './vaults.ts'

/** The browser profile as the server knows it. One for all accounts of the phone. */
export interface Device {
  device_id: string
  /** The private half cannot leave the browser. */
  keys: CryptoKeyPair
}

/** Apart from the device: a key is not to be written again with every record. */
export interface Numbers {
  /** The number of the next operation; 1, 2, 3 .. without gaps. */
  next_seq: number
  /** The number of each account's last operation on this device. */
  last: Record<string, number>
}

export interface SessionInfo {
  account: AccountView
  session_id: string
  signed_in_at: Millis
  /** The server ended it; the work on the phone goes on and is sent after the next login. */
  ended: boolean
}

/**
 * local: on this phone · sent: a push that carries it is on the way · held: the server has it and
 * waits for the one before; still sent again · booked: a receipt lies beside it · rejected: the
 * server said no, and why · kept: the ward has it and decides.
 */
export type OpState = 'local' | 'sent' | 'held' | 'booked' | 'rejected' | 'kept'

export interface OutboxOp {
  op_id: string
  account_id: string
  device_seq: number
  made_at: Millis
  /** The number of the same account's operation before this one on this device; 0 is none. Records of 0.1.0 have none. */
  after?: number
  kind: OpKind
  payload: Payload
  state: OpState
  /** How the door is called, for the list; it outlives the door's stay on the phone. */
  door: string
  /** The receipt. */
  seq?: number
  booked_at?: Millis
  /** When the server put it before the ward. */
  kept_at?: Millis
  reason?: Reason
  flags?: Flag[]
  /** `device_seq` while it has no answer, and gone with it: the index over it is the queue, however long the rest. */
  waiting?: number
  /** There only while a push that carries it is on the way. */
  flight?: 1
  /** There only while it lies here rejected. */
  rejected?: 1
}

/** What an operation says; on the disk it lies in the box. */
export type OpContent = Pick<OutboxOp, 'kind' | 'payload' | 'door'>

/**
 * An operation as the disk has it: in clear no more than what sends it on its way. Rows of 0.2.0 and
 * before bear their content instead of a box, until their account has a PIN.
 */
export type OutboxRow = Omit<OutboxOp, keyof OpContent> &
  Partial<OpContent> & {
    box?: Box
    /** The same once more, for the server alone; gone with the receipt. */
    sealed?: Sealed
    /** Until then one tap takes it back, and it does not leave the phone: see [resting]. */
    due?: Millis
    /** It was on its way to the server sealed, which may have it. */
    offered?: 1
    /** It was handed in sealed, and the server has it; its receipt is asked for when the account is back. */
    carried?: 1
  }

export interface AlleyRecord {
  account_id: string
  id: string
  alley: Alley
  /** The page that last changed it, and the one that last brought it whole; see BookInfo. Absent since 0.1.0. */
  stamp?: number
  brought?: number
  /** Doors it lost to a page after which more were to come: shown until the last one is in. */
  left?: Door[]
}

/** An alley as the disk has it. Plain until its account has a PIN, as with operations. */
export type AlleyRow = Pick<AlleyRecord, 'account_id' | 'id' | 'stamp' | 'brought'> & Partial<AlleyRecord> & { box?: Box }

/** A visit half entered: kept on every tap, gone with the visit that it becomes. */
export interface Draft {
  account_id: string
  household_id: string
  saved_at: Millis
  people: VisitRecord['people']
}

export type DraftRow = Pick<Draft, 'account_id' | 'household_id'> & Partial<Draft> & { box?: Box }

/** A session as the disk has it: who it belongs to lies in the box, only what opens the right rooms is in clear. */
export type SessionRow = SessionInfo & { box?: Box }

export interface Schema extends DBSchema {
  meta: { key: string; value: unknown }
  /** `user:` and the account's id: a session of this phone that is not the present one. */
  session: { key: 'device' | 'account' | 'numbers' | `user:${string}`; value: Device | SessionRow | Numbers }
  alleys: { key: [string, string]; value: AlleyRow; indexes: { stamp: [string, number] } }
  outbox: {
    key: string
    value: OutboxRow
    indexes: { order: [string, number]; waiting: [string, number]; flight: [string, number]; booked: [string, number]; kept: [string, number]; rejected: number; carried: [string, number] }
  }
  drafts: { key: [string, string]; value: DraftRow }
  parcels: { key: string; value: Parcel }
  vaults: { key: string; value: VaultRecord }
}

export type Store = StoreNames<Schema>
export type Tx<M extends IDBTransactionMode> = IDBPTransaction<Schema, Store[], M>

export const VERSION = 3

type Upgrade = (db: IDBPDatabase<Schema>, tx: IDBPTransaction<Schema, Store[], 'versionchange'>) => void | Promise<void>

/** What each version added. A published step is never edited; the next one is appended. */
export const UPGRADES: readonly Upgrade[] = [
  (db) => {
    db.createObjectStore('meta')
    db.createObjectStore('session')
    db.createObjectStore('alleys', { keyPath: ['account_id', 'id'] })
    db.createObjectStore('outbox', { keyPath: 'op_id' }).createIndex('order', ['account_id', 'device_seq'])
    db.createObjectStore('drafts', { keyPath: ['account_id', 'household_id'] })
  },
  // 0.2.0: what a save, a mark and an answer touch no longer grows with the outbox.
  async (db, tx) => {
    db.createObjectStore('parcels', { keyPath: 'id' })
    tx.objectStore('alleys').createIndex('stamp', ['account_id', 'stamp'])
    const outbox = tx.objectStore('outbox')
    outbox.createIndex('waiting', ['account_id', 'waiting'])
    outbox.createIndex('flight', ['account_id', 'flight'])
    outbox.createIndex('booked', ['account_id', 'booked_at'])
    outbox.createIndex('kept', ['account_id', 'kept_at'])
    outbox.createIndex('rejected', 'rejected')
    const session = tx.objectStore('session')
    const device = (await session.get('device')) as (Device & { next_seq?: number }) | undefined
    const numbers: Numbers = { next_seq: device?.next_seq ?? 1, last: {} }
    for (let cursor = await outbox.openCursor(); cursor; cursor = await cursor.continue()) {
      const op = cursor.value
      numbers.next_seq = Math.max(numbers.next_seq, op.device_seq + 1)
      numbers.last[op.account_id] = Math.max(numbers.last[op.account_id] ?? 0, op.device_seq)
      if (op.state === 'local' || op.state === 'sent') {
        await cursor.update({ ...op, waiting: op.device_seq, ...(op.state === 'sent' ? { flight: 1 as const } : {}) })
      } else if (op.state === 'rejected') await cursor.update({ ...op, rejected: 1 })
    }
    if (!device) return
    const { next_seq: _moved, ...rest } = device
    await session.put(rest, 'device')
    await session.put(numbers, 'numbers')
  },
  // What there was stays in clear until its account has chosen a PIN: no key exists before (vaults.ts).
  (db, tx) => {
    db.createObjectStore('vaults', { keyPath: 'account_id' })
    tx.objectStore('outbox').createIndex('carried', ['account_id', 'carried'])
  },
]

/** The phone is full: nothing was written, and nothing that was there is touched. */
export class StorageFull extends Error {
  constructor(cause?: unknown) {
    super('the phone is full', { cause })
    this.name = 'StorageFull'
  }
}

/** The database does not answer, also after it was opened anew: only starting the app again may help. */
export class StorageLost extends Error {
  constructor(cause?: unknown) {
    super('the database does not answer', { cause })
    this.name = 'StorageLost'
  }
}

/** iOS drops the connection while the app sleeps and says so only on the next call, or in the middle of one. */
const LOST = new Set(['InvalidStateError', 'UnknownError', 'DatabaseClosedError', 'AbortError'])
const TRIES = 4

/** The fault in the words of the app; `null` for one that another try may mend. */
function faultOf(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error
  if (error.name === 'QuotaExceededError') return new StorageFull(error)
  // A newer version of the app has the database by now: this page is the old one.
  if (error.name === 'VersionError') return new StorageLost(error)
  return LOST.has(error.name) ? null : error
}

export class Database {
  readonly name: string
  /** What is unlocked. */
  readonly keys: Keyring
  /** The numbers as this page last saw them: another tab may have moved them on. */
  numbers: Numbers | null = null
  #open: Promise<IDBPDatabase<Schema>> | null = null
  /** A newer version of the app wants the database in another tab. */
  onblocking: (() => void) | null = null

  constructor(name = 'gocua', keys = new Keyring()) {
    this.name = name
    this.keys = keys
  }

  #connection(): Promise<IDBPDatabase<Schema>> {
    this.#open ??= openDB<Schema>(this.name, VERSION, {
      upgrade: async (db, from, _, tx) => {
        for (const step of UPGRADES.slice(from)) await step(db, tx as Parameters<Upgrade>[1])
      },
      blocking: () => {
        this.close()
        this.onblocking?.()
      },
      terminated: () => {
        this.#open = null
      },
    }).catch((error: unknown) => {
      this.#open = null
      throw error
    })
    return this.#open
  }

  close(): void {
    const open = this.#open
    this.#open = null
    void open?.then(
      (db) => db.close(),
      () => undefined,
    )
  }

  /**
   * One transaction, done when it is complete on disk as far as `durability` asks. It may run more
   * than once when the connection is lost, so `work` must come to the same end each time. Throws
   * [StorageFull] and [StorageLost].
   */
  async run<M extends IDBTransactionMode, T>(
    stores: Store[],
    mode: M,
    work: (tx: Tx<M>) => Promise<T>,
    durability: IDBTransactionDurability = 'default',
  ): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        const db = await this.#connection()
        const tx = db.transaction(stores, mode, { durability }) as Tx<M>
        // A browser may abort a transaction without a word to its requests, as Chromium does when the
        // disk turns out to be full after commit(): whoever waits for these alone waits for ever.
        const aborted = new Promise<never>((_, fail) => void tx.done.catch(fail))
        try {
          const result = await Promise.race([work(tx), aborted])
          await tx.done
          return result
        } catch (error) {
          try {
            tx.abort()
          } catch {
            // Already over.
          }
          // A request says only that it was aborted; the transaction knows why.
          throw tx.error ?? error
        }
      } catch (error) {
        const fault = faultOf(error)
        if (fault !== null) throw fault
        if (tries >= TRIES) throw new StorageLost(error)
        this.close()
      }
    }
  }

  read<T>(stores: Store[], work: (tx: Tx<'readonly'>) => Promise<T>): Promise<T> {
    return this.run(stores, 'readonly', work)
  }

  /** For what can be fetched again. */
  write<T>(stores: Store[], work: (tx: Tx<'readwrite'>) => Promise<T>): Promise<T> {
    return this.run(stores, 'readwrite', work)
  }

  /** For what exists nowhere else: resolves only when it is flushed to the disk. */
  writeStrict<T>(stores: Store[], work: (tx: Tx<'readwrite'>) => Promise<T>): Promise<T> {
    return this.run(stores, 'readwrite', work, 'strict')
  }
}
