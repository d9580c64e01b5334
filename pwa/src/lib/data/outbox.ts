import type { OpResult, OpKind, VisitRecord, Withdraw } from '../api/types.ts'
import type { Millis } from '../domain/time.ts'
import type { Database, Device, OutboxOp } from './db.ts'

export interface NewOp {
  op_id: string
  account_id: string
  made_at: Millis
  kind: OpKind
  payload: VisitRecord | Withdraw
  /** How the door is called. */
  door: string
}

const ofAccount = (account_id: string): IDBKeyRange => IDBKeyRange.bound([account_id], [account_id, []])

/**
 * Writes one operation with the device's next number, in one strict transaction: when this resolves
 * the record is on the disk. The draft it grew from goes with it.
 */
export function append(db: Database, op: NewOp, draftOf?: string): Promise<OutboxOp> {
  return db.writeStrict(['session', 'outbox', 'drafts'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    // The transaction may run again after a lost connection; the operation is written once.
    const known = await outbox.get(op.op_id)
    if (known) return known
    const device = (await tx.objectStore('session').get('device')) as Device | undefined
    if (!device) throw new Error('no device')
    const written: OutboxOp = { ...op, device_seq: device.next_seq, state: 'local' }
    await tx.objectStore('session').put({ ...device, next_seq: device.next_seq + 1 }, 'device')
    await outbox.add(written)
    if (draftOf) await tx.objectStore('drafts').delete([op.account_id, draftOf])
    return written
  })
}

/** All operations of an account, oldest first. */
export function opsOf(db: Database, account_id: string): Promise<OutboxOp[]> {
  return db.read(['outbox'], (tx) => tx.objectStore('outbox').index('order').getAll(ofAccount(account_id)))
}

export const unanswered = (op: OutboxOp): boolean => op.state === 'local' || op.state === 'sent'

/**
 * What an account may see of the outbox: its own operations, oldest first, and of the others' no
 * more than how many wait for them to sign in.
 */
export function outboxFor(db: Database, account_id: string | null): Promise<{ ops: OutboxOp[]; parked: number }> {
  return db.read(['outbox'], async (tx) => {
    const all = await tx.objectStore('outbox').index('order').getAll()
    return {
      ops: all.filter((op) => op.account_id === account_id),
      parked: all.filter((op) => op.account_id !== account_id && unanswered(op)).length,
    }
  })
}

async function change(
  db: Database,
  account_id: string,
  with_: (op: OutboxOp) => OutboxOp | null | undefined,
  strict = false,
): Promise<void> {
  await (strict ? db.writeStrict.bind(db) : db.write.bind(db))(['outbox'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    for (const op of await outbox.index('order').getAll(ofAccount(account_id))) {
      const next = with_(op)
      if (next === null) await outbox.delete(op.op_id)
      else if (next && next !== op) await outbox.put(next)
    }
  })
}

/** A push that carries these is leaving. */
export function markSent(db: Database, account_id: string, ids: readonly string[]): Promise<void> {
  const leaving = new Set(ids)
  return change(db, account_id, (op) => (leaving.has(op.op_id) && op.state === 'local' ? { ...op, state: 'sent' } : op))
}

/** No push is on the way: whatever got no answer is on this phone and nowhere else, as far as we know. */
export function unmarkSent(db: Database, account_id: string): Promise<void> {
  return change(db, account_id, (op) => (op.state === 'sent' ? { ...op, state: 'local' } : op))
}

/** Stores receipts and refusals beside their operations. Returns how many got an answer. */
export async function settle(
  db: Database,
  account_id: string,
  results: readonly OpResult[],
  at: Millis,
): Promise<number> {
  const answers = new Map(results.map((result) => [result.op_id, result]))
  let settled = 0
  await change(
    db,
    account_id,
    (op) => {
      const answer = answers.get(op.op_id)
      if (!answer || !unanswered(op)) return op
      const more = { ...(answer.reason ? { reason: answer.reason } : {}), ...(answer.flags?.length ? { flags: answer.flags } : {}) }
      switch (answer.outcome) {
        case 'applied':
        case 'duplicate':
        case 'superseded':
          // Without a receipt the book does not have it, whatever the word says.
          if (typeof answer.seq !== 'number') return op
          settled += 1
          return { ...op, ...more, state: 'booked', seq: answer.seq, booked_at: at }
        case 'rejected':
          settled += 1
          return { ...op, ...more, state: 'rejected' }
        default:
          return op
      }
    },
    true,
  )
  return settled
}

/**
 * Forgets booked operations made before `before` that the pulled book (`seq`) already contains.
 * What has no receipt stays, however old.
 */
export function prune(db: Database, account_id: string, before: Millis, seq: number): Promise<void> {
  return change(db, account_id, (op) =>
    op.state === 'booked' && op.made_at < before && op.seq !== undefined && op.seq <= seq ? null : op,
  )
}

/** Lets go of a rejected record; only a person decides that. */
export function discard(db: Database, account_id: string, op_id: string): Promise<void> {
  return change(db, account_id, (op) => (op.op_id === op_id && op.state === 'rejected' ? null : op), true)
}
