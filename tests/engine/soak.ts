/**
 * Days without end: GOCUA_SOAK=1000 npm --prefix tests/engine run soak
 * plays seeds from GOCUA_SEED (1) on, on GOCUA_ENGINE (sqlite), until so many lives of the app were ended.
 */
import { expect, it } from 'vitest'
import { Campaign } from './support/campaign.ts'
import type { Engine } from './support/server.ts'
import { World } from './support/world.ts'

/** Schedules on one ward; then a new one, so that neither the book nor the list of all operations grows without end. */
const A_WARD = 40

it('comes through', async () => {
  const kills = Number(process.env.GOCUA_SOAK)
  const engine = (process.env.GOCUA_ENGINE ?? 'sqlite') as Engine
  let seed = Number(process.env.GOCUA_SEED ?? 1)
  const places = new Map<string, number>()
  const began = Date.now()
  let killed = 0
  for (let wards = 1; killed < kills; wards += 1) {
    const world = await World.begin(engine)
    const campaign = new Campaign(world)
    for (let n = 0; n < A_WARD && killed + campaign.kills < kills; n += 1, seed += 1) await campaign.play(seed)
    expect(await world.server.verify()).toMatch(/ 0 differences/)
    killed += campaign.kills
    for (const [place, times] of campaign.places()) places.set(place, (places.get(place) ?? 0) + times)
    console.log(`ward ${wards}, seeds up to ${seed - 1}\n${campaign.summary()}`)
    await world.end()
  }
  const most = [...places].sort((a, b) => b[1] - a[1]).map(([place, times]) => `${String(times).padStart(6)}  ${place}`)
  console.log(`${killed} lives ended at ${places.size} places, up to seed ${seed - 1}, in ${Math.round((Date.now() - began) / 1000)} s:\n${most.join('\n')}`)
})
