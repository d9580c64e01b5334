import { keyOf, type InfoRow } from './book.ts'
import type { Database, SessionRow } from './db.ts'
import { ownerOf } from './session.ts'

/**
 * Lets go of what stands elsewhere too, for a phone that is full: records with a receipt that the
 * pulled book has, and other accounts' doors. The doors of the one who is signed in stay: on a
 * street without a network they cannot be fetched again, and nobody could knock on.
 */
export function makeRoom(db: Database): Promise<void> {
  return db.write(['meta', 'session', 'alleys', 'outbox'], async (tx) => {
    const session = (await tx.objectStore('session').get('account')) as SessionRow | undefined
    const own = session?.account.id
    const book = own === undefined ? undefined : ((await tx.objectStore('meta').get(keyOf(own))) as InfoRow | undefined)

    const outbox = tx.objectStore('outbox')
    for (const op of await outbox.index('booked').getAll()) {
      // Nothing is laid over the doors of somebody who is not here.
      const there = op.account_id !== own || (op.seq ?? Infinity) <= (book?.seq ?? -1)
      if (op.state === 'booked' && there) await outbox.delete(op.op_id)
    }
    const alleys = tx.objectStore('alleys')
    for (const key of await alleys.getAllKeys()) if (key[0] !== own) await alleys.delete(key)
    const meta = tx.objectStore('meta')
    for (const key of await meta.getAllKeys()) {
      // Beside the books lies what nobody can fetch again: an act that can still be taken back.
      const owner = ownerOf(key)
      if (owner !== null && owner !== own && key === keyOf(owner)) await meta.delete(key)
    }
  })
}
