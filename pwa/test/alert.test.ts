import { beforeEach, describe, expect, it } from 'vitest'
import type { Alert, PullAnswer } from '$lib/api/types.ts'
import { applyPull, infoOf } from '$lib/data/book.ts'
import type { Database } from '$lib/data/db.ts'
import { Turf } from '$lib/data/turf.svelte.ts'
import { standing } from '$lib/domain/alert.ts'
import { recall, remember } from '$lib/data/session.ts'
import { Seen } from '../src/routes/phone/alert-seen.svelte.ts'
import { unlocked } from './fakes/keys.ts'

let n = 0
let db: Database
beforeEach(() => {
  db = unlocked(`alert-${(n += 1)}`)
})

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({ id, kind: 'fake_app', words: `words ${id}`, from: 20_261_120, until: 20_261_130, ...more })
const page = (cursor: string, more: Partial<PullAnswer>): PullAnswer => ({ cursor, reset: false, seq: 10, server_time: 1, ...more })

describe('a warning', () => {
  it('stands through its last day, newest first, and no longer', () => {
    const alerts = [alert('a'), alert('b', { from: 20_261_122 }), alert('c', { until: 20_261_122 })]
    expect(standing(alerts, 20_261_122).map(({ id }) => id)).toEqual(['b', 'c', 'a'])
    expect(standing(alerts, 20_261_123).map(({ id }) => id)).toEqual(['b', 'a'])
    expect(standing(alerts, 20_261_201)).toEqual([])
  })

  it('is of its groups, or of the whole ward', () => {
    const alerts = [alert('a'), alert('b', { groups: ['g'] }), alert('c', { groups: ['h'] }), alert('d', { groups: [] })]
    expect(standing(alerts, 20_261_122, 'g').map(({ id }) => id).sort()).toEqual(['a', 'b', 'd'])
    expect(standing(alerts, 20_261_122)).toHaveLength(4)
  })
})

describe('warnings, the codes of doors and the number of the badge', () => {
  const codes = [{ group_id: 'g', day: 20_261_123, digits: '4821', animal: 'buffalo' }]
  const me = { account_id: 'a', name: 'x', role: 'volunteer', ward: { code: '1', name: 'w' }, badge_no: '402817' } as PullAnswer['me']

  it('come with the book, stand until others come, and go when it says so', async () => {
    await applyPull(db, 'a', null, page('c0', { reset: true, me, codes, alerts: [alert('a')] }), 1)
    const turf = new Turf(db)
    await turf.open('a')
    expect([turf.alerts.map(({ id }) => id), turf.codes, turf.me?.badge_no]).toEqual([['a'], codes, '402817'])
    await applyPull(db, 'a', 'c0', page('c1', {}), 2)
    await turf.reloadBook()
    expect([turf.alerts.length, turf.codes.length]).toEqual([1, 1])
    await applyPull(db, 'a', 'c1', page('c2', { alerts: [] }), 3)
    await turf.reloadBook()
    expect(turf.alerts).toEqual([])
    await turf.open(null)
    expect(turf.codes).toEqual([])
  })

  it('are nothing in a book of an older app', async () => {
    await db.write(['meta'], async (tx) => void (await tx.objectStore('meta').put({ cursor: 'c', seq: 1 }, 'turf:a')))
    expect(await infoOf(db, 'a')).toMatchObject({ alerts: [], codes: [] })
  })
})

it('is told loudly until it was read, also after a restart, and each account reads for itself', async () => {
  const [get, put] = [(key: string) => recall<string[]>(db, key), (key: string, value: string[]) => remember(db, key, value)]
  const seen = new Seen()
  await seen.look('a', get)
  await seen.mark(['one', 'two'], put)
  const again = new Seen()
  await again.look('a', get)
  expect([...again.ids]).toEqual(['one', 'two'])
  await again.look('b', get)
  expect(again.ids.size).toBe(0)
})
