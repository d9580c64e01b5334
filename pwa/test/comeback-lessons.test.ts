import { beforeEach, describe, expect, it } from 'vitest'
import type { Alley, Door, DoorVisit, PersonCoached, VisitRecord } from '../src/lib/api/types.ts'
import { Database, type OutboxOp } from '../src/lib/data/db.ts'
import { LessonBook, lessonsAt, lessonsKey } from '../src/lib/data/lessons.svelte.ts'
import { append } from '../src/lib/data/outbox.ts'
import { deviceOf, dropSession, recall, saveSession } from '../src/lib/data/session.ts'
import { Turf } from '../src/lib/data/turf.svelte.ts'
import { startOf } from '../src/lib/domain/time.ts'
import { unlocked } from './fakes/keys.ts'

const AT = startOf(20261117)! + 19 * 3_600_000
const PEOPLE: PersonCoached[] = [{ age_band: '60-79', skills: [{ skill: 'PAY-01', level: 2 }] }]

let n = 0
let db: Database
let turf: Turf

const door = (id: string, visits: DoorVisit[] = []): Door => ({
  id, code: id, no: '1', sort: id, side: 'odd', head: null, members: null, adults: null, landmark: null, active: true, visits,
})
const booked = (id: string, outcome: DoorVisit['outcome']): DoorVisit => ({ id, at: AT, outcome, team: null, mine: true, comeback: null })

async function bring(doors: Door[]): Promise<void> {
  const alley: Alley = { id: 'alley', group_id: 'g', parent_id: null, kind: 'lane', name: 'Ngõ 34', mouth: null, sort: 'a', doors }
  await db.write(['alleys', 'meta'], async (tx) => {
    await tx.objectStore('alleys').put({ account_id: 'me', id: 'alley', alley, stamp: 1, brought: 1 })
    await tx.objectStore('meta').put(
      { cursor: 'c', seq: 9, pulled_at: AT, me: null, skills: [], groups: [], stamp: 1, more: false, sweep: null }, 'turf:me',
    )
  })
}

async function knock(op_id: string, record: VisitRecord): Promise<OutboxOp> {
  const op = await append(db, { op_id, account_id: 'me', made_at: AT, kind: 'visit.record', payload: record, door: 'Số 1' })
  turf.take([op])
  return op
}

/** The app closed and opened again, after the outbox has let go of its records. */
async function reopened(): Promise<{ turf: Turf; book: LessonBook }> {
  await db.write(['outbox'], (tx) => tx.objectStore('outbox').clear())
  const later = new Turf(db)
  await later.open('me')
  const book = new LessonBook(db, later)
  await book.follow()
  return { turf: later, book }
}

beforeEach(async () => {
  db = unlocked(`lessons-${(n += 1)}`)
  await deviceOf(db, () => 'device-1')
  await bring([door('h1'), door('h2')])
  turf = new Turf(db)
  await turf.open('me')
})

describe('what the phone remembers of lessons', () => {
  it('outlives the record in the outbox; the book itself names nobody', async () => {
    const book = new LessonBook(db, turf)
    await book.follow()
    await knock('v1', { household_id: 'h1', outcome: 'SERVED', people: PEOPLE })
    await book.follow()
    await bring([door('h1', [booked('v1', 'SERVED')]), door('h2', [booked('v2', 'SERVED')])])
    const later = await reopened()
    expect(later.book.taught).toEqual({ v1: PEOPLE })
    expect(lessonsAt(later.turf.doors.get('h1')!, later.book.taught!)).toEqual({
      lessons: [{ household: 'h1', age_band: '60-79', skill: 'PAY-01', level: 2, on: 20261117 }], untold: [],
    })
    // A visit of somebody else: only that there was one.
    expect(lessonsAt(later.turf.doors.get('h2')!, later.book.taught!)).toEqual({ lessons: [], untold: [{ household: 'h2', on: 20261117 }] })
  })

  it('holds nothing of those who agreed to no record, and nothing is due at their door', async () => {
    const book = new LessonBook(db, turf)
    await knock('v1', { household_id: 'h1', outcome: 'SERVED_NO_DATA', people: PEOPLE })
    await book.follow()
    expect(book.taught).toEqual({})
    expect(await recall(db, lessonsKey('me'))).toBeUndefined()
    expect(lessonsAt(turf.doors.get('h1')!, book.taught!)).toEqual({ lessons: [], untold: [] })
  })

  it('lets go of what was taken back, and counts nothing of it meanwhile', async () => {
    const book = new LessonBook(db, turf)
    await knock('v1', { household_id: 'h1', outcome: 'SERVED', people: PEOPLE })
    await book.follow()
    turf.take([await append(db, { op_id: 'w1', account_id: 'me', made_at: AT, kind: 'visit.withdraw', payload: { visit_id: 'v1' }, door: 'Số 1' })])
    await book.follow()
    expect(lessonsAt(turf.doors.get('h1')!, book.taught!)).toEqual({ lessons: [], untold: [] })
    await knock('v2', { household_id: 'h2', outcome: 'PARTIAL', people: PEOPLE })
    await book.follow()
    expect(await recall(db, lessonsKey('me'))).toEqual({ v2: PEOPLE })
  })

  it('leaves the phone when its person signs out, and is not shown to another', async () => {
    const book = new LessonBook(db, turf)
    await knock('v1', { household_id: 'h1', outcome: 'SERVED', people: PEOPLE })
    await book.follow()
    await turf.open('other')
    await book.follow()
    expect(book.taught).toEqual({})
    await saveSession(db, { account: { id: 'me', login: 'toi', name: 'Tôi', role: 'volunteer' }, session_id: 's', signed_in_at: 0, ended: false })
    await dropSession(db)
    expect(await recall(db, lessonsKey('me'))).toBeUndefined()
  })
})
