import fc from 'fast-check'
import { openDB } from 'idb'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PushAnswer } from '../src/lib/api/types.ts'
import { bookOf } from '../src/lib/data/book.ts'
import { UPGRADES, type OutboxOp } from '../src/lib/data/db.ts'
import { opsOf, outboxFor, unanswered } from '../src/lib/data/outbox.ts'
import { lay, type DoorView } from '../src/lib/data/overlay.ts'
import { recall } from '../src/lib/data/session.ts'
import { browser, FakeClock, Killed, Phone, type Browser, type Fate } from './fakes/phone.ts'
import { alleyOf, FakeServer } from './fakes/server.ts'

let n = 0
let server: FakeServer
let clock: FakeClock
let name: string

beforeEach(() => {
  server = new FakeServer()
  clock = new FakeClock()
  name = `order-${(n += 1)}`
})

async function signedIn(): Promise<Phone> {
  const phone = new Phone(server, name, clock)
  await phone.ready
  await phone.login()
  await phone.shown()
  return phone
}

/** The storage gave way under one record. */
async function lose(phone: Phone, op_id: string): Promise<void> {
  await phone.db.write(['outbox'], async (tx) => {
    await tx.objectStore('outbox').delete(op_id)
  })
  await phone.turf.reloadOps()
}

/** Lets the server answer the next push with something else. */
function answerWith(phone: Phone, change: (answer: PushAnswer) => PushAnswer): void {
  const real = server.fetch
  server.fetch = async (input, init) => {
    const response = await real(input, init)
    if (!String(input).endsWith('/sync/push')) return response
    return Response.json(change((await response.json()) as PushAnswer))
  }
}

const view = (phone: Phone, door: string): DoorView => phone.turf.doors.get(door)!
const states = async (phone: Phone): Promise<string[]> => (await phone.ops()).map((op) => op.state)

describe('the order of records', () => {
  it('each names the one before it of the same account', async () => {
    const phone = await signedIn()
    for (const door of ['h1', 'h2']) await phone.knock(door)
    await phone.logout()
    await phone.login('minh')
    await phone.knock('h3')
    await phone.logout()
    await phone.login('trang')
    await phone.knock('h4')
    const all = [...(await opsOf(phone.db, 'acc-trang')), ...(await opsOf(phone.db, 'acc-minh'))]
    expect(all.map((op) => [op.device_seq, op.after])).toEqual([[1, 0], [2, 1], [4, 2], [3, 0]])
    await phone.sync()
    expect(server.pushes.flatMap((push) => push.ops.map((op) => [op.device_seq, op.after]))).toEqual([[1, 0], [2, 1], [4, 2]])
  })

  it('a record whose predecessor is lost is held, sent again without naming it, and the rest follow in order', async () => {
    const phone = await signedIn()
    phone.online = false
    const ids = [await phone.knock('h1'), await phone.knock('h2'), await phone.knock('h3')]
    await lose(phone, ids[0]!)
    phone.online = true
    await phone.sync()
    expect(server.pushes.map((push) => push.ops.map((op) => [op.device_seq, op.after]))).toEqual([
      [[2, 1], [3, 2]],
      [[2, undefined], [3, 2]],
    ])
    expect(await states(phone)).toEqual(['booked', 'booked'])
    expect(server.applied).toEqual([ids[1], ids[2]])
    expect(server.held.size).toBe(0)
  })

  it('what the server holds is unanswered, says so, and is asked for once a round and no more', async () => {
    const phone = await signedIn()
    const id = await phone.knock('h1')
    answerWith(phone, (answer) => ({ ...answer, results: answer.results.map(({ op_id }) => ({ op_id, outcome: 'held', reason: 'waits_for_earlier' })) }))
    await phone.sync()
    expect((await phone.ops())[0]).toMatchObject({ op_id: id, state: 'held', reason: 'waits_for_earlier' })
    expect(phone.turf).toMatchObject({ unsent: 1, held: 1 })
    expect(lay(server.alleys.map((alley) => ({ ...alley, doors: alley.doors.map((door) => ({ ...door, visits: [] })) })), phone.turf.ops, 0).get('h1')).toMatchObject({ unsent: 1, state: { visits: 1 } })
    // The first of an account names none, so nothing is gained by another question.
    expect(server.pushes).toHaveLength(1)
    // An answer is an answer: the news came all the same, and nothing is called a failure.
    expect(phone.engine.state.name).toBe('idle')
    expect(await recall(phone.db, 'failed')).toBeUndefined()
    await phone.sync()
    expect(server.pushes).toHaveLength(2)
    server.fetch = new FakeServer().fetch
  })

  it('held records do not keep the others from the server', async () => {
    const phone = await signedIn()
    phone.online = false
    const ids: string[] = []
    for (let i = 0; i < 130; i += 1) ids.push(await phone.knock('h1'))
    const stuck = new Set(ids.slice(0, 110))
    answerWith(phone, (answer) => ({
      ...answer, results: answer.results.map((result) => (stuck.has(result.op_id) ? { op_id: result.op_id, outcome: 'held' } : result)),
    }))
    phone.online = true
    await phone.sync()
    expect((await states(phone)).filter((state) => state === 'booked')).toHaveLength(20)
    expect((await states(phone)).filter((state) => state === 'held')).toHaveLength(110)
    expect(server.pushes.length).toBeLessThanOrEqual(4)
  })

  it('an answer that says nothing is no reason to ask again at once', async () => {
    const phone = await signedIn()
    await phone.knock('h1')
    answerWith(phone, (answer) => ({ ...answer, results: [] }))
    await phone.sync()
    expect(server.pushes).toHaveLength(1)
    expect(phone.engine.state.name).toBe('waiting')
  })

  it('what an older version wrote is sent as that version would have sent it', async () => {
    const device = await (async () => {
      const phone = await signedIn()
      const { keys } = (await phone.db.read(['session'], (tx) => tx.objectStore('session').get('device'))) as { keys: CryptoKeyPair }
      phone.kill()
      return { device_id: 'device-old', keys, next_seq: 4 }
    })()
    name = `${name}-old`
    const old = await openDB(name, 1, { upgrade: (raw) => void UPGRADES[0]!(raw as never, null as never) })
    const record = (device_seq: number, state: string) => ({
      op_id: `op-${device_seq}`, account_id: 'acc-trang', device_seq, made_at: clock.at, kind: 'visit.record', state, door: '',
      payload: { household_id: 'h1', outcome: 'NOT_HOME' }, ...(state === 'booked' ? { seq: 1, booked_at: clock.at } : {}),
    })
    await old.put('session', device, 'device')
    for (const each of [record(1, 'booked'), record(2, 'sent'), record(3, 'local')]) await old.put('outbox', each)
    old.close()

    const phone = await signedIn()
    expect(await states(phone)).toEqual(['booked', 'booked', 'booked'])
    await phone.knock('h2')
    await phone.sync()
    expect(server.pushes.flatMap((push) => push.ops.map((op) => [op.device_seq, op.after]))).toEqual([[2, undefined], [3, undefined], [4, 3]])
    expect(await states(phone)).toEqual(['booked', 'booked', 'booked', 'booked'])
  })
})

describe('answers', () => {
  it('what the ward decides is kept with its receipt, sent no more, and counts nowhere', async () => {
    const phone = await signedIn()
    server.demolish('h2')
    const id = await phone.knock('h2')
    await phone.sync()
    expect((await phone.ops())[0]).toMatchObject({ op_id: id, state: 'kept', reason: 'household_deleted', seq: expect.any(Number) })
    expect(phone.turf).toMatchObject({ unsent: 0, kept: 1 })
    await phone.sync()
    expect(server.pushes).toHaveLength(1)
  })

  it('once the ward lets it in, it is in the book like any other; a month later nobody waits for word', async () => {
    const door = server.alleys[0]!.doors[1]!
    const phone = await signedIn()
    server.demolish('h2')
    const ids = [await phone.knock('h2'), await phone.knock('h2', 'SERVED')]
    await phone.sync()
    expect(await states(phone)).toEqual(['kept', 'kept'])
    server.restore(door, [ids[0]!])
    await phone.sync()
    await phone.shown()
    expect(await states(phone)).toEqual(['booked', 'kept'])
    expect(phone.turf.kept).toBe(1)
    expect(view(phone, 'h2').visits.map((visit) => visit.id)).toEqual([ids[0]])
    server.now += 29 * 86_400_000
    await phone.sync()
    expect(await states(phone)).toEqual(['kept'])
    server.now += 2 * 86_400_000
    await phone.sync()
    await phone.shown()
    expect(await states(phone)).toEqual([])
    expect(phone.turf.ops).toEqual([])
  })

  it('a record that could not be read is told by its place', async () => {
    const phone = await signedIn()
    const ids = [await phone.knock('h1'), await phone.knock('mangled'), await phone.knock('h2')]
    await phone.sync()
    expect((await phone.ops()).map((op) => [op.op_id, op.state, op.reason])).toEqual([
      [ids[0], 'booked', undefined], [ids[1], 'rejected', 'malformed_payload'], [ids[2], 'booked', undefined],
    ])
  })

  it('the phone says how it is doing with every push and pull', async () => {
    const phone = await signedIn()
    await phone.knock('h1')
    phone.fates = ['busy']
    await phone.sync()
    phone.fates = ['request lost']
    await phone.ring()
    server.phones = []
    await phone.ring()
    expect(server.pushes.at(-1)).toMatchObject({ queued: 1, failed: 2 })
    expect(server.phones).toEqual(['v=test; q=1; f=2; r=0', 'v=test; q=0; f=2; r=0'])
    await phone.sync()
    expect(server.phones.at(-1)).toBe('v=test; q=0; f=0; r=0')
  })

  it('a phone without a network has not failed', async () => {
    const phone = await signedIn()
    phone.online = false
    await phone.sync()
    expect(phone.engine.state.name).toBe('offline')
    phone.online = true
    await phone.sync()
    expect(server.phones.at(-1)).toBe('v=test; q=0; f=0; r=0')
  })
})

describe('corrections', () => {
  const shown = (phone: Phone, door: string) => view(phone, door).visits.map((visit) => [visit.of ?? visit.id, visit.id, visit.outcome, visit.at])

  it('a new version stands in the place of the old one, at the hour of the knock, sent or not', async () => {
    const phone = await signedIn()
    const at = clock.at
    const root = await phone.knock('h1', 'NOT_HOME')
    clock.at += 60_000
    const second = await phone.correct(root, 'h1', 'SERVED')
    expect(shown(phone, 'h1')).toEqual([[root, second, 'SERVED', at]])
    expect(view(phone, 'h1')).toMatchObject({ unsent: 1, state: { status: 'served', visits: 1 } })
    await phone.sync()
    await phone.shown()
    expect(shown(phone, 'h1')).toEqual([[root, second, 'SERVED', at]])
    expect(view(phone, 'h1').visits[0]).toMatchObject({ versions: 2, mine: true })
    expect(view(phone, 'h1').unsent).toBe(0)
    // Again, of the visit as the book has it, named by its newest version.
    clock.at += 60_000
    const third = await phone.correct(second, 'h1', 'PARTIAL')
    expect(shown(phone, 'h1')).toEqual([[root, third, 'PARTIAL', at]])
    expect(view(phone, 'h1').visits[0]).toMatchObject({ versions: 3 })
  })

  it('one that names another door takes the visit there', async () => {
    const phone = await signedIn()
    const root = await phone.knock('h1')
    await phone.sync()
    await phone.shown()
    const moved = await phone.correct(root, 'h3', 'NOT_HOME')
    expect(shown(phone, 'h1')).toEqual([])
    expect(shown(phone, 'h3')).toEqual([[root, moved, 'NOT_HOME', expect.any(Number)]])
    expect(view(phone, 'h1').state.status).toBe('not_visited')
    const back = await phone.correct(moved, 'h1', 'VACANT')
    expect(shown(phone, 'h3')).toEqual([])
    expect(shown(phone, 'h1')).toEqual([[root, back, 'VACANT', expect.any(Number)]])
    await phone.sync()
    await phone.shown()
    expect(shown(phone, 'h1')).toEqual([[root, back, 'VACANT', expect.any(Number)]])
    expect(shown(phone, 'h3')).toEqual([])
  })

  it('taking back any version takes back the visit', async () => {
    const phone = await signedIn()
    const root = await phone.knock('h1')
    await phone.sync()
    const second = await phone.correct(root, 'h2', 'SERVED')
    await phone.undo(second)
    for (const door of ['h1', 'h2']) expect(shown(phone, door)).toEqual([])
    await phone.sync()
    await phone.shown()
    for (const door of ['h1', 'h2']) expect(shown(phone, door)).toEqual([])
  })

  it('a rejected one leaves the visit as it was', async () => {
    const phone = await signedIn()
    const root = await phone.knock('h1')
    await phone.sync()
    await phone.correct(root, 'nowhere', 'SERVED')
    expect(shown(phone, 'h1')).toEqual([])
    await phone.sync()
    await phone.shown()
    expect(shown(phone, 'h1')).toEqual([[root, root, 'NOT_HOME', expect.any(Number)]])
    expect(phone.turf.rejected).toBe(1)
  })
})

describe('details of a household', () => {
  it('pending ones stand over the book, one after the other', async () => {
    const phone = await signedIn()
    await phone.edit('h1', { landmark: 'cổng xanh', members: 5 })
    await phone.edit('h1', { landmark: null, adults: 2 })
    expect(view(phone, 'h1').door).toMatchObject({ landmark: null, members: 5, adults: 2 })
    expect(view(phone, 'h1').asked).toEqual({})
    await phone.sync()
    await phone.shown()
    expect(view(phone, 'h1').door).toMatchObject({ landmark: null, members: 5, adults: 2 })
    expect(view(phone, 'h2').door).toMatchObject({ members: 4, adults: 3 })
  })

  it('who and where are asked for: shown until the book has spoken, and said to wait for the ward', async () => {
    const phone = await signedIn()
    await phone.edit('h1', { head: 'Nguyễn Văn Bình', house_no: '1A' })
    expect(view(phone, 'h1').door).toMatchObject({ head: 'Nguyễn Văn Bình', no: '1A' })
    expect(view(phone, 'h1').asked).toEqual({ head: 'Nguyễn Văn Bình', house_no: '1A' })
    await phone.sync()
    await phone.shown()
    expect((await phone.ops())[0]).toMatchObject({ state: 'booked', flags: ['to_inbox', 'to_inbox'] })
    expect(view(phone, 'h1').door).toMatchObject({ head: 'Trần Thị Lan', no: '1' })
    expect(view(phone, 'h1').asked).toEqual({ head: 'Nguyễn Văn Bình', house_no: '1A' })
    // The ward takes the name.
    server.alleys[0]!.doors[0]!.head = 'Nguyễn Văn Bình'
    server.move('h1', 'a1')
    await phone.sync()
    await phone.shown()
    expect(view(phone, 'h1').door).toMatchObject({ head: 'Nguyễn Văn Bình', no: '1' })
    expect(view(phone, 'h1').asked).toEqual({ house_no: '1A' })
  })

  it('an empty place is filled without asking, and what the book has anyway asks nothing', async () => {
    server.alleys[0]!.doors[0]!.head = null
    const phone = await signedIn()
    await phone.edit('h1', { head: 'Nguyễn Văn Bình', house_no: '1' })
    expect(view(phone, 'h1').door).toMatchObject({ head: 'Nguyễn Văn Bình', no: '1' })
    expect(view(phone, 'h1').asked).toEqual({})
  })
})

describe('whatever happens', () => {
  const door = fc.constantFrom('h1', 'h2', 'h3', 'h4', 'h5', 'gone', 'mangled')
  const outcome = fc.constantFrom('NOT_HOME' as const, 'SERVED' as const, 'MET_DECLINED' as const)
  const pick = fc.nat(20)
  const fates = fc.array(fc.constantFrom<Fate>('through', 'through', 'through', 'request lost', 'answer lost', 'twice', 'busy', 'token gone', 'late'), { maxLength: 5 })
  const act = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('knock' as const), door, outcome }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('correct' as const), door, outcome, pick }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const), pick }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), door, members: fc.nat(9), head: fc.constantFrom('Lan', 'Bình', null) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('sync' as const), fates }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('late' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('die' as const), after: fc.nat(24), fates }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), pick }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('demolish' as const), door }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), door, to: fc.constantFrom('a1', 'a2') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('other user' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('other tab' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('tunnel' as const) }) },
  )

  /** The outbox of every account, as it lies on the disk. */
  const disk = async (phone: Phone): Promise<OutboxOp[]> => [...(await opsOf(phone.db, 'acc-trang')), ...(await opsOf(phone.db, 'acc-minh'))]

  /** No label is ahead of the server, and the index of what waits is what waits. */
  async function truthful(phone: Phone): Promise<void> {
    const ops = await disk(phone)
    for (const op of ops) {
      const there = server.book.get(op.op_id)?.result
      if (op.state === 'booked') expect([there?.outcome === 'applied' || there?.outcome === 'superseded', there?.seq]).toEqual([true, op.seq])
      if (op.state === 'kept') expect([there?.outcome, there?.seq]).toEqual(['quarantined', op.seq])
      if (op.state === 'rejected') expect(op.reason === 'malformed_payload' ? 'rejected' : there?.outcome).toBe('rejected')
      if (op.state === 'held') expect(server.held.has(op.op_id) || there !== undefined).toBe(true)
      expect([op.op_id, op.waiting]).toEqual([op.op_id, unanswered(op) ? op.device_seq : undefined])
      expect([op.op_id, op.flight]).toEqual([op.op_id, op.state === 'sent' ? 1 : undefined])
    }
    const waits = ops.filter(unanswered).length
    expect((await outboxFor(phone.db, null)).parked).toBe(waits)
  }

  /** Counts on the home line are rows; the doors are those that everything together gives. */
  async function honest(phone: Phone): Promise<void> {
    const account = phone.session.account?.id
    if (!account || phone.dead) return
    await phone.shown()
    const rows = await opsOf(phone.db, account)
    const count = (state: string): number => rows.filter((op) => op.state === state).length
    expect(phone.turf.ops).toEqual(rows)
    expect(phone.turf).toMatchObject({ unsent: rows.filter(unanswered).length, rejected: count('rejected'), held: count('held'), kept: count('kept') })
    const { info, alleys } = await bookOf(phone.db, account)
    expect(phone.turf.alleys).toEqual(alleys)
    expect(new Map(phone.turf.doors)).toEqual(lay(alleys, rows, info.seq))
  }

  it('nothing unanswered is dropped, nothing is booked but in the book, and every screen shows what is there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 1, maxLength: 18 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.constantFrom(1, 2, Infinity),
        async (acts, randoms, page) => {
          server = new FakeServer()
          server.alleys.push(alleyOf('a2', 'Ngõ 36', ['5']), alleyOf('a3', 'Ngõ 38', ['6']))
          server.pageAlleys = server.pageDoors = page
          clock = new FakeClock()
          const at = `order-${(n += 1)}`
          const random = (): number => (randoms.next().value as number | undefined) ?? 0.5
          let shared: Browser = browser()
          const open = async (): Promise<Phone> => {
            const phone = new Phone(server, at, clock, { random, browser: shared })
            await phone.ready
            return phone
          }
          let tabs = [await open()]
          await tabs[0]!.login()
          /** Written and never told lost: by account. */
          const saved = new Map<string, Set<string>>([['acc-trang', new Set()], ['acc-minh', new Set()]])
          const late: Array<() => Promise<unknown>> = []
          const here = (): Phone => tabs[0]!
          const mine = (): Set<string> => saved.get(here().session.account!.id)!
          const visit = async (at: number): Promise<string | undefined> => {
            const visits = (await here().ops()).filter((op) => op.kind === 'visit.record' || op.kind === 'visit.correct')
            return visits[at % Math.max(1, visits.length)]?.op_id
          }

          for (const step of acts) {
            clock.at += 1000
            server.now = clock.at
            switch (step.do) {
              case 'knock':
                mine().add(await here().knock(step.door, step.outcome))
                break
              case 'correct': {
                const id = await visit(step.pick)
                if (id) mine().add(await here().correct(id, step.door, step.outcome))
                break
              }
              case 'undo': {
                const id = await visit(step.pick)
                if (id) mine().add(await here().undo(id))
                break
              }
              case 'edit':
                mine().add(await here().edit(step.door, { members: step.members, ...(step.head ? { head: step.head } : {}) }))
                break
              case 'sync':
                here().fates = [...step.fates]
                await here().sync()
                break
              case 'late':
                for (const request of late.splice(0)) await request()
                break
              case 'die':
                here().fates = [...step.fates]
                here().life = step.after
                await here().sync().catch((error: unknown) => {
                  if (!(error instanceof Killed)) throw error
                })
                for (const tab of tabs) tab.kill()
                late.push(...tabs.flatMap((tab) => tab.late.splice(0)))
                shared = browser()
                tabs = [await open()]
                break
              case 'lose': {
                const waits = (await here().ops()).filter(unanswered)
                const op = waits[step.pick % Math.max(1, waits.length)]
                if (op) {
                  await lose(here(), op.op_id)
                  for (const tab of tabs) await tab.turf.reloadOps()
                  mine().delete(op.op_id)
                }
                break
              }
              case 'demolish':
                if (step.door !== 'h1') server.demolish(step.door)
                break
              case 'move':
                server.move(step.door, step.to)
                break
              case 'other user': {
                const next = here().session.account?.login === 'trang' ? 'minh' : 'trang'
                for (const tab of tabs.splice(1)) tab.kill()
                here().fates = []
                await here().logout()
                await here().login(next)
                break
              }
              case 'other tab':
                if (tabs.length < 2) tabs.push(await open())
                tabs.reverse()
                break
              case 'expire':
                server.expireTokens()
                break
              case 'tunnel':
                here().online = false
                await here().sync()
                here().online = true
                break
            }
            late.push(...tabs.flatMap((tab) => tab.late.splice(0)))
            await truthful(here())
            for (const tab of tabs) await honest(tab)
            for (const [account, ids] of saved) {
              const there = new Set((await opsOf(here().db, account)).map((op) => op.op_id))
              for (const id of ids) expect(there.has(id)).toBe(true)
            }
          }

          // The line is good again: the timer alone must bring everything home, of whoever signs in.
          for (const tab of tabs.splice(1)) tab.kill()
          for (const login of ['minh', 'trang']) {
            const phone = here()
            phone.fates = []
            if (phone.session.account?.login !== login) {
              await phone.logout()
              await phone.login(login)
            }
            phone.engine.wake('start')
            await phone.engine.settled()
            for (let i = 0; i < 50 && (await phone.ops()).some(unanswered); i += 1) await phone.ring()
            expect((await phone.ops()).filter(unanswered)).toEqual([])
          }
          for (const request of late.splice(0)) await request()
          await here().sync()
          await truthful(here())
          await honest(here())
          for (const [account, ids] of saved) {
            for (const id of ids) if (server.book.has(id)) expect(server.book.get(id)?.account).toBe(account)
          }
          expect(new Set(server.applied).size).toBe(server.applied.length)
          here().kill()
        },
      ),
      { numRuns: Number(process.env.SYNC_RUNS ?? 150) },
    )
  }, 600_000)
})
