import { Problem, Superseded, Unreachable, type Api } from '../api/client.ts'
import type { AccountView, SessionView } from '../api/types.ts'
import type { Database, SessionInfo } from '../data/db.ts'
import { deviceOf, dropSession, knownDevice, loadSession, markEnded, remember, saveSession } from '../data/session.ts'
import { newId } from '../domain/id.ts'
import { homeOf, type Home } from '../domain/role.ts'
import type { Clock } from '../domain/time.ts'
import { outside } from '../safety/marker.ts'
import { publicJwk, refreshProof } from './proof.ts'

/** One runner at a time across the tabs of this browser. */
export type Locker = <T>(name: string, work: () => Promise<T>) => Promise<T>

export const webLock: Locker = (name, work) =>
  navigator.locks ? (navigator.locks.request(name, work) as ReturnType<typeof work>) : work()

export interface SessionParts {
  db: Database
  clock: Clock
  lock: Locker
  /** The ward has taken this phone out of service. */
  revoked?: () => Promise<void>
}

/** Given to whoever asks after the ward revoked the phone. */
const REVOKED: string = 'device_revoked'

/**
 * Who is signed in. The phone's word is enough to work: a session that the server ended (`ended`)
 * still opens the alley and takes visits; it only cannot send.
 */
export class Session {
  account = $state.raw<AccountView | null>(null)
  ended = $state(false)
  /** Storage was emptied behind our back: the browser forgot a device that had been made. */
  evicted = $state(false)
  /** False until the phone has said who was here last. */
  ready = $state(false)

  #parts: SessionParts
  #api: Api | null = null
  #info: SessionInfo | null = null
  #token: { value: string; account_id: string } | null = null
  #renewing: Promise<boolean> | null = null
  /** For the courier alone: of whoever has the cookie, signed in on the screen or not. */
  #lent: { value: string; ward: string | null } | null = null

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** The API needs the session for its token, the session needs the API to get one. */
  attach(api: Api): void {
    this.#api = api
  }

  /** The access token, and only ever the present account's own. */
  token = (): string | null => (this.#token && this.#token.account_id === this.account?.id ? this.#token.value : null)

  /** Where this account works; `later` has no screens yet. */
  get home(): Home {
    return homeOf(this.account?.role)
  }

  async start(): Promise<void> {
    const { db } = this.#parts
    const [info = null, device] = await Promise.all([loadSession(db), knownDevice(db)])
    this.evicted = !device && outside() !== null
    this.#take(info)
    this.ready = true
  }

  /** The account was unlocked: its name comes, from the disk or from the sign-in that has just been. */
  async named(): Promise<void> {
    const { db } = this.#parts
    const info = this.#info
    if (!info) return
    if (info.account.login !== '') await saveSession(db, info)
    else {
      const stored = await loadSession(db)
      if (stored?.account.id === info.account.id && this.#info === info) this.#take({ ...info, account: stored.account })
    }
  }

  /** It was locked: nobody's name stays. */
  nameless(): void {
    if (!this.#info) return
    const { id, role, ward } = this.#info.account
    this.#take({ ...this.#info, account: { id, role, login: '', name: '', ...(ward ? { ward } : {}) } })
  }

  /** The token the courier speaks with, and the ward it is good for. */
  lent = (): string | null => this.token() ?? this.#lent?.value ?? null
  get lentWard(): string | null {
    return this.#lent?.ward ?? this.account?.ward?.code ?? null
  }

  /** A fresh token for the courier, from the cookie alone. False: nobody has one. Throws [Unreachable]. */
  lend = async (): Promise<boolean> => {
    if (this.#info && !this.ended) return await this.renew()
    return await this.#parts.lock('gocua-refresh', async () => {
      this.#lent = null
      const device = await knownDevice(this.#parts.db)
      if (!device) return false
      try {
        const proof = await refreshProof(device, newId(this.#parts.clock))
        const answer = await this.#need().post<SessionView>('/auth/refresh', { proof }, { open: true })
        this.#lent = { value: answer.access_token, ward: answer.account.ward?.code ?? null }
        return true
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        if (error.status !== 401 && error.status !== 403) throw new Unreachable(error)
        if (error.code === REVOKED) await this.#parts.revoked?.()
        return false
      }
    })
  }

  /** Throws [Problem] or [Unreachable]; what was typed is the screen's to keep. */
  login(login: string, password: string): Promise<AccountView> {
    return this.#enter('/auth/login', { login, password })
  }

  /** Joins the team whose `code` this is, under `name`: the account is made there and then. As [login]. */
  join(code: string, name: string): Promise<AccountView> {
    return this.#enter('/auth/join', { code, name })
  }

  /** Comes in by another way than a password: an empty server set up, an account opened with its code. As [login]. */
  enter(path: '/setup' | '/auth/open', who: Record<string, unknown>): Promise<AccountView> {
    return this.#enter(path, who)
  }

  /** The id of this browser, made when it has none. */
  async device(): Promise<string> {
    return (await deviceOf(this.#parts.db, () => newId(this.#parts.clock))).device_id
  }

  async #enter(path: '/auth/login' | '/auth/join' | '/setup' | '/auth/open', who: Record<string, unknown>): Promise<AccountView> {
    const { db, clock, lock } = this.#parts
    const device = await deviceOf(db, () => newId(clock))
    this.evicted = false
    return await lock('gocua-refresh', async () => {
      const answer = await this.#need().post<SessionView>(
        path,
        { ...who, device: { device_id: device.device_id, public_key: await publicJwk(device), name: deviceName() } },
        { open: true },
      )
      this.#token = { value: answer.access_token, account_id: answer.account.id }
      const info: SessionInfo = {
        account: answer.account,
        session_id: answer.session_id,
        signed_in_at: clock.now(),
        ended: false,
      }
      await saveSession(db, info)
      await this.#keepSeal(answer)
      this.#take(info)
      return answer.account
    })
  }

  /** A fresh access token. False: the session has ended. Throws [Unreachable] when nobody could say. */
  renew = (): Promise<boolean> => {
    this.#renewing ??= this.#parts
      .lock('gocua-refresh', () => this.#refresh())
      .finally(() => {
        this.#renewing = null
      })
    return this.#renewing
  }

  async #refresh(): Promise<boolean> {
    const info = this.#info
    const device = await knownDevice(this.#parts.db)
    if (!info || info.ended || !device) return false
    this.#token = null
    try {
      const proof = await refreshProof(device, newId(this.#parts.clock))
      const answer = await this.#need().post<SessionView>('/auth/refresh', { proof }, { open: true })
      if (answer.account.id !== info.account.id) {
        // The cookie is another account's by now: it signed in in another tab of this browser.
        await this.start()
        throw new Superseded()
      }
      this.#token = { value: answer.access_token, account_id: answer.account.id }
      await this.#keepSeal(answer)
      if (this.#info === info && info.account.login === '' && this.#parts.db.keys.of(info.account.id)) {
        // The phone was killed between the sign-in and the first PIN.
        this.#take({ ...info, account: answer.account })
        await this.named()
      }
      return true
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) {
        await this.end()
        if (error.code === REVOKED) await this.#parts.revoked?.()
        return false
      }
      // Busy or broken is not a refusal: the session may well live.
      throw error instanceof Problem ? new Unreachable(error) : error
    }
  }

  /**
   * The key that unsent work is sealed for stays when the session goes: what is parked must still get
   * out. Without it the phone does all but that, so a full disk is no reason to fail here.
   */
  async #keepSeal({ seal, account }: SessionView): Promise<void> {
    if (seal && account.ward) await remember(this.#parts.db, 'seal', { ...seal, ward: account.ward.code }).catch(() => undefined)
  }

  /** The server ended the session. Nothing leaves the phone for it. */
  async end(): Promise<void> {
    const info = this.#info
    this.#token = null
    if (!info) return
    await markEnded(this.#parts.db, info.session_id)
    if (this.#info !== info) return
    this.#info = { ...info, ended: true }
    this.ended = true
  }

  /** Leaves the phone, whatever the network does. Unsent work waits for this account. */
  async logout(): Promise<void> {
    const { db, lock } = this.#parts
    const token = this.token()
    const live = this.#info !== null && !this.ended
    await dropSession(db)
    this.#token = null
    this.#take(null)
    // Its answer takes the cookie away: the next sign-in waits for it behind the same lock.
    if (live) void lock('gocua-refresh', () => this.#tell(token)).catch(() => undefined)
  }

  /** Tells the server of a sign-out. Unheard, its session ends by age; the phone has forgotten it already. */
  async #tell(token: string | null): Promise<void> {
    const farewell = (bearer: string): Promise<unknown> =>
      this.#need().post('/auth/logout', {}, { bearer, keepalive: true, timeoutMs: 5000 })
    if (token) {
      try {
        await farewell(token)
        return
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401) throw error
      }
    }
    // None was held yet, or it had run out: the cookie still gets one.
    const device = await knownDevice(this.#parts.db)
    if (!device) return
    const proof = await refreshProof(device, newId(this.#parts.clock))
    const answer = await this.#need().post<SessionView>('/auth/refresh', { proof }, { open: true, keepalive: true, timeoutMs: 5000 })
    await farewell(answer.access_token)
  }

  #take(info: SessionInfo | null): void {
    this.#info = info
    this.account = info?.account ?? null
    this.ended = info?.ended ?? false
  }

  #need(): Api {
    if (!this.#api) throw new Error('session without an api')
    return this.#api
  }
}

/** Enough for a person to tell two phones apart in a list; no model, no fingerprint. */
function deviceName(): string {
  const agent = typeof navigator === 'undefined' ? '' : navigator.userAgent
  if (/iPhone|iPad/.test(agent)) return 'iPhone'
  if (/Android/.test(agent)) return 'Android'
  return 'Máy tính'
}
