import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Campaign } from './campaign.ts'
import type { Engine } from './server.ts'
import { World } from './world.ts'

/** The seeds of one database, or those asked for. */
function seeds(from: number, to: number): number[] {
  const asked = process.env.GOCUA_SEEDS
  return asked ? asked.split(',').map(Number) : Array.from({ length: to - from + 1 }, (_, n) => from + n)
}

/** Plays seeded days of phones, calls and kills against a server on this database. */
export function days(engine: Engine, from: number, to: number): void {
  describe(`the engine and a server on ${engine}`, () => {
    let world: World
    let campaign: Campaign
    const played = seeds(from, to)
    beforeAll(async () => {
      world = await World.begin(engine)
      campaign = new Campaign(world)
    })
    afterAll(() => world.end())

    it.each(played)('come through day %i with every visit booked once', async (seed) => {
      const report = await campaign.play(seed)
      expect(report.calls).toBeGreaterThan(0)
    })

    it('were killed often enough to say so, and the book adds up', async () => {
      console.log(campaign.summary())
      expect(await world.server.verify()).toMatch(/ 0 differences/)
      if (!process.env.GOCUA_SEEDS) expect(campaign.kills).toBeGreaterThanOrEqual(played.length * 2.5)
    })
  })
}
