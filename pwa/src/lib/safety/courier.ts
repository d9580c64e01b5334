/**
 * Delivers what this phone can no longer read, or may not: operations of locked accounts, each sealed
 * when it was written, and what an emptied vault has left. Whoever has the cookie of this browser
 * carries them all, as anybody of the ward may carry anybody's.
 */
import { Problem, type Api } from '../api/client.ts'
import { refreshProof } from '../auth/proof.ts'
import type { Database } from '../data/db.ts'
import { anySealed, markCarried, offerSealed } from '../data/outbox.ts'
import { allParcels, waits } from '../data/parcels.ts'
import { knownDevice } from '../data/session.ts'
import { forgetDevice, wipedNote } from '../data/vaults.ts'
import { newId } from '../domain/id.ts'
import type { Clock } from '../domain/time.ts'
import { clearOutside } from './marker.ts'
import { CALL_PARCELS, deliverParcels, spoiled } from './parcel.ts'
import type { Fate } from './types.ts'

export interface CourierParts {
  db: Database
  /** Speaks with the token of whoever has the cookie. */
  api: Api
  clock: Clock
  /** The ward of whoever has the cookie, once they are known. */
  ward: () => string | null
}

/** Whether there is anything to bring. */
export async function something({ db }: Pick<CourierParts, 'db'>): Promise<boolean> {
  if (await wipedNote(db)) return true
  if (await anySealed(db)) return true
  return (await allParcels(db)).some(waits)
}

/** Brings what there is. Throws what the API throws; what was not answered for waits. */
export async function carry(parts: CourierParts): Promise<void> {
  await tellWiped(parts)
  await carryRows(parts)
  const ward = parts.ward()
  if (ward !== null) await deliverParcels(parts.db, parts.api, ward, parts.clock)
}

async function carryRows({ db, api }: CourierParts): Promise<void> {
  /** Refused by the server we know: another may take them, this one is not asked twice in one go. */
  const refused = new Set<string>()
  for (;;) {
    const rows = await offerSealed(db, CALL_PARCELS, refused)
    if (rows.length === 0) return
    let fates: Fate[]
    try {
      fates = (await api.post<{ parcels: Fate[] }>('/sync/carry', { parcels: rows.map((row) => row.sealed) }, { gzip: true })).parcels
    } catch (error) {
      if (!spoiled(error)) throw error
      fates = []
    }
    // Whatever became of it: the server has it, and the phone of the one who wrote it will learn how.
    const there = rows.filter((_, at) => fates[at] && !('refused' in fates[at]))
    await markCarried(db, there.map((row) => row.op_id))
    for (const row of rows) if (!there.includes(row)) refused.add(row.op_id)
  }
}

/** Says that this phone has emptied itself, as the ward asked, until the ward has heard it. */
async function tellWiped({ db, api, clock }: CourierParts): Promise<void> {
  const [note, device] = [await wipedNote(db), await knownDevice(db)]
  if (!note || !device) return
  const { at, accounts, unsent } = note
  const { device_id } = device
  // The server takes this proof once, for a refresh or for this.
  const proof = await refreshProof(device, newId(clock))
  try {
    await api.post('/auth/wiped', { device_id, at, accounts, unsent, proof }, { open: true })
  } catch (error) {
    // A server that does not know the call yet must not keep the rest from being delivered.
    if (error instanceof Problem) return
    throw error
  }
  await forgetDevice(db)
  clearOutside()
}
