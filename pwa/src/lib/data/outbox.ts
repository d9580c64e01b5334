import type { OpKind, OpResult, Payload, ReferralOpen } from '../api/types.ts'
import { DAY_MS, type Millis } from '../domain/time.ts'
import { StorageFull, type Database, type Numbers, type OpContent, type OutboxOp, type OutboxRow, type Store, type Tx } from './db.ts'
import type { Box, Sealer } from './keyring.ts'
import { ownParcels, resting, UNDO_MS, waits, type Sealed } from './parcels.ts'
import { makeRoom } from './room.ts'

export interface NewOp {
  op_id: string
  account_id: string
  made_at: Millis
  kind: OpKind
  payload: Payload
  /** How the door is called. */
  door: string
  /**
   * Until then one tap takes it back. Nothing that is written meanwhile follows it, so that nothing
   * misses it when it is gone.
   */
  due?: Millis
}

export const ofAccount = (account_id: string): IDBKeyRange => IDBKeyRange.bound([account_id], [account_id, []])

/** Where an operation's box belongs. */
const placeOf = (op: { account_id: string; op_id: string }): string => `outbox|${op.account_id}|${op.op_id}`

/** What of a row may be read by whoever holds the phone. */
const CLEAR = new Set<string>([
  'op_id', 'account_id', 'device_seq', 'after', 'made_at', 'state', 'seq', 'booked_at', 'kept_at', 'reason', 'flags', 'waiting',
  'flight', 'rejected', 'box', 'sealed', 'due', 'offered', 'carried',
])

/**
 * Writes one operation with the device's next number, in one strict transaction: when this resolves
 * the record is on the disk, in its box and sealed for the server. The draft it grew from goes with
 * it. What it touches is the same for the first record and for the five-thousandth. Throws [Locked],
 * and [StorageFull] when there is no room even after letting go of what the book has.
 */
export async function append(db: Database, op: NewOp, draftOf?: string): Promise<OutboxOp> {
  const [written] = await appendAll(db, [op], draftOf)
  return written!
}

/** What was to be replaced has left the phone, or its time is up. */
export class Left extends Error {}

/** An operation that still rests, and the moment by which that is judged. */
export interface Instead {
  op_id: string
  now: Millis
}

/**
 * Several at once, of one account: after a crash all of them are on the disk, or none is. With `instead`
 * they take the place of one that still rests, in the same breath; throws [Left] when it rests no more.
 */
export async function appendAll(db: Database, ops: readonly NewOp[], draftOf?: string, instead?: Instead): Promise<OutboxOp[]> {
  const { sealer } = db.keys
  const rows = await Promise.all(
    ops.map(async ({ kind, payload, door, ...routing }): Promise<NewRow> => {
      const content: OpContent = { kind, payload, door }
      return { ...routing, box: await db.keys.box(routing.account_id, placeOf(routing), content) }
    }),
  )
  // A transaction does not wait for ciphers, and the seals cover the numbers: these are guessed, and
  // all is sealed anew in the rare case that another tab was faster.
  let guess: Guess | null = null
  if (sealer) {
    const numbers = db.numbers ?? (await numbersOf(db))
    guess = numbers && { numbers, known: new Set() }
  }
  for (;;) {
    const seals = guess && sealer ? { ...guess, seals: await sealAll(sealer, ops, guess) } : null
    const write = (): Promise<OutboxRow[] | Guess> => put(db, rows, seals, draftOf, instead)
    let written: OutboxRow[] | Guess
    try {
      written = await write()
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error
      await makeRoom(db)
      written = await write()
    }
    if (!Array.isArray(written)) {
      guess = written
      continue
    }
    return await Promise.all(written.map(async (row, at) => {
      const { kind, payload, door } = ops[at]!
      const [done] = row.box === rows[at]!.box ? [{ ...clearOf(row), kind, payload, door }] : await opened(db, [row])
      if (!done) throw new Error('one id for two operations')
      return done
    }))
  }
}

type NewRow = Pick<OutboxRow, 'op_id' | 'account_id' | 'made_at' | 'due'> & { box: Box }

/** From where on new operations are numbered, and which of them are on the disk already. */
interface Guess {
  numbers: Numbers
  known: ReadonlySet<string>
}

/** The seals by the operations' ids. One that fails is left out: a record on the phone is worth more, and the next unlocking makes up for it. */
async function sealAll(sealer: Sealer, ops: readonly NewOp[], { numbers, known }: Guess): Promise<Map<string, Sealed>> {
  let { next_seq: device_seq } = numbers
  let after = numbers.last[ops[0]!.account_id] ?? 0
  const seals = new Map<string, Sealed>()
  await Promise.all(
    ops.filter(({ op_id }) => !known.has(op_id)).map(({ op_id, account_id, made_at, kind, payload, due }) => {
      const op = { op_id, account_id, device_seq, after, made_at, kind, payload }
      if (due === undefined) after = device_seq
      device_seq += 1
      return sealer(op).then((sealed) => seals.set(op_id, sealed)).catch(() => undefined)
    }),
  )
  return seals
}

/** The rows as they lie on the disk now, or what the numbers are when the seals have wrong ones. */
function put(db: Database, rows: readonly NewRow[], sealed: (Guess & { seals: ReadonlyMap<string, Sealed> }) | null, draftOf: string | undefined, instead?: Instead): Promise<OutboxRow[] | Guess> {
  return db.writeStrict(['session', 'outbox', 'drafts'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    const session = tx.objectStore('session')
    // The transaction may run again after a lost connection; each operation is written once.
    const [numbers, ...known] = await Promise.all([session.get('numbers') as Promise<Numbers | undefined>, ...rows.map((row) => outbox.get(row.op_id))])
    // The copy that came back through the disk is the same box, if it is this very operation.
    const found = known.map((row, at) => (row?.box && same(row.box, rows[at]!.box) ? { ...row, box: rows[at]!.box } : row))
    if (found.every((row) => row !== undefined)) return found
    if (!numbers) throw new Error('no device')
    const { account_id } = rows[0]!
    const here = new Set(found.flatMap((row) => row?.op_id ?? []))
    const guessed =
      !sealed ||
      (sealed.numbers.next_seq === numbers.next_seq &&
        sealed.numbers.last[account_id] === numbers.last[account_id] &&
        sealed.known.size === here.size &&
        [...here].every((id) => sealed.known.has(id)))
    if (!guessed) return { numbers, known: here }
    if (instead && !rests(await outbox.get(instead.op_id), instead.now)) throw new Left()
    let { next_seq } = numbers
    let after = numbers.last[account_id] ?? 0
    const written = found.map((row, at): OutboxRow => {
      if (row) return row
      const fresh = rows[at]!
      const seal = sealed?.seals.get(fresh.op_id)
      const mine: OutboxRow = { ...fresh, device_seq: next_seq, after, state: 'local', waiting: next_seq, ...(seal ? { sealed: seal } : {}) }
      if (fresh.due === undefined) after = next_seq
      next_seq += 1
      return mine
    })
    const moved: Numbers = { next_seq, last: { ...numbers.last, [account_id]: after } }
    const writes = Promise.all([
      ...written.filter((_, at) => !found[at]).map((row) => outbox.add(row)),
      session.put(moved, 'numbers'),
      draftOf === undefined ? null : tx.objectStore('drafts').delete([account_id, draftOf]),
      instead ? outbox.delete(instead.op_id) : null,
    ])
    // Heard below, unless the connection is lost before.
    writes.catch(() => undefined)
    // Nothing follows: the disk need not wait for this page to hear that all was taken.
    tx.commit()
    await writes
    db.numbers = moved
    return written
  })
}

/**
 * Takes the account's last operations back from the disk, box and seal with them, all of them or none:
 * false when one of them is on its way, or something was written after them. Their numbers are not given
 * out again, so that what left all the same, in a push whose answer got lost or in a file, stands in
 * nobody's way.
 */
export function takeBack(db: Database, account_id: string, ids: readonly string[]): Promise<boolean> {
  return db.writeStrict(['session', 'outbox'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    const session = tx.objectStore('session')
    const numbers = (await session.get('numbers')) as Numbers | undefined
    const ops = (await named(tx, account_id, ids)).sort((a, b) => a.device_seq - b.device_seq)
    if (ops.length === 0) return true
    const inOrder = ops.every((op, at) => at === 0 || op.after === ops[at - 1]!.device_seq)
    // Another tab may be locked, and its courier have the sealed copy in its hands.
    const here = ops.every((op) => op.state === 'local' && !op.offered)
    const last = ops.at(-1)!.device_seq
    // What rests follows it, though the next will not follow that.
    const followed = await outbox.index('order').count(IDBKeyRange.bound([account_id, last], [account_id, []], true))
    if (!numbers || !inOrder || !here || followed > 0 || numbers.last[account_id] !== last) return false
    const moved: Numbers = { ...numbers, last: { ...numbers.last, [account_id]: ops[0]!.after ?? 0 } }
    await Promise.all([...ops.map((op) => outbox.delete(op.op_id)), session.put(moved, 'numbers')])
    db.numbers = moved
    return true
  })
}

/** Takes back what rests, box and seal with it, all of it or nothing. False when its time is up, or it has left. */
export function unrest(db: Database, ids: readonly string[], now: Millis): Promise<boolean> {
  return db.writeStrict(OUTBOX, async (tx) => {
    const outbox = tx.objectStore('outbox')
    const rows = await Promise.all(ids.map((id) => outbox.get(id)))
    if (!rows.every((row) => rests(row, now))) return false
    await Promise.all(ids.map((id) => outbox.delete(id)))
    return true
  })
}

/** Nobody but this phone has it, and one tap takes it back. */
const rests = (row: OutboxRow | undefined, now: Millis): boolean => row !== undefined && resting(row, now) && row.state === 'local' && !row.offered

const same = (a: Box, b: Box): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])

function numbersOf(db: Database): Promise<Numbers | null> {
  return db.read(['session'], async (tx) => ((await tx.objectStore('session').get('numbers')) as Numbers | undefined) ?? null)
}

/** What is in clear, and nothing of how it is kept. */
function clearOf({ box: _b, sealed: _s, due: _d, offered: _o, carried: _c, ...rest }: OutboxRow): Omit<OutboxOp, keyof OpContent> & Partial<OpContent> {
  return rest
}

/** The operations in these rows. What cannot be opened is left out: it stays on the disk, and is delivered sealed. */
export async function opened(db: Database, rows: readonly OutboxRow[]): Promise<OutboxOp[]> {
  const ops = await Promise.all(
    rows.map(async (row): Promise<OutboxOp | null> => {
      if (!row.box) return clearOf(row) as OutboxOp
      if (!db.keys.of(row.account_id)) return null
      const content = await db.keys.open<OpContent>(row.account_id, placeOf(row), row.box)
      if (!content) db.keys.unreadable.add(row.op_id)
      return content && { ...clearOf(row), ...content }
    }),
  )
  return ops.filter((op) => op !== null)
}

/** The row with its content in a box; as it is when it has one. */
export async function boxedRow(db: Database, row: OutboxRow): Promise<OutboxRow> {
  if (row.box) return row
  const [kept, content]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}]
  for (const [field, value] of Object.entries(row)) (CLEAR.has(field) ? kept : content)[field] = value
  return { ...(kept as unknown as OutboxRow), box: await db.keys.box(row.account_id, placeOf(row), content) }
}

/** The same operations with another content, as far as they are still there in this state. Throws [Locked]. */
export async function rewrite(db: Database, ops: readonly OutboxOp[]): Promise<OutboxOp[]> {
  const boxes = new Map<string, Box>()
  for (const op of ops) {
    const { account_id, kind, payload, door } = op
    boxes.set(op.op_id, await db.keys.box(account_id, placeOf(op), { kind, payload, door } satisfies OpContent))
  }
  const states = new Map(ops.map(({ op_id, state }) => [op_id, state]))
  const changed = await db.write(OUTBOX, async (tx) => {
    const held = (await Promise.all([...boxes.keys()].map((id) => tx.objectStore('outbox').get(id)))).filter((row) => row !== undefined)
    return change(tx, held, (row) => {
      const { kind: _k, payload: _p, door: _d, ...rest } = row
      const box = boxes.get(row.op_id)
      return box && row.state === states.get(row.op_id) ? { ...rest, box } : row
    })
  })
  return opened(db, changed)
}

/** All operations of an account, oldest first. */
export async function opsOf(db: Database, account_id: string): Promise<OutboxOp[]> {
  return opened(db, await db.read(['outbox'], (tx) => tx.objectStore('outbox').index('order').getAll(ofAccount(account_id))))
}

export const unanswered = (op: Pick<OutboxOp, 'state'>): boolean => op.state === 'local' || op.state === 'sent' || op.state === 'held'

/** The first `limit` unanswered operations of an account that may leave, oldest first, and how many there are in all. */
export async function queueOf(db: Database, account_id: string, limit: number, now: Millis = 0): Promise<{ queue: OutboxOp[]; queued: number }> {
  const { rows, queued } = await db.read(['outbox'], async (tx) => {
    const waiting = tx.objectStore('outbox').index('waiting')
    const [rows, queued] = await Promise.all([waiting.getAll(ofAccount(account_id), limit), waiting.count(ofAccount(account_id))])
    return { rows, queued }
  })
  return { queue: await opened(db, rows.filter((row) => !resting(row, now))), queued }
}

/** How many operations of an account have no answer. */
export function queuedOf(db: Database, account_id: string): Promise<number> {
  return db.read(['outbox'], (tx) => tx.objectStore('outbox').index('waiting').count(ofAccount(account_id)))
}

/** How many rejected operations lie on this phone, whoever made them. */
export function rejectedOn(db: Database): Promise<number> {
  return db.read(['outbox'], (tx) => tx.objectStore('outbox').index('rejected').count())
}

/**
 * What an account may see of the outbox: its own operations, oldest first, and of the others' no
 * more than how many wait for them to sign in.
 */
export async function outboxFor(db: Database, account_id: string | null): Promise<{ ops: OutboxOp[]; parked: number }> {
  const { rows, parked } = await db.read(['outbox'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    const waiting = outbox.index('waiting')
    // What was handed in sealed is no longer only here.
    const carried = outbox.index('carried')
    const [all, there] = await Promise.all([waiting.count(), carried.count()])
    if (account_id === null) return { rows: [], parked: all - there }
    const range = ofAccount(account_id)
    const [rows, own, ownThere] = await Promise.all([outbox.index('order').getAll(range), waiting.count(range), carried.count(range)])
    return { rows, parked: all - there - (own - ownThere) }
  })
  return { ops: await opened(db, rows), parked }
}

/** These operations of an account, as far as they are still there. */
export async function opsNamed(db: Database, account_id: string, ids: readonly string[]): Promise<OutboxOp[]> {
  return opened(db, await db.read(['outbox'], (tx) => named(tx, account_id, ids)))
}

async function named(tx: Tx<'readonly' | 'readwrite'>, account_id: string, ids: readonly string[]): Promise<OutboxRow[]> {
  const outbox = tx.objectStore('outbox')
  const found = await Promise.all([...new Set(ids)].map((id) => outbox.get(id)))
  return found.filter((op) => op !== undefined).filter((op) => op.account_id === account_id)
}

const OUTBOX: Store[] = ['outbox']

/** Of which moment, and `all` when nobody here can send: what they can read goes sealed then, too. */
export interface Carrying {
  now: Millis
  all?: boolean
}

/**
 * Whether anything can be handed in sealed: without an answer, not handed in yet, and not to be sent by
 * anybody who is here, nor to be taken back by them.
 */
export async function anySealed(db: Database, carrying: Carrying): Promise<boolean> {
  return (await db.read(['outbox'], (tx) => sealedIn(db, tx, 1, new Set(), carrying))).length > 0
}

/** The next of these, marked as offered: from here on the server may have them, and nobody takes them back. */
export function offerSealed(db: Database, limit: number, skip: ReadonlySet<string>, carrying: Carrying): Promise<SealedRow[]> {
  return db.writeStrict(OUTBOX, async (tx) => {
    const rows = await sealedIn(db, tx, limit, skip, carrying)
    const outbox = tx.objectStore('outbox')
    await Promise.all(rows.filter((row) => !row.offered).map((row) => outbox.put({ ...row, offered: 1 })))
    return rows
  })
}

type SealedRow = OutboxRow & { sealed: Sealed }

async function sealedIn(db: Database, tx: Tx<'readonly' | 'readwrite'>, limit: number, skip: ReadonlySet<string>, { now, all = false }: Carrying): Promise<SealedRow[]> {
  const rows = await tx.objectStore('outbox').index('waiting').getAll()
  const found: SealedRow[] = []
  for (const row of rows) {
    if (found.length === limit) break
    const read = db.keys.of(row.account_id) && !db.keys.unreadable.has(row.op_id)
    const stays = resting(row, now) || (read && (!all || resting({ due: row.made_at + UNDO_MS }, now)))
    if (row.sealed && !row.carried && !skip.has(row.op_id) && !stays) found.push(row as SealedRow)
  }
  return found
}

/** The server has taken these in, sealed. They wait for their receipts all the same. */
export function markCarried(db: Database, ids: readonly string[]): Promise<void> {
  return db.writeStrict(OUTBOX, async (tx) => {
    const outbox = tx.objectStore('outbox')
    for (const id of ids) {
      const row = await outbox.get(id)
      if (row?.sealed && row.waiting !== undefined) await outbox.put({ ...row, carried: 1 })
    }
  })
}

/** How many operations of this phone the server does not have, whoever made them. */
export function undelivered(db: Database): Promise<number> {
  return db.read(['outbox', 'parcels'], async (tx) => {
    const outbox = tx.objectStore('outbox')
    const [waiting, carried, parcels] = await Promise.all([
      outbox.index('waiting').count(), outbox.index('carried').count(), tx.objectStore('parcels').getAll(ownParcels()),
    ])
    return waiting - carried + parcels.filter(waits).length
  })
}

/** Changes the operations that `pick` finds, and only writes those that become another. Returns these. */
async function change(
  tx: Tx<'readwrite'>,
  picked: readonly OutboxRow[],
  with_: (op: OutboxRow) => OutboxRow,
): Promise<OutboxRow[]> {
  const changed: OutboxRow[] = []
  for (const op of picked) {
    const next = with_(op)
    if (next !== op) changed.push(next)
  }
  const outbox = tx.objectStore('outbox')
  await Promise.all(changed.map((op) => outbox.put(op)))
  return changed
}

/** A push that carries these is leaving. Returns those that changed. */
export async function markSent(db: Database, account_id: string, ids: readonly string[]): Promise<OutboxOp[]> {
  const changed = await db.write(OUTBOX, async (tx) =>
    // What the server holds it has already; on the way again it is no less there.
    change(tx, await named(tx, account_id, ids), (op) => (op.state === 'local' ? { ...op, state: 'sent', flight: 1 } : op)),
  )
  return opened(db, changed)
}

/**
 * No push is on the way: whatever got no answer is on this phone and nowhere else, as far as we
 * know. Returns those that changed.
 */
export async function unmarkSent(db: Database, account_id: string): Promise<OutboxOp[]> {
  const changed = await db.write(OUTBOX, async (tx) =>
    change(tx, await tx.objectStore('outbox').index('flight').getAll(ofAccount(account_id)), ({ flight: _, ...op }) =>
      op.state === 'sent' ? { ...op, state: 'local' } : op,
    ),
  )
  return opened(db, changed)
}

/** What was sent with a number to call back, boxed without it: no phone has the number longer than it takes to send it. */
async function withoutNumbers(db: Database, sent: readonly OutboxOp[]): Promise<Map<string, Box>> {
  const boxes = new Map<string, Box>()
  for (const op of sent.filter(holdsNumber)) {
    // A vault that has closed meanwhile makes up for it at the next door.
    const box = await db.keys.box(op.account_id, placeOf(op), contentWithoutNumber(op)).catch(() => null)
    if (box) boxes.set(op.op_id, box)
  }
  return boxes
}

const holdsNumber = (op: Pick<OutboxOp, 'kind' | 'payload'>): boolean => op.kind === 'referral.open' && (op.payload as ReferralOpen).phone !== undefined

function contentWithoutNumber({ kind, payload, door }: OutboxOp): OpContent {
  const { phone: _, ...rest } = payload as ReferralOpen
  return { kind, payload: rest, door }
}

/** Cuts the numbers that an answered operation still holds: of a phone that was killed, or locked, in between. Returns those that changed. */
export function letGoOfNumbers(db: Database, ops: readonly OutboxOp[]): Promise<OutboxOp[]> {
  const held = ops.filter((op) => holdsNumber(op) && !unanswered(op))
  return held.length === 0 ? Promise.resolve([]) : rewrite(db, held.map((op) => ({ ...op, ...contentWithoutNumber(op) })))
}

/** Stores receipts and refusals beside their operations; `sent` is what they answer. Returns those that changed. */
export async function settle(
  db: Database,
  account_id: string,
  results: readonly OpResult[],
  at: Millis,
  sent: readonly OutboxOp[] = [],
): Promise<OutboxOp[]> {
  const answers = new Map(results.map((result) => [result.op_id, result]))
  // A transaction does not wait for ciphers.
  const bare = await withoutNumbers(db, sent)
  const changed = await db.writeStrict(OUTBOX, async (tx) =>
    change(tx, await named(tx, account_id, [...answers.keys()]), (op) => {
      const answer = answers.get(op.op_id)
      if (!answer || !unanswered(op)) return op
      const done = answered(op, answer, at)
      const box = bare.get(op.op_id)
      return box && !unanswered(done) ? { ...done, box } : done
    }),
  )
  return opened(db, changed)
}

function answered(op: OutboxRow, { outcome, seq, reason, flags }: OpResult, at: Millis): OutboxRow {
  const { waiting: _w, flight: _f, reason: _r, ...bare } = op
  const { sealed: _s, due: _d, offered: _o, carried: _c, ...there } = bare
  const heard = { ...(reason ? { reason } : {}), ...(flags?.length ? { flags } : {}) }
  // The server has it: no copy is needed that it could open.
  const done = { ...there, ...heard }
  switch (outcome) {
    case 'applied':
    case 'duplicate':
    case 'superseded':
      // Without a receipt the book does not have it, whatever the word says.
      return typeof seq === 'number' ? { ...done, state: 'booked', seq, booked_at: at } : op
    case 'quarantined':
      return typeof seq === 'number' ? { ...done, state: 'kept', seq, kept_at: at } : op
    case 'rejected':
      return { ...done, ...(op.sealed ? { sealed: op.sealed } : {}), state: 'rejected', rejected: 1 }
    case 'held':
      return op.state === 'held' ? op : { ...bare, waiting: op.device_seq, state: 'held', reason: reason ?? 'waits_for_earlier' }
    default:
      return op
  }
}

/**
 * The ward let in what it had kept: `visits` of the book, by any version's id, are booked like any
 * other. Returns those that changed.
 */
export async function release(db: Database, account_id: string, visits: ReadonlySet<string>, at: Millis): Promise<OutboxOp[]> {
  if (visits.size === 0) return []
  const changed = await db.write(OUTBOX, async (tx) =>
    change(tx, await tx.objectStore('outbox').index('kept').getAll(ofAccount(account_id)), (op) => {
      if (!visits.has(op.op_id)) return op
      const { kept_at: _k, reason: _r, ...rest } = op
      return { ...rest, state: 'booked', booked_at: at }
    }),
  )
  return opened(db, changed)
}

/** How much longer than a booked record one stays listed that the ward has to decide on. */
const LONGER_MS = 27 * DAY_MS

/**
 * Forgets operations booked before `before` that the pulled book (`seq`) already contains, and after
 * a month those on the ward's own list: nobody tells the phone what it decided. What has no receipt
 * stays, however old. Returns their ids.
 */
export function prune(db: Database, account_id: string, before: Millis, seq: number): Promise<string[]> {
  return db.write(OUTBOX, (tx) => pruneIn(tx, account_id, before, seq))
}

async function pruneIn(tx: Tx<'readwrite'>, account_id: string, before: Millis, seq: number): Promise<string[]> {
  const outbox = tx.objectStore('outbox')
  const old = await outbox.index('booked').getAll(IDBKeyRange.bound([account_id], [account_id, before], false, true))
  const decided = await outbox.index('kept').getAll(IDBKeyRange.bound([account_id], [account_id, before - LONGER_MS], false, true))
  const ids = [...old.filter((op) => op.state === 'booked'), ...decided.filter((op) => op.state === 'kept')]
    .filter((op) => op.seq !== undefined && op.seq <= seq)
    .map((op) => op.op_id)
  await Promise.all(ids.map((id) => outbox.delete(id)))
  return ids
}

/** Lets go of a rejected record; only a person decides that. */
export function discard(db: Database, account_id: string, op_id: string): Promise<void> {
  return db.writeStrict(OUTBOX, async (tx) => {
    const [op] = await named(tx, account_id, [op_id])
    if (op?.state === 'rejected') await tx.objectStore('outbox').delete(op_id)
  })
}
