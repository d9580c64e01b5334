/** Seals each operation for the server as it is written. Loaded with the unlocking of a vault. */
import type { Database } from '../data/db.ts'
import type { Sealer } from '../data/keyring.ts'
import { knownDevice, recall } from '../data/session.ts'
import type { Clock, Millis } from '../domain/time.ts'
import { pack, type SealKey } from './parcel.ts'

/** Null while the phone has not met a server that opens parcels. `off`: server's clock minus the phone's. */
export async function sealerOf(db: Database, clock: Clock, app_version: string, off: () => Millis): Promise<Sealer | null> {
  const [device, key] = [await knownDevice(db), await recall<SealKey>(db, 'seal')]
  if (!device || !key) return null
  return ({ account_id, op_id, device_seq, after, made_at, kind, payload }) => {
    const op = { op_id, device_seq, after, made_at, kind, payload }
    return pack(device, key, { account_id, ops: [op as never] }, { sent_at: clock.now(), clock_off: off(), app_version })
  }
}
