/**
 * What an officer's screens show: the book, with this phone's own acts over it as long as the book does
 * not say them itself. What the server sent back counts nowhere; the list of records shows it.
 */
import type {
  Channel, EidConfirm, HelpDay, HelpLog, HelpTakeBack, MobileReport, MobileSession, OfficerBook, QueueItem, ReferralAccept, ReferralReturn,
} from '../api/types.ts'
import type { OutboxOp } from '../data/db.ts'
import { unanswered } from '../data/outbox.ts'
import { open } from '../domain/referral.ts'
import { addDays, dayOf, type Day, type Millis } from '../domain/time.ts'

/** An operation as far as the screens care: on the disk, or still on its way to it. */
export type Said = Pick<OutboxOp, 'op_id' | 'kind' | 'payload' | 'made_at'> & Partial<Pick<OutboxOp, 'state' | 'seq' | 'flags'>>

/** Does it stand over the book? `seq` is how far the book reaches. */
const over = (op: Said, seq: number): boolean =>
  op.state === undefined || unanswered({ state: op.state }) || (op.state === 'booked' && (op.seq ?? Infinity) > seq && !op.flags?.includes('lost_to_newer'))

/** In the order in which the book settles who was last. */
const inTurn = (a: Said, b: Said): number => a.made_at - b.made_at || (a.op_id < b.op_id ? -1 : 1)

/** A referral as the screens show it. */
export interface Task extends QueueItem {
  /** Something of it is on this phone only. */
  waiting?: true
}

/** All referrals to the police, those that wait longest past their day first; what is closed comes last, newest first. */
export function tasksOf(book: OfficerBook, ops: readonly Said[], seq: number): Task[] {
  const tasks = new Map<string, Task>(book.queue.map((item) => [item.id, item]))
  for (const op of ops.filter((each) => over(each, seq)).sort(inTurn)) {
    const id = (op.payload as { referral_id?: string }).referral_id
    const task = id === undefined ? undefined : tasks.get(id)
    if (!task || task.state === 'cancelled') continue
    const next = said(task, op)
    if (next) tasks.set(task.id, { ...next, ...(op.state === 'booked' ? {} : { waiting: true }) })
  }
  return [...tasks.values()].sort((a, b) => Number(open(b.state)) - Number(open(a.state)) || (open(a.state) ? byDue(a, b) : (b.acted_at ?? 0) - (a.acted_at ?? 0)))
}

const byDue = (a: Task, b: Task): number => (a.due_on ?? 99_999_999) - (b.due_on ?? 99_999_999) || a.opened_at - b.opened_at

function said(task: Task, { kind, payload, made_at }: Said): Task | null {
  // Each act says all: nothing of an earlier one is left.
  const { why: _, appointment: __, ...rest } = task
  switch (kind) {
    case 'referral.accept': {
      const { appointment } = payload as ReferralAccept
      return { ...rest, state: 'accepted', mine: true, acted_at: made_at, ...(appointment ? { appointment } : {}) }
    }
    case 'referral.return':
      return { ...rest, state: 'returned', why: (payload as ReferralReturn).why, acted_at: made_at }
    case 'referral.done':
      return { ...rest, state: 'done', acted_at: made_at }
    case 'eid.confirm': {
      const { state } = payload as EidConfirm
      return task.person ? { ...task, person: { ...task.person, eid: { state, evidence: 'police_confirmed', at: made_at } } } : null
    }
    case 'mobile.result': {
      const { result } = payload as MobileReport
      const { session_id: _s, ...free } = rest
      if (result === 'not_done') return { ...free, state: 'accepted', acted_at: made_at }
      const eid = task.person && { person: { ...task.person, eid: { state: 'L2_CAPTURED' as const, evidence: 'police_confirmed' as const, at: made_at } } }
      return { ...rest, ...eid, state: result === 'captured' ? 'done' : 'accepted', acted_at: made_at }
    }
    default:
      return null
  }
}

/** An evening as the screens show it. */
export interface Evening extends MobileSession {
  /** Results that are on this phone only. */
  waiting: ReadonlySet<string>
}

/** Evenings, the next one first; those that are over come last. */
export function eveningsOf(book: OfficerBook, ops: readonly Said[], seq: number): Evening[] {
  const evenings = new Map<string, Evening>(book.sessions.map((session) => [session.id, { ...session, waiting: new Set<string>() }]))
  for (const op of ops.filter((each) => each.kind === 'mobile.result' && over(each, seq)).sort(inTurn)) {
    const { session_id, referral_id, result, why, people } = op.payload as MobileReport
    const evening = evenings.get(session_id)
    if (!evening || evening.state === 'cancelled') continue
    const told = { referral_id, result, people, at: op.made_at, ...(why ? { why } : {}) }
    // The desk may have taken it out of the evening while somebody stood at its door.
    const known = evening.homes.some((home) => home.referral_id === referral_id)
    const homes = known ? evening.homes.map((home) => (home.referral_id === referral_id ? told : home)) : [...evening.homes, told]
    const waiting = op.state === 'booked' ? evening.waiting : new Set([...evening.waiting, referral_id])
    const state = homes.every((home) => home.result) ? 'held' : evening.state
    evenings.set(session_id, { ...evening, homes, waiting, state })
  }
  const upcoming = (evening: Evening): boolean => evening.state === 'planned'
  return [...evenings.values()].sort(
    (a, b) => Number(upcoming(b)) - Number(upcoming(a)) || (upcoming(a) ? 1 : -1) * (a.day - b.day || a.from_minute - b.from_minute),
  )
}

/** Counts of one kind at one place on one day. */
export interface Count {
  day: Day
  kind: string
  channel: Channel
  n: number
  people: number
  minutes: number
  /** Counts among them that are on this phone only. */
  waiting: number
}

/** What enrolment at a home is counted as. */
const ENROLMENT = 'H02'

/** Own counts by day, kind and channel; what came of a home counts as well. `ops` are all of this account on this phone. */
export function countsOf(book: OfficerBook, ops: readonly Said[], seq: number): Count[] {
  const counts = new Map<string, Count>()
  const add = (day: Day, kind: string, channel: Channel, n: number, people: number, minutes: number, waiting: number): void => {
    const key = `${day}|${kind}|${channel}`
    const held = counts.get(key) ?? { day, kind, channel, n: 0, people: 0, minutes: 0, waiting: 0 }
    counts.set(key, { ...held, n: held.n + n, people: held.people + people, minutes: held.minutes + minutes, waiting: held.waiting + waiting })
  }
  for (const { day, kind, channel, n, people, minutes } of book.days as HelpDay[]) add(day, kind, channel, n, people, minutes, 0)
  const logs = new Map<string, Said>()
  const gone = new Map<string, Said>()
  for (const op of ops) {
    if (op.kind === 'help.log') logs.set(op.op_id, op)
    else if (op.kind === 'help.take_back' && over(op, seq)) gone.set((op.payload as HelpTakeBack).help_id, op)
  }
  for (const op of logs.values()) {
    const log = op.payload as HelpLog
    const pending = over(op, seq)
    const taken = gone.has(op.op_id)
    // In the book and taken back on this phone: it goes off the book's count. Neither: the book has counted it.
    const sign = pending ? (taken ? 0 : 1) : taken && op.state === 'booked' ? -1 : 0
    if (sign === 0) continue
    add(log.day ?? dayOf(op.made_at), log.kind, log.channel, sign, sign * (log.people ?? 1), sign * (log.minutes ?? 0), pending && op.state !== 'booked' ? 1 : 0)
  }
  // Of several results of one home the last counts; a home whose result the book has is counted there.
  const answered = new Set(book.sessions.flatMap(({ id, homes }) => homes.flatMap((home) => (home.result ? [`${id}|${home.referral_id}`] : []))))
  const homes = new Map<string, Said>()
  for (const op of ops) if (op.kind === 'mobile.result' && over(op, seq)) homes.set(homeKey(op), op)
  for (const [key, op] of homes) {
    if (answered.has(key)) continue
    add(dayOf(op.made_at), ENROLMENT, 'home', 1, Math.max(1, (op.payload as MobileReport).people), 0, op.state === 'booked' ? 0 : 1)
  }
  return [...counts.values()].filter(({ n }) => n > 0)
}

const homeKey = (op: Said): string => `${(op.payload as MobileReport).session_id}|${(op.payload as MobileReport).referral_id}`

/** Counts of this phone on a day that may still be taken back, newest first. */
export function ownCounts(ops: readonly Said[], day: Day): Array<Said & { payload: HelpLog }> {
  const gone = new Set(ops.flatMap((op) => (op.kind === 'help.take_back' && op.state !== 'rejected' ? [(op.payload as HelpTakeBack).help_id] : [])))
  return ops
    .filter((op): op is Said & { payload: HelpLog } => op.kind === 'help.log' && op.state !== 'rejected' && !gone.has(op.op_id))
    .filter((op) => (op.payload.day ?? dayOf(op.made_at)) === day)
    .reverse()
}

/** What the counts of some days add up to, by one of their sides, most first. */
export function sums<K extends 'kind' | 'channel'>(counts: readonly Count[], by: K): Array<{ of: Count[K]; n: number; people: number }> {
  const rows = new Map<Count[K], { of: Count[K]; n: number; people: number }>()
  for (const count of counts) {
    const row = rows.get(count[by]) ?? { of: count[by], n: 0, people: 0 }
    rows.set(count[by], { of: count[by], n: row.n + count.n, people: row.people + count.people })
  }
  return [...rows.values()].sort((a, b) => b.n - a.n || (a.of < b.of ? -1 : 1))
}

/** Days after the appointment, or after the work is closed, on which the number to call back is deleted; and when nothing was ever agreed. */
const PHONE_DAYS = 3
const PHONE_UNUSED_DAYS = 30

/** Twin of domain::referral::phone_until: the last day on which the number to call back may be held. */
export function phoneUntil({ opened_at, appointment, state, acted_at }: Pick<QueueItem, 'opened_at' | 'appointment' | 'state' | 'acted_at'>): Day {
  const agreed = appointment ? addDays(appointment.on, PHONE_DAYS) : addDays(dayOf(opened_at), PHONE_UNUSED_DAYS)
  return open(state) || acted_at == null ? agreed : Math.min(agreed, addDays(dayOf(acted_at), PHONE_DAYS))
}

/** How long it waits, in days. */
export const ageOf = (task: Pick<QueueItem, 'opened_at'>, now: Millis): number => Math.max(0, Math.floor((now - task.opened_at) / 86_400_000))
