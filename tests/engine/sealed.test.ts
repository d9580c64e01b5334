import { Problem, Unreachable } from '$lib/api/client.ts'
import { UNDO_MS } from '$lib/data/knocks.svelte.ts'
import { empty } from '$lib/data/lockup.ts'
import { undelivered } from '$lib/data/outbox.ts'
import { leftAfterWipe } from '$lib/data/vaults.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Dice } from './support/dice.ts'
import { doorsOf, Phone } from './support/phone.ts'
import { told } from './support/rules.ts'
import { Broken, World } from './support/world.ts'

const LOGIN = 'tnv2'
/** Of the same team. */
const MATE = 'tnv5'

interface Story {
  name: string
  /** What happens to the vault between two deliveries: nothing, its PIN is forgotten, or the ward has it emptied. */
  vault: 'locked' | 'forgotten' | 'wiped'
  /** The browser has no cookie: the phone signs for itself. */
  alone: boolean
  /** Every how many steps it ends: a sign-in costs more than a step. */
  stride: number
  /** Where it has to end at least once. */
  must: readonly string[]
}

/** Three visits and an act in its ten seconds: written, locked, carried, emptied, carried, and carried once more when the seconds are over. */
describe('sealed work arrives exactly once, wherever the app ends', () => {
  let world: World
  let mate: Phone
  beforeAll(async () => {
    world = await World.begin('sqlite')
    mate = new Phone('mate', world.line, new Dice(1))
    await mate.open()
    await mate.life.login(MATE)
    await mate.life.engine.settled()
  })
  afterAll(async () => {
    mate.life.close()
    await world.end()
  })

  /** How often each visit and each referral stands in the book, as a team-mate's phone has it. */
  async function standing(): Promise<Map<string, number>> {
    const before = await world.seq()
    for (let n = 0; n < 20; n += 1) {
      await mate.life.sync()
      if (mate.life.engine.state.name === 'idle') break
      await told(mate.life.engine.state)
      await mate.life.ring()
    }
    const { info, alleys } = await mate.book(mate.life.account ?? '')
    expect(info.seq, 'the mate is up to date').toBeGreaterThanOrEqual(before)
    const found = new Map<string, number>()
    for (const door of alleys.flatMap((alley) => alley.doors)) {
      for (const { id } of [...door.visits, ...(door.referrals ?? [])]) found.set(id, (found.get(id) ?? 0) + 1)
    }
    return found
  }

  /** Resolves when it is done, or the app has ended; what the line did is no fault. */
  async function during(phone: Phone, work: () => Promise<unknown>): Promise<void> {
    if (phone.life.dead) return
    const mild = (error: unknown): void => {
      if (!(error instanceof Unreachable) && !(error instanceof Problem)) throw error
    }
    await phone.life.during(work().catch(mild))
  }

  /** One phone, whose app ends after so many steps or at a place. Returns where; null when it got through. */
  async function one({ name, vault, alone }: Story, steps: number, place: string | null): Promise<string | null> {
    const phone = new Phone(`${name} ${place ?? steps}`, world.line, new Dice(steps === Infinity ? 0 : steps).split(name))
    /** Written, whatever the app heard of it; and those it called saved. */
    const [written, saved] = [new Set<string>(), new Set<string>()]
    phone.onwrite = (op) => written.add(op.op_id)
    await phone.open()
    await phone.life.login(LOGIN)
    await phone.life.engine.settled()
    const account = phone.life.account ?? ''
    const [door] = doorsOf(await phone.book(account))
    if (!door) throw new Error('no door')
    phone.life.close()

    phone.online = false
    await phone.open(steps, steps % 2 === 0 ? 'crash' : 'power', place)
    const { life } = phone
    const emptying = async (): Promise<void> => {
      if (vault !== 'locked') await empty(phone.life.db, [account], phone.now(), vault === 'wiped')
    }
    for (let n = 0; n < 3; n += 1) {
      await during(phone, async () => saved.add((await life.knocks.record({ household_id: door.id, outcome: 'NOT_HOME' }, door.label)).op_id))
    }
    await during(phone, async () => saved.add((await life.knocks.tellSoon('referral.open', { household_id: door.id, kind: 'FAMILY_HELPER' }, door.label)).op_id))
    if (!life.dead) life.lock()
    if (alone) phone.cookies = []
    phone.online = true
    let carried = 0
    phone.weather = (path) => ({ fate: path === '/sync/carry' && (carried += 1) === 1 ? 'answer lost' : 'through', ms: 0 })
    await during(phone, () => life.carry())
    await during(phone, emptying)
    await during(phone, () => life.carry())
    phone.clockOff += UNDO_MS
    await during(phone, () => life.carry())
    const end = life.dead ? (phone.deaths.at(-1) ?? '') : null
    if (end === null) life.close()

    // The next start meets the lock, and no PIN is entered any more.
    phone.weather = () => ({ fate: 'through', ms: 0 })
    await phone.open()
    phone.life.lock()
    await emptying()
    phone.clockOff += UNDO_MS
    await during(phone, () => phone.life.carry())
    const left = await undelivered(phone.life.db)
    if (left > 0) throw new Broken(`${phone.name}, ended at ${end}, keeps ${left} to itself`)
    if (vault === 'wiped') expect(await leftAfterWipe(phone.life.db), phone.name).toEqual({ sending: 0, stuck: 0 })
    phone.life.close()
    const there = await standing()
    for (const id of saved) if (there.get(id) !== 1) throw new Broken(`${phone.name}, ended at ${end}: ${id} is ${there.get(id) ?? 0} times in the book`)
    for (const id of written) if ((there.get(id) ?? 0) > 1) throw new Broken(`${phone.name}, ended at ${end}: ${id} is twice in the book`)
    return end
  }

  const STORIES: readonly Story[] = [
    { name: 'locked', vault: 'locked', alone: false, stride: 6, must: ['committed readwrite outbox', 'answer /sync/carry', 'body /sync/carry'] },
    { name: 'forgotten', vault: 'forgotten', alone: false, stride: 6, must: ['put parcels', 'committed readwrite parcels', 'no answer /sync/carry'] },
    { name: 'wiped', vault: 'wiped', alone: true, stride: 6, must: ['put parcels', 'answer /auth/wiped', 'delete session', 'body /sync/carry'] },
  ]

  it.each(STORIES)('on a phone that is $name', async (story) => {
    const places: string[] = []
    for (let steps = STORIES.indexOf(story); ; steps += story.stride) {
      const place = await one(story, steps, null)
      if (place === null) break
      places.push(place)
    }
    for (const must of story.must) {
      if (places.some((been) => been.includes(must))) continue
      const place = await one(story, Infinity, must)
      if (place === null) throw new Broken(`${story.name} never comes to ${must}`)
      places.push(place)
    }
    console.log(`${story.name}: ${places.length} kills at ${new Set(places.map((place) => place.replace(' (power)', ''))).size} places`)
    expect(await world.server.verify()).toMatch(/ 0 differences/)
  })
})
