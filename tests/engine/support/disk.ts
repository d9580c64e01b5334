/**
 * The disks of the phones. `indexedDB` is a switchboard: a database opened as `disk#life` lies on that
 * disk and is used by that life of the app. Every call is a step at which the life may end; what a
 * dead life asks for is never answered, its open transactions are undone, and what it had committed
 * stays.
 */
import { IDBCursor, IDBCursorWithValue, IDBDatabase, IDBFactory, IDBIndex, IDBKeyRange, IDBObjectStore, IDBOpenDBRequest, IDBRequest, IDBTransaction, IDBVersionChangeEvent } from 'fake-indexeddb'

/** Who lives off a disk: told of every step, and asked whether it still lives. */
export interface Tenant {
  readonly dead: boolean
  /** Counts a step; afterwards [dead] may have become true. */
  step(what: string): void
  /** A record is about to be written. */
  writes?(store: string, value: unknown): void
}

interface Undoable {
  _rollbackLog: Array<() => void>
  _state: string
}

export interface StoreDump {
  keyPath: string | string[] | null
  indexes: Array<{ name: string; keyPath: string | string[]; unique: boolean }>
  /** Key and value. */
  records: Array<[IDBValidKey, unknown]>
}

type Listener = (event: Event) => void

const tenants = new Map<string, { disk: Disk; tenant: Tenant }>()
const owners = new WeakMap<object, { disk: Disk; tenant: Tenant }>()

/** What one browser profile keeps. */
export class Disk {
  readonly factory = new IDBFactory()
  readonly #open = new Map<Tenant, Set<IDBTransaction>>()
  readonly #connections = new Map<Tenant, Set<IDBDatabase>>()
  /** Committed without a word about durability since the last flush: a battery that is pulled out takes these along. */
  #unflushed: IDBTransaction[] = []
  #lives = 0

  /** The name under which a new life of the app opens this disk. */
  move(tenant: Tenant): string {
    const name = `gocua#${(this.#lives += 1)}/${tenants.size}`
    tenants.set(name, { disk: this, tenant })
    return name
  }

  began(tenant: Tenant, tx: IDBTransaction): void {
    setOf(this.#open, tenant).add(tx)
  }

  ended(tenant: Tenant, tx: IDBTransaction, committed: boolean): void {
    this.#open.get(tenant)?.delete(tx)
    if (!committed || tx.mode === 'readonly') return
    if (tx.durability === 'strict' || tx.mode === 'versionchange') this.#unflushed = []
    else this.#unflushed.push(tx)
  }

  opened(tenant: Tenant, db: IDBDatabase): void {
    setOf(this.#connections, tenant).add(db)
  }

  /** The process is gone: what was not committed never happened. */
  abandon(tenant: Tenant): void {
    for (const tx of this.#open.get(tenant) ?? []) {
      try {
        tx.abort()
      } catch {
        // Over in this very moment.
      }
    }
    for (const db of this.#connections.get(tenant) ?? []) db.close()
    this.#open.delete(tenant)
    this.#connections.delete(tenant)
  }

  /** Everything on this disk, as it lies there. */
  async dump(): Promise<{ version: number; stores: Record<string, StoreDump> }> {
    const open = this.factory.open('gocua')
    const db = await new Promise<IDBDatabase>((done) => open.addEventListener('success', () => done(open.result)))
    const stores: Record<string, StoreDump> = {}
    for (const name of Array.from(db.objectStoreNames)) {
      const store = db.transaction(name).objectStore(name)
      const asked = [store.getAllKeys(), store.getAll()] as const
      const indexes = Array.from(store.indexNames, (index) => ({ name: index, keyPath: store.index(index).keyPath, unique: store.index(index).unique }))
      await new Promise((done) => store.transaction.addEventListener('complete', done))
      const [keys, values] = asked.map((one) => one.result) as [IDBValidKey[], unknown[]]
      stores[name] = { keyPath: store.keyPath, indexes, records: keys.map((key, n) => [key, values[n]]) }
    }
    db.close()
    return { version: db.version, stores }
  }

  /** The power is gone: what no flush had reached is lost, in the order of a log. */
  cutPower(): number {
    const lost = this.#unflushed.length
    for (const tx of this.#unflushed.reverse()) {
      for (const undo of (tx as unknown as Undoable)._rollbackLog.reverse()) undo()
    }
    this.#unflushed = []
    return lost
  }
}

function setOf<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key)
  if (!set) map.set(key, (set = new Set()))
  return set
}

/** From here on nothing that happens to `target` reaches a dead tenant. `inner` listeners are the disk's own. */
function guard(target: EventTarget, tenant: Tenant, inner: (listener: unknown) => boolean = () => false): void {
  const add = target.addEventListener.bind(target)
  const remove = target.removeEventListener.bind(target)
  const guarded = new Map<unknown, Listener>()
  target.addEventListener = (type: string, listener: Listener, options?: unknown) => {
    if (inner(listener)) return add(type, listener, options as boolean)
    const careful: Listener = (event) => {
      if (!tenant.dead) listener.call(target, event)
    }
    guarded.set(listener, careful)
    add(type, careful, options as boolean)
  }
  target.removeEventListener = (type: string, listener: Listener) => remove(type, guarded.get(listener) ?? listener)
}

const switchboard = {
  cmp: (a: unknown, b: unknown) => new IDBFactory().cmp(a, b),
  open(name: string, version?: number): IDBOpenDBRequest {
    const home = tenants.get(name)
    if (!home) throw new Error(`no disk for ${name}`)
    const { disk, tenant } = home
    tenant.step('open')
    if (tenant.dead) return new IDBOpenDBRequest()
    const request = disk.factory.open('gocua', version)
    const own: Listener = () => {
      const db = request.result
      owners.set(db, home)
      if (tenant.dead) return db.close()
      disk.opened(tenant, db)
    }
    request.addEventListener('upgradeneeded', (event) => {
      own(event)
      tenant.step('upgrade')
      if (tenant.dead) request.transaction?.abort()
      else if (request.transaction) follow(request.transaction, home)
    })
    request.addEventListener('success', own)
    guard(request, tenant)
    return request
  },
}

const stores = (tx: IDBTransaction): string => Array.from(tx.objectStoreNames).join('+')

function follow(tx: IDBTransaction, { disk, tenant }: { disk: Disk; tenant: Tenant }): void {
  disk.began(tenant, tx)
  tx.addEventListener('complete', () => {
    disk.ended(tenant, tx, true)
    // The one step at which the disk has it and the app does not know.
    if (!tenant.dead) tenant.step(`committed ${tx.mode} ${stores(tx)}`)
  })
  tx.addEventListener('abort', () => disk.ended(tenant, tx, false))
  const raw = (tx.db as unknown as { _rawDatabase: { processTransactions: unknown } })._rawDatabase
  guard(tx, tenant, (listener) => listener === raw.processTransactions)
}

type Begin = (this: IDBDatabase, stores: string | string[], mode?: IDBTransactionMode, options?: IDBTransactionOptions) => IDBTransaction
const begin = IDBDatabase.prototype.transaction as Begin
IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args: Parameters<Begin>) {
  const home = owners.get(this)
  if (!home) return begin.apply(this, args)
  home.tenant.step(`begin ${args[1] ?? 'readonly'} ${[args[0]].flat().join('+')}`)
  const tx = begin.apply(this, args)
  follow(tx, home)
  if (home.tenant.dead) home.disk.abandon(home.tenant)
  return tx
} as typeof IDBDatabase.prototype.transaction

for (const Kind of [IDBObjectStore, IDBIndex] as const) {
  const methods = Kind === IDBObjectStore ? ['get', 'getAll', 'getAllKeys', 'count', 'put', 'add', 'delete', 'clear', 'openCursor'] : ['get', 'getAll', 'getAllKeys', 'count', 'openCursor']
  for (const name of methods) {
    const proto = Kind.prototype as unknown as Record<string, (...args: unknown[]) => IDBRequest>
    const real = proto[name]
    if (!real) throw new Error(`no ${name}`)
    proto[name] = function (this: IDBObjectStore | IDBIndex, ...args: unknown[]) {
      const store = 'objectStore' in this ? this.objectStore : this
      const home = owners.get(store.transaction.db)
      if (!home) return real.apply(this, args)
      home.tenant.step(`${name} ${store.name}`)
      // A request that nobody will ever answer.
      if (home.tenant.dead) return new IDBRequest()
      if (name === 'put' || name === 'add') home.tenant.writes?.(store.name, args[0])
      const request = real.apply(this, args)
      guard(request, home.tenant)
      return request
    }
  }
}

for (const [name, value] of Object.entries({
  indexedDB: switchboard, IDBCursor, IDBCursorWithValue, IDBDatabase, IDBFactory, IDBIndex, IDBKeyRange, IDBObjectStore, IDBOpenDBRequest, IDBRequest, IDBTransaction, IDBVersionChangeEvent,
})) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}
