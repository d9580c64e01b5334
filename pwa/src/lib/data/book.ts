import { alleyFrom, doorFrom, type Alley, type Door, type Group, type Me, type PullAnswer, type Skill } from '../api/types.ts'
import type { Millis } from '../domain/time.ts'
import type { Database } from './db.ts'

/** What the phone has of the ward's book besides the alleys, and up to which number. */
export interface BookInfo {
  cursor: string | null
  seq: number
  pulled_at: Millis
  me: Me | null
  skills: Skill[]
  groups: Group[]
}

const NOTHING: BookInfo = { cursor: null, seq: 0, pulled_at: 0, me: null, skills: [], groups: [] }

const keyOf = (account_id: string): string => `turf:${account_id}`
const alleysOf = (account_id: string): IDBKeyRange => IDBKeyRange.bound([account_id], [account_id, []])

export function bookOf(db: Database, account_id: string): Promise<{ info: BookInfo; alleys: Alley[] }> {
  return db.read(['meta', 'alleys'], async (tx) => {
    const info = (await tx.objectStore('meta').get(keyOf(account_id))) as BookInfo | undefined
    const records = await tx.objectStore('alleys').getAll(alleysOf(account_id))
    return { info: info ?? NOTHING, alleys: records.map((record) => record.alley) }
  })
}

export async function infoOf(db: Database, account_id: string): Promise<BookInfo> {
  const info = await db.read(['meta'], (tx) => tx.objectStore('meta').get(keyOf(account_id)))
  return (info as BookInfo | undefined) ?? NOTHING
}

/** Forgets the place reached, so that the next pull brings everything. */
export function forgetCursor(db: Database, account_id: string): Promise<void> {
  return db.write(['meta'], async (tx) => {
    const meta = tx.objectStore('meta')
    const info = (await meta.get(keyOf(account_id))) as BookInfo | undefined
    if (info) await meta.put({ ...info, cursor: null }, keyOf(account_id))
  })
}

/**
 * Applies one answer in one transaction. `asked` is the cursor it was asked with: an answer to an
 * older question is dropped (false), for the doors it names may have moved on since.
 */
export function applyPull(
  db: Database,
  account_id: string,
  asked: string | null,
  answer: PullAnswer,
  at: Millis,
): Promise<boolean> {
  return db.write(['meta', 'alleys'], async (tx) => {
    const meta = tx.objectStore('meta')
    const store = tx.objectStore('alleys')
    const held = ((await meta.get(keyOf(account_id))) as BookInfo | undefined) ?? NOTHING
    if (held.cursor !== asked) return false

    if (answer.reset) await store.delete(alleysOf(account_id))
    const base = answer.reset ? NOTHING : held
    for (const wire of answer.alleys ?? []) await store.put({ account_id, id: wire.id, alley: alleyFrom(wire) })

    const gone = new Set(answer.gone?.households ?? [])
    for (const id of answer.gone?.alleys ?? []) await store.delete([account_id, id])
    if (gone.size > 0 || answer.doors?.length) {
      const changed = new Map((answer.doors ?? []).map((door) => [door.id, door]))
      for (const record of await store.getAll(alleysOf(account_id))) {
        const { alley } = record
        // A door that moved to another alley leaves the one it stood in.
        let doors = alley.doors.filter((d) => !gone.has(d.id) && (changed.get(d.id)?.alley_id ?? alley.id) === alley.id)
        const mine = [...changed.values()].filter((d) => d.alley_id === alley.id && !gone.has(d.id))
        if (doors.length === alley.doors.length && mine.length === 0) continue
        const fresh = new Map<string, Door>(mine.map((wire) => [wire.id, doorFrom(wire)]))
        doors = doors.map((d) => fresh.get(d.id) ?? d)
        const known = new Set(doors.map((d) => d.id))
        for (const [id, door] of fresh) if (!known.has(id)) doors.push(door)
        await store.put({ ...record, alley: { ...alley, doors } })
      }
    }

    const info: BookInfo = {
      cursor: answer.cursor,
      seq: answer.seq,
      pulled_at: at,
      me: answer.me ?? base.me,
      skills: answer.skills ?? base.skills,
      groups: (answer.groups as Group[] | undefined) ?? base.groups,
    }
    await meta.put(info, keyOf(account_id))
    return true
  })
}
