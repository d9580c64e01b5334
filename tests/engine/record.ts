/**
 * Records what a release says on the wire and leaves on a phone. See tests/fixtures/releases/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'vitest'
import { append } from '$lib/data/outbox.ts'
import { keepDraft } from '$lib/data/drafts.ts'
import type { OpKind } from '$lib/api/types.ts'
import { newId } from '$lib/domain/id.ts'
import { OUTCOMES, served } from '$lib/domain/visit.ts'
import { Dice } from './support/dice.ts'
import type { Talk } from './support/line.ts'
import { doorsOf, Phone, type Door } from './support/phone.ts'
import { World } from './support/world.ts'

/** Sunday 22 November 2026, 09:00 in Viet Nam: when every recording begins, whenever it was made. */
const BEGIN = 1_795_312_800_000
const HOUR = 3_600_000
/** The phones' clocks stand still while the server's runs: they begin late, so that no knock is in the future. */
const LATE = 90_000
const RELEASE = __APP_VERSION__

/** A part of every id of this recording, so that releases can be played on one book. */
const OWN = RELEASE.split('.').map((part) => part.padStart(2, '0')).join('').slice(-4)

/** Kinds that came with 0.2.0; a release before it cannot write them. */
const CORRECTS = RELEASE >= '0.2'
/** Needs, notes, shifts and proposed houses came with 0.3.0. */
const PROPOSES = RELEASE >= '0.3'
/** Where the phone stood, and words on remarks, came with 0.5.0. */
const EXPLAINS = RELEASE >= '0.5'

interface Recorded extends Talk {
  phone: string
  login: string
}

it(`records release ${RELEASE}`, async () => {
  const world = await World.begin('sqlite')
  const began = Date.now()
  const base = await world.seq()
  const talks: Recorded[] = []
  const phones = new Map<string, Phone>()
  let speaker = ''
  world.line.ontalk = (talk) => talks.push({ ...talk, phone: speaker, login: phones.get(speaker)?.life.session.account?.login ?? '' })

  /** Everything between two calls of this is one phone's. */
  const take = async (name: string, clockOff = 0): Promise<Phone> => {
    await world.line.quiet()
    speaker = name
    let phone = phones.get(name)
    if (!phone) {
      phone = new Phone(name, world.line, new Dice(1), clockOff)
      phone.stopClock(began - LATE)
      phones.set(name, phone)
      await phone.open()
    }
    return phone
  }
  const write = async (phone: Phone, kind: string, payload: object, door: Door | null): Promise<string> => {
    phone.clockOff += 1000
    const clock = { now: phone.now }
    const op = await append(
      phone.life.db,
      { op_id: newId(clock), account_id: phone.life.account ?? '', made_at: clock.now(), kind: kind as OpKind, payload: payload as never, door: door?.label ?? '' },
      kind === 'visit.record' ? (payload as { household_id: string }).household_id : undefined,
    )
    return op.op_id
  }
  const person = (level: number): object => ({ age_band: '60-79', skills: [{ skill: 'SEC-01', level }] })
  const appointment = { on: 20261125, band: 'E' }
  const visit = (door: Door, outcome: string): object => ({
    household_id: door.id,
    outcome,
    ...(served(outcome as never) ? { people: [person(2), { age_band: '80+', skills: [] }] } : {}),
    ...(outcome === 'APPOINTMENT' || outcome === 'PARTIAL' ? { comeback: appointment } : {}),
    ...(EXPLAINS ? { near: served(outcome as never) ? 'at_door' : 'unknown' } : {}),
  })
  const signIn = async (phone: Phone, login: string): Promise<Door[]> => {
    await phone.life.login(login)
    await phone.life.engine.settled()
    return doorsOf(await phone.book(phone.life.account ?? '')).sort((a, b) => (a.id < b.id ? -1 : 1))
  }
  const sync = async (phone: Phone): Promise<void> => {
    await phone.life.sync()
    while (phone.life.engine.state.name !== 'idle') if (!(await phone.life.ring())) break
  }
  const signOut = async (phone: Phone): Promise<void> => {
    const before = talks.length
    await phone.life.session.logout()
    // The farewell goes by itself.
    while (!talks.slice(before).some((talk) => talk.path.endsWith('/auth/logout'))) await new Promise((turn) => setImmediate(turn))
  }
  const restart = async (phone: Phone): Promise<void> => {
    phone.life.close()
    phone.cookies = phone.cookies.slice(-1)
    await phone.open()
    await phone.life.engine.settled()
  }

  // The first account: work of all sorts, refusals, and some that never left.
  const one = await take('one')
  const doors = await signIn(one, 'tnv1')
  const at = (n: number): Door => doors[n % doors.length] as Door
  for (const [n, outcome] of OUTCOMES.entries()) await write(one, 'visit.record', visit(at(n), outcome), at(n))
  const taken = await write(one, 'visit.record', visit(at(20), 'NOT_HOME'), at(20))
  await write(one, 'visit.withdraw', { visit_id: taken }, at(20))
  await write(one, 'visit.withdraw', { visit_id: taken }, at(20))
  await write(one, 'visit.record', { household_id: newId({ now: one.now }), outcome: 'NOT_HOME' }, null)
  await write(one, 'visit.record', { ...visit(at(21), 'SERVED'), people: [{ age_band: '14-17', skills: [{ skill: 'OLD-99', level: 1 }] }] }, at(21))
  await write(one, 'visit.record', { household_id: at(22).id, outcome: 'APPOINTMENT' }, at(22))
  await write(one, 'visit.record', { ...visit(at(22), 'NOT_HOME'), people: [person(1)] }, at(22))
  const lost = { path: '/sync/push', left: 1 }
  one.weather = (path) => ({ fate: path === lost.path && (lost.left -= 1) >= 0 ? 'answer lost' : 'through', ms: 0 })
  await sync(one)
  await restart(one)
  if (CORRECTS) {
    const first = await write(one, 'visit.record', visit(at(30), 'NOT_HOME'), at(30))
    await write(one, 'visit.correct', { visit_id: first, why: 'learned_more', record: visit(at(30), 'SERVED') }, at(30))
    await write(one, 'household.edit', { household_id: at(31).id, set: { landmark: 'cạnh cây đa' }, was: { landmark: null } }, at(31))
    await sync(one)
  }
  if (PROPOSES) {
    const shift_id = newId({ now: one.now })
    await write(one, 'shift.open', { shift_id, people: 2 }, null)
    await write(one, 'household.flags', { household_id: at(32).id, flags: ['PREF_EVENING', 'NO_INTERNET'] }, at(32))
    await write(one, 'household.note', { household_id: at(32).id, text: 'gọi cửa sau' }, at(32))
    await write(one, 'household.propose', { household_id: newId({ now: one.now }), alley_id: at(33).alley, house_no: '7bis', landmark: 'sau đình' }, at(33))
    await write(one, 'shift.close', { shift_id }, null)
    await sync(one)
  }
  if (EXPLAINS) {
    await write(one, 'quality.explain', { flag_id: newId({ now: one.now }), because: 'two_together', words: 'đi cùng tổ trưởng' }, null)
    await sync(one)
  }
  one.online = false
  await write(one, 'visit.record', visit(at(23), 'SERVED'), at(23))
  await write(one, 'visit.record', visit(at(24), 'NOT_HOME'), at(24))
  await keepDraft(one.life.db, { account_id: one.life.account ?? '', household_id: at(25).id, saved_at: one.now(), people: [person(3)] as never })

  // A phone whose clock is three hours ahead.
  const fast = await take('fast', 3 * HOUR)
  const far = await signIn(fast, 'tnv2')
  const seen = await write(fast, 'visit.record', visit(far[0] as Door, 'SERVED'), far[0] as Door)
  await write(fast, 'visit.record', visit(far[1] as Door, 'NOT_HOME'), far[1] as Door)
  await write(fast, 'visit.withdraw', { visit_id: seen }, far[0] as Door)
  await sync(fast)
  await signOut(fast)

  // The second account on the first phone, at the moment when the app dies in the middle of a push.
  await take('one')
  one.online = true
  await signOut(one)
  await signIn(one, 'tnv4')
  await write(one, 'visit.record', visit(at(26), 'PARTIAL'), at(26))
  await write(one, 'visit.record', { household_id: newId({ now: one.now }), outcome: 'MOVED' }, null)
  await sync(one)
  await write(one, 'visit.record', visit(at(27), 'MET_DECLINED'), at(27))
  await write(one, 'visit.withdraw', { visit_id: await write(one, 'visit.record', visit(at(28), 'VACANT'), at(28)) }, at(28))
  await keepDraft(one.life.db, { account_id: one.life.account ?? '', household_id: at(29).id, saved_at: one.now(), people: [person(4)] as never })
  one.weather = (path) => {
    if (path === '/sync/push') one.life.endAfter(0)
    return { fate: 'request lost', ms: 0 }
  }
  await one.life.during(one.life.sync())
  one.online = false
  const { version, stores } = await one.disk.dump()
  for (const [store, { records }] of Object.entries(stores)) for (const record of records) record[1] = await opened(one, store, record)
  await world.line.quiet()
  await world.end()

  const folder = join(import.meta.dirname, '../fixtures/releases', RELEASE)
  mkdirSync(folder, { recursive: true })
  const plain = normal({ began, base, ours: new Set([...world.line.words.keys()]) })
  const traffic = plain(talks.map(({ phone, login, method, path, headers, sent, status, said }) => ({ phone, login, method, path, headers: kept(headers), sent, status, said: brief(path, said) })))
  const phone = plain({ version, stores })
  writeFileSync(join(folder, 'traffic.json'), lines({ release: RELEASE, began: BEGIN, calls: traffic }))
  writeFileSync(join(folder, 'phone.json'), lines({ release: RELEASE, ...(phone as object) }))
})

/** Where a box lies, whose it is: the data layer's own names. */
function placeOf(store: string, key: IDBValidKey, row: Record<string, unknown>): { account: string; place: string } {
  const account = String(row.account_id ?? (row.account as { id?: string } | undefined)?.id ?? String(key).split(':')[1])
  const own = { alleys: row.id, drafts: row.household_id, outbox: row.op_id }[store]
  return { account, place: store === 'meta' ? `meta|${String(key)}` : [store, account, ...(own === undefined ? [] : [own])].join('|') }
}

/** A record with what its box holds instead of the box; other bytes, which are chance, by their length. */
async function opened(phone: Phone, store: string, [key, value]: [IDBValidKey, unknown]): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value
  const row = { ...value } as Record<string, unknown>
  if (row.box instanceof Uint8Array) {
    const { account, place } = placeOf(store, key, row)
    const content = await phone.life.db.keys.open(account, place, row.box as never)
    if (content === null) throw new Error(`the box in ${place} does not open`)
    row.box = { $box: { account, place, content } }
  }
  if (typeof row.sealed === 'object' && row.sealed !== null) {
    row.sealed = Object.fromEntries(Object.entries(row.sealed).map(([name, part]) => [name, part instanceof Uint8Array ? { $bytes: part.length } : part]))
  }
  return row
}

/** Headers that the server may look at; what changes from call to call is named, not kept. */
function kept(headers: Record<string, string>): Record<string, string> {
  const names = ['accept', 'content-type', 'content-encoding', 'x-gocua', 'x-gocua-phone']
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}

/** Of a large pull as much as shows its form. */
function brief(path: string, said: unknown): unknown {
  if (!path.startsWith('/api/v1/sync/pull') || said === null) return said
  const { alleys, doors: changed, groups, skills, ...rest } = said as Record<string, Array<Record<string, unknown>>>
  const doors = (alley: Record<string, unknown>): object => ({ ...alley, doors: (alley.doors as unknown[]).slice(0, 2) })
  return { ...rest, ...(changed ? { doors: changed.slice(0, 2).map(timeless) } : {}), ...(skills ? { skills: skills.slice(0, 2) } : {}), ...(groups ? { groups: groups.map(({ outline: _, ...group }) => group) } : {}), ...(alleys ? { alleys: alleys.slice(0, 2).map(doors) } : {}) }
}

/** When a visit was is the phone's word, save where the server has corrected the clock: then it is chance. */
function timeless(door: Record<string, unknown>): object {
  return { ...door, visits: ((door.visits ?? []) as object[]).map((visit) => ({ ...visit, at: 0 })) }
}

/** By the minute: what the server's own clock had a hand in. */
const COARSE = new Set(['received_at', 'server_time', 'booked_at', 'expires_at', 'kept_at'])
const SECRET: Record<string, string> = { access_token: '<token>', proof: '<proof>', public_key: '<public key>', key: '<key>' }
const UUID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/g

/**
 * Takes chance out of a recording: ids in the order in which they appear, times from [BEGIN] on, numbers
 * of the book from 1000 on, secrets by their name, and none of the made-up ward's past.
 */
function normal({ began, base, ours }: { began: number; base: number; ours: ReadonlySet<string> }): (value: unknown) => unknown {
  const ids = new Map<string, string>()
  const idOf = (found: string): string => {
    const bare = found.replaceAll('-', '')
    let id = ids.get(bare)
    if (!id) ids.set(bare, (id = `0190aaaa-${OWN}-7000-8000-${(ids.size + 0xa00000000001).toString(16)}`))
    return found.includes('-') ? id : id.replaceAll('-', '')
  }
  const time = (ms: number): number => ms - began + LATE + BEGIN
  const number = (name: string, value: number): number => {
    if (name === 'seq') return value === 0 ? 0 : value - base + 1000
    if (Math.abs(value - began) > 60 * 24 * HOUR) return value
    return COARSE.has(name) ? time(began) + Math.floor((value - began) / 60_000) * 60_000 : time(value)
  }
  const text = (name: string, value: string): string => {
    const plain = value.replace(UUID, idOf)
    return name === 'cursor' || name === 'path' ? plain.replace(/((?:cursor=|^)\d+\.)(\d+)(?=\.)/, (_, before: string, seq: string) => `${before}${Number(seq) - base + 1000}`) : plain
  }
  const walk = (name: string, value: unknown): unknown => {
    if (value instanceof CryptoKey || (typeof value === 'object' && value !== null && 'privateKey' in value)) return { $keys: 'ECDSA P-256' }
    if (name in SECRET && value !== null && value !== undefined) return SECRET[name]
    if (typeof value === 'number') return number(name, value)
    if (typeof value === 'string') return text(name, value)
    // The difference to the server's clock is chance below a minute.
    if (Array.isArray(value) && value.length === 2 && value[0] === 'clock' && typeof value[1] === 'number') return ['clock', Math.round(value[1] / 60_000) * 60_000 + 0]
    if (Array.isArray(value)) {
      const all = name === 'visits' ? value.filter((one: { id: string }) => ours.has(one.id)) : value
      return all.map((one) => walk('', one))
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[text('', key), walk(key, inner)]])))
  }
  return (value) => walk('', value)
}

/** JSON with one record or one call a line. */
function lines(value: unknown, depth = 0): string {
  const pad = '  '.repeat(depth + 1)
  const end = depth === 0 ? '\n' : ''
  if (typeof value !== 'object' || value === null || depth >= 4 || (Array.isArray(value) && depth >= 2 && !Array.isArray(value[0]))) return JSON.stringify(value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[\n${value.map((one) => pad + JSON.stringify(one)).join(',\n')}\n${'  '.repeat(depth)}]${end}`
  const inside = Object.entries(value).map(([key, inner]) => `${pad}${JSON.stringify(key)}: ${lines(inner, depth + 1)}`)
  return `{\n${inside.join(',\n')}\n${'  '.repeat(depth)}}${end}`
}
