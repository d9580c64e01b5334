import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'
import type { AccountView, Alley, Flag, OpKind, Reason, VisitRecord, Withdraw } from '../api/types.ts'
import type { Millis } from '../domain/time.ts'

/** The browser profile as the server knows it. One for all accounts of the phone. */
export interface Device {
  device_id: string
  /** The private half cannot leave the browser. */
  keys: CryptoKeyPair
  /** The number of the next operation; 1, 2, 3 .. without gaps. */
  next_seq: number
}

export interface SessionInfo {
  account: AccountView
  session_id: string
  signed_in_at: Millis
  /** The server ended it; the work on the phone goes on and is sent after the next login. */
  ended: boolean
}

/**
 * local: on this phone · sent: a push that carries it is on the way · booked: a receipt lies beside
 * it · rejected: the server said no, and why.
 */
export type OpState = 'local' | 'sent' | 'booked' | 'rejected'

export interface OutboxOp {
  op_id: string
  account_id: string
  device_seq: number
  made_at: Millis
  kind: OpKind
  payload: VisitRecord | Withdraw
  state: OpState
  /** How the door is called, for the list; it outlives the door's stay on the phone. */
  door: string
  /** The receipt. */
  seq?: number
  booked_at?: Millis
  reason?: Reason
  flags?: Flag[]
}

export interface AlleyRecord {
  account_id: string
  id: string
  alley: Alley
}

/** A visit half entered: kept on every tap, gone with the visit that it becomes. */
export interface Draft {
  account_id: string
  household_id: string
  saved_at: Millis
  people: VisitRecord['people']
}

export interface Schema extends DBSchema {
  meta: { key: string; value: unknown }
  session: { key: 'device' | 'account'; value: Device | SessionInfo }
  alleys: { key: [string, string]; value: AlleyRecord }
  outbox: { key: string; value: OutboxOp; indexes: { order: [string, number] } }
  drafts: { key: [string, string]; value: Draft }
}

export type Store = StoreNames<Schema>
export type Tx<M extends IDBTransactionMode> = IDBPTransaction<Schema, Store[], M>

export const VERSION = 1

/** What each version added. A published step is never edited; the next one is appended. */
export const UPGRADES: ReadonlyArray<(db: IDBPDatabase<Schema>) => void> = [
  (db) => {
    db.createObjectStore('meta')
    db.createObjectStore('session')
    db.createObjectStore('alleys', { keyPath: ['account_id', 'id'] })
    db.createObjectStore('outbox', { keyPath: 'op_id' }).createIndex('order', ['account_id', 'device_seq'])
    db.createObjectStore('drafts', { keyPath: ['account_id', 'household_id'] })
  },
]

/** iOS drops the connection while the app sleeps and says so only on the next call. */
const LOST = new Set(['InvalidStateError', 'UnknownError', 'DatabaseClosedError'])
const TRIES = 4

export class Database {
  readonly name: string
  #open: Promise<IDBPDatabase<Schema>> | null = null
  /** A newer version of the app wants the database in another tab. */
  onblocking: (() => void) | null = null

  constructor(name = 'gocua') {
    this.name = name
  }

  #connection(): Promise<IDBPDatabase<Schema>> {
    this.#open ??= openDB<Schema>(this.name, VERSION, {
      upgrade: (db, from) => {
        for (const step of UPGRADES.slice(from)) step(db)
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
   * than once when the connection is lost, so `work` must come to the same end each time.
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
        try {
          const result = await work(tx)
          await tx.done
          return result
        } catch (error) {
          tx.done.catch(() => undefined)
          try {
            tx.abort()
          } catch {
            // Already over.
          }
          throw error
        }
      } catch (error) {
        if (tries >= TRIES || !(error instanceof DOMException) || !LOST.has(error.name)) throw error
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
