import { DAY_MS } from '$lib/domain/time.ts'
import { Dice } from './dice.ts'
import { Hand } from './hand.ts'
import type { Fate } from './line.ts'
import type { End, Phone } from './phone.ts'
import { oneFate, trueBook } from './rules.ts'
import { Broken, type World } from './world.ts'

/** How often each thing happens to a call. */
type Weather = Partial<Record<Fate, number>>

const SKIES: Record<string, Weather> = {
  fair: { through: 12, 'late answer': 2, 'slow answer': 1 },
  showers: { through: 6, 'request lost': 1, 'answer lost': 2, echo: 1, twice: 1, 'late request': 1, 'answer cut': 1, busy: 0.3 },
  storm: {
    through: 3, 'request lost': 2, 'answer lost': 3, ghost: 2, echo: 1, twice: 1, 'late request': 1, 'late answer': 1,
    'slow answer': 1, 'request cut': 1, 'answer cut': 2, busy: 0.5, gateway: 0.5, captive: 0.5,
  },
}
/** A second sign-in or renewal that arrives late is another person's doing, as far as the server can tell. */
const ONCE: readonly Fate[] = ['ghost', 'echo', 'twice']

const DEEDS = { knock: 34, coach: 10, undo: 8, correct: 6, edit: 4, burst: 3, sync: 16, together: 6, ring: 7, network: 4, fuse: 14, kill: 5, serverKill: 0.6, swap: 2, look: 3 }
const ENDS: readonly End[] = ['crash', 'crash', 'power']

export interface Report {
  seed: number
  /** Where each life ended that was not to. */
  deaths: string[]
  ops: number
  calls: number
  logins: number
  refreshes: number
}

/** One seeded day of two or three phones, up to the moment when all has been sent and everybody agrees. */
export class Schedule {
  readonly #world: World
  readonly #dice: Dice
  readonly #hand: Hand
  /** Who may sign in on a phone; the first does so in the morning. */
  readonly #people = new Map<Phone, string[]>()

  constructor(world: World, seed: number) {
    this.#world = world
    this.#dice = new Dice(seed)
    this.#hand = new Hand(world, this.#dice)
  }

  async run(): Promise<Report> {
    const { server, line, made } = this.#world
    const before = await this.#world.visits()
    const known = new Set(made.keys())
    const faults = server.faults().length
    await this.#morning()
    for (let deeds = this.#dice.between(30, 50); deeds > 0; deeds -= 1) await this.#deed()
    await this.#evening()
    await line.quiet()
    oneFate(this.#world)

    const added = (await this.#world.visits()) - before
    const wanted = this.#standing(known)
    if (added !== wanted) throw new Broken(`the ward counts ${added} visits more, not ${wanted}`)
    const said = server.faults().slice(faults)
    if (said.length > 0) throw new Broken(`the server's log: ${said.join('\n')}`)
    const sum = (of: (phone: Phone) => number): number => this.#hand.phones.reduce((all, phone) => all + of(phone), 0)
    return {
      seed: this.#dice.seed,
      deaths: this.#hand.phones.flatMap((phone) => phone.deaths),
      ops: made.size - known.size,
      calls: sum((phone) => phone.calls),
      logins: sum((phone) => phone.logins),
      refreshes: sum((phone) => phone.refreshes),
    }
  }

  /** Visits booked in this schedule and not taken back. */
  #standing(known: ReadonlySet<string>): number {
    const { made, line } = this.#world
    const booked = (id: string): boolean => line.words.get(id)?.some((word) => word.outcome === 'applied' || word.outcome === 'duplicate') ?? false
    const fresh = [...made.values()].filter((one) => !known.has(one.op_id) && booked(one.op_id))
    return fresh.filter((one) => one.kind === 'visit.record').length - fresh.filter((one) => one.kind === 'visit.withdraw').length
  }

  async #morning(): Promise<void> {
    const dice = this.#dice
    const team = dice.between(1, 3)
    // Twenty-one volunteers, every third in the same team.
    const mate = (): string => `tnv${team + 3 * dice.between(0, 6)}`
    const other = `tnv${(team % 3) + 1}`
    const logins = [mate(), mate(), ...(dice.chance(0.4) ? [other] : [])]
    const sky = SKIES[dice.one(Object.keys(SKIES))] as Weather
    for (const [n, login] of logins.entries()) {
      const clockOff = dice.chance(0.75) ? dice.between(-90_000, 90_000) : dice.one([-7_200_000, 400_000, 5 * DAY_MS, -40 * DAY_MS])
      const phone = this.#hand.buy(`s${dice.seed}p${n}`, clockOff)
      this.#people.set(phone, n === 0 ? [login, dice.chance(0.5) ? other : mate()] : [login])
      await phone.open()
      await phone.life.login(login)
      await phone.life.engine.settled()
      phone.weather = (path) => {
        const fates = Object.entries(sky) as Array<[Fate, number]>
        const allowed = path.startsWith('/auth/') ? fates.filter(([fate]) => !ONCE.includes(fate)) : fates
        return { fate: phone.dice.weighted(Object.fromEntries(allowed) as Record<Fate, number>), ms: phone.dice.between(1, 25) }
      }
    }
  }

  async #deed(): Promise<void> {
    const dice = this.#dice
    const hand = this.#hand
    const phone = dice.one(hand.phones)
    const deed = dice.weighted(DEEDS)
    // A life may end while it opens.
    if (phone.life.dead) await phone.open(dice.chance(0.3) ? dice.between(0, 60) : Infinity, dice.one(ENDS))
    if (phone.life.dead) await phone.open(Infinity, dice.one(ENDS))
    switch (deed) {
      case 'knock':
        await hand.knock(phone)
        break
      case 'coach':
        await hand.coach(phone)
        break
      case 'burst':
        for (let n = dice.between(5, 120); n > 0; n -= 1) await hand.knock(phone)
        break
      case 'undo':
        await hand.undo(phone)
        break
      case 'correct':
        await hand.correct(phone)
        break
      case 'edit':
        await hand.edit(phone)
        break
      case 'sync':
        await hand.do(phone, () => phone.life.sync())
        break
      case 'together':
        await Promise.all(hand.phones.map((one) => hand.do(one, () => one.life.sync())))
        break
      case 'ring':
        await hand.do(phone, () => phone.life.ring())
        break
      case 'network':
        phone.online = !phone.online
        if (phone.online) phone.life.engine.wake('online')
        break
      case 'fuse':
        phone.life.endAfter(dice.between(0, dice.one([8, 40, 120])))
        break
      case 'kill':
        phone.life.kill()
        break
      case 'serverKill':
        await this.#killServer()
        break
      case 'swap':
        await this.#swap(phone)
        break
      case 'look':
        phone.life.engine.wake('visible')
        break
    }
    await hand.check()
  }

  /** Everybody is sending when the server's power goes. */
  async #killServer(): Promise<void> {
    const busy = this.#hand.phones.map((phone) => this.#hand.do(phone, () => phone.life.sync()))
    await new Promise((done) => setTimeout(done, this.#dice.between(0, 12)))
    await this.#world.server.kill()
    await Promise.all(busy)
    await this.#world.server.up()
  }

  /** Somebody else takes the phone. */
  async #swap(phone: Phone): Promise<void> {
    const people = this.#people.get(phone) ?? []
    if (people.length < 2) return
    const present = phone.life.session.account?.login
    await this.#hand.do(phone, () => phone.life.session.logout())
    await this.#hand.signIn(phone, people.find((login) => login !== present) ?? (people[0] as string))
  }

  /** Good weather at last: everything is sent, every receipt asked for again, every book compared. */
  async #evening(): Promise<void> {
    for (const phone of this.#hand.phones) {
      phone.online = true
      phone.weather = () => ({ fate: 'through', ms: 0 })
      if (phone.life.dead) await phone.open()
      phone.life.endAfter(Infinity)
    }
    await this.#world.line.quiet()
    const holders = new Map(this.#hand.phones.map((phone) => [phone, phone.life.session.account?.login ?? (this.#people.get(phone) as string[])[0] as string]))
    for (const [phone, holder] of holders) {
      for (const login of this.#people.get(phone) ?? []) if (login !== holder) await this.#hand.finish(phone, login)
      await this.#hand.finish(phone, holder)
    }
    const books = new Map<string, Map<string, string>>()
    for (const [phone, holder] of holders) {
      // Once more: the others have sent since.
      await this.#hand.finish(phone, holder)
      const team = (await phone.book(phone.life.account ?? '')).info.me?.team?.id ?? ''
      const text = await trueBook(this.#world, phone, phone.life)
      books.set(team, (books.get(team) ?? new Map<string, string>()).set(text, phone.name))
    }
    await this.#hand.check()
    for (const same of books.values()) if (same.size > 1) throw new Broken(`phones of one team differ: ${[...same.values()].join()}`)
    for (const phone of this.#hand.phones) phone.life.close()
  }
}
