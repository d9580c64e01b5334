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

  /** Does `story` over and over, ending the app one step later each time, until it gets through. */
  async function sweep(name: string, livesAPhone: number, end: (n: number) => End, fresh: (phone: Phone) => Promise<void>, story: (hand: Hand, phone: Phone) => Promise<void>): Promise<string[]> {
    const places: string[] = []
    let hand: Hand | null = null
    let phone: Phone | null = null
    for (let steps = 0; ; steps += 1) {
      if (!hand || !phone || steps % livesAPhone === 0) {
        hand = new Hand(world, new Dice(steps).split(name))
        phone = hand.buy(`${name} ${steps}`)
        await fresh(phone)
      }
      await phone.open(steps, end(steps))
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
      const last = (steps + 1) % livesAPhone === 0
      if ((through || last) && phone.life.account) await trueBook(world, phone, phone.life)
      phone.life.close()
      if (through) break
    }
    await world.line.quiet()
    oneFate(world)
    return places
  }

  const LOGIN = 'tnv1'

  it('of a visit, a coaching, an undo, a lost answer and the pull', async () => {
    const places = await sweep(
      'work',
      // The server bears with forty calls of a phone in a row.
      6,
      (n) => (n % 2 === 0 ? 'crash' : 'power'),
      async (phone) => {
        await phone.open()
        await phone.life.login(LOGIN)
        await phone.life.engine.settled()
        phone.life.close()
      },
      async (hand, phone) => {
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
    )
    const distinct = new Set(places.map((place) => place.replace(' (power)', '')))
    console.log(`every step of a day's work: ${places.length} kills at ${distinct.size} places`)
    // Between the server's yes and the receipt, and between the receipt and the screen.
    for (const place of ['answer /sync/push', 'body /sync/push', 'committed readwrite outbox', 'put outbox', 'no answer /sync/push', 'answer /sync/pull', 'put alleys', 'put meta']) {
      expect([...distinct].join('\n')).toContain(place)
    }
  })

  it('of the first start, the sign-in and the first pull', async () => {
    const places = await sweep(
      'first',
      1,
      (n) => (n % 2 === 0 ? 'power' : 'crash'),
      async () => undefined,
      async (hand, phone) => {
        phone.weather = () => ({ fate: 'through', ms: 0 })
        await hand.do(phone, () => phone.life.login(LOGIN))
        await hand.do(phone, () => phone.life.engine.settled())
      },
    )
    const distinct = new Set(places.map((place) => place.replace(' (power)', '')))
    console.log(`every step of the first start: ${places.length} kills at ${distinct.size} places`)
    for (const place of ['upgrade', 'put session', 'answer /auth/login', 'put alleys']) expect([...distinct].join('\n')).toContain(place)
  })
})
