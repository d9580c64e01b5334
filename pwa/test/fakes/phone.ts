import { Api } from '../../src/lib/api/client.ts'
import { Session } from '../../src/lib/auth/session.svelte.ts'
import type { HouseholdEdit, OpKind, Payload } from '../../src/lib/api/types.ts'
import { Database, type OutboxOp } from '../../src/lib/data/db.ts'
import { append, opsOf } from '../../src/lib/data/outbox.ts'
import { knownDevice } from '../../src/lib/data/session.ts'
import { Turf } from '../../src/lib/data/turf.svelte.ts'
import { newId } from '../../src/lib/domain/id.ts'
import type { Outcome } from '../../src/lib/domain/visit.ts'
import { SyncEngine } from '../../src/lib/sync/engine.ts'
import type { State } from '../../src/lib/sync/machine.ts'
import { unlocked } from './keys.ts'
import type { FakeServer } from './server.ts'

/** What the line does to one call. `late`: given up by the phone, and delivered after later ones all the same. */
export type Fate = 'through' | 'request lost' | 'answer lost' | 'twice' | 'busy' | 'token gone' | 'late'

/** Thrown at whatever a dead app does next. */
export class Killed extends Error {}

export class FakeClock {
  at = 1_795_339_200_000
  now = (): number => this.at
}

/** What the tabs of one browser share. */
export interface Browser {
  locks: Map<string, Promise<unknown>>
  tabs: Set<Phone>
}

export const browser = (): Browser => ({ locks: new Map(), tabs: new Set() })

/** One life of the app on one phone: killed at will, and born again over the same disk. */
export class Phone {
  readonly db: Database
  readonly api: Api
  readonly session: Session
  readonly engine: SyncEngine
  readonly clock: FakeClock
  /** What its screens show. */
  readonly turf: Turf
  readonly #browser: Browser
  readonly #server: FakeServer
  online = true
  fates: Fate[] = []
  states: State[] = []
  rings: Array<{ at: number; ring: () => void }> = []
  /** Steps left to live; Infinity for a healthy app. */
  life = Infinity
  dead = false
  calls = 0
  /** Requests on their way when the phone gave them up. */
  late: Array<() => Promise<unknown>> = []
  /** What its screens still read. */
  #reading = new Set<Promise<unknown>>()

  constructor(server: FakeServer, name: string, clock: FakeClock, parts: { random?: () => number; browser?: Browser } = {}) {
    this.#server = server
    this.clock = clock
    this.#browser = parts.browser ?? browser()
    this.#browser.tabs.add(this)
    const db = unlocked(name)
    this.db = db
    const run = this.db.run.bind(this.db)
    this.db.run = async (...args) => {
      this.#step()
      const result = await run(...args)
      this.#step()
      return result as never
    }
    const turf = new Turf(this.db)
    this.turf = turf
    const { locks } = this.#browser
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
      announce: (news) => {
        if (news === 'book') this.#tell((phone) => phone.turf.reloadBook(), (phone) => phone.turf.reloadBook())
        else if ('ops' in news) this.#changed(news.ops)
        else {
          this.turf.drop(news.gone)
          this.#tell(null, (phone) => phone.turf.reloadOps(news.gone))
        }
      },
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
      await turf.open(session.account?.id ?? null)
    })()
  }
  ready: Promise<void>
  setDevice: (id: string) => void = () => undefined

  async login(login = 'trang'): Promise<void> {
    await this.session.login(login, 'mo cua')
    this.setDevice((await knownDevice(this.db))?.device_id ?? '')
    await this.turf.open(this.session.account!.id)
    this.engine.signedIn()
    await this.engine.settled()
  }

  async logout(): Promise<void> {
    await this.session.logout()
    await this.turf.open(null)
  }

  async write(kind: OpKind, payload: Payload, door = ''): Promise<string> {
    const op = await append(this.db, {
      op_id: newId(this.clock), account_id: this.session.account!.id, made_at: this.clock.now(), kind, payload, door,
    })
    this.#changed([op])
    return op.op_id
  }

  knock(door: string, outcome: Outcome = 'NOT_HOME'): Promise<string> {
    return this.write('visit.record', { household_id: door, outcome }, door)
  }

  undo(visit_id: string): Promise<string> {
    return this.write('visit.withdraw', { visit_id })
  }

  correct(visit_id: string, door: string, outcome: Outcome): Promise<string> {
    return this.write('visit.correct', { visit_id, why: 'mistap', record: { household_id: door, outcome } })
  }

  edit(household_id: string, set: HouseholdEdit['set']): Promise<string> {
    return this.write('household.edit', { household_id, set, was: {} })
  }

  #changed(ops: readonly OutboxOp[]): void {
    this.turf.take(ops)
    this.#tell(null, (phone) => phone.turf.reloadOps(ops.map((op) => op.op_id)))
  }

  /** This tab and the others hear of it. */
  #tell(here: ((phone: Phone) => Promise<void>) | null, there: (phone: Phone) => Promise<void>): void {
    for (const tab of this.#browser.tabs) {
      const hears = tab === this ? here : there
      if (hears && !tab.dead) tab.#read(hears(tab))
    }
  }

  #read(reading: Promise<void>): void {
    const done = reading.catch((error: unknown) => {
      if (!this.dead) throw error
    })
    this.#reading.add(done)
    void done.finally(() => this.#reading.delete(done)).catch(() => undefined)
  }

  /** Resolves when the screens of this tab show what they have been told of. */
  async shown(): Promise<void> {
    while (this.#reading.size > 0) await Promise.all(this.#reading)
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
    this.#browser.tabs.delete(this)
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
    if (fate === 'late') {
      this.late.push(() => this.#server.fetch(input, init))
      throw new TypeError('given up')
    }
    if (fate === 'token gone') this.#server.expireTokens()
    if (fate === 'twice') await this.#server.fetch(input, init)
    const answer = await this.#server.fetch(input, init)
    this.#step()
    if (fate === 'answer lost') throw new TypeError('lost')
    return answer
  }
}
