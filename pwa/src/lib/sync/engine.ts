import { Problem, SessionEnded, Superseded, Unreachable, type Api } from '../api/client.ts'
import { NIL_ID, type OpResult, type PullAnswer, type PushAnswer, type PushRequest, type WireOp } from '../api/types.ts'
import type { Locker } from '../auth/session.svelte.ts'
import { applyPull, forgetCursor, infoOf } from '../data/book.ts'
import type { Database, OutboxOp } from '../data/db.ts'
import { markSent, prune, queuedOf, queueOf, rejectedOn, release, settle, unanswered, unmarkSent } from '../data/outbox.ts'
import { recall, remember, tally } from '../data/session.ts'
import { DAY_MS, type Clock, type Millis } from '../domain/time.ts'
import { LOOK_EVERY_MS, next, start, type Effect, type Event, type Machine, type State, type Wake } from './machine.ts'

export const BATCH_OPS = 100
/** A quarter of what the server takes: a batch that large already fails too often on a bad line. */
const BATCH_BYTES = 256 * 1024
/** Booked records stay on the list for their day and a few more. */
const KEEP_MS = 3 * DAY_MS

/** Operations as they are on the disk now, the ids of those that left it, or: the book has moved on. */
export type News = { ops: readonly OutboxOp[] } | { gone: readonly string[] } | 'book'

/** Syncs that failed on this phone since the last one that did not. */
const FAILED = 'failed'

/** What one run has learnt of operations the server holds back: asking again now would change nothing. */
type Parked = Set<string>

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
  announce: (news: News) => void
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
    const parked: Parked = new Set()
    let cleared = false
    while (!this.#stopped) {
      const { name } = this.#machine.state
      if (name !== 'pushing' && name !== 'pulling') return
      try {
        // We hold the lock, so nothing is on the way: a push that says so died with its tab.
        if (!cleared) this.#tell(await unmarkSent(this.#parts.db, who.id))
        cleared = true
        if (name === 'pushing') this.#dispatch({ type: 'pushed', more: await this.#push(who, parked) })
        else {
          const more = await this.#pull(who)
          if (!more) await this.#succeeded()
          this.#dispatch({ type: 'pulled', more })
        }
      } catch (error) {
        await this.#failed(error)
      }
    }
  }

  async #succeeded(): Promise<void> {
    const { db } = this.#parts
    if (await recall<number>(db, FAILED)) await remember(db, FAILED, 0)
  }

  async #failed(error: unknown): Promise<void> {
    const { clock, online, random } = this.#parts
    const foreign = error instanceof Problem && (error.code === 'device_mismatch' || error.code === 'account_disabled')
    if (error instanceof SessionEnded || foreign) {
      await this.#parts.ended()
      this.#dispatch({ type: 'ended' })
      return
    }
    // An answer, however bad, is proof of a network; so is a fault of our own.
    const connected = error instanceof Unreachable ? online() : true
    // A phone without a network has not failed, and neither has one that changed hands.
    if (connected && !(error instanceof Superseded)) await tally(this.#parts.db, FAILED).catch(() => undefined)
    this.#dispatch({
      type: 'failed',
      online: connected,
      now: clock.now(),
      random: random(),
      askedMs: error instanceof Problem ? error.retryAfterMs : null,
    })
    if (!(error instanceof Problem) && !(error instanceof Unreachable) && !(error instanceof Superseded)) throw error
  }

  /** Sends one batch. True when more is left that another push may move. */
  async #push(who: { id: string; device_id: string }, parked: Parked): Promise<boolean> {
    const { db, api, clock } = this.#parts
    const { queue, queued } = await queueOf(db, who.id, BATCH_OPS + parked.size, clock.now())
    const batch = firstBatch(queue.filter((op) => !parked.has(op.op_id)))
    if (batch.length === 0) return false
    const here = new Set(queue.map((op) => op.device_seq))
    const failed = (await recall<number>(db, FAILED)) ?? 0
    const body: PushRequest = {
      device_id: who.device_id,
      app_version: this.#parts.appVersion,
      sent_at: clock.now(),
      queued,
      failed,
      ops: batch.map((op) => wire(op, here)),
    }
    this.#tell(await markSent(db, who.id, body.ops.map((op) => op.op_id)))
    let moved: OutboxOp[]
    try {
      const headers = await this.#phone(queued, failed)
      const answer = await api.post<PushAnswer>('/sync/push', body, { gzip: true, headers, guard: () => this.#still(who) })
      const now = clock.now()
      moved = await settle(db, who.id, byId(batch, answer.results), answer.received_at, batch)
      this.#tell(moved)
      this.#clock(answer.received_at - now)
      const held = heldIn(answer.results, batch)
      const named = new Map(body.ops.map((op) => [op.op_id, op.after]))
      for (const op of moved) if (!unanswered(op)) here.delete(op.device_seq)
      // Oldest first: what waits for one that moves may move with it.
      const moving = new Set(moved.filter((op) => !unanswered(op)).map((op) => op.device_seq))
      for (const op of queue) {
        if (!held.has(op.op_id) && !parked.has(op.op_id)) continue
        const after = named.get(op.op_id)
        // Told to wait for one that has its answer or is lost: next time it goes without naming it.
        const alone = after !== undefined && after !== 0 && !here.has(after)
        if (alone || moving.has(op.after ?? 0)) {
          parked.delete(op.op_id)
          moving.add(op.device_seq)
        } else parked.add(op.op_id)
      }
      // An answer that says nothing would be asked for again at once and for ever.
      if (held.size === 0 && moved.length === 0) throw new Unreachable()
    } finally {
      this.#tell(await unmarkSent(db, who.id))
    }
    return (await queuedOf(db, who.id)) > parked.size
  }

  /** Asks for one page and applies it. True when more are to come. */
  async #pull(who: { id: string }): Promise<boolean> {
    const { db, api, clock } = this.#parts
    const asked = (await infoOf(db, who.id)).cursor
    const headers = await this.#phone(await queuedOf(db, who.id), (await recall<number>(db, FAILED)) ?? 0)
    let answer: PullAnswer
    try {
      answer = await api.get<PullAnswer>('/sync/pull', { query: { cursor: asked }, headers, timeoutMs: 120_000, guard: () => this.#still(who) })
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
    const more = answer.more ?? false
    // A page that leads nowhere would be asked for again at once and for ever.
    if (more && answer.cursor === asked) throw new Unreachable()
    if (!(await applyPull(db, who.id, asked, answer, now))) return false
    this.#tell(await release(db, who.id, visitsOf(answer), now))
    if (!more) {
      const gone = await prune(db, who.id, answer.server_time - KEEP_MS, answer.seq)
      if (gone.length > 0) this.#parts.announce({ gone })
    }
    this.#parts.announce('book')
    return more
  }

  #tell(ops: readonly OutboxOp[]): void {
    if (ops.length > 0) this.#parts.announce({ ops })
  }

  /** How this phone is doing, for the ward's list: right even when nothing is pushed. */
  async #phone(queued: number, failed: number): Promise<Record<string, string>> {
    const rejected = await rejectedOn(this.#parts.db)
    return { 'X-Gocua-Phone': `v=${this.#parts.appVersion}; q=${queued}; f=${failed}; r=${rejected}` }
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

/**
 * `here`: numbers of the account's unanswered operations up to this one. What was held names the one
 * before it only while that is still to come: otherwise it got lost, and there is nothing to wait for.
 */
function wire({ op_id, device_seq, made_at, kind, payload, after, state }: OutboxOp, here: ReadonlySet<number>): WireOp {
  const named = after !== undefined && (state !== 'held' || after === 0 || here.has(after))
  return { op_id, device_seq, made_at, kind, payload, ...(named ? { after } : {}) }
}

/** The results under the ids of the batch: one that could not be read at all is told by its place. */
function byId(batch: readonly OutboxOp[], results: readonly OpResult[]): OpResult[] {
  return results.map((result, at) => ({ ...result, op_id: result.op_id === NIL_ID ? (batch[at]?.op_id ?? NIL_ID) : result.op_id }))
}

/** The visits a page speaks of, by the ids of their first and newest versions. */
function visitsOf({ alleys, doors }: PullAnswer): Set<string> {
  const all = [...(alleys ?? []).flatMap((alley) => alley.doors), ...(doors ?? [])].flatMap((door) => door.visits ?? [])
  return new Set(all.flatMap((visit: { id: string; of?: string | null }) => (visit.of ? [visit.id, visit.of] : [visit.id])))
}

function heldIn(results: readonly OpResult[], batch: readonly OutboxOp[]): Set<string> {
  const ours = new Set(batch.map((op) => op.op_id))
  return new Set(results.filter((result) => result.outcome === 'held' && ours.has(result.op_id)).map((result) => result.op_id))
}
