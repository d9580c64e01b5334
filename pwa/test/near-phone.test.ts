import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { VisitRecord } from '../src/lib/api/types.ts'
import type { Database } from '../src/lib/data/db.ts'
import { Whereabouts, type Missing } from '../src/lib/data/near.svelte.ts'
import { Knocks } from '../src/lib/data/knocks.svelte.ts'
import { opsOf } from '../src/lib/data/outbox.ts'
import { deviceOf, recall } from '../src/lib/data/session.ts'
import { FRESH_MS, type Near } from '../src/lib/domain/near.ts'
import { unlocked } from './fakes/keys.ts'
import { FakeClock } from './fakes/phone.ts'
import { alleyOf } from './fakes/server.ts'

const HERE = { lng: 105.85, lat: 21.0304, accuracy: 8 }
const FAR = { lng: 105.87, lat: 21.05, accuracy: 8 }

const alley = alleyOf('a1', 'Ngõ 34', ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
alley.doors = alley.doors.map((door, n) => ({ ...door, at: [105.85, 21.03 + n / 10_000] }))
const view = { door: alley.doors[4]!, alley }

let n = 0
let db: Database
let account: string | null
let awake: number
let wall: number
/** What the browser was asked, oldest first. */
let asked: Array<{ found: (at: typeof HERE) => void; missed: (why: Missing) => void }>

const phone = (): Whereabouts =>
  new Whereabouts({
    db,
    account_id: () => account,
    locate: (found, missed) => void asked.push({ found, missed }),
    clocks: () => [awake, wall],
  })
const pass = (ms: number): void => {
  awake += ms
  wall += ms
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  db = unlocked(`near-${(n += 1)}`)
  account = 'acc-1'
  awake = 0
  wall = 1_795_339_200_000
  asked = []
})
afterEach(() => {
  vi.useRealTimers()
  db.close()
})

describe('off, as it comes', () => {
  it('asks for no position and says no word', async () => {
    const near = phone()
    await near.ask()
    expect(near.on).toBe(false)
    expect(asked).toHaveLength(0)
    expect(near.word(view)).toBeUndefined()
  })
  it('says nothing before the disk has answered', () => {
    expect(phone().word(view)).toBeUndefined()
  })
})

describe('turned on', () => {
  it('asks at once, and is on at the next start too', async () => {
    await phone().turn(true)
    expect(asked).toHaveLength(1)
    const next = phone()
    await next.look()
    expect(next.on).toBe(true)
  })
  it('says unknown until there is a fix, then where it stands', async () => {
    const near = phone()
    await near.turn(true)
    expect(near.word(view)).toBe<Near>('unknown')
    asked[0]!.found(HERE)
    expect(near.word(view)).toBe<Near>('at_door')
    asked.length = 0
    pass(31_000)
    await near.ask()
    asked[0]!.found(FAR)
    expect(near.word(view)).toBe<Near>('elsewhere')
    expect(near.word({ door: { ...view.door, at: undefined } as never, alley })).toBe<Near>('unknown')
  })
  it('does not ask again while a fix is young or the browser is still looking', async () => {
    const near = phone()
    await near.turn(true)
    await near.ask()
    expect(asked).toHaveLength(1)
    asked[0]!.found(HERE)
    await near.ask()
    expect(asked).toHaveLength(1)
    pass(31_000)
    await near.ask()
    expect(asked).toHaveLength(2)
  })
  it('lets go of the position after two minutes, and believes no old one', async () => {
    const near = phone()
    await near.turn(true)
    asked[0]!.found(FAR)
    pass(FRESH_MS + 1)
    expect(near.word(view)).toBe<Near>('unknown')
    pass(-FRESH_MS)
    vi.advanceTimersByTime(FRESH_MS)
    expect(near.word(view), 'nothing is left of it').toBe<Near>('unknown')
  })
  it('a phone that slept, or whose clock was set, has an old position', async () => {
    const near = phone()
    await near.turn(true)
    asked[0]!.found(FAR)
    wall += FRESH_MS + 1
    expect(near.word(view)).toBe<Near>('unknown')
    wall -= 2 * FRESH_MS + 2
    expect(near.word(view)).toBe<Near>('unknown')
  })
  it('not found: unknown, and it is looked for again', async () => {
    const near = phone()
    await near.turn(true)
    asked[0]!.missed('no_fix')
    expect(near.missing).toBe('no_fix')
    expect(near.word(view)).toBe<Near>('unknown')
    await near.ask()
    asked[1]!.found(HERE)
    expect(near.missing).toBeNull()
    expect(near.word(view)).toBe<Near>('at_door')
  })
  it('refused: unknown, the switch can say why, and no door brings the question back', async () => {
    const near = phone()
    await near.turn(true)
    asked[0]!.missed('denied')
    expect(near.missing).toBe('denied')
    await near.ask()
    expect(asked).toHaveLength(1)
    expect(near.word(view)).toBe<Near>('unknown')
    await near.turn(false)
    await near.turn(true)
    expect(asked).toHaveLength(2)
  })
  it('turned off, a position still on its way is not taken', async () => {
    const near = phone()
    await near.turn(true)
    await near.turn(false)
    asked[0]!.found(HERE)
    expect(near.word(view)).toBeUndefined()
    await near.turn(true)
    expect(near.word(view)).toBe<Near>('unknown')
  })
  it('is one account’s choice and one account’s position', async () => {
    const near = phone()
    await near.turn(true)
    asked[0]!.found(HERE)
    account = 'acc-2'
    expect(near.word(view)).toBeUndefined()
    await near.ask()
    expect(near.on).toBe(false)
    account = 'acc-1'
    await near.look()
    expect(near.on).toBe(true)
    expect(near.word(view), 'the position went with the other account').toBe<Near>('unknown')
  })
  it('writes the choice and nothing of a place', async () => {
    const near = phone()
    await near.turn(true)
    asked[0]!.found(HERE)
    near.word(view)
    expect(await recall(db, 'turf:acc-1:near')).toBe(true)
    const rows = await db.read(['meta', 'session', 'outbox', 'drafts', 'alleys'], async (tx) =>
      Promise.all((['meta', 'session', 'outbox', 'drafts', 'alleys'] as const).map((store) => tx.objectStore(store).getAllKeys())),
    )
    expect(rows.flat()).toEqual(['turf:acc-1:near'])
  })
})

describe('a knock', () => {
  it('keeps the word of its first try: made again from elsewhere it is no correction', async () => {
    const clock = new FakeClock()
    await deviceOf(db, () => 'phone')
    const knocks = new Knocks({ db, clock, account_id: () => account }, () => undefined)
    const record: VisitRecord = { household_id: 'd1', outcome: 'NOT_HOME' }
    const write = db.writeStrict.bind(db)
    // The disk writes and falls silent.
    vi.spyOn(db, 'writeStrict').mockImplementationOnce(async (...args) => {
      await write(...args)
      throw new Error('silent')
    })
    const knock = {}
    await expect(knocks.record({ ...record, near: 'at_door' }, 'Số 1', knock)).rejects.toThrow('silent')
    await knocks.record({ ...record, near: 'elsewhere' }, 'Số 1', knock)
    expect((await opsOf(db, 'acc-1')).map(({ kind, payload }) => ({ kind, payload }))).toEqual([
      { kind: 'visit.record', payload: { ...record, near: 'at_door' } },
    ])
    await knocks.record({ ...record, household_id: 'd2' }, 'Số 2', knock)
    expect((await opsOf(db, 'acc-1')).at(-1)?.payload).toEqual({ household_id: 'd2', outcome: 'NOT_HOME' })
    knocks.dismiss()
  })
})
