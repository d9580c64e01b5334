import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alley, Door } from '../src/lib/api/types.ts'
import { deriveState } from '../src/lib/domain/household.ts'
import { newId } from '../src/lib/domain/id.ts'
import { searchKey, secondChance } from '../src/lib/domain/search.ts'
import { addDays, bandOf, dayOf, startOf } from '../src/lib/domain/time.ts'
import type { VisitFact } from '../src/lib/domain/visit.ts'
import { layOut, nextDoor, plant, shortName, walkOrder } from '../src/lib/domain/walk.ts'

const vectors = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}`, import.meta.url), 'utf8')) as T

describe('status of a door', () => {
  interface Case {
    name: string
    visits: VisitFact[]
    status: string
    revisit: boolean
    last_outcome: string | null
    visited: boolean
    contacted: boolean
    served: boolean
  }
  it.each(vectors<Case[]>('status.json'))('$name', (c) => {
    const { status, revisit, last_outcome, visited, contacted, served } = deriveState(c.visits)
    expect({ status, revisit, last_outcome, visited, contacted, served }).toEqual({
      status: c.status,
      revisit: c.revisit,
      last_outcome: c.last_outcome,
      visited: c.visited,
      contacted: c.contacted,
      served: c.served,
    })
  })
})

describe('search keys', () => {
  it.each(vectors<Array<{ in: string; key: string; second: string | null }>>('search.json'))('$in', (v) => {
    expect(searchKey(v.in)).toBe(v.key)
    expect(secondChance(v.in)).toBe(v.second)
  })
  it('folding twice is folding once', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => searchKey(searchKey(text)) === searchKey(text)))
  })
})

describe('time in Viet Nam', () => {
  it('turns the day at midnight', () => {
    expect(dayOf(Date.parse('2026-11-21T16:59:59.999Z'))).toBe(20261121)
    expect(dayOf(Date.parse('2026-11-21T17:00:00Z'))).toBe(20261122)
    expect(dayOf(Date.parse('2026-11-21T23:30:00Z'))).toBe(20261122)
  })
  it('knows the bands and their edges', () => {
    expect(bandOf(Date.parse('2026-11-17T05:29:00Z'))).toBe('M')
    expect(bandOf(Date.parse('2026-11-17T05:30:00Z'))).toBe('A')
    expect(bandOf(Date.parse('2026-11-17T10:45:00Z'))).toBe('E')
    expect(bandOf(Date.parse('2026-11-22T02:10:00Z'))).toBe('W')
  })
  it('refuses days that are not in the calendar and steps over month ends', () => {
    expect(startOf(20260231)).toBeNull()
    expect(addDays(20261231, 1)).toBe(20270101)
    expect(addDays(20280228, 1)).toBe(20280229)
  })
})

it('ids are version 7 and sort in the order they were made', () => {
  const ids = [1, 2, 3].map((n) => newId({ now: () => 1_795_339_200_000 + n }))
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect([...ids].sort()).toEqual(ids)
})

describe('the strip', () => {
  const door = (no: string | null, more: Partial<Door> = {}): Door => {
    const n = Number(no?.split('/').at(-1)?.match(/\d+/)?.[0] ?? 0)
    return {
      id: `d-${no ?? more.landmark}`, code: '', no, sort: `n${String(n).padStart(5, '0')}${no ?? ''}`,
      side: no ? (n % 2 ? 'odd' : 'even') : null, head: null, members: null, adults: null, landmark: null, active: true, visits: [],
      ...more,
    }
  }
  const alley = (id: string, doors: Door[], more: Partial<Alley> = {}): Alley => ({
    id, group_id: 'g', parent_id: null, kind: 'lane', name: id, mouth: null, sort: id, doors, ...more,
  })
  const lane = alley('a', ['1', '2', '3', '4', '5', '6', '8', '7', '10', '9', '11A'].map((no) => door(no)).concat(door(null, { landmark: 'sau nhà văn hóa', sort: 'z' })))
  const side = alley('b', ['34/5/1', '34/5/2'].map((no) => door(no)), { parent_id: 'a', mouth: '34/5', sort: 'b' })

  it('puts odd left and even right, facing numbers in one row, side alleys at their mouth', () => {
    const { rows, loose } = layOut(plant([lane, side])[0]!)
    const name = (spot: (typeof rows)[number]['left']): string =>
      spot === null ? '-' : spot.kind === 'door' ? (spot.door.no ?? '') : spot.kind === 'turn' ? `>${spot.tree.alley.mouth}` : spot.kind
    expect(rows.map((row) => `${name(row.left)} ${name(row.right)}`)).toEqual([
      '1 2', '3 4', '5 6', '>34/5 8', '7 10', '9 -', '11A -',
    ])
    expect(loose.map((d) => d.landmark)).toEqual(['sau nhà văn hóa'])
  })
  it('loses no door, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(400), { maxLength: 60 }), fc.array(fc.nat(400), { maxLength: 5 }), (numbers, mouths) => {
        const main = alley('a', numbers.map((n) => door(String(n))))
        const sides = mouths.map((m, i) => alley(`s${i}`, [door(`${m}/1`, { id: `s${i}-1` })], { parent_id: 'a', mouth: String(m) }))
        const steps = walkOrder(plant([main, ...sides])[0]!)
        expect(steps.map((s) => s.door.id).sort()).toEqual([...main.doors, ...sides.flatMap((s) => s.doors)].map((d) => d.id).sort())
      }),
    )
  })
  it('goes on behind the last knock, then back to the mouth, and ends', () => {
    const steps = walkOrder(plant([lane])[0]!)
    const visits = new Map<string, VisitFact[]>()
    const state = (id: string) => deriveState(visits.get(id) ?? [])
    const knock = (no: string, at: number) => visits.set(`d-${no}`, [{ id: `${at}`, at, outcome: 'NOT_HOME' }])
    expect(nextDoor(steps, state)?.door.no).toBe('1')
    knock('5', 1)
    expect(nextDoor(steps, state)?.door.no).toBe('6')
    for (const step of steps) if (step.door.no !== '1') visits.set(step.door.id, [{ id: 'x', at: 2, outcome: 'SERVED' }])
    expect(nextDoor(steps, state)?.door.no).toBe('1')
    knock('1', 3)
    expect(nextDoor(steps, state)).toBeNull()
  })
  it('shortens names from the family side', () => {
    expect(shortName('Trần Thị Lan')).toBe('Trần Thị Lan')
    expect(shortName('Nguyễn Văn Thắng')).toBe('Ng. Văn Thắng')
    expect(shortName('Nguyễn Thị Phương Thảo')).toBe('Ng. T. P. Thảo')
  })
})
