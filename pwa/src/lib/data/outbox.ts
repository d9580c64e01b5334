import type { OpKind, OpResult, Payload } from '../api/types.ts'
import { DAY_MS, type Millis } from '../domain/time.ts'
import { StorageFull, type Database, type Numbers, type OutboxOp, type Store, type Tx } from './db.ts'
import { makeRoom } from './room.ts'

export interface NewOp {
  op_id: string
  account_id: string
  made_at: Millis
  kind: OpKind
  payload: Payload
  /** How the door is called. */
  door: string
}

export const ofAccount = (account_id: string): IDBKeyRange => IDBKeyRange.bound([account_id], [account_id, []])

/**
 * Writes one operation with the device's next number, in one strict transaction: when this resolves
 * the record is on the disk. The draft it grew from goes with it. What it touches is the same for the
 * first record and for the five-thousandth. Throws [StorageFull] when there is no room even after
 * letting go of what the book has.
 */
export async function append(db: Database, op: NewOp, draftOf?: string): Promise<OutboxOp> {
  const [written] = await appendAll(db, [op], draftOf)
  return written!
}

/** Several at once, of one account: after a crash all of them are on the disk, or none is. */
export async function appendAll(db: Database, ops: readonly NewOp[], draftOf?: string): Promise<OutboxOp[]> {
  const write = (): Promise<OutboxOp[]> =>
    db.writeStrict(['session', 'outbox', 'drafts'], async (tx) => {
      const outbox = tx.objectStore('outbox')
      const session = tx.objectStore('session')
      // The transaction may run again after a lost connection; each operation is written once.
      const [numbers, ...known] = await Promise.all([session.get('numbers') as Promise<Numbers | undefined>, ...ops.map((op) => outbox.get(op.op_id))])
      if (known.every((op) => op !== undefined)) return known as OutboxOp[]
      if (!numbers) throw new Error('no device')
      const last = { ...numbers.last }
      let { next_seq } = numbers
      const written = ops.map((op, at): OutboxOp => {
        const before = known[at]
        if (before) return before
        const mine: OutboxOp = { ...op, device_seq: next_seq, after: last[op.account_id] ?? 0, state: 'local', waiting: next_seq }
        last[op.account_id] = next_seq
        next_seq += 1
        return mine
      })
      const writes = Promise.all([
        ...written.filter((_, at) => !known[at]).map((op) => outbox.add(op)),
        session.put({ next_seq, last }, 'numbers'),
        draftOf === undefined ? null : tx.objectStore('drafts').delete([ops[0]!.account_id, draftOf]),
      ])
      // Heard below, unless the connection is lost before.
      writes.catch(() => undefined)
      // Nothing follows: the disk need not wait for this page to hear that all was taken.
      tx.commit()
      await writes
      return written
    })
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error
    await makeRoom(db)
    return await write()
  }
}

/**
 * Takes the account's last operations back from the disk, all of them or none: false when one of them
 * is on its way, or something was written after them. Their numbers are not given out again, so that a
 * push which left all the same, and whose answer got lost, stands in nobody's way.
 */
export function takeBack(db: Database, account_id: string, ids: readonly string[]): Promise<boolean> {
  return db.writeStrict(['session', 'outbox'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    const session = tx.objectStore('session')
    const numbers = (await session.get('numbers')) as Numbers | undefined
    const ops = (await named(tx, account_id, ids)).sort((a, b) => a.device_seq - b.device_seq)
    if (ops.length === 0) return true
    const inOrder = ops.every((op, at) => at === 0 || op.after === ops[at - 1]!.device_seq)
    if (!numbers || !inOrder || ops.some((op) => op.state !== 'local') || numbers.last[account_id] !== ops.at(-1)!.device_seq) return false
    await Promise.all([
      ...ops.map((op) => outbox.delete(op.op_id)),
      session.put({ ...numbers, last: { ...numbers.last, [account_id]: ops[0]!.after ?? 0 } }, 'numbers'),
    ])
    return true
  })
}

/** All operations of an account, oldest first. */
export function opsOf(db: Database, account_id: string): Promise<OutboxOp[]> {
  return db.read(['outbox'], (tx) => tx.objectStore('outbox').index('order').getAll(ofAccount(account_id)))
}

export const unanswered = (op: OutboxOp): boolean => op.state === 'local' || op.state === 'sent' || op.state === 'held'

/** The first `limit` unanswered operations of an account, oldest first, and how many there are in all. */
export function queueOf(db: Database, account_id: string, limit: number): Promise<{ queue: OutboxOp[]; queued: number }> {
  return db.read(['outbox'], async (tx) => {
    const waiting = tx.objectStore('outbox').index('waiting')
    const [queue, queued] = await Promise.all([waiting.getAll(ofAccount(account_id), limit), waiting.count(ofAccount(account_id))])
    return { queue, queued }
  })
}

/** How many operations of an account have no answer. */
export function queuedOf(db: Database, account_id: string): Promise<number> {
  return db.read(['outbox'], (tx) => tx.objectStore('outbox').index('waiting').count(ofAccount(account_id)))
}

/** How many rejected operations lie on this phone, whoever made them. */
export function rejectedOn(db: Database): Promise<number> {
  return db.read(['outbox'], (tx) => tx.objectStore('outbox').index('rejected').count())
}

/**
 * What an account may see of the outbox: its own operations, oldest first, and of the others' no
 * more than how many wait for them to sign in.
 */
export function outboxFor(db: Database, account_id: string | null): Promise<{ ops: OutboxOp[]; parked: number }> {
  return db.read(['outbox'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    const waiting = outbox.index('waiting')
    if (account_id === null) return { ops: [], parked: await waiting.count() }
    const [ops, all, own] = await Promise.all([
      outbox.index('order').getAll(ofAccount(account_id)),
      waiting.count(),
      waiting.count(ofAccount(account_id)),
    ])
    return { ops, parked: all - own }
  })
}

/** These operations of an account, as far as they are still there. */
export function opsNamed(db: Database, account_id: string, ids: readonly string[]): Promise<OutboxOp[]> {
  return db.read(['outbox'], (tx) => named(tx, account_id, ids))
}

async function named(tx: Tx<'readonly' | 'readwrite'>, account_id: string, ids: readonly string[]): Promise<OutboxOp[]> {
  const outbox = tx.objectStore('outbox')
  const found = await Promise.all([...new Set(ids)].map((id) => outbox.get(id)))
  return found.filter((op) => op !== undefined).filter((op) => op.account_id === account_id)
}

const OUTBOX: Store[] = ['outbox']

/** Changes the operations that `pick` finds, and only writes those that become another. Returns these. */
async function change(
  tx: Tx<'readwrite'>,
  picked: readonly OutboxOp[],
  with_: (op: OutboxOp) => OutboxOp,
): Promise<OutboxOp[]> {
  const changed: OutboxOp[] = []
  for (const op of picked) {
    const next = with_(op)
    if (next !== op) changed.push(next)
  }
  const outbox = tx.objectStore('outbox')
  await Promise.all(changed.map((op) => outbox.put(op)))
  return changed
}

/** A push that carries these is leaving. Returns those that changed. */
export function markSent(db: Database, account_id: string, ids: readonly string[]): Promise<OutboxOp[]> {
  return db.write(OUTBOX, async (tx) =>
    // What the server holds it has already; on the way again it is no less there.
    change(tx, await named(tx, account_id, ids), (op) => (op.state === 'local' ? { ...op, state: 'sent', flight: 1 } : op)),
  )
}

/**
 * No push is on the way: whatever got no answer is on this phone and nowhere else, as far as we
 * know. Returns those that changed.
 */
export function unmarkSent(db: Database, account_id: string): Promise<OutboxOp[]> {
  return db.write(OUTBOX, async (tx) =>
    change(tx, await tx.objectStore('outbox').index('flight').getAll(ofAccount(account_id)), ({ flight: _, ...op }) =>
      op.state === 'sent' ? { ...op, state: 'local' } : op,
    ),
  )
}

/** Stores receipts and refusals beside their operations. Returns those that changed. */
export function settle(
  db: Database,
  account_id: string,
  results: readonly OpResult[],
  at: Millis,
): Promise<OutboxOp[]> {
  const answers = new Map(results.map((result) => [result.op_id, result]))
  return db.writeStrict(OUTBOX, async (tx) =>
    change(tx, await named(tx, account_id, [...answers.keys()]), (op) => {
      const answer = answers.get(op.op_id)
      return answer && unanswered(op) ? answered(op, answer, at) : op
    }),
  )
}

function answered(op: OutboxOp, { outcome, seq, reason, flags }: OpResult, at: Millis): OutboxOp {
  const { waiting: _w, flight: _f, reason: _r, ...bare } = op
  const done = { ...bare, ...(reason ? { reason } : {}), ...(flags?.length ? { flags } : {}) }
  switch (outcome) {
    case 'applied':
    case 'duplicate':
    case 'superseded':
      // Without a receipt the book does not have it, whatever the word says.
      return typeof seq === 'number' ? { ...done, state: 'booked', seq, booked_at: at } : op
    case 'quarantined':
      return typeof seq === 'number' ? { ...done, state: 'kept', seq, kept_at: at } : op
    case 'rejected':
      return { ...done, state: 'rejected', rejected: 1 }
    case 'held':
      return op.state === 'held' ? op : { ...bare, waiting: op.device_seq, state: 'held', reason: reason ?? 'waits_for_earlier' }
    default:
      return op
  }
}

/**
 * The ward let in what it had kept: `visits` of the book, by any version's id, are booked like any
 * other. Returns those that changed.
 */
export async function release(db: Database, account_id: string, visits: ReadonlySet<string>, at: Millis): Promise<OutboxOp[]> {
  if (visits.size === 0) return []
  return await db.write(OUTBOX, async (tx) =>
    change(tx, await tx.objectStore('outbox').index('kept').getAll(ofAccount(account_id)), (op) => {
      if (!visits.has(op.op_id)) return op
      const { kept_at: _k, reason: _r, ...rest } = op
      return { ...rest, state: 'booked', booked_at: at }
    }),
  )
}

/** How much longer than a booked record one stays listed that the ward has to decide on. */
const LONGER_MS = 27 * DAY_MS

/**
 * Forgets operations booked before `before` that the pulled book (`seq`) already contains, and after
 * a month those on the ward's own list: nobody tells the phone what it decided. What has no receipt
 * stays, however old. Returns their ids.
 */
export function prune(db: Database, account_id: string, before: Millis, seq: number): Promise<string[]> {
  return db.write(OUTBOX, (tx) => pruneIn(tx, account_id, before, seq))
}

async function pruneIn(tx: Tx<'readwrite'>, account_id: string, before: Millis, seq: number): Promise<string[]> {
  const outbox = tx.objectStore('outbox')
  const old = await outbox.index('booked').getAll(IDBKeyRange.bound([account_id], [account_id, before], false, true))
  const decided = await outbox.index('kept').getAll(IDBKeyRange.bound([account_id], [account_id, before - LONGER_MS], false, true))
  const ids = [...old.filter((op) => op.state === 'booked'), ...decided.filter((op) => op.state === 'kept')]
    .filter((op) => op.seq !== undefined && op.seq <= seq)
    .map((op) => op.op_id)
  await Promise.all(ids.map((id) => outbox.delete(id)))
  return ids
}

/** Lets go of a rejected record; only a person decides that. */
export function discard(db: Database, account_id: string, op_id: string): Promise<void> {
  return db.writeStrict(OUTBOX, async (tx) => {
    const [op] = await named(tx, account_id, [op_id])
    if (op?.state === 'rejected') await tx.objectStore('outbox').delete(op_id)
  })
}
