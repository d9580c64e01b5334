import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AlleyView, PullAnswer, WireDoor } from '../src/lib/api/types.ts'
import { applyPull, bookOf, infoOf } from '../src/lib/data/book.ts'
import { Database } from '../src/lib/data/db.ts'
import { opsOf } from '../src/lib/data/outbox.ts'
import { Turf } from '../src/lib/data/turf.svelte.ts'
import { deriveState } from '../src/lib/domain/household.ts'
import { lookOf } from '../src/lib/domain/walk.ts'
import type { VisitFact } from '../src/lib/domain/visit.ts'
import { outcomeWord } from '../src/routes/phone/words.ts'
import { FakeClock, Killed, Phone } from './fakes/phone.ts'
import { alleyOf, FakeServer } from './fakes/server.ts'
import { unlocked } from './fakes/keys.ts'

let n = 0
let db: Database
beforeEach(() => {
  db = unlocked(`paging-${(n += 1)}`)
})

const door = (id: string, more: object = {}): WireDoor => ({ id, code: id, no: id, sort: id, active: true, ...more })
const alley = (id: string, doors: readonly string[], group_id = 'g'): AlleyView =>
  ({ id, group_id, kind: 'lane', name: id, sort: id, doors: doors.map((each) => door(each)) })
const page = (cursor: string, more: Partial<PullAnswer>): PullAnswer => ({ cursor, reset: false, seq: 10, server_time: 1, ...more })
const doorsOf = async (): Promise<Record<string, string[]>> =>
  Object.fromEntries((await bookOf(db, 'a')).alleys.map((each) => [each.id, each.doors.map((d) => d.id)]))
const groups = (...ids: string[]) => ids.map((id) => ({ id, code: id, name: id }))

/** A phone that has x with 1 and 2, y with 3 and z with 4. */
async function held(): Promise<void> {
  const alleys = [alley('x', ['1', '2']), alley('y', ['3'], 'h'), alley('z', ['4'], 'h')]
  await applyPull(db, 'a', null, page('c0', { reset: true, seq: 5, alleys, groups: groups('g', 'h') }), 1)
}

describe('a book in pages', () => {
  it('nothing leaves the phone before the last page is in, and what no page brought leaves with it', async () => {
    await held()
    expect(await applyPull(db, 'a', 'c0', page('p1', { reset: true, more: true, alleys: [alley('y', ['3', '5'], 'h')], groups: groups('h') }), 2)).toBe(true)
    expect(await doorsOf()).toEqual({ x: ['1', '2'], y: ['3', '5'], z: ['4'] })
    expect((await infoOf(db, 'a')).groups.map((group) => group.id)).toEqual(['g', 'h'])
    await applyPull(db, 'a', 'p1', page('p2', { more: true, alleys: [alley('w', ['6'], 'i')], groups: groups('i') }), 3)
    expect(await doorsOf()).toEqual({ w: ['6'], x: ['1', '2'], y: ['3', '5'], z: ['4'] })
    await applyPull(db, 'a', 'p2', page('c1', { alleys: [alley('v', ['7'], 'i')] }), 4)
    expect(await doorsOf()).toEqual({ v: ['7'], w: ['6'], y: ['3', '5'] })
    expect((await infoOf(db, 'a')).groups.map((group) => group.id).sort()).toEqual(['h', 'i'])
  })

  it('a door on its way between two pages is at one place all the time', async () => {
    await held()
    // 2 leaves x with the first page, and is at y with the second.
    await applyPull(db, 'a', 'c0', page('p1', { reset: true, more: true, alleys: [alley('x', ['1'])] }), 2)
    expect(await doorsOf()).toEqual({ x: ['1', '2'], y: ['3'], z: ['4'] })
    await applyPull(db, 'a', 'p1', page('p2', { more: true, alleys: [alley('y', ['2', '3'])] }), 3)
    expect(await doorsOf()).toEqual({ x: ['1'], y: ['2', '3'], z: ['4'] })
    await applyPull(db, 'a', 'p2', page('c1', {}), 4)
    expect(await doorsOf()).toEqual({ x: ['1'], y: ['2', '3'] })
  })

  it('one that none brings stays until the last page', async () => {
    await held()
    await applyPull(db, 'a', 'c0', page('p1', { more: true, alleys: [alley('x', ['1'])] }), 2)
    expect(await doorsOf()).toEqual({ x: ['1', '2'], y: ['3'], z: ['4'] })
    await applyPull(db, 'a', 'p1', page('c1', {}), 3)
    expect(await doorsOf()).toEqual({ x: ['1'], y: ['3'], z: ['4'] })
  })

  it('what a page names as gone is gone at once, also while on its way', async () => {
    await held()
    await applyPull(db, 'a', 'c0', page('p1', { more: true, alleys: [alley('x', ['1'])] }), 2)
    await applyPull(db, 'a', 'p1', page('p2', { more: true, gone: { households: ['2', '4'], alleys: ['y'] } }), 3)
    expect(await doorsOf()).toEqual({ x: ['1'], z: [] })
  })

  it('a beginning within a beginning begins anew', async () => {
    await held()
    await applyPull(db, 'a', 'c0', page('p1', { reset: true, more: true, alleys: [alley('y', ['3'])] }), 2)
    await applyPull(db, 'a', 'p1', page('q1', { reset: true, more: true, alleys: [alley('z', ['4'])] }), 3)
    expect(Object.keys(await doorsOf())).toEqual(['x', 'y', 'z'])
    await applyPull(db, 'a', 'q1', page('c1', {}), 4)
    expect(await doorsOf()).toEqual({ z: ['4'] })
  })

  it('the number it reaches counts with the last page only', async () => {
    await held()
    await applyPull(db, 'a', 'c0', page('p1', { reset: true, more: true, alleys: [alley('y', ['3'])] }), 2)
    expect(await infoOf(db, 'a')).toMatchObject({ cursor: 'p1', seq: 5, pulled_at: 1 })
    await applyPull(db, 'a', 'p1', page('c1', {}), 3)
    expect(await infoOf(db, 'a')).toMatchObject({ cursor: 'c1', seq: 10, pulled_at: 3 })
  })

  it('the groups of a new alley come beside those that are there', async () => {
    await held()
    await applyPull(db, 'a', 'c0', page('c1', { alleys: [alley('w', ['9'], 'i')], groups: groups('i') }), 2)
    expect((await infoOf(db, 'a')).groups.map((group) => group.id)).toEqual(['g', 'h', 'i'])
  })

  it('a reset by a 0.1.0 phone\'s cursor sweeps what that version had stored', async () => {
    await db.write(['meta', 'alleys'], async (tx) => {
      await tx.objectStore('meta').put({ cursor: 'old', seq: 3, pulled_at: 1, me: null, skills: [], groups: [] }, 'turf:a')
      for (const id of ['x', 'y']) await tx.objectStore('alleys').put({ account_id: 'a', id, alley: { ...alley(id, [`${id}1`]), parent_id: null, mouth: null } as never })
    })
    expect(await doorsOf()).toEqual({ x: ['x1'], y: ['y1'] })
    await applyPull(db, 'a', 'old', page('c1', { reset: true, alleys: [alley('y', ['3'])] }), 2)
    expect(await doorsOf()).toEqual({ y: ['3'] })
  })
})

describe('what this version does not know', () => {
  it('is kept as it came, in doors, visits, alleys and groups', async () => {
    const wire = {
      ...alley('x', []), crescent: { of: 'moon' },
      doors: [door('1', { steps: 3, visits: [{ id: 'v', at: 1, outcome: 'SERVED', mood: 'good' }] })],
    } as unknown as AlleyView
    await applyPull(db, 'a', null, page('c0', { reset: true, alleys: [wire], groups: [{ id: 'g', code: 'g', name: 'g', hue: 7 }] as never }), 1)
    await applyPull(db, 'a', 'c0', page('c1', { doors: [{ ...door('2', { steps: 9 }), alley_id: 'x' }] }), 2)
    const { info, alleys } = await bookOf(db, 'a')
    expect(alleys[0]).toMatchObject({ crescent: { of: 'moon' }, doors: [{ steps: 3, visits: [{ mood: 'good', mine: false }] }, { steps: 9 }] })
    expect(alleys[0]!.doors[1]).not.toHaveProperty('alley_id')
    expect(info.groups[0]).toMatchObject({ hue: 7 })
  })

  it('a visit that ended in something unknown was a try: nobody is called met, and somebody comes again', async () => {
    const strange = { id: 'v', at: 1, outcome: 'HELD_TEA_PARTY' } as unknown as VisitFact
    const state = deriveState([strange])
    expect(state).toMatchObject({ status: 'attempted', visits: 1, contacted: false, served: false, revisit: true })
    expect(lookOf(state)).toBe('revisit')
    expect(outcomeWord(strange.outcome)).toBe('Kết quả khác')
    // It takes nothing back that is known.
    const before: VisitFact = { id: 'u', at: 0, outcome: 'SERVED' }
    expect(deriveState([before, strange])).toMatchObject({ status: 'served', visits: 2, served: true })

    const wire = { ...alley('x', []), doors: [door('1', { visits: [strange] })] } as AlleyView
    await applyPull(db, 'a', null, page('c0', { reset: true, alleys: [wire] }), 1)
    const turf = new Turf(db)
    await turf.open('a')
    expect(turf.doors.get('1')).toMatchObject({ state: { status: 'attempted' }, visits: [{ outcome: 'HELD_TEA_PARTY' }] })
  })
})

describe('killed at any point', () => {
  it('a phone that dies between pages goes on where it was, with all it had, and ends with what the ward has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(18), { maxLength: 6 }),
        fc.array(fc.constantFrom('request lost' as const, 'answer lost' as const, 'busy' as const, 'through' as const), { maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (lives, fates, size) => {
          const server = new FakeServer()
          server.alleys = Array.from({ length: 7 }, (_, i) => alleyOf(`a${i}`, `Ngõ ${i}`, [`${i}1`, `${i}2`], `g${i % 2}`))
          const clock = new FakeClock()
          const disk = `paging-${(n += 1)}`
          let phone = new Phone(server, disk, clock)
          await phone.ready
          await phone.login()
          phone.online = false
          const unsent = await phone.knock('h01')
          phone.online = true
          // The ward changes hands of everything: the phone begins anew, page by page.
          server.pageAlleys = size
          server.alleys = [...server.alleys.slice(3), alleyOf('b', 'Ngõ mới', ['99'], 'g2')].reverse()
          await phone.db.write(['meta'], async (tx) => {
            const info = (await tx.objectStore('meta').get('turf:acc-trang')) as object
            await tx.objectStore('meta').put({ ...info, cursor: null }, 'turf:acc-trang')
          })
          const had = new Set((await bookOf(phone.db, 'acc-trang')).alleys.map((each) => each.id))
          const done = async (): Promise<boolean> => {
            const info = await infoOf(phone.db, 'acc-trang')
            return !info.more && info.cursor !== null && /^c/.test(info.cursor)
          }
          for (const life of lives) {
            phone.life = life
            phone.fates = [...fates]
            await phone.sync().catch((error: unknown) => {
              if (!(error instanceof Killed)) throw error
            })
            phone.kill()
            phone = new Phone(server, disk, clock)
            await phone.ready
            const now = new Set((await bookOf(phone.db, 'acc-trang')).alleys.map((each) => each.id))
            if (!(await done())) for (const id of had) expect(now.has(id)).toBe(true)
            expect((await opsOf(phone.db, 'acc-trang')).map((op) => op.op_id)).toEqual([unsent])
          }
          phone.fates = []
          phone.engine.wake('start')
          await phone.engine.settled()
          for (let i = 0; i < 20 && !(await done()); i += 1) await phone.ring()
          const { info, alleys } = await bookOf(phone.db, 'acc-trang')
          expect(new Set(alleys.map((each) => each.id))).toEqual(new Set(server.alleys.map((each) => each.id)))
          expect(alleys.flatMap((each) => each.doors.map((d) => d.id)).sort()).toEqual(server.alleys.flatMap((each) => each.doors.map((d) => d.id)).sort())
          expect(new Set(info.groups.map((group) => group.id))).toEqual(new Set(server.alleys.map((each) => each.group_id)))
          expect(info.sweep).toBeNull()
          phone.kill()
        },
      ),
      { numRuns: Number(process.env.SYNC_RUNS ?? 60) },
    )
  }, 600_000)

  it('a knock does not wait for the end of a long book', async () => {
    const server = new FakeServer()
    server.alleys = Array.from({ length: 6 }, (_, i) => alleyOf(`a${i}`, `Ngõ ${i}`, [`${i}1`]))
    server.pageAlleys = 1
    const phone = new Phone(server, `paging-${(n += 1)}`, new FakeClock())
    await phone.ready
    const calls: string[] = []
    const real = server.fetch
    server.fetch = async (input, init) => {
      const path = new URL(String(input), 'http://ward.test').pathname.split('/').at(-1)!
      calls.push(path)
      if (path === 'pull' && calls.filter((call) => call === 'pull').length === 2) {
        await phone.knock('h01')
        phone.engine.wake('save')
      }
      return await real(input, init)
    }
    await phone.login()
    expect(calls).toEqual(['login', 'pull', 'pull', 'push', 'pull', 'pull', 'pull', 'pull'])
    await phone.shown()
    expect(phone.turf.alleys).toHaveLength(6)
    expect(phone.turf.unsent).toBe(0)
  })

  it('a page that leads nowhere is not asked for again at once', async () => {
    const server = new FakeServer()
    const phone = new Phone(server, `paging-${(n += 1)}`, new FakeClock())
    await phone.ready
    await phone.login()
    const real = server.fetch
    let pulls = 0
    server.fetch = async (input, init) => {
      const response = await real(input, init)
      if (!String(input).includes('/sync/pull')) return response
      pulls += 1
      return Response.json({ ...((await response.json()) as PullAnswer), more: true })
    }
    await phone.sync()
    expect(pulls).toBe(1)
    expect(phone.engine.state.name).toBe('waiting')
  })
})
