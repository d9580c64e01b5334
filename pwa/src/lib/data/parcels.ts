import type { Millis } from '../domain/time.ts'
import type { Fate } from '../safety/types.ts'
import type { Database } from './db.ts'

/** What travels; nobody but the server can open it. */
export interface Sealed {
  kid: string
  enc: string
  ct: string
}

/** How the ids begin of what this phone's own emptied vaults have left. */
export const OWN = 'own:'
export const ownParcels = (): IDBKeyRange => IDBKeyRange.bound(OWN, `${OWN}\uffff`)

/** Sealed work of a phone that could not send it, kept until the server has answered for it. */
export interface Parcel {
  /** Hash of the content: the same file taken in twice doubles nothing. */
  id: string
  ward: string
  imported_at: Millis
  /** Until then it rests, as its operation did when the vault was emptied. */
  due?: Millis
  /** Gone once the server has taken it in; what was refused stays. */
  sealed?: Sealed
  answered_at?: Millis
  fate?: Fate
}

/** Keeps parcels that are new here, or were refused before. Returns how many. */
export function keepParcels(db: Database, parcels: readonly Parcel[]): Promise<number> {
  return db.writeStrict(['parcels'], async (tx) => {
    const store = tx.objectStore('parcels')
    let kept = 0
    for (const parcel of parcels) {
      const known = await store.get(parcel.id)
      if (known && !(known.fate && 'refused' in known.fate)) continue
      await store.put(parcel)
      kept += 1
    }
    return kept
  })
}

/** All that this phone carries or has carried, newest first. */
export async function allParcels(db: Database): Promise<Parcel[]> {
  const all = await db.read(['parcels'], (tx) => tx.objectStore('parcels').getAll())
  return all.sort((a, b) => b.imported_at - a.imported_at || (a.id < b.id ? -1 : 1))
}

/** How long one tap takes back what was just done. */
export const UNDO_MS = 10_000

/** Whether this may still be taken back. A clock that was set back holds nothing up for longer than that. */
export const resting = ({ due = 0 }: { due?: Millis }, now: Millis): boolean => due > now && due <= now + UNDO_MS

/** Without an answer. */
export const waits = (parcel: Parcel): parcel is Parcel & { sealed: Sealed } => parcel.sealed !== undefined && parcel.fate === undefined

/** Writes down what the server said. What it took in needs no bytes here any more. */
export function answered(db: Database, id: string, fate: Fate, at: Millis): Promise<void> {
  return db.writeStrict(['parcels'], async (tx) => {
    const store = tx.objectStore('parcels')
    const parcel = await store.get(id)
    if (!parcel) return
    const { sealed, ...rest } = parcel
    await store.put({ ...rest, ...('refused' in fate && sealed ? { sealed } : {}), answered_at: at, fate })
  })
}

/** Forgets parcels that the server took in before `before`: their fates have been seen, or never will be. */
export function forgetParcels(db: Database, before: Millis): Promise<void> {
  return db.write(['parcels'], async (tx) => {
    const store = tx.objectStore('parcels')
    for (const parcel of await store.getAll()) {
      if (!parcel.sealed && (parcel.answered_at ?? 0) < before) await store.delete(parcel.id)
    }
  })
}
