/**
 * What the screens may ask of the safety net under unsent work, and what it tells them. The one
 * instance is `safety` of `$lib/app.ts`.
 */
import type { Millis } from '../domain/time.ts'

/** Unsent work sealed into a file. */
export interface Exported {
  blob: Blob
  /** `go-cua-20261122-1405.gocua` */
  name: string
  /** Operations inside, of every account of this phone. */
  ops: number
}

export interface Imported {
  /** Operations the file says it holds. */
  ops: number
  /** Sealed parcels kept now; 0 when this phone had them all before. */
  parcels: number
}

/**
 * not_ours: no file of this app · broken: one of ours, but cut off or changed · other_ward: of
 * another ward · nothing_inside: of ours, and empty.
 */
export type ImportFault = 'not_ours' | 'broken' | 'other_ward' | 'nothing_inside'

export class ImportError extends Error {
  readonly fault: ImportFault

  constructor(fault: ImportFault) {
    super(fault)
    this.name = 'ImportError'
    this.fault = fault
  }
}

/** nothing_here: no unsent work · no_seal: this phone has not met a server that opens parcels. */
export type ExportFault = 'nothing_here' | 'no_seal'

export class ExportError extends Error {
  readonly fault: ExportFault

  constructor(fault: ExportFault) {
    super(fault)
    this.name = 'ExportError'
    this.fault = fault
  }
}

/** What the server said of a parcel; the carrier learns nothing of what is inside. */
export type Fate =
  | { taken: number; again: number; kept: number; rejected: number; held: number }
  | { refused: 'unreadable' | 'unknown_key' | 'not_signed' | 'other_ward' }

/** A parcel that this phone carries or has carried. */
export interface Carried {
  id: string
  /** When it was taken from a file. */
  imported_at: Millis
  /** When the server answered for it; absent while it waits. */
  answered_at?: Millis
  fate?: Fate
}

export interface Quota {
  /** Bytes in use and bytes allowed, as far as the browser says. */
  usage: number
  quota: number
  /** Time to send, and to make room. */
  low: boolean
}

/** The browser threw the app's data away. */
export interface Evicted {
  /** Records that were unsent when last counted; null when that was never noted. */
  unsent: number | null
  /** When that was. */
  at: Millis | null
}

/** What was found on this phone when the app started. */
export interface BootReport {
  /** Unsent records of the signed-in account, each of them read: "37 lượt của bạn còn nguyên". */
  unsent: number
  /** Unsent records of other accounts, which wait for these to sign in. */
  parked: number
  /** Records that are there and cannot be read. */
  unreadable: number
  evicted: Evicted | null
  /** Whether the browser has promised to keep the data; null when it cannot say. */
  persisted: boolean | null
  /** Null when the browser does not say. */
  quota: Quota | null
}

/** The surface of `safety` that screens use. */
export interface SafetyNet {
  /** Null until the phone has been looked through. */
  readonly report: BootReport | null
  /** Parcels of others that wait here to be delivered; kept up to date. */
  readonly waiting: number
  /** Throws [ExportError]. Works without a network. */
  exportUnsent(): Promise<Exported>
  /** Throws [ImportError]. */
  importFile(file: Blob): Promise<Imported>
  /** Parcels that wait here to be delivered. */
  parcelsHere(): Promise<number>
  /** Newest first, delivered and refused ones included. */
  carried(): Promise<Carried[]>
  /** The person has read the loss message. */
  acknowledge(): void
}
