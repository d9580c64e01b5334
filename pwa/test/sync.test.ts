import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { unanswered } from '../src/lib/data/outbox.ts'
import { lay } from '../src/lib/data/overlay.ts'
import { bookOf } from '../src/lib/data/book.ts'
import { backoff, FIRST_MS, LONGEST_MS } from '../src/lib/sync/backoff.ts'
import { next, start, type Event, type Machine } from '../src/lib/sync/machine.ts'
import { FakeClock, Killed, Phone, type Fate } from './fakes/phone.ts'
import { FakeServer } from './fakes/server.ts'

let n = 0
let server: FakeServer
let clock: FakeClock
let name: string

beforeEach(() => {
  server = new FakeServer()
  clock = new FakeClock()
  name = `phone-${(n += 1)}`
})

async function signedIn(): Promise<Phone> {
  const phone = new Phone(server, name, clock)
  await phone.ready
  await phone.login()
  await phone.shown()
  return phone
}

/** No label is ahead of the server: what is called booked is in the book under that very receipt. */
async function truthful(phone: Phone): Promise<void> {
  for (const op of await phone.ops()) {
    if (op.state === 'booked') expect(server.book.get(op.op_id)?.result.seq).toBe(op.seq)
    if (op.state === 'rejected') expect(server.book.get(op.op_id)?.result.outcome).toBe('rejected')
  }
}

describe('the engine', () => {
  it('carries a knock to the book and shows the receipt', async () => {
    const phone = await signedIn()
    const id = await phone.knock('h1')
    expect((await phone.ops())[0]).toMatchObject({ state: 'local', device_seq: 1 })
    await phone.sync()
    expect((await phone.ops())[0]).toMatchObject({ op_id: id, state: 'booked', seq: 1 })
    expect(server.applied).toEqual([id])
  })

  it('sends the same record again when the answer was lost, and it is booked once', async () => {
    const phone = await signedIn()
    const id = await phone.knock('h1')
    phone.fates = ['answer lost']
    await phone.sync()
    expect((await phone.ops())[0]?.state).toBe('local')
    expect(phone.engine.state.name).toBe('waiting')
    await phone.ring()
    expect((await phone.ops())[0]?.state).toBe('booked')
    expect(server.applied).toEqual([id])
  })

  it('waits as long as the server asks, whatever the thumb does', async () => {
    const phone = await signedIn()
    await phone.knock('h1')
    phone.fates = ['busy']
    await phone.sync()
    expect(phone.engine.state).toMatchObject({ name: 'waiting', firm: true })
    const calls = phone.calls
    await phone.sync()
    expect(phone.calls).toBe(calls)
    await phone.ring()
    expect(clock.at - 1_795_339_200_000).toBeGreaterThanOrEqual(7000)
    expect((await phone.ops())[0]?.state).toBe('booked')
  })

  it('keeps a rejected record with its reason and never sends it again', async () => {
    const phone = await signedIn()
    await phone.knock('not mine')
    await phone.knock('h2')
    await phone.sync()
    expect((await phone.ops()).map((op) => [op.state, op.reason])).toEqual([['rejected', 'out_of_reach'], ['booked', undefined]])
    await phone.sync()
    expect(server.book.size).toBe(2)
    expect((await phone.ops())[0]?.state).toBe('rejected')
  })

  it('sends 250 records in three batches, oldest first', async () => {
    const phone = await signedIn()
    phone.online = false
    const ids: string[] = []
    for (let i = 0; i < 250; i += 1) {
      clock.at += 1000
      ids.push(await phone.knock('h3'))
    }
    phone.online = true
    await phone.sync()
    expect(server.applied).toEqual(ids)
    expect((await phone.ops()).every((op) => op.state === 'booked')).toBe(true)
    expect((await phone.ops()).map((op) => op.device_seq)).toEqual(ids.map((_, i) => i + 1))
  })

  it('renews the token and goes on', async () => {
    const phone = await signedIn()
    await phone.knock('h1')
    server.expireTokens()
    await phone.sync()
    expect((await phone.ops())[0]?.state).toBe('booked')
  })

  it('stops when the session ended, loses nothing, and goes on after the next login', async () => {
    const phone = await signedIn()
    await phone.knock('h1')
    server.expireTokens()
    server.session!.alive = false
    await phone.sync()
    expect(phone.engine.state.name).toBe('signedOut')
    expect(phone.session.ended).toBe(true)
    expect(phone.session.account?.login).toBe('trang')
    await phone.knock('h2')
    expect((await phone.ops()).map((op) => op.state)).toEqual(['local', 'local'])
    await phone.login()
    expect((await phone.ops()).map((op) => op.state)).toEqual(['booked', 'booked'])
  })

  it('a lost refresh is no end of the session', async () => {
    const phone = await signedIn()
    await phone.knock('h1')
    server.expireTokens()
    // The push is refused, then the refresh is lost on its way back.
    phone.fates = ['through', 'answer lost']
    await phone.sync()
    expect(phone.session.ended).toBe(false)
    await phone.ring()
    expect((await phone.ops())[0]?.state).toBe('booked')
  })

  it('never shows or sends one account\'s work under another', async () => {
    const phone = await signedIn()
    phone.online = false
    const hers = await phone.knock('h1')
    phone.online = true
    await phone.session.logout()
    await phone.login('minh')
    expect(await phone.ops()).toEqual([])
    const his = await phone.knock('h2')
    await phone.sync()
    expect([...server.book.entries()].map(([id, { account }]) => [id, account])).toEqual([[his, 'acc-minh']])
    await phone.session.logout()
    await phone.login('trang')
    expect((await phone.ops()).map((op) => [op.op_id, op.state])).toEqual([[hers, 'booked']])
    expect(server.book.get(hers)?.account).toBe('acc-trang')
  })

  it('does not send a queue under a token of someone who signed in while it was waiting', async () => {
    const phone = await signedIn()
    await phone.knock('h1')
    server.expireTokens()
    const renew = phone.session.renew
    const running = phone.sync()
    // Between the refused push and the renewed token the phone changes hands.
    await phone.session.logout()
    await phone.session.login('minh', 'mo cua')
    await renew().catch(() => false)
    await running
    for (const { account } of server.book.values()) expect(account).toBe('acc-trang')
  })
})

it('a tab that did not notice another account signing in sends nothing under it', async () => {
  const phone = await signedIn()
  const tab = new Phone(server, name, clock)
  await tab.ready
  await phone.knock('h1')
  await tab.login('minh')
  server.tokens.clear()
  await phone.sync()
  expect(server.book.size).toBe(0)
  expect(phone.session.account?.login).toBe('minh')
  await tab.session.logout()
  await tab.login('trang')
  expect([...server.book.values()].map(({ account }) => account)).toEqual(['acc-trang'])
})

describe('the screen', () => {
  it('shows base and pending; a receipt and the pulled visit are one visit', async () => {
    const phone = await signedIn()
    await phone.knock('h1', 'SERVED')
    const view = async () => {
      const { info, alleys } = await bookOf(phone.db, 'acc-trang')
      return lay(alleys, await phone.ops(), info.seq).get('h1')!
    }
    expect((await view()).state).toMatchObject({ status: 'served', visits: 1 })
    expect((await view()).unsent).toBe(1)
    phone.fates = ['through', 'request lost']
    await phone.sync()
    expect((await view()).state.visits).toBe(1)
    expect((await view()).unsent).toBe(0)
    await phone.ring()
    expect((await view()).state.visits).toBe(1)
  })

  it('takes an undone visit off at once and keeps it off', async () => {
    const phone = await signedIn()
    const id = await phone.knock('h1', 'MET_DECLINED')
    await phone.sync()
    await phone.undo(id)
    const view = async () => {
      const { info, alleys } = await bookOf(phone.db, 'acc-trang')
      return lay(alleys, await phone.ops(), info.seq).get('h1')!
    }
    expect((await view()).state.status).toBe('not_visited')
    await phone.sync()
    expect((await view()).state.status).toBe('not_visited')
    expect(server.alleys[0]!.doors[0]!.visits).toEqual([])
  })
})

describe('whatever happens', () => {
  const fate = fc.constantFrom<Fate>('through', 'through', 'request lost', 'answer lost', 'twice', 'busy', 'token gone')
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('knock' as const), door: fc.constantFrom('h1', 'h2', 'h3', 'h4', 'gone') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('sync' as const), fates: fc.array(fate, { maxLength: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('die' as const), after: fc.nat(14), fates: fc.array(fate, { maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('tunnel' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
  )

  it('each record that was called saved is in the book once, none is lost, no label is ahead', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 14 }), fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), async (acts, randoms) => {
        const server_ = (server = new FakeServer())
        clock = new FakeClock()
        const disk = `phone-${(n += 1)}`
        const random = (): number => (randoms.next().value as number | undefined) ?? 0.5
        let phone = new Phone(server_, disk, clock, { random })
        await phone.ready
        await phone.login()
        const saved = new Set<string>()
        const born = async (): Promise<void> => {
          phone.kill()
          phone = new Phone(server_, disk, clock, { random })
          await phone.ready
        }
        for (const step of acts) {
          clock.at += 1000
          server_.now = clock.at
          if (step.do === 'knock') saved.add(await phone.knock(step.door))
          else if (step.do === 'undo') {
            const last = [...saved].at(-1)
            if (last) saved.add(await phone.undo(last))
          } else if (step.do === 'sync') {
            phone.fates = [...step.fates]
            await phone.sync()
          } else if (step.do === 'tunnel') {
            phone.online = false
            await phone.sync()
            phone.online = true
          } else if (step.do === 'expire') server_.expireTokens()
          else {
            phone.fates = [...step.fates]
            phone.life = step.after
            await phone.sync().catch((error: unknown) => {
              if (!(error instanceof Killed)) throw error
            })
            await born()
          }
          await truthful(phone)
        }
        // The line is good again: the timer alone must bring everything home.
        phone.fates = []
        phone.engine.wake('start')
        await phone.engine.settled()
        for (let i = 0; i < 50 && (await phone.ops()).some(unanswered); i += 1) await phone.ring()

        const ops = await phone.ops()
        expect(new Set(ops.map((op) => op.op_id))).toEqual(saved)
        expect(ops.every((op) => op.state === 'booked' || op.state === 'rejected')).toBe(true)
        expect(new Set(server_.book.keys())).toEqual(saved)
        expect(new Set(server_.applied).size).toBe(server_.applied.length)
        expect(ops.map((op) => op.device_seq)).toEqual(ops.map((_, i) => i + 1))
        await truthful(phone)
        phone.kill()
      }),
      { numRuns: Number(process.env.SYNC_RUNS ?? 200) },
    )
  }, 600_000)
})

describe('the machine', () => {
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.record({ type: fc.constant('wake' as const), why: fc.constantFrom('save' as const, 'online' as const, 'visible' as const, 'timer' as const, 'person' as const, 'start' as const), online: fc.boolean(), now: fc.nat(1e6) }),
    fc.record({ type: fc.constant('pushed' as const), more: fc.boolean() }),
    fc.record({ type: fc.constant('pulled' as const), more: fc.boolean() }),
    fc.record({ type: fc.constant('failed' as const), online: fc.boolean(), now: fc.nat(1e6), random: fc.double({ min: 0, max: 1, noNaN: true }), askedMs: fc.option(fc.nat(1e5)) }),
    fc.record({ type: fc.constant('ended' as const) }),
    fc.record({ type: fc.constant('signedIn' as const) }),
  )
  it('asks for a push exactly when it says pushing, and never works while signed out', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        let machine: Machine = start
        for (const e of events) {
          const before = machine
          const [after, effects] = next(machine, e)
          if (effects.some((x) => x.do === 'push')) expect(after.state.name).toBe('pushing')
          if (effects.some((x) => x.do === 'pull')) expect(after.state.name).toBe('pulling')
          if (after.state.name === 'waiting') expect(after.state.retryAt).toBeGreaterThan(0)
          if (before.state.name === 'signedOut' && e.type !== 'signedIn') expect(after.state.name).toBe('signedOut')
          machine = after
        }
      }),
    )
  })
  it('a save during a run makes it go round again', () => {
    const pulling: Machine = { state: { name: 'pulling' }, attempt: 0, again: false }
    const [again] = next(pulling, { type: 'wake', why: 'save', online: true, now: 0 })
    expect(next(again, { type: 'pulled', more: false })[0].state.name).toBe('pushing')
  })
  it('waits between a second and five minutes, never less than asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.option(fc.nat(1e6)), (attempt, random, asked) => {
        const wait = backoff(attempt, random, asked)
        expect(wait).toBeGreaterThanOrEqual(Math.max(FIRST_MS, asked ?? 0))
        expect(wait).toBeLessThanOrEqual(Math.max(LONGEST_MS, asked ?? 0))
      }),
    )
  })
})
