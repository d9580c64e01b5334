import { Api } from '../../src/lib/api/client.ts'
import { Session } from '../../src/lib/auth/session.svelte.ts'
import { Database } from '../../src/lib/data/db.ts'
import { append, opsOf } from '../../src/lib/data/outbox.ts'
import { knownDevice } from '../../src/lib/data/session.ts'
import { newId } from '../../src/lib/domain/id.ts'
import type { Outcome } from '../../src/lib/domain/visit.ts'
import { SyncEngine } from '../../src/lib/sync/engine.ts'
import type { State } from '../../src/lib/sync/machine.ts'
import type { FakeServer } from './server.ts'

/** What the line does to one call. */
export type Fate = 'through' | 'request lost' | 'answer lost' | 'twice' | 'busy' | 'token gone'

/** Thrown at whatever a dead app does next. */
export class Killed extends Error {}

export class FakeClock {
  at = 1_795_339_200_000
  now = (): number => this.at
}

/** One life of the app on one phone: killed at will, and born again over the same disk. */
export class Phone {
  readonly db: Database
  readonly api: Api
  readonly session: Session
  readonly engine: SyncEngine
  readonly clock: FakeClock
  readonly #server: FakeServer
  online = true
  fates: Fate[] = []
  states: State[] = []
  rings: Array<{ at: number; ring: () => void }> = []
  /** Steps left to live; Infinity for a healthy app. */
  life = Infinity
  dead = false
  calls = 0

  constructor(server: FakeServer, name: string, clock: FakeClock, parts: { random?: () => number; device?: { id: string } } = {}) {
    this.#server = server
    this.clock = clock
    const db = new Database(name)
    this.db = db
    const run = this.db.run.bind(this.db)
    this.db.run = async (...args) => {
      this.#step()
      const result = await run(...args)
      this.#step()
      return result as never
    }
    const locks = new Map<string, Promise<unknown>>()
    const lock = <T>(key: string, work: () => Promise<T>): Promise<T> => {
      const before = locks.get(key) ?? Promise.resolve()
      const mine = before.then(work, work)
      locks.set(key, mine.catch(() => undefined))
      return mine
    }
    const session = new Session({ db: this.db, clock, lock })
    this.session = session
    this.api = new Api({ fetch: this.#fetch, token: session.token, renew: session.renew })
    session.attach(this.api)
    let device_id = ''
    this.engine = new SyncEngine({
      db: this.db, api: this.api, clock, lock,
      random: parts.random ?? (() => 0.5),
      online: () => this.online,
      account: () => (session.account && !session.ended ? { id: session.account.id, device_id } : null),
      ended: () => session.end(),
      timer: (ms, ring) => {
        const entry = { at: clock.at + ms, ring }
        this.rings.push(entry)
        return () => {
          this.rings = this.rings.filter((r) => r !== entry)
        }
      },
      announce: () => undefined,
      show: (state) => this.states.push(state),
      clockOff: () => undefined,
      appVersion: 'test',
    })
    this.ready = (async () => {
      await session.start()
      device_id = (await knownDevice(db))?.device_id ?? ''
      this.setDevice = (id) => {
        device_id = id
      }
    })()
  }
  ready: Promise<void>
  setDevice: (id: string) => void = () => undefined

  async login(login = 'trang'): Promise<void> {
    await this.session.login(login, 'mo cua')
    this.setDevice((await knownDevice(this.db))?.device_id ?? '')
    this.engine.signedIn()
    await this.engine.settled()
  }

  async knock(door: string, outcome: Outcome = 'NOT_HOME'): Promise<string> {
    const op = await append(this.db, {
      op_id: newId(this.clock), account_id: this.session.account!.id, made_at: this.clock.now(), kind: 'visit.record',
      payload: { household_id: door, outcome }, door,
    })
    return op.op_id
  }

  async undo(visit_id: string): Promise<string> {
    const op = await append(this.db, {
      op_id: newId(this.clock), account_id: this.session.account!.id, made_at: this.clock.now(), kind: 'visit.withdraw',
      payload: { visit_id }, door: '',
    })
    return op.op_id
  }

  async sync(): Promise<void> {
    this.engine.wake('person')
    await this.engine.settled()
  }

  /** Lets time pass until the next alarm and answers it. */
  async ring(): Promise<boolean> {
    const next = this.rings.sort((a, b) => a.at - b.at).shift()
    if (!next) return false
    this.clock.at = Math.max(this.clock.at, next.at)
    next.ring()
    await this.engine.settled()
    return true
  }

  ops = () => opsOf(this.db, this.session.account!.id)

  kill(): void {
    this.dead = true
    this.engine.stop()
    this.db.close()
  }

  #step(): void {
    if (this.dead) throw new Killed()
    if (this.life <= 0) {
      this.kill()
      throw new Killed()
    }
    this.life -= 1
  }

  #fetch: typeof fetch = async (input, init) => {
    this.#step()
    this.calls += 1
    if (!this.online) throw new TypeError('no network')
    const fate = this.fates.shift() ?? 'through'
    if (fate === 'request lost') throw new TypeError('lost')
    if (fate === 'busy') {
      return Response.json({ title: 'busy', status: 503, code: 'unavailable' }, { status: 503, headers: { 'retry-after': '7' } })
    }
    if (fate === 'token gone') this.#server.expireTokens()
    if (fate === 'twice') await this.#server.fetch(input, init)
    const answer = await this.#server.fetch(input, init)
    this.#step()
    if (fate === 'answer lost') throw new TypeError('lost')
    return answer
  }
}
