/**
 * Delivers what this phone can no longer read, or nobody here may send: operations of locked accounts
 * and of sessions that have ended, each sealed when it was written, and what an emptied vault has left.
 * Whoever has the cookie of this browser carries them all, as anybody of the ward may carry anybody's;
 * when nobody has one, the phone signs for itself. Nobody has to sign in for it.
 */
import { Problem, SessionEnded, type Api } from '../api/client.ts'
import { refreshProof } from '../auth/proof.ts'
import type { Database } from '../data/db.ts'
import { anySealed, markCarried, offerSealed, type Carrying } from '../data/outbox.ts'
import { allParcels, OWN, resting, waits } from '../data/parcels.ts'
import { knownDevice, recall } from '../data/session.ts'
import { forgetDevice, leftAfterWipe, wipedNote, wipeHeard } from '../data/vaults.ts'
import { newId } from '../domain/id.ts'
import type { Clock } from '../domain/time.ts'
import { clearOutside } from './marker.ts'
import { bySession, bySignature, CALL_PARCELS, deliverParcels, spoiled, type Bring, type SealKey } from './parcel.ts'
import type { Fate } from './types.ts'

export interface CourierParts {
  db: Database
  /** Speaks with the token of whoever has the cookie. */
  api: Api
  clock: Clock
  /** The ward of whoever has the cookie, once they are known. */
  ward: () => string | null
  /** The session of whoever is here has ended: what they can read goes sealed too. */
  ended: () => boolean
}

const carryingNow = ({ clock, ended }: Pick<CourierParts, 'clock' | 'ended'>): Carrying => ({ now: clock.now(), all: ended() })

/** Whether there is anything to bring, or to say. */
export async function something(parts: Pick<CourierParts, 'db' | 'clock' | 'ended'>): Promise<boolean> {
  const { db } = parts
  const note = await wipedNote(db)
  if (note && !note.heard) return true
  if (await anySealed(db, carryingNow(parts))) return true
  const waiting = (await allParcels(db)).filter(waits)
  if (waiting.some((parcel) => !resting(parcel, parts.clock.now()))) return true
  // Then it begins anew.
  return note !== undefined && !waiting.some(({ id }) => id.startsWith(OWN)) && (await knownDevice(db)) !== undefined
}

/** Brings what there is. Returns how many got an answer; throws what the API throws, and the rest waits. */
export async function carry(parts: CourierParts): Promise<number> {
  const { db, clock } = parts
  const emptied = (await wipedNote(db)) !== undefined
  await tellWiped(parts)
  const bring = bringer(parts, emptied)
  let done = 0
  try {
    done += await carryRows(parts, bring)
    // Emptied for good it keeps nothing back: the server knows who asks.
    const ward = emptied ? null : (parts.ward() ?? (await recall<SealKey>(db, 'seal'))?.ward ?? null)
    done += await deliverParcels(db, bring, ward, clock)
  } catch (error) {
    if (!refusedForGood(error)) throw error
    // Not by this phone: its parcels wait for somebody of the ward.
    if ((await wipedNote(db))?.heard) await forgetDevice(db)
    throw error
  }
  // The ward may have revoked it on the way.
  if (!emptied) await tellWiped(parts)
  // Nothing needs this phone's signature any more.
  if ((await wipedNote(db))?.heard && (await leftAfterWipe(db))?.sending === 0) await forgetDevice(db)
  return done
}

/** With whatever session this browser has, and by the phone's own signature once there is none. */
function bringer({ db, api, clock }: CourierParts, emptied: boolean): Bring {
  const ask = bySession(api)
  // A phone that the ward has emptied knows that it has none.
  let signs = emptied
  return async (parcels) => {
    let refusal: unknown = new SessionEnded()
    if (!signs) {
      try {
        return await ask(parcels)
      } catch (error) {
        if (!refusedForGood(error)) throw error
        refusal = error
        signs = true
      }
    }
    const device = await knownDevice(db)
    if (!device) throw refusal
    return await bySignature(api, device, clock)(parcels)
  }
}

/** Not the moment is at fault, but who asks. */
const refusedForGood = (error: unknown): boolean => error instanceof Problem && (error.status === 401 || error.status === 403)

async function carryRows(parts: CourierParts, bring: Bring): Promise<number> {
  const { db } = parts
  let done = 0
  /** Refused by the server we know: another may take them, this one is not asked twice in one go. */
  const refused = new Set<string>()
  for (;;) {
    const rows = await offerSealed(db, CALL_PARCELS, refused, carryingNow(parts))
    if (rows.length === 0) return done
    let fates: Fate[]
    try {
      fates = await bring(rows.map((row) => row.sealed))
    } catch (error) {
      if (!spoiled(error)) throw error
      fates = []
    }
    // Whatever became of it: the server has it, and the phone of the one who wrote it will learn how.
    const there = rows.filter((_, at) => fates[at] && !('refused' in fates[at]))
    await markCarried(db, there.map((row) => row.op_id))
    done += there.length
    for (const row of rows) if (!there.includes(row)) refused.add(row.op_id)
  }
}

/** Says that this phone has emptied itself, as the ward asked, until the ward has heard it. */
async function tellWiped({ db, api, clock }: CourierParts): Promise<void> {
  const [note, device] = [await wipedNote(db), await knownDevice(db)]
  if (!note || note.heard || !device) return
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
  await wipeHeard(db)
  clearOutside()
}
