import type { Api } from '../api/client.ts'
import type { Database } from '../data/db.ts'
import { inside, skipNumbers } from '../data/look.ts'
import { allParcels, waits } from '../data/parcels.ts'
import type { Clock, Millis } from '../domain/time.ts'
import { lookThrough } from './boot.ts'
import { askToKeep, promised, roomLeft, type Storage } from './durability.ts'
import { lost, outside, writeOutside } from './marker.ts'
import type { BootReport, Carried, Evicted, Exported, Imported, SafetyNet } from './types.ts'

/** The room is not looked at more often than this. */
const ROOM_EVERY_MS = 10 * 60_000

export interface SafetyParts {
  db: Database
  api: Api
  clock: Clock
  storage: Storage | undefined
  appVersion: string
  /** Who is signed in, on screens that carry parcels; null otherwise. `live`: can send. */
  account: () => { id: string; ward: string; live: boolean } | null
}

/** The net under unsent work: what was found at the start, the promise of the browser, and parcels. */
export class Safety implements SafetyNet {
  report = $state.raw<BootReport | null>(null)
  waiting = $state.raw(0)

  readonly #parts: SafetyParts
  #evicted: Evicted | null = null
  /** Nothing is written over the marker before it has been compared. */
  #compared = false
  #asked = false
  #room_at: Millis = 0
  #delivering: Promise<number> | null = null

  constructor(parts: SafetyParts) {
    this.#parts = parts
  }

  /** Looks the phone through; once, when the app starts and before anything is written. */
  async begin(): Promise<void> {
    const { db, clock } = this.#parts
    // localStorage first: another tab that saves meanwhile can only make the database newer.
    const before = outside()
    const now = await inside(db, clock.now())
    this.#evicted = lost(before, now)
    if (before && now && this.#evicted && before.device_id === now.device_id) await skipNumbers(db, now.device_id, before.seq)
    this.#compared = true
    // With nothing inside, the marker is all that is left to tell by, until somebody signs in.
    if (now && !(this.#evicted && now.seq === 0)) writeOutside(now)
    await this.look()
    await this.count()
  }

  /** What is on the phone for whoever is signed in now. */
  async look(): Promise<void> {
    const { db, storage, account } = this.#parts
    const found = await lookThrough(db, account()?.id ?? null)
    this.#room_at = this.#parts.clock.now()
    this.report = { ...found, evicted: this.#evicted, persisted: await promised(storage), quota: await roomLeft(storage) }
  }

  /** Somebody signed in: the phone is theirs from here on. */
  async signedIn(): Promise<void> {
    await this.note()
    await this.look()
  }

  /** Something was saved or answered: the marker is brought up to date. */
  async note(): Promise<void> {
    const { db, clock, storage, account } = this.#parts
    if (!this.#compared || !account()) return
    const now = await inside(db, clock.now())
    if (!now) return
    writeOutside(now)
    if (!this.#asked && now.seq > 0) await this.ask()
    if (this.report && clock.now() - this.#room_at >= ROOM_EVERY_MS) {
      this.#room_at = clock.now()
      this.report = { ...this.report, quota: await roomLeft(storage) }
    }
  }

  /** Asks the browser to keep the data: after a sign-in, after the first save, once installed. */
  async ask(): Promise<boolean | null> {
    this.#asked = true
    const persisted = await askToKeep(this.#parts.storage)
    if (this.report) this.report = { ...this.report, persisted }
    return persisted
  }

  acknowledge(): void {
    this.#evicted = null
    if (this.report) this.report = { ...this.report, evicted: null }
  }

  async exportUnsent(): Promise<Exported> {
    const { db, clock, appVersion } = this.#parts
    const { exportUnsent } = await import('./sealed.ts')
    return await exportUnsent(db, clock, appVersion)
  }

  async importFile(file: Blob): Promise<Imported> {
    const { db, clock, account } = this.#parts
    const { importFile } = await import('./sealed.ts')
    const taken = await importFile(db, file, account()?.ward ?? null, clock.now())
    await this.count()
    void this.deliver().catch(() => undefined)
    return taken
  }

  async parcelsHere(): Promise<number> {
    await this.count()
    return this.waiting
  }

  async carried(): Promise<Carried[]> {
    return (await allParcels(this.#parts.db)).map(({ sealed: _, ward: __, ...rest }) => rest)
  }

  /** Brings what waits to the server. Throws what the API throws; what waits then still waits. */
  deliver(): Promise<number> {
    this.#delivering ??= this.#deliver().finally(() => {
      this.#delivering = null
    })
    return this.#delivering
  }

  async #deliver(): Promise<number> {
    const { db, api, clock, account } = this.#parts
    const who = account()
    if (!who?.live || this.waiting === 0) return 0
    const still = (): boolean => account()?.id === who.id
    try {
      const { bySession, deliverParcels } = await import('./sealed.ts')
      return await deliverParcels(db, bySession(api, still), who.ward, clock)
    } finally {
      await this.count()
    }
  }

  /** Counts the parcels again: another tab may have taken some in. */
  async count(): Promise<void> {
    this.waiting = (await allParcels(this.#parts.db)).filter(waits).length
  }
}
