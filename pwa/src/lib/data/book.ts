import { alleyFrom, doorFrom, type Alert, type Alley, type Door, type DoorCode, type Group, type Me, type OfficerBook, type OwnFlag, type PullAnswer, type ReferralTerm, type Skill } from '../api/types.ts'
import type { Notice } from '../domain/notice.ts'
import type { Millis } from '../domain/time.ts'
import type { AlleyRecord, AlleyRow, Database, Tx } from './db.ts'
import type { Box } from './keyring.ts'

/** What the phone has of the ward's book besides the alleys, and up to which number. */
export interface BookInfo {
  cursor: string | null
  /** Everything up to this number is here. It moves on only with the last page. */
  seq: number
  pulled_at: Millis
  me: Me | null
  skills: Skill[]
  groups: Group[]
  /** What residents are told before they agree, and by when a referral is owed an answer. */
  notices: Notice[]
  referral_kinds: ReferralTerm[]
  /** What residents of the team's groups tell by who is announced, of today and some days to come. */
  codes: DoorCode[]
  /** Warnings of frauds in the team's groups, those whose last day has passed since among them. */
  alerts: Alert[]
  /** Remarks on this account's own records: the open ones, and those closed of late. */
  quality: OwnFlag[]
  /** What an officer works from; comes whole. */
  police: OfficerBook | null
  /** Pages applied; each alley bears the number of the page that last changed it. */
  stamp: number
  /** More pages are to come. */
  more: boolean
  /** The page with which everything began anew: what no page since has brought goes with the last one. */
  sweep: number | null
}

const NOTHING: BookInfo = {
  cursor: null, seq: 0, pulled_at: 0, me: null, skills: [], groups: [], notices: [], referral_kinds: [], codes: [], alerts: [], quality: [], police: null, stamp: 0, more: false, sweep: null,
}

export const keyOf = (account_id: string): string => `turf:${account_id}`
const alleysOf = (account_id: string): IDBKeyRange => IDBKeyRange.bound([account_id], [account_id, []])

/** What of the book says how far it reaches, and not of whom it speaks: in clear on the disk. */
type Reach = Pick<BookInfo, 'cursor' | 'seq' | 'pulled_at' | 'stamp' | 'more' | 'sweep'>
/** Plain until its account has a PIN; what 0.1.0 wrote lacks the fields of the pages. */
export type InfoRow = Partial<BookInfo> & { box?: Box }

const rowIn = async (tx: Tx<'readonly' | 'readwrite'>, account_id: string): Promise<InfoRow | undefined> =>
  (await tx.objectStore('meta').get(keyOf(account_id))) as InfoRow | undefined

const infoPlace = (account_id: string): string => `meta|${keyOf(account_id)}`
const alleyPlace = (account_id: string, id: string): string => `alleys|${account_id}|${id}`

async function infoFrom(db: Database, account_id: string, row: InfoRow | undefined): Promise<BookInfo> {
  const { box, ...rest } = row ?? {}
  if (!box || !db.keys.of(account_id)) return { ...NOTHING, ...rest }
  const content = await db.keys.open<Partial<BookInfo>>(account_id, infoPlace(account_id), box)
  // Unreadable: the book is asked for anew.
  return content ? { ...NOTHING, ...rest, ...content } : { ...NOTHING, ...rest, cursor: null }
}

/** The row with what names people and places in a box; as it is when it has one. */
export async function boxedInfo(db: Database, account_id: string, row: InfoRow): Promise<InfoRow> {
  if (row.box) return row
  const { cursor = null, seq = 0, pulled_at = 0, stamp = 0, more = false, sweep = null, ...content } = row
  const reach: Reach = { cursor, seq, pulled_at, stamp, more, sweep }
  return { ...reach, box: await db.keys.box(account_id, infoPlace(account_id), content) }
}

/** The alley in this row; null when it cannot be opened. */
async function alleyFromRow(db: Database, row: AlleyRow): Promise<AlleyRecord | null> {
  const { box, ...rest } = row
  if (!box) return rest as AlleyRecord
  if (!db.keys.of(row.account_id)) return null
  const content = await db.keys.open<Pick<AlleyRecord, 'alley' | 'left'>>(row.account_id, alleyPlace(row.account_id, row.id), box)
  return content && { ...rest, ...content }
}

async function alleysFrom(db: Database, rows: readonly AlleyRow[]): Promise<AlleyRecord[]> {
  return (await Promise.all(rows.map((row) => alleyFromRow(db, row)))).filter((record) => record !== null)
}

/** The row with the alley in a box; as it is when it has one. */
export async function boxedAlley(db: Database, row: AlleyRow): Promise<AlleyRow> {
  if (row.box) return row
  const { account_id, id, stamp, brought, ...content } = row
  return {
    account_id, id, ...(stamp === undefined ? {} : { stamp }), ...(brought === undefined ? {} : { brought }),
    box: await db.keys.box(account_id, alleyPlace(account_id, id), content),
  }
}

/** The alley as a screen may show it, doors on their way between two alleys included. */
const shown = ({ alley, left }: AlleyRecord): Alley => (left ? { ...alley, doors: [...alley.doors, ...left] } : alley)

export async function bookOf(db: Database, account_id: string): Promise<{ info: BookInfo; alleys: Alley[] }> {
  const { row, rows } = await db.read(['meta', 'alleys'], async (tx) => ({
    row: await rowIn(tx, account_id),
    rows: await tx.objectStore('alleys').getAll(alleysOf(account_id)),
  }))
  const [info, records] = await Promise.all([infoFrom(db, account_id, row), alleysFrom(db, rows)])
  // An alley that cannot be read comes again with the next book.
  if (records.length < rows.length && db.keys.of(account_id)) await forgetCursor(db, account_id)
  return { info, alleys: settled(records) }
}

/** A door that one page has brought already stands no longer where another has left it. */
function settled(records: readonly AlleyRecord[]): Alley[] {
  if (!records.some((record) => record.left)) return records.map(({ alley }) => alley)
  const brought = new Set(records.flatMap(({ alley }) => alley.doors.map((door) => door.id)))
  return records.map((record) =>
    record.left ? shown({ ...record, left: record.left.filter((door) => !brought.has(door.id)) }) : record.alley,
  )
}

/** What changed since the page `stamp`: null when that cannot be told and everything has to be read. */
export interface News {
  info: BookInfo
  changed: Alley[]
  /** Every alley there is. */
  ids: string[]
}

/**
 * The alleys that pages after `stamp` have changed. Null when doors are on their way between alleys,
 * or were a page ago: then only all alleys together tell where they stand.
 */
export async function newsOf(db: Database, account_id: string, stamp: number): Promise<News | null> {
  const found = await db.read(['meta', 'alleys'], async (tx) => {
    const row = await rowIn(tx, account_id)
    const at = row?.stamp ?? 0
    if (row?.more || at < stamp) return null
    const alleys = tx.objectStore('alleys')
    const [changed, keys] = await Promise.all([
      at === stamp ? [] : alleys.index('stamp').getAll(IDBKeyRange.bound([account_id, stamp], [account_id, []], true)),
      alleys.getAllKeys(alleysOf(account_id)),
    ])
    return { row, changed, ids: keys.map(([, id]) => id) }
  })
  if (!found) return null
  const [info, changed] = await Promise.all([infoFrom(db, account_id, found.row), alleysFrom(db, found.changed)])
  if (changed.length < found.changed.length) return null
  return { info, changed: changed.map(({ alley }) => alley), ids: found.ids }
}

export async function infoOf(db: Database, account_id: string): Promise<BookInfo> {
  return infoFrom(db, account_id, await db.read(['meta'], (tx) => rowIn(tx, account_id)))
}

/** Forgets the place reached, so that the next pull brings everything. */
export function forgetCursor(db: Database, account_id: string): Promise<void> {
  return db.write(['meta'], async (tx) => {
    const meta = tx.objectStore('meta')
    const info = await rowIn(tx, account_id)
    if (info) await meta.put({ ...info, cursor: null }, keyOf(account_id))
  })
}

/**
 * Applies one page in one transaction. `asked` is the cursor it was asked with: an answer to an
 * older question is dropped (false), for the doors it names may have moved on since. While more is
 * to come nothing disappears that no page has named as gone: a break leaves what was there.
 */
export async function applyPull(
  db: Database,
  account_id: string,
  asked: string | null,
  answer: PullAnswer,
  at: Millis,
): Promise<boolean> {
  for (;;) {
    const key = db.keys.of(account_id)
    const held = await infoOf(db, account_id)
    if (!key || held.cursor !== asked) return false
    const more = answer.more ?? false
    const stamp = held.stamp + 1
    const sweep = answer.reset ? stamp : held.sweep
    const shelf = new Shelf(db, account_id)
    const page = new Page(shelf, account_id, stamp)

    for (const wire of answer.alleys ?? []) await page.bring(alleyFrom(wire), more)
    for (const id of answer.gone?.alleys ?? []) page.drop(id)
    await page.change(new Map((answer.doors ?? []).map((door) => [door.id, door])), new Set(answer.gone?.households))

    // Groups come with the alleys of their page; those of the other alleys stand.
    let groups = [...new Map([...held.groups, ...((answer.groups ?? []) as Group[])].map((group) => [group.id, group])).values()]
    if (!more && (held.more || sweep !== null)) {
      const used = await page.finish(sweep)
      groups = groups.filter((group) => used.has(group.id))
    }
    const info: BookInfo = {
      ...held,
      cursor: answer.cursor,
      // A door of a page yet to come may be older than the number says.
      seq: more ? held.seq : answer.seq,
      pulled_at: more ? held.pulled_at : at,
      me: answer.me ?? held.me,
      skills: answer.skills ?? held.skills,
      // With the account they are all there are: a group the team gave back has none here any more.
      codes: answer.codes ?? (answer.me ? [] : held.codes),
      alerts: answer.alerts ?? held.alerts,
      quality: answer.quality ?? held.quality,
      police: answer.police ?? held.police,
      groups,
      notices: answer.notices ?? held.notices,
      referral_kinds: answer.referral_kinds ?? held.referral_kinds,
      stamp,
      more,
      sweep: more ? sweep : null,
    }
    // A transaction does not wait for ciphers: all was read and locked up before it begins, and it
    // writes only if nothing has moved since.
    const [row, alleys] = [await boxedInfo(db, account_id, info), await shelf.boxed()]
    const written = await db.write(['meta', 'alleys'], async (tx) => {
      const now = await rowIn(tx, account_id)
      if ((now?.cursor ?? null) !== asked || db.keys.of(account_id) !== key) return false
      if ((now?.stamp ?? 0) !== held.stamp) return null
      const store = tx.objectStore('alleys')
      for (const [id, alley] of alleys) await (alley ? store.put(alley) : store.delete([account_id, id]))
      await tx.objectStore('meta').put(row, keyOf(account_id))
      return true
    })
    if (written !== null) return written
  }
}

/** The alleys of an account as a page finds them, with what the page has done to them so far. */
class Shelf {
  readonly #db: Database
  readonly #account_id: string
  /** Null: dropped. */
  readonly #changed = new Map<string, AlleyRecord | null>()
  #rest: AlleyRecord[] | null = null

  constructor(db: Database, account_id: string) {
    this.#db = db
    this.#account_id = account_id
  }

  async get(id: string): Promise<AlleyRecord | undefined> {
    const changed = this.#changed.get(id)
    if (changed !== undefined) return changed ?? undefined
    if (this.#rest) return this.#rest.find((record) => record.id === id)
    const row = await this.#db.read(['alleys'], (tx) => tx.objectStore('alleys').get([this.#account_id, id]))
    return row && ((await alleyFromRow(this.#db, row)) ?? undefined)
  }

  async all(): Promise<AlleyRecord[]> {
    this.#rest ??= await alleysFrom(
      this.#db, await this.#db.read(['alleys'], (tx) => tx.objectStore('alleys').getAll(alleysOf(this.#account_id))),
    )
    const untouched = this.#rest.filter((record) => !this.#changed.has(record.id))
    return [...untouched, ...[...this.#changed.values()].filter((record) => record !== null)]
  }

  put(record: AlleyRecord): void {
    this.#changed.set(record.id, record)
  }

  delete(id: string): void {
    this.#changed.set(id, null)
  }

  boxed(): Promise<Array<[string, AlleyRow | null]>> {
    return Promise.all(
      [...this.#changed].map(async ([id, record]): Promise<[string, AlleyRow | null]> => [id, record && (await boxedAlley(this.#db, record))]),
    )
  }
}

/** One page on its way to the disk. */
class Page {
  readonly #alleys: Shelf
  readonly #account_id: string
  readonly #stamp: number

  constructor(shelf: Shelf, account_id: string, stamp: number) {
    this.#alleys = shelf
    this.#account_id = account_id
    this.#stamp = stamp
  }

  async bring(alley: Alley, more: boolean): Promise<void> {
    const record: AlleyRecord = {
      account_id: this.#account_id, id: alley.id, alley, stamp: this.#stamp, brought: this.#stamp,
    }
    const before = more ? await this.#alleys.get(alley.id) : undefined
    if (before) {
      const here = new Set(alley.doors.map((door) => door.id))
      const left = [...before.alley.doors, ...(before.left ?? [])].filter((door) => !here.has(door.id))
      if (left.length > 0) record.left = left
    }
    this.#alleys.put(record)
  }

  drop(id: string): void {
    this.#alleys.delete(id)
  }

  /** Replaces single doors, lets those that moved leave the alley they stood in, and drops those that are gone. */
  async change(changed: ReadonlyMap<string, NonNullable<PullAnswer['doors']>[number]>, gone: ReadonlySet<string>): Promise<void> {
    if (changed.size === 0 && gone.size === 0) return
    const named = new Map<string, AlleyRecord>()
    for (const id of new Set([...changed.values()].map((door) => door.alley_id))) {
      const record = id ? await this.#alleys.get(id) : undefined
      if (record) named.set(record.id, record)
    }
    const inPlace = [...changed.values()].every((wire) =>
      named.get(wire.alley_id ?? '')?.alley.doors.some((door) => door.id === wire.id),
    )
    // A door new to its alley has left another, nobody says which.
    const records = inPlace && gone.size === 0 ? [...named.values()] : await this.#alleys.all()
    for (const record of records) {
      const { alley } = record
      const stays = (door: Door): boolean => !gone.has(door.id) && (changed.get(door.id)?.alley_id ?? alley.id) === alley.id
      const fresh = new Map<string, Door>()
      for (const wire of changed.values()) {
        if (wire.alley_id === alley.id && !gone.has(wire.id)) fresh.set(wire.id, doorFrom(wire))
      }
      const doors = alley.doors.filter(stays)
      const left = record.left?.filter((door) => !gone.has(door.id) && !changed.has(door.id))
      if (doors.length === alley.doors.length && fresh.size === 0 && left?.length === record.left?.length) continue
      const known = new Set(doors.map((door) => door.id))
      const next = [...doors.map((door) => fresh.get(door.id) ?? door), ...[...fresh.values()].filter((door) => !known.has(door.id))]
      const { left: _, ...rest } = record
      this.#alleys.put({
        ...rest, alley: { ...alley, doors: next }, stamp: this.#stamp, ...(left?.length ? { left } : {}),
      })
    }
  }

  /** The last page is in: what none of them brought goes. Returns the groups that are left. */
  async finish(sweep: number | null): Promise<Set<string>> {
    const groups = new Set<string>()
    for (const record of await this.#alleys.all()) {
      if (sweep !== null && (record.brought ?? 0) < sweep) {
        this.drop(record.id)
        continue
      }
      groups.add(record.alley.group_id)
      const { left, ...rest } = record
      if (left) this.#alleys.put({ ...rest, stamp: this.#stamp })
    }
    return groups
  }
}
