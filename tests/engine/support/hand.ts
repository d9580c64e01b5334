import { Problem, Unreachable } from '$lib/api/client.ts'
import type { PersonCoached, VisitCorrect, VisitRecord, Withdraw } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import { unanswered } from '$lib/data/outbox.ts'
import { addDays, bandOf, dayOf, DAY_MS } from '$lib/domain/time.ts'
import { OUTCOMES, served, type Outcome } from '$lib/domain/visit.ts'
import type { Dice } from './dice.ts'
import { doorsOf, Phone, skillsOf } from './phone.ts'
import { honest, receipts, sound, told } from './rules.ts'
import { Broken, type World } from './world.ts'

/** What a person does with some phones, and the rules that hold after each touch. */
export class Hand {
  readonly world: World
  readonly dice: Dice
  readonly phones: Phone[] = []
  #broken: Broken | null = null
  /** Half-entered visits that became, or may have become, visits. */
  #drafts: Array<{ phone: Phone; account: string; household: string }> = []
  /** What was asked of an app, and why the server may refuse it; the app makes the id. */
  readonly #attempts = new Map<string, readonly string[]>()

  constructor(world: World, dice: Dice) {
    this.world = world
    this.dice = dice
  }

  /** A new phone whose every write is looked at. */
  buy(name: string, clockOff = 0): Phone {
    const phone = new Phone(name, this.world.line, this.dice.split(name), clockOff)
    phone.onwrite = (op) => {
      try {
        honest(this.world, phone, op)
      } catch (error) {
        this.#broken ??= error as Broken
      }
    }
    this.phones.push(phone)
    return phone
  }

  /** Lets the app do something, until it is done or dead. What the network did is no fault. */
  async do<T>(phone: Phone, deed: () => Promise<T>): Promise<T | 'dead' | 'failed'> {
    if (phone.life.dead) return 'dead'
    const { life } = phone
    try {
      return await life.during(within(60_000, deed(), () => `${phone.name} after ${life.lastStep}`))
    } catch (error) {
      if (error instanceof Unreachable || error instanceof Problem) return 'failed'
      throw error
    }
  }

  /** Every rule that must hold at any moment. */
  async check(): Promise<void> {
    for (const phone of this.phones) {
      await this.#discover(phone)
      await sound(this.world, phone)
      if (this.#broken) throw this.#broken
    }
    for (const { phone, account, household } of this.#drafts) {
      const draft = await phone.hasDraft(account, household)
      const used = (await phone.ops(account)).some((op) => op.kind === 'visit.record' && (op.payload as { household_id: string }).household_id === household && (op.payload as { people?: unknown }).people)
      // A draft is not worth a flush on every tap: a pulled battery may take it.
      if (draft === used && (draft || !phone.deaths.some((death) => death.endsWith('(power)')))) throw new Broken(`${phone.name}: the draft of ${household} is ${draft ? 'there beside its visit' : 'gone without a visit'}`)
    }
  }

  /** A record whose saving was cut off may have reached the disk all the same; then it counts. */
  async #discover(phone: Phone): Promise<void> {
    for (const op of await phone.ops()) if (!this.world.made.has(op.op_id) && this.#attempts.has(describe(op))) this.#note(phone, op)
  }

  #note(phone: Phone, op: OutboxOp): void {
    this.world.made.set(op.op_id, {
      op_id: op.op_id, account: op.account_id, phone: phone.name, kind: op.kind, refusable: this.#attempts.get(describe(op)) ?? [],
    })
  }

  /** One visit; null when the life ended before it was saved. */
  async knock(phone: Phone, outcome?: Outcome, people?: PersonCoached[], at?: string): Promise<OutboxOp | null> {
    const dice = this.dice
    const account = phone.life.account
    if (phone.life.dead || !account) return null
    // A bare knock would use up a draft that waits at its door.
    const doors = doorsOf(await phone.book(account)).filter((one) => at === one.id || !this.#drafts.some((draft) => draft.household === one.id))
    if (doors.length === 0) return null
    const door = at ? (doors.find((one) => one.id === at) ?? dice.one(doors)) : dice.one(doors)
    const result = outcome ?? dice.one(OUTCOMES)
    const now = phone.now()
    const on = addDays(dayOf(now), dice.between(1, 5))
    const visit = {
      household_id: at ?? door.id,
      outcome: result,
      ...(people ? { people } : {}),
      ...(result === 'APPOINTMENT' || (result === 'PARTIAL' && dice.chance(0.5)) ? { comeback: { on, band: bandOf(now + DAY_MS) } } : {}),
    }
    let refusable: string[] = []
    if (dice.chance(0.03)) {
      // A door of nobody: the server's refusal is a fate like any other.
      visit.household_id = '00000000-0000-7000-8000-00000000dead'
      refusable = ['out_of_reach']
    }
    const key = describe({ account_id: account, kind: 'visit.record', payload: visit })
    this.#attempts.set(key, [...new Set([...refusable, ...(this.#attempts.get(key) ?? [])])])
    const op = await this.do(phone, () => phone.life.record(visit, door.label))
    if (op === 'dead' || op === 'failed') return null
    this.#note(phone, op)
    return op
  }

  /** People are entered one by one; the draft becomes the visit. */
  async coach(phone: Phone): Promise<void> {
    const dice = this.dice
    const account = phone.life.account
    if (!account) return
    const book = await phone.book(account)
    const taken = new Set(this.#drafts.map((draft) => draft.household))
    const doors = doorsOf(book).filter((door) => !taken.has(door.id))
    const skills = skillsOf(book)
    if (doors.length === 0 || skills.length === 0) return
    const household = dice.one(doors).id
    const people: PersonCoached[] = [{ age_band: dice.one(['6-13', '14-17', '18-59', '60-79', '80+']), skills: [{ skill: dice.one(skills).code, level: dice.between(0, 4) }] }]
    if ((await this.do(phone, () => phone.life.draft(household, people))) === 'dead') return
    this.#drafts.push({ phone, account, household })
    await this.check()
    const outcome = dice.one(OUTCOMES.filter(served))
    await this.knock(phone, outcome, people, household)
  }

  /** An own visit of some time ago is told anew, now and then at another door. */
  async correct(phone: Phone): Promise<void> {
    const dice = this.dice
    const account = phone.life.account
    if (!account) return
    const ops = await phone.ops(account)
    const undone = new Set(ops.filter((op) => op.kind === 'visit.withdraw').map((op) => (op.payload as Withdraw).visit_id))
    const visits = ops.filter((op) => op.kind === 'visit.record' && !undone.has(op.op_id) && this.world.made.get(op.op_id)?.refusable.length === 0)
    const doors = doorsOf(await phone.book(account))
    if (visits.length === 0 || doors.length === 0) return
    const visit = dice.one(visits)
    const { household_id } = visit.payload as VisitRecord
    const why = dice.one(['mistap', 'wrong_door', 'learned_more', 'other'] as const)
    const record = { household_id: why === 'wrong_door' ? dice.one(doors).id : household_id, outcome: dice.one(['NOT_HOME', 'MOVED', 'MET_DECLINED', 'SERVED'] as const) }
    // Any version's id will do.
    const versions = ops.filter((op) => op.kind === 'visit.correct' && (op.payload as VisitCorrect).visit_id === visit.op_id).map((op) => op.op_id)
    const payload = { visit_id: dice.one([visit.op_id, ...versions]), why, record }
    this.#attempts.set(describe({ account_id: account, kind: 'visit.correct', payload }), [])
    await this.do(phone, () => phone.life.knocks.correct(payload.visit_id, why, record, visit.door))
    await this.#discover(phone)
  }

  /** Details of a home, as its people say. */
  async edit(phone: Phone): Promise<void> {
    const dice = this.dice
    const account = phone.life.account
    if (!account) return
    const doors = (await phone.book(account)).alleys.flatMap((alley) => alley.doors)
    if (doors.length === 0) return
    const door = dice.one(doors)
    const [set, was] = dice.one([
      [{ landmark: dice.one(['cạnh cây đa', 'sau chợ', null]) }, { landmark: door.landmark }],
      [{ members: dice.between(0, 9), adults: dice.between(0, 5) }, { members: door.members, adults: door.adults }],
      [{ house_no: `${dice.between(1, 99)}` }, { house_no: door.no ?? '' }],
    ] as const)
    this.#attempts.set(describe({ account_id: account, kind: 'household.edit', payload: { household_id: door.id, set, was } }), [])
    await this.do(phone, () => phone.life.knocks.edit(door.id, set, was, door.code))
    await this.#discover(phone)
  }

  /** A visit, taken back at once. */
  async undo(phone: Phone): Promise<void> {
    const visit = await this.knock(phone)
    if (!visit || phone.life.dead) return
    if (this.dice.chance(0.3)) await this.do(phone, () => phone.life.sync())
    if (phone.life.dead) return
    const refused = this.world.made.get(visit.op_id)?.refusable.length ? ['nothing_to_withdraw'] : []
    const payload = { visit_id: visit.op_id }
    this.#attempts.set(describe({ account_id: visit.account_id, kind: 'visit.withdraw', payload }), refused)
    await this.do(phone, () => phone.life.knocks.undo())
    await this.#discover(phone)
  }

  /** Types until somebody is in, or the app is gone. */
  async signIn(phone: Phone, login: string): Promise<void> {
    phone.online = true
    for (let n = 0; n < 5 && !phone.life.dead; n += 1) {
      if ((await this.do(phone, () => phone.life.login(login).then(() => 'in' as const))) === 'in') {
        await this.do(phone, () => phone.life.engine.settled())
        return
      }
    }
  }

  /** Rounds of sending until the engine rests with nothing unanswered. */
  async empty(phone: Phone): Promise<void> {
    const { life } = phone
    for (let rounds = 0; rounds < 40; rounds += 1) {
      await within(60_000, life.sync(), () => `${phone.name} in the evening, after ${life.lastStep}`)
      if (life.session.ended) return
      const left = (await phone.ops(life.account)).filter(unanswered).length
      if (life.engine.state.name === 'idle' && left === 0) return
      await told(life.engine.state)
      await life.ring()
    }
    const left = (await phone.ops(life.account)).filter(unanswered)
    throw new Broken(`${phone.name} does not come to rest: ${life.engine.state.name}, ${left.length} unanswered`)
  }

  /** Sends everything an account has on this phone, and asks for every receipt once more. */
  async finish(phone: Phone, login: string): Promise<void> {
    const { session } = phone.life
    if (session.account?.login !== login) {
      await session.logout()
      await phone.life.login(login)
    } else if (session.ended) await phone.life.login(login)
    await this.empty(phone)
    if (session.ended) {
      await phone.life.login(login)
      await this.empty(phone)
    }
    await this.check()
    await receipts(phone, phone.life)
  }
}

function describe({ account_id, kind, payload }: { account_id: string; kind: string; payload: unknown }): string {
  return `${account_id} ${kind} ${JSON.stringify(payload)}`
}

async function within<T>(ms: number, work: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Broken(`stuck: ${what()}`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
