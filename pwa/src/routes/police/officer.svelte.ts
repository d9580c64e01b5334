import { clock, db, minute, session, turf } from '$lib/app.ts'
import type { Channel, HelpLog, HelpType, MobileSession, OfficerBook, OfficerGroup } from '$lib/api/types.ts'
import { recall, remember } from '$lib/data/session.ts'
import { dayOf, type Day, type Millis } from '$lib/domain/time.ts'
import { countsOf, eveningsOf, tasksOf, type Evening, type Said, type Task } from '$lib/police/officer.ts'
import { open } from '$lib/domain/referral.ts'
import { acts } from './acts.ts'

interface Choice {
  channel: Channel
  group_id: string | null
}

const NOBODY: Choice = { channel: 'office', group_id: null }
const choiceKey = (account_id: string): string => `turf:${account_id}:police`

const ofReferral = (op: Said): boolean => op.kind.startsWith('referral.') || op.kind === 'eid.confirm' || op.kind === 'mobile.result'

/** What an officer's screens read: the book with this phone's own acts over it. */
class Officer {
  /** Where help is given now, and to which group's people; kept from one opening of the app to the next. */
  choice = $state.raw<Choice>(NOBODY)
  #choice_of: string | null = null

  /** Evenings as the ward has just answered, until the next pull says so itself. */
  #fresh = $state.raw<{ at: Millis; sessions: readonly MobileSession[] }>({ at: 0, sessions: [] })

  readonly book: OfficerBook | null = $derived.by(() => {
    const { police } = turf
    if (!police || this.#fresh.at < turf.pulled_at) return police
    const fresh = new Map(this.#fresh.sessions.map((session) => [session.id, session]))
    const homes = new Map(this.#fresh.sessions.flatMap(({ id, homes }) => homes.map(({ referral_id }) => [referral_id, id] as const)))
    return {
      ...police,
      sessions: [...new Map([...police.sessions.map((session) => [session.id, session] as const), ...fresh]).values()],
      queue: police.queue.map((item) => (homes.has(item.id) ? { ...item, session_id: homes.get(item.id)! } : item)),
    }
  })
  readonly today: Day = $derived(dayOf(Math.max(minute.now, clock.now())))
  readonly holidays: ReadonlySet<Day> = $derived(new Set(this.book?.holidays))
  #last: readonly Said[] = []
  /** Acts on referrals, those on their way to the disk like those that are there. The same list as before while a tap adds none: the queue is not laid again for a count. */
  readonly #all: readonly Said[] = $derived.by(() => {
    const next = [...turf.ops.filter(ofReferral), ...acts.queued.filter(ofReferral)]
    const held = this.#last
    return next.length === held.length && next.every((op, at) => op === held[at]) ? held : (this.#last = next)
  })
  readonly tasks: readonly Task[] = $derived(this.book ? tasksOf(this.book, this.#all, turf.seq) : [])
  readonly taskOf: ReadonlyMap<string, Task> = $derived(new Map(this.tasks.map((task) => [task.id, task])))
  readonly waiting: readonly Task[] = $derived(this.tasks.filter((task) => open(task.state)))
  readonly evenings: readonly Evening[] = $derived(this.book ? eveningsOf(this.book, this.#all, turf.seq) : [])
  readonly logs = $derived([...turf.ops.filter((op) => op.kind.startsWith('help.') || op.kind === 'mobile.result'), ...acts.queued])
  readonly counts = $derived(this.book ? countsOf(this.book, this.logs, turf.seq) : [])
  /** Counts of today by kind. */
  readonly now: ReadonlyMap<string, number> = $derived.by(() => {
    const sums = new Map<string, number>()
    for (const { day, kind, n } of this.counts) if (day === this.today) sums.set(kind, (sums.get(kind) ?? 0) + n)
    return sums
  })
  readonly group: OfficerGroup | null = $derived(this.book?.groups.find(({ id }) => id === this.choice.group_id) ?? null)

  groupName(id: string | null | undefined): string {
    return this.book?.groups.find((group) => group.id === id)?.name ?? ''
  }

  typeOf(code: string): HelpType | undefined {
    return this.book?.help_types.find((type) => type.code === code)
  }

  /** The ward has planned or changed an evening. */
  heard(session: MobileSession): void {
    const at = clock.now()
    this.#fresh = { at, sessions: [...this.#fresh.sessions.filter(({ id }) => id !== session.id && this.#fresh.at >= turf.pulled_at), session] }
  }

  /** What was chosen last on this phone. */
  async recall(): Promise<void> {
    const id = session.account?.id ?? null
    if (id === null || id === this.#choice_of) return
    this.#choice_of = id
    this.choice = (await recall<Choice>(db, choiceKey(id))) ?? NOBODY
  }

  choose(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change }
    const id = session.account?.id
    if (id) void remember(db, choiceKey(id), this.choice).catch(() => undefined)
  }

  /** One count as one tap makes it. */
  tapOf(kind: string): HelpLog {
    const { channel } = this.choice
    return { kind, channel, result: 'done', ...(this.group ? { group_id: this.group.id } : {}) }
  }
}

export const officer = new Officer()
