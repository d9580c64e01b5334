import { Api } from '$lib/api/client.ts'
import type { Comeback, Outcome } from '$lib/domain/visit.ts'
import type { PersonCoached, Skill } from '$lib/api/types.ts'
import { Session, type Locker } from '$lib/auth/session.svelte.ts'
import { bookOf, type BookInfo } from '$lib/data/book.ts'
import { Database, type OutboxOp } from '$lib/data/db.ts'
import { draftOf, keepDraft } from '$lib/data/drafts.ts'
import { Knocks } from '$lib/data/knocks.svelte.ts'
import { opened, outboxFor } from '$lib/data/outbox.ts'
import { knownDevice } from '$lib/data/session.ts'
import { carry } from '$lib/safety/courier.ts'
import { sealerOf } from '$lib/safety/sealer.ts'
import { SyncEngine } from '$lib/sync/engine.ts'
import { unlocked } from './keys.ts'
import { Disk, type Tenant } from './disk.ts'
import { FATE, type Fate, type Line } from './line.ts'
import type { Dice } from './dice.ts'

/** The password of every demonstration account. */
export const PASSWORD = 'di-tung-ngo-go-tung-nha'

/** How an app ends: `crash` leaves the disk as it was, `power` takes what was not flushed along. */
export type End = 'crash' | 'power'

type Book = { info: BookInfo; alleys: Awaited<ReturnType<typeof bookOf>>['alleys'] }

/** A person's phone: the disk, the cookies and the clock outlive every life of the app on it. */
export class Phone {
  readonly name: string
  readonly disk = new Disk()
  readonly line: Line
  readonly dice: Dice
  /** The phone's clock minus the true one; waiting makes it grow. */
  clockOff: number
  online = true
  /** What the line will do to this phone's calls: asked before each. */
  weather: (path: string) => { fate: Fate; ms: number } = () => ({ fate: 'through', ms: 0 })
  /** The refresh cookie, and what a browser that dies before it has written it down falls back to. */
  cookies: string[] = []
  life!: Life
  /** Where each life ended. */
  readonly deaths: string[] = []
  calls = 0
  refreshes = 0
  logins = 0
  /** Told of every record that is about to be written to the outbox. */
  onwrite: (op: OutboxOp) => void = () => undefined
  readonly #eye: Database
  #stopped: number | null = null

  constructor(name: string, line: Line, dice: Dice, clockOff = 0) {
    this.name = name
    this.line = line
    this.dice = dice
    this.clockOff = clockOff
    this.#eye = unlocked(this.disk.move({ dead: false, step: () => undefined }))
  }

  now = (): number => (this.#stopped ?? Date.now()) + this.clockOff

  /** From here on time passes on this phone only when it is told to. */
  stopClock(at: number): void {
    this.#stopped = at
  }

  /** Opens the app, to live for `steps` steps, or until it comes to `place`. Returns when it is open, or dead. */
  async open(steps = Infinity, end: End = 'crash', place: string | null = null): Promise<void> {
    this.life = new Life(this, steps, end, place)
    await this.life.ready
  }

  /** Opens the app again if it has ended. */
  async revive(): Promise<void> {
    if (this.life.dead) await this.open()
  }

  /** What lies on the disk, seen past the app. */
  async ops(account: string | null = null): Promise<OutboxOp[]> {
    if (account !== null) return (await outboxFor(this.#eye, account)).ops
    return opened(this.#eye, await this.#eye.read(['outbox'], (tx) => tx.objectStore('outbox').getAll()))
  }

  book(account: string): Promise<Book> {
    return bookOf(this.#eye, account)
  }

  async hasDraft(account: string, household: string): Promise<boolean> {
    return (await draftOf(this.#eye, account, household)) !== undefined
  }

  read<T>(work: Parameters<typeof Database.prototype.read<T>>[1]): Promise<T> {
    return this.#eye.read(['meta', 'session', 'alleys', 'outbox', 'drafts', 'parcels'], work)
  }

  async deviceId(): Promise<string> {
    const device = await knownDevice(this.#eye)
    if (!device) throw new Error('no device')
    return device.device_id
  }
}

/** One life of the app, from its start to the moment the process is gone. */
export class Life implements Tenant {
  readonly phone: Phone
  readonly db: Database
  readonly session: Session
  readonly api: Api
  readonly engine: SyncEngine
  readonly knocks: Knocks
  readonly ready: Promise<unknown>
  dead = false
  steps = 0
  /** Where it is to end. */
  #last: number
  readonly #end: End
  readonly #place: string | null
  #die!: () => void
  readonly died = new Promise<'dead'>((done) => {
    this.#die = () => done('dead')
  })
  #rings: Array<{ at: number; ring: () => void }> = []
  readonly #calls = new Set<AbortController>()
  #device = ''
  lastStep = ''

  constructor(phone: Phone, steps: number, end: End, place: string | null) {
    this.phone = phone
    this.#place = place
    this.#last = steps
    this.#end = end
    const clock = { now: phone.now }
    this.db = unlocked(phone.disk.move(this))
    const locks = new Map<string, Promise<unknown>>()
    const lock: Locker = (key, work) => {
      const mine = (locks.get(key) ?? Promise.resolve()).then(work, work)
      locks.set(key, mine.catch(() => undefined))
      return mine
    }
    const session = new Session({ db: this.db, clock, lock })
    this.session = session
    this.api = new Api({ fetch: this.#fetch, token: session.token, renew: session.renew })
    session.attach(this.api)
    this.engine = new SyncEngine({
      db: this.db, api: this.api, clock, lock,
      random: phone.dice.next,
      online: () => phone.online,
      account: () => (session.account && !session.ended && session.home === '/walk' && this.#device ? { id: session.account.id, device_id: this.#device } : null),
      ended: () => session.end(),
      timer: (ms, ring) => {
        const entry = { at: phone.now() + ms, ring }
        this.#rings.push(entry)
        return () => {
          this.#rings = this.#rings.filter((other) => other !== entry)
        }
      },
      announce: () => undefined,
      show: () => undefined,
      clockOff: () => undefined,
      appVersion: __APP_VERSION__,
    })
    this.knocks = new Knocks({ db: this.db, clock, account_id: () => session.account?.id ?? null }, async () => undefined)
    this.ready = this.during(this.#begin())
  }

  async #begin(): Promise<void> {
    await this.session.start()
    await this.#who()
    this.engine.wake('start')
  }

  get account(): string | null {
    return this.session.account?.id ?? null
  }

  /** The work's end, or `dead` when the life ended first. */
  during<T>(work: Promise<T>): Promise<T | 'dead'> {
    return Promise.race([work, this.died])
  }

  /** A place where the process may be gone. */
  step(what: string): void {
    if (this.dead) return
    this.lastStep = what
    if ((this.steps += 1) > this.#last || (this.#place !== null && what.includes(this.#place))) this.kill(what)
  }

  /** Ends after so many more steps. */
  endAfter(steps: number): void {
    this.#last = this.steps + steps
  }

  writes(store: string, value: unknown): void {
    if (store === 'outbox') this.phone.onwrite(value as OutboxOp)
  }

  kill(where = 'between two steps'): void {
    if (this.dead) return
    const { phone } = this
    phone.deaths.push(`${where}${this.#end === 'power' ? ' (power)' : ''}`)
    this.close()
    if (this.#end === 'power') phone.disk.cutPower()
    // A browser writes its cookies down in its own time.
    if (phone.cookies.length > 1 && phone.dice.chance(0.25)) phone.cookies.pop()
    phone.cookies = phone.cookies.slice(-1)
  }

  /** Ends this life without harm to the disk beyond what it was writing. */
  close(): void {
    this.dead = true
    this.engine.stop()
    this.knocks.dismiss()
    this.phone.disk.abandon(this)
    for (const call of this.#calls) call.abort()
    this.#die()
  }

  async #who(): Promise<void> {
    this.#device = (await knownDevice(this.db))?.device_id ?? ''
    // As with the unlocking of a vault: from here on every record is sealed for the server as it is written.
    this.db.keys.sealer = await sealerOf(this.db, { now: this.phone.now }, __APP_VERSION__, () => 0)
  }

  /** The PIN is asked for again: nothing is read or written any more, only carried. */
  lock(): void {
    this.engine.stop()
    this.db.keys.drop()
  }

  /** Delivers what is sealed, as the locked app does: under its session, or by the phone's own signature. */
  carry(): Promise<number> {
    const { session } = this
    const api = new Api({ fetch: this.#fetch, token: session.lent, renew: session.lend })
    return carry({ db: this.db, api, clock: { now: this.phone.now }, ward: () => session.lentWard, ended: () => session.ended })
  }

  async login(name: string): Promise<void> {
    this.phone.logins += 1
    await this.session.login(name, PASSWORD)
    await this.#who()
    this.engine.signedIn()
  }

  async record(visit: { household_id: string; outcome: Outcome; people?: PersonCoached[]; comeback?: Comeback }, door: string): Promise<OutboxOp> {
    const op = await this.knocks.record(visit, door)
    if (this.phone.dice.chance(0.7)) this.engine.wake('save')
    return op
  }

  async draft(household_id: string, people: PersonCoached[]): Promise<void> {
    await keepDraft(this.db, { account_id: this.account ?? '', household_id, saved_at: this.phone.now(), people })
  }

  async sync(): Promise<void> {
    this.engine.wake('person')
    await this.engine.settled()
  }

  /** Lets time pass until the next alarm and answers it. False when none is set. */
  async ring(): Promise<boolean> {
    const next = this.#rings.sort((a, b) => a.at - b.at).shift()
    if (!next) return false
    this.phone.clockOff += Math.max(0, next.at - this.phone.now())
    next.ring()
    await this.engine.settled()
    return true
  }

  #fetch: typeof fetch = async (input, init) => {
    const path = String(input)
    const short = path.replace(/\?.*/, '').replace('/api/v1', '')
    const never = new Promise<never>(() => undefined)
    this.step(`call ${short}`)
    if (this.dead) return never
    const { phone } = this
    phone.calls += 1
    if (short === '/auth/refresh') phone.refreshes += 1
    if (!phone.online) throw new TypeError('no network')
    const { fate, ms } = phone.weather(short)
    const headers = new Headers(init?.headers)
    headers.set(FATE, `${fate};${ms}`)
    const cookie = phone.cookies.at(-1)
    if (cookie) headers.set('cookie', cookie)
    const gone = new AbortController()
    this.#calls.add(gone)
    init?.signal?.addEventListener('abort', () => gone.abort())
    let answer: Response
    try {
      answer = await fetch(`${phone.line.url}${path}`, { ...init, headers, signal: gone.signal })
    } catch (error) {
      if (this.dead) return never
      this.step(`no answer ${short}`)
      return this.dead ? never : Promise.reject(error as Error)
    } finally {
      this.#calls.delete(gone)
    }
    // The browser keeps the cookie whatever becomes of the page.
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      phone.cookies = pair.endsWith('=') ? [] : [...phone.cookies.slice(-1), pair]
    }
    if (this.dead) return never
    this.step(`answer ${short}`)
    if (this.dead) return never
    const json = answer.json.bind(answer)
    answer.json = async () => {
      const body: unknown = await json()
      if (!this.dead) this.step(`body ${short}`)
      return this.dead ? never : body
    }
    return answer
  }
}

export interface Door {
  id: string
  alley: string
  label: string
}

/** The doors of an account's book. */
export function doorsOf(book: Book): Door[] {
  return book.alleys.flatMap((alley) => alley.doors.filter((door) => door.active).map((door) => ({ id: door.id, alley: alley.id, label: `${alley.name} ${door.no ?? '–'}` })))
}

export const skillsOf = (book: Book): Skill[] => book.info.skills
