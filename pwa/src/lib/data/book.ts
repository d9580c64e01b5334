import { alleyFrom, doorFrom, type Alley, type BadgeDay, type Door, type Group, type Me, type PullAnswer, type ReferralTerm, type Skill } from '../api/types.ts'
import type { Notice } from '../domain/notice.ts'
import type { Millis } from '../domain/time.ts'
import type { AlleyRecord, Database, Tx } from './db.ts'

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
  /** The team's codes of today and some days to come. */
  badge: BadgeDay[]
  /** Pages applied; each alley bears the number of the page that last changed it. */
  stamp: number
  /** More pages are to come. */
  more: boolean
  /** The page with which everything began anew: what no page since has brought goes with the last one. */
  sweep: number | null
}

const NOTHING: BookInfo = {
  cursor: null, seq: 0, pulled_at: 0, me: null, skills: [], groups: [], notices: [], referral_kinds: [], badge: [], stamp: 0, more: false, sweep: null,
}

export const keyOf = (account_id: string): string => `turf:${account_id}`
const alleysOf = (account_id: string): IDBKeyRange => IDBKeyRange.bound([account_id], [account_id, []])

async function infoIn(tx: Tx<'readonly' | 'readwrite'>, account_id: string): Promise<BookInfo> {
  // What 0.1.0 wrote lacks the fields of the pages.
  return { ...NOTHING, ...((await tx.objectStore('meta').get(keyOf(account_id))) as Partial<BookInfo> | undefined) }
}

/** The alley as a screen may show it, doors on their way between two alleys included. */
const shown = ({ alley, left }: AlleyRecord): Alley => (left ? { ...alley, doors: [...alley.doors, ...left] } : alley)

export function bookOf(db: Database, account_id: string): Promise<{ info: BookInfo; alleys: Alley[] }> {
  return db.read(['meta', 'alleys'], async (tx) => {
    const info = await infoIn(tx, account_id)
    const records = await tx.objectStore('alleys').getAll(alleysOf(account_id))
    return { info, alleys: settled(records) }
  })
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
export function newsOf(db: Database, account_id: string, stamp: number): Promise<News | null> {
  return db.read(['meta', 'alleys'], async (tx) => {
    const info = await infoIn(tx, account_id)
    if (info.more || info.stamp < stamp) return null
    const alleys = tx.objectStore('alleys')
    const [changed, keys] = await Promise.all([
      info.stamp === stamp ? [] : alleys.index('stamp').getAll(IDBKeyRange.bound([account_id, stamp], [account_id, []], true)),
      alleys.getAllKeys(alleysOf(account_id)),
    ])
    return { info, changed: changed.map(({ alley }) => alley), ids: keys.map(([, id]) => id) }
  })
}

export function infoOf(db: Database, account_id: string): Promise<BookInfo> {
  return db.read(['meta'], (tx) => infoIn(tx, account_id))
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
 * Applies one page in one transaction. `asked` is the cursor it was asked with: an answer to an
 * older question is dropped (false), for the doors it names may have moved on since. While more is
 * to come nothing disappears that no page has named as gone: a break leaves what was there.
 */
export function applyPull(
  db: Database,
  account_id: string,
  asked: string | null,
  answer: PullAnswer,
  at: Millis,
): Promise<boolean> {
  return db.write(['meta', 'alleys'], async (tx) => {
    const held = await infoIn(tx, account_id)
    if (held.cursor !== asked) return false
    const more = answer.more ?? false
    const stamp = held.stamp + 1
    const sweep = answer.reset ? stamp : held.sweep
    const page = new Page(tx, account_id, stamp)

    for (const wire of answer.alleys ?? []) await page.bring(alleyFrom(wire), more)
    for (const id of answer.gone?.alleys ?? []) await page.drop(id)
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
      badge: answer.badge ?? held.badge,
      groups,
      notices: answer.notices ?? held.notices,
      referral_kinds: answer.referral_kinds ?? held.referral_kinds,
      stamp,
      more,
      sweep: more ? sweep : null,
    }
    await tx.objectStore('meta').put(info, keyOf(account_id))
    return true
  })
}

/** One page on its way to the disk. */
class Page {
  readonly #alleys
  readonly #account_id: string
  readonly #stamp: number

  constructor(tx: Tx<'readwrite'>, account_id: string, stamp: number) {
    this.#alleys = tx.objectStore('alleys')
    this.#account_id = account_id
    this.#stamp = stamp
  }

  async bring(alley: Alley, more: boolean): Promise<void> {
    const record: AlleyRecord = {
      account_id: this.#account_id, id: alley.id, alley, stamp: this.#stamp, brought: this.#stamp,
    }
    const before = more ? await this.#alleys.get([this.#account_id, alley.id]) : undefined
    if (before) {
      const here = new Set(alley.doors.map((door) => door.id))
      const left = [...before.alley.doors, ...(before.left ?? [])].filter((door) => !here.has(door.id))
      if (left.length > 0) record.left = left
    }
    await this.#alleys.put(record)
  }

  async drop(id: string): Promise<void> {
    await this.#alleys.delete([this.#account_id, id])
  }

  /** Replaces single doors, lets those that moved leave the alley they stood in, and drops those that are gone. */
  async change(changed: ReadonlyMap<string, NonNullable<PullAnswer['doors']>[number]>, gone: ReadonlySet<string>): Promise<void> {
    if (changed.size === 0 && gone.size === 0) return
    const named = new Map<string, AlleyRecord>()
    for (const id of new Set([...changed.values()].map((door) => door.alley_id))) {
      const record = id ? await this.#alleys.get([this.#account_id, id]) : undefined
      if (record) named.set(record.id, record)
    }
    const inPlace = [...changed.values()].every((wire) =>
      named.get(wire.alley_id ?? '')?.alley.doors.some((door) => door.id === wire.id),
    )
    // A door new to its alley has left another, nobody says which.
    const records = inPlace && gone.size === 0 ? [...named.values()] : await this.#alleys.getAll(alleysOf(this.#account_id))
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
      await this.#alleys.put({
        ...rest, alley: { ...alley, doors: next }, stamp: this.#stamp, ...(left?.length ? { left } : {}),
      })
    }
  }

  /** The last page is in: what none of them brought goes. Returns the groups that are left. */
  async finish(sweep: number | null): Promise<Set<string>> {
    const groups = new Set<string>()
    for (const record of await this.#alleys.getAll(alleysOf(this.#account_id))) {
      if (sweep !== null && (record.brought ?? 0) < sweep) {
        await this.drop(record.id)
        continue
      }
      groups.add(record.alley.group_id)
      const { left, ...rest } = record
      if (left) await this.#alleys.put({ ...rest, stamp: this.#stamp })
    }
    return groups
  }
}
