import { Problem } from '$lib/api/client.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import type { VisitCorrect, Withdraw } from '$lib/api/types.ts'
import { DAY_MS } from '$lib/domain/time.ts'
import type { State } from '$lib/sync/machine.ts'
import type { Result } from './line.ts'
import { Phone, type Life } from './phone.ts'
import { Broken, type World } from './world.ts'
import { Dice } from './dice.ts'
import { unlocked } from './keys.ts'

const BOOKED = new Set(['applied', 'duplicate', 'superseded'])

/** No record may be called booked before the server has said so, under that very receipt. */
export function honest(world: World, phone: Phone, op: OutboxOp): void {
  const words = world.line.words.get(op.op_id) ?? []
  const other = words.find((word) => word.account !== op.account_id)
  if (other) throw new Broken(`${op.op_id} of ${op.account_id} went under ${other.account}`)
  if (op.state === 'booked' && !words.some((word) => BOOKED.has(word.outcome) && word.seq === op.seq)) {
    throw new Broken(`${phone.name} calls ${op.op_id} booked under ${op.seq}, the server said ${JSON.stringify(words)}`)
  }
  if (op.state === 'rejected' && !words.some((word) => word.outcome === 'rejected' && word.reason === op.reason)) {
    throw new Broken(`${phone.name} calls ${op.op_id} rejected for ${op.reason}, the server said ${JSON.stringify(words)}`)
  }
}

/** What the phone holds is no more than the server said, and all that was ever saved. */
export async function sound(world: World, phone: Phone): Promise<void> {
  const ops = await phone.ops()
  const there = new Set(ops.map((op) => op.op_id))
  for (const op of ops) {
    honest(world, phone, op)
    const made = world.made.get(op.op_id)
    if (!made) throw new Broken(`${phone.name} holds ${op.op_id}, which nobody made`)
    if (made.account !== op.account_id) throw new Broken(`${op.op_id} of ${made.account} lies under ${op.account_id}`)
  }
  for (const made of world.made.values()) {
    if (made.phone === phone.name && !there.has(made.op_id) && !forgettable(world, phone, made.op_id)) {
      throw new Broken(`${phone.name} has lost ${made.op_id}`)
    }
  }
  const numbers = ops.map((op) => op.device_seq)
  if (new Set(numbers).size !== numbers.length) throw new Broken(`${phone.name} gave a number twice: ${numbers.join()}`)
}

/** Booked long ago by the phone's own clock. */
function forgettable(world: World, phone: Phone, op_id: string): boolean {
  const booked = world.line.words.get(op_id)?.some((word) => BOOKED.has(word.outcome)) ?? false
  return booked && Number.parseInt(op_id.replaceAll('-', '').slice(0, 12), 16) < phone.now() - 3 * DAY_MS
}

/** Nobody's work travelled under another's name, and every operation met one fate only. */
export function oneFate(world: World): void {
  for (const [op_id, words] of world.line.words) {
    const made = world.made.get(op_id)
    if (!made) throw new Broken(`the server was sent ${op_id}, which nobody made`)
    const applied = words.filter((word) => word.outcome === 'applied')
    if (applied.length > 1) throw new Broken(`${op_id} was applied ${applied.length} times`)
    const fates = new Set(words.map((word) => (BOOKED.has(word.outcome) ? `booked ${word.seq}` : `${word.outcome} ${word.reason}`)))
    if (fates.size > 1) throw new Broken(`${op_id} met more than one fate: ${JSON.stringify(words)}`)
    for (const { account } of words) if (account !== made.account) throw new Broken(`${op_id} of ${made.account} went under ${account}`)
    const refused = words.find((word) => word.outcome === 'rejected')
    if (refused && !made.refusable.includes(refused.reason ?? '')) throw new Broken(`${op_id} (${made.kind}) was refused: ${refused.reason}`)
  }
}

const nap = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** A phone's clock is moved by hand; what the server asks a phone to wait goes by the server's own clock. */
export async function told(state: State): Promise<void> {
  if (state.name === 'waiting' && state.firm) await nap(600)
}

/** Every receipt is honoured: sent again by hand, the server says what it said. */
export async function receipts(phone: Phone, life: Life): Promise<void> {
  const ops = await phone.ops(life.account)
  const device_id = await phone.deviceId()
  for (let at = 0; at < ops.length; at += 100) {
    const batch = ops.slice(at, at + 100)
    const wire = batch.map(({ op_id, device_seq, made_at, kind, payload }) => ({ op_id, device_seq, made_at, kind, payload }))
    const body = { device_id, app_version: __APP_VERSION__, sent_at: phone.now(), queued: 0, ops: wire }
    const { results } = await patiently(() => life.api.post<{ results: Result[] }>('/sync/push', body))
    batch.forEach((op, n) => {
      const said = results[n]
      const kept = op.state === 'booked' ? (said?.outcome === 'duplicate' || said?.outcome === 'superseded') && said.seq === op.seq : op.state === 'rejected' && said?.outcome === 'rejected' && said.reason === op.reason
      if (said?.op_id !== op.op_id || !kept) throw new Broken(`${phone.name} holds ${op.op_id} as ${op.state} ${op.seq ?? op.reason}, sent again: ${JSON.stringify(said)}`)
    })
  }
}

/** As often as the server says later. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 429) throw error
      await nap(error.retryAfterMs ?? 600)
    }
  }
}

/** A new phone of the same account: nothing on its disk but who it is. */
async function blank(phone: Phone): Promise<Phone> {
  const fresh = new Phone(`${phone.name}, blank`, phone.line, new Dice(1), phone.clockOff)
  fresh.cookies = [...phone.cookies]
  const session = await phone.read(async (tx) => ({ device: await tx.objectStore('session').get('device'), account: await tx.objectStore('session').get('account') }))
  const db = unlocked(fresh.disk.move({ dead: false, step: () => undefined }))
  await db.writeStrict(['session'], async (tx) => {
    for (const key of ['device', 'account'] as const) if (session[key]) await tx.objectStore('session').put(session[key], key)
  })
  db.close()
  return fresh
}

type Book = Awaited<ReturnType<Phone['book']>>

/** A book in one order; `mine` may differ between two accounts of a team. */
export function plain({ info, alleys }: Book, mine: boolean): unknown {
  const byId = <T extends { id: string }>(all: readonly T[]): T[] => [...all].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    skills: info.skills,
    groups: byId(info.groups),
    me: mine ? info.me : null,
    alleys: byId(alleys).map((alley) => ({
      ...alley,
      doors: byId(alley.doors).map((door) => ({ ...door, visits: byId(door.visits).map((visit) => (mine ? visit : { ...visit, mine: null })) })),
    })),
  }
}

/** The phone's book is the one a new phone would get, and holds each of its visits exactly once. */
export async function trueBook(world: World, phone: Phone, life: Life): Promise<string> {
  const account = life.account ?? ''
  const mine = await phone.book(account)
  const fresh = await blank(phone)
  await fresh.open()
  await fresh.life.engine.settled()
  for (let n = 0; n < 10 && fresh.life.engine.state.name === 'waiting'; n += 1) {
    await told(fresh.life.engine.state)
    await fresh.life.ring()
  }
  const theirs = await fresh.book(account)
  const moved = fresh.cookies
  fresh.life.close()
  phone.cookies = [...moved]
  if (theirs.info.cursor === null) throw new Broken(`a blank phone of ${phone.name} got no book: ${fresh.life.engine.state.name}`)
  const [held, given] = [JSON.stringify(plain(mine, true)), JSON.stringify(plain(theirs, true))]
  if (held !== given) throw new Broken(`${phone.name}'s book is not the ward's: ${difference(held, given)}`)

  const found = mine.alleys.flatMap((alley) => alley.doors.flatMap((door) => door.visits.map((visit) => ({ ...visit, door: door.id }))))
  const ops = await phone.ops(account)
  const booked = (kind: string): OutboxOp[] => ops.filter((op) => op.kind === kind && op.state === 'booked')
  const withdrawn = new Set(booked('visit.withdraw').map((op) => (op.payload as Withdraw).visit_id))
  /** Versions name their visit by the id of any other version. */
  const root = new Map<string, string>()
  for (const op of booked('visit.correct')) {
    const { visit_id } = op.payload as VisitCorrect
    root.set(op.op_id, root.get(visit_id) ?? visit_id)
  }
  for (const op of ops) {
    if (op.kind !== 'visit.record') continue
    const there = found.filter((visit) => (visit.of ?? visit.id) === op.op_id)
    const wanted = op.state === 'booked' && !withdrawn.has(op.op_id) ? 1 : 0
    if (there.length !== wanted) throw new Broken(`the visit ${op.op_id} (${op.state}) is ${there.length} times in the book, not ${wanted}`)
    const versions = booked('visit.correct').filter((one) => root.get(one.op_id) === op.op_id)
    const last = versions.at(-1)
    const [visit] = there
    if (!visit || !last) continue
    const { record } = last.payload as VisitCorrect
    if (visit.id !== last.op_id || visit.versions !== versions.length + 1 || visit.outcome !== record.outcome || visit.door !== record.household_id) {
      throw new Broken(`the visit ${op.op_id} with ${versions.length} corrections, the last ${JSON.stringify(last)}, stands in the book as ${JSON.stringify(visit)}`)
    }
  }
  for (const alley of mine.alleys) {
    for (const door of alley.doors) for (const visit of door.visits) {
      if (visit.mine && world.made.size > 0 && visit.at > START && !world.made.has(visit.id)) throw new Broken(`the book holds ${visit.id} of ${account}, which nobody made`)
    }
  }
  return JSON.stringify(plain(mine, false))
}

/** Older visits are the made-up ward's own. */
const START = Date.now()

function difference(a: string, b: string): string {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return `…${a.slice(Math.max(0, at - 120), at + 120)}… / …${b.slice(Math.max(0, at - 120), at + 120)}…`
}
