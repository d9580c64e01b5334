import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Dice } from './support/dice.ts'
import { Hand } from './support/hand.ts'
import type { End, Phone } from './support/phone.ts'
import { oneFate, trueBook } from './support/rules.ts'
import { World } from './support/world.ts'

describe('killed at every single step', () => {
  let world: World
  beforeAll(async () => {
    world = await World.begin('sqlite')
  })
  afterAll(() => world.end())

  interface Story {
    name: string
    livesAPhone: number
    end: (n: number) => End
    fresh: (phone: Phone) => Promise<void>
    story: (hand: Hand, phone: Phone) => Promise<void>
    /** Where it has to end at least once. Ciphers work beside the disk, so the steps come in no fixed order. */
    must: readonly string[]
  }

  /** Does `story` over and over, ending the app one step later each time, until it gets through; then where it has not ended yet and must. */
  async function sweep({ name, livesAPhone, end, fresh, story, must }: Story): Promise<string[]> {
    const places: string[] = []
    const once = async (hand: Hand, phone: Phone): Promise<boolean> => {
      await story(hand, phone)
      const through = !phone.life.dead
      phone.weather = () => ({ fate: 'through', ms: 0 })
      if (!through) {
        places.push(phone.deaths.at(-1) ?? '')
        await hand.check()
        await phone.open()
      }
      phone.life.endAfter(Infinity)
      if (phone.life.account) {
        await hand.finish(phone, LOGIN)
        await hand.check()
      }
      return through
    }
    let hand: Hand | null = null
    let phone: Phone | null = null
    for (let steps = 0; ; steps += 1) {
      if (!hand || !phone || steps % livesAPhone === 0) {
        hand = new Hand(world, new Dice(steps).split(name))
        phone = hand.buy(`${name} ${steps}`)
        await fresh(phone)
      }
      await phone.open(steps, end(steps))
      const through = await once(hand, phone)
      const last = (steps + 1) % livesAPhone === 0
      if ((through || last) && phone.life.account) await trueBook(world, phone, phone.life)
      phone.life.close()
      if (through) break
    }
    for (const place of must) {
      if (places.some((been) => been.includes(place))) continue
      const another = new Hand(world, new Dice(places.length).split(`${name} ${place}`))
      const its = another.buy(`${name} ${place}`)
      await fresh(its)
      await its.open(Infinity, end(places.length), place)
      await once(another, its)
      if (its.life.account) await trueBook(world, its, its.life)
      its.life.close()
    }
    await world.line.quiet()
    oneFate(world)
    return places
  }

  const LOGIN = 'tnv1'

  it('of a visit, a coaching, an undo, a lost answer and the pull', async () => {
    const must = ['answer /sync/push', 'body /sync/push', 'committed readwrite outbox', 'put outbox', 'no answer /sync/push', 'answer /sync/pull', 'put alleys', 'put meta']
    const places = await sweep({
      name: 'work',
      // The server bears with forty calls of a phone in a row.
      livesAPhone: 6,
      end: (n) => (n % 2 === 0 ? 'crash' : 'power'),
      // Between the server's yes and the receipt, and between the receipt and the screen.
      must,
      fresh: async (phone) => {
        await phone.open()
        await phone.life.login(LOGIN)
        await phone.life.engine.settled()
        phone.life.close()
      },
      story: async (hand, phone) => {
        const answers = ['answer lost', 'through'] as const
        let pushes = 0
        phone.weather = (path) => ({ fate: path === '/sync/push' ? (answers[(pushes += 1) - 1] ?? 'through') : 'through', ms: 0 })
        await hand.do(phone, () => phone.life.engine.settled())
        await hand.knock(phone)
        await hand.coach(phone)
        await hand.undo(phone)
        await hand.do(phone, () => phone.life.sync())
        await hand.do(phone, () => phone.life.ring())
        await hand.do(phone, () => phone.life.engine.settled())
      },
    })
    const distinct = new Set(places.map((place) => place.replace(' (power)', '')))
    console.log(`every step of a day's work: ${places.length} kills at ${distinct.size} places`)
    for (const place of must) expect([...distinct].join('\n')).toContain(place)
  })

  it('of the first start, the sign-in and the first pull', async () => {
    const must = ['upgrade', 'put session', 'answer /auth/login', 'put alleys']
    const places = await sweep({
      name: 'first',
      livesAPhone: 1,
      end: (n) => (n % 2 === 0 ? 'power' : 'crash'),
      must,
      fresh: async () => undefined,
      story: async (hand, phone) => {
        phone.weather = () => ({ fate: 'through', ms: 0 })
        await hand.do(phone, () => phone.life.login(LOGIN))
        await hand.do(phone, () => phone.life.engine.settled())
      },
    })
    const distinct = new Set(places.map((place) => place.replace(' (power)', '')))
    console.log(`every step of the first start: ${places.length} kills at ${distinct.size} places`)
    for (const place of must) expect([...distinct].join('\n')).toContain(place)
  })
})
