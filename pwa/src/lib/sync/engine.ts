import { Problem, SessionEnded, Superseded, Unreachable, type Api } from '../api/client.ts'
import type { PullAnswer, PushAnswer, PushRequest, WireOp } from '../api/types.ts'
import type { Locker } from '../auth/session.svelte.ts'
import { applyPull, forgetCursor, infoOf } from '../data/book.ts'
import type { Database, OutboxOp } from '../data/db.ts'
import { markSent, opsOf, prune, settle, unanswered, unmarkSent } from '../data/outbox.ts'
import { remember } from '../data/session.ts'
import { DAY_MS, type Clock, type Millis } from '../domain/time.ts'
import { LOOK_EVERY_MS, next, start, type Effect, type Event, type Machine, type State, type Wake } from './machine.ts'

export const BATCH_OPS = 100
/** A quarter of what the server takes: a batch that large already fails too often on a bad line. */
const BATCH_BYTES = 256 * 1024
/** Booked records stay on the list for their day and a few more. */
const KEEP_MS = 3 * DAY_MS

export interface EngineParts {
  db: Database
  api: Api
  clock: Clock
  /** 0 to 1, for the jitter. */
  random: () => number
  lock: Locker
  online: () => boolean
  /** Whose work is sent, and only while the session can; null when nobody is signed in. */
  account: () => { id: string; device_id: string } | null
  /** The session turned out to be another device's, or disabled. */
  ended: () => Promise<void>
  timer: (ms: number, ring: () => void) => () => void
  /** Something the screens show has changed on the disk. */
  announce: (what: 'ops' | 'book') => void
  /** The state changed, or the difference to the server's clock became known. */
  show: (state: State) => void
  clockOff: (ms: Millis) => void
  appVersion: string
}

/**
 * Carries the outbox to the server and the book back. One run at a time across the tabs of the
 * browser; every step may be the last one before the phone dies, so each leaves the disk in a state
 * from which the next start goes on: no operation is ever dropped, and none is called booked before
 * its receipt is stored.
 */
export class SyncEngine {
  #parts: EngineParts
  #machine: Machine = start
  #running: Promise<void> | null = null
  #silence: (() => void) | null = null
  #stopped = false

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  get state(): State {
    return this.#machine.state
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running
  }

  stop(): void {
    this.#stopped = true
    this.#silence?.()
  }

  wake(why: Wake): void {
    if (this.#stopped || !this.#parts.account()) return
    const effects = this.#dispatch({ type: 'wake', why, online: this.#parts.online(), now: this.#parts.clock.now() })
    if (effects.some((effect) => effect.do === 'push')) this.#run()
    else this.#lookLater()
  }

  signedIn(): void {
    this.#dispatch({ type: 'signedIn' })
    this.wake('start')
  }

  #run(): void {
    this.#running ??= this.#parts
      .lock('gocua-sync', () => this.#cycle())
      .catch(() => undefined)
      .finally(() => {
        this.#running = null
        // A wake may have come between the last step and this line.
        if (!this.#stopped && this.#machine.state.name === 'pushing') this.#run()
        else this.#lookLater()
      })
  }

  #dispatch(event: Event): Effect[] {
    const [machine, effects] = next(this.#machine, event)
    const changed = machine.state !== this.#machine.state
    this.#machine = machine
    for (const effect of effects) if (effect.do === 'timer') this.#setTimer(effect.at)
    if (changed) this.#parts.show(machine.state)
    return effects
  }

  /** Nothing else is due: look again in a while, also when the phone says it has no network. */
  #lookLater(): void {
    const { name } = this.#machine.state
    if (!this.#stopped && (name === 'idle' || name === 'offline')) this.#setTimer(this.#parts.clock.now() + LOOK_EVERY_MS)
  }

  #setTimer(at: Millis): void {
    this.#silence?.()
    this.#silence = this.#parts.timer(Math.max(0, at - this.#parts.clock.now()), () => {
      this.#silence = null
      this.wake('timer')
    })
  }

  async #cycle(): Promise<void> {
    const who = this.#parts.account()
    if (!who) {
      this.#dispatch({ type: 'failed', online: false, now: this.#parts.clock.now(), random: 0, askedMs: null })
      return
    }
    let cleared = false
    while (!this.#stopped) {
      const { name } = this.#machine.state
      if (name !== 'pushing' && name !== 'pulling') return
      try {
        // We hold the lock, so nothing is on the way: a push that says so died with its tab.
        if (!cleared) await unmarkSent(this.#parts.db, who.id)
        cleared = true
        if (name === 'pushing') this.#dispatch({ type: 'pushed', more: await this.#push(who) })
        else {
          await this.#pull(who)
          this.#dispatch({ type: 'pulled' })
        }
      } catch (error) {
        await this.#failed(error)
      }
    }
  }

  async #failed(error: unknown): Promise<void> {
    const { clock, online, random } = this.#parts
    const foreign = error instanceof Problem && (error.code === 'device_mismatch' || error.code === 'account_disabled')
    if (error instanceof SessionEnded || foreign) {
      await this.#parts.ended()
      this.#dispatch({ type: 'ended' })
      return
    }
    this.#dispatch({
      type: 'failed',
      // An answer, however bad, is proof of a network; so is a fault of our own.
      online: error instanceof Unreachable ? online() : true,
      now: clock.now(),
      random: random(),
      askedMs: error instanceof Problem ? error.retryAfterMs : null,
    })
    if (!(error instanceof Problem) && !(error instanceof Unreachable) && !(error instanceof Superseded)) throw error
  }

  /** Sends one batch. True when more is left. */
  async #push(who: { id: string; device_id: string }): Promise<boolean> {
    const { db, api, clock } = this.#parts
    const queue = (await opsOf(db, who.id)).filter(unanswered)
    const batch = firstBatch(queue)
    if (batch.length === 0) return false
    const body: PushRequest = {
      device_id: who.device_id,
      app_version: this.#parts.appVersion,
      sent_at: clock.now(),
      queued: queue.length,
      ops: batch.map(wire),
    }
    await markSent(db, who.id, body.ops.map((op) => op.op_id))
    this.#parts.announce('ops')
    let settled: number
    try {
      const answer = await api.post<PushAnswer>('/sync/push', body, { gzip: true, guard: () => this.#still(who) })
      const now = clock.now()
      settled = await settle(db, who.id, answer.results, answer.received_at)
      this.#clock(answer.received_at - now)
    } finally {
      await unmarkSent(db, who.id)
      this.#parts.announce('ops')
    }
    // An answer that settles nothing would be asked for again at once and for ever.
    if (settled === 0) throw new Unreachable()
    return queue.length > settled
  }

  async #pull(who: { id: string }): Promise<void> {
    const { db, api, clock } = this.#parts
    const asked = (await infoOf(db, who.id)).cursor
    let answer: PullAnswer
    try {
      answer = await api.get<PullAnswer>('/sync/pull', { query: { cursor: asked }, timeoutMs: 120_000, guard: () => this.#still(who) })
    } catch (error) {
      // A cursor this server does not understand: begin anew next time. The outbox is not touched.
      if (error instanceof Problem && asked !== null && (error.status === 410 || error.status === 400 || error.status === 422)) {
        await forgetCursor(db, who.id)
      }
      throw error
    }
    const now = clock.now()
    this.#clock(answer.server_time - now)
    if (!this.#still(who)) throw new Superseded()
    if (await applyPull(db, who.id, asked, answer, now)) {
      await prune(db, who.id, now - KEEP_MS, answer.seq)
      this.#parts.announce('book')
    }
  }

  /** Nobody else has signed in since this run began. */
  #still(who: { id: string }): boolean {
    return !this.#stopped && this.#parts.account()?.id === who.id
  }

  #clock(off: Millis): void {
    this.#parts.clockOff(off)
    void remember(this.#parts.db, 'clock', off).catch(() => undefined)
  }
}

function firstBatch(queue: readonly OutboxOp[]): OutboxOp[] {
  const batch: OutboxOp[] = []
  let bytes = 0
  for (const op of queue.slice(0, BATCH_OPS)) {
    bytes += JSON.stringify(op.payload).length + 200
    if (batch.length > 0 && bytes > BATCH_BYTES) break
    batch.push(op)
  }
  return batch
}

function wire({ op_id, device_seq, made_at, kind, payload }: OutboxOp): WireOp {
  return { op_id, device_seq, made_at, kind, payload }
}
