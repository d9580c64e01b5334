import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Alley, Door } from '$lib/api/types.ts'
import { MOST_WALKERS, partsNow, split, workAt } from '$lib/domain/split.ts'
import { plant, stretch, walkOrder, type AlleyTree } from '$lib/domain/walk.ts'
import { DAY_MS, startOf } from '$lib/domain/time.ts'
import type { Outcome, VisitFact } from '$lib/domain/visit.ts'

const pad = (n: number): string => String(n).padStart(4, '0')

function door(id: string, no: number | null): Door {
  const side = no === null ? null : no % 2 === 1 ? 'odd' : 'even'
  return {
    id, code: id, no: no === null ? null : String(no), sort: pad(no ?? 9999) + id, side,
    head: null, members: null, adults: null, landmark: no === null ? `mốc ${id}` : null, active: true, visits: [],
  }
}

function alley(id: string, parent_id: string | null, mouth: number | null, doors: Door[]): Alley {
  return { id, group_id: 'g', parent_id, kind: parent_id ? 'branch' : 'lane', name: id, mouth: mouth === null ? null : String(mouth), sort: pad(mouth ?? 9999) + id, doors } as Alley
}

const treeOf = (alleys: readonly Alley[]): AlleyTree => stretch(plant(alleys)[0]!)
const one = (): number => 1

interface Place {
  alleys: Alley[]
  works: Map<string, number>
}

/** A lane with numbered doors, some without a number, side alleys with and without a mouth, side alleys of these. */
const places: fc.Arbitrary<Place> = fc
  .record({
    numbers: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }),
    loose: fc.integer({ min: 0, max: 4 }),
    sides: fc.array(
      fc.record({ mouth: fc.option(fc.integer({ min: 1, max: 60 })), doors: fc.integer({ min: 0, max: 14 }), inner: fc.integer({ min: 0, max: 6 }) }),
      { maxLength: 5 },
    ),
    idle: fc.array(fc.boolean(), { minLength: 150, maxLength: 150 }),
  })
  .map(({ numbers, loose, sides, idle }) => {
    const alleys: Alley[] = [
      alley('ngo', null, null, [...numbers.map((no) => door(`ngo-${no}`, no)), ...Array.from({ length: loose }, (_, i) => door(`ngo-moc-${i}`, null))]),
    ]
    sides.forEach((side, i) => {
      alleys.push(alley(`ngach-${i}`, 'ngo', side.mouth, Array.from({ length: side.doors }, (_, d) => door(`ngach-${i}-${d + 1}`, d + 1))))
      if (side.inner > 0) alleys.push(alley(`hem-${i}`, `ngach-${i}`, 3, Array.from({ length: side.inner }, (_, d) => door(`hem-${i}-${d + 1}`, d + 1))))
    })
    const all = alleys.flatMap((each) => each.doors)
    return { alleys, works: new Map(all.map((each, i) => [each.id, idle[i % idle.length] ? 0 : 1])) }
  })

const people = fc.integer({ min: 1, max: MOST_WALKERS })

describe('splitting an alley without a network', () => {
  it('gives every door to exactly one of the people', () => {
    fc.assert(
      fc.property(places, people, ({ alleys, works }, n) => {
        const tree = treeOf(alleys)
        const parts = split(tree, n, (id) => works.get(id)!)
        const doors = walkOrder(tree).map((step) => step.door.id)
        expect([...parts.keys()].sort()).toEqual([...doors].sort())
        for (const part of parts.values()) expect(part >= 1 && part <= n).toBe(true)
      }),
    )
  })

  it('comes out the same on every phone, in whatever order the doors lie there', () => {
    fc.assert(
      fc.property(places, people, fc.integer(), ({ alleys, works }, n, seed) => {
        const key = (id: string): number => [...id].reduce((h, c) => (h * 31 + c.charCodeAt(0) + seed) % 9973, 7)
        const shuffled = [...alleys]
          .map((each) => ({ ...each, doors: [...each.doors].sort((a, b) => key(a.id) - key(b.id)) }))
          .sort((a, b) => key(a.id) - key(b.id))
        const tree = plant(shuffled).find((each) => each.alley.id === 'ngo')!
        expect(split(tree, n, (id) => works.get(id)!)).toEqual(split(treeOf(alleys), n, (id) => works.get(id)!))
      }),
    )
  })

  it('keeps a side alley that is no more than a share with one person', () => {
    fc.assert(
      fc.property(places, people, ({ alleys, works }, n) => {
        const tree = treeOf(alleys)
        const parts = split(tree, n, (id) => works.get(id)!)
        const sum = (of: AlleyTree): number => walkOrder(of).reduce((total, step) => total + works.get(step.door.id)!, 0)
        for (const child of tree.children) {
          if (sum(child) * n > sum(tree)) continue
          expect(new Set(walkOrder(child).map((step) => parts.get(step.door.id))).size).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('makes neighbouring parts differ by no more than the one piece between them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 40 }), people, (numbers, n) => {
        const tree = treeOf([alley('ngo', null, null, numbers.map((no) => door(`d${no}`, no)))])
        const parts = split(tree, n, one)
        const loads = Array.from({ length: n }, (_, i) => [...parts.values()].filter((part) => part === i + 1).length)
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('gives contiguous stretches: up the odd side, back down the even side', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 40 }), people, (numbers, n) => {
        const tree = treeOf([alley('ngo', null, null, numbers.map((no) => door(`d${no}`, no)))])
        const parts = split(tree, n, one)
        const odd = numbers.filter((no) => no % 2 === 1).sort((a, b) => a - b)
        const even = numbers.filter((no) => no % 2 === 0).sort((a, b) => b - a)
        const line = [...odd, ...even].map((no) => parts.get(`d${no}`)!)
        expect(line).toEqual([...line].sort((a, b) => a - b))
      }),
    )
  })

  it('two people take a side each where both sides are as long', () => {
    const tree = treeOf([alley('ngo', null, null, Array.from({ length: 20 }, (_, i) => door(`d${i + 1}`, i + 1)))])
    const parts = split(tree, 2, one)
    for (const [id, part] of parts) expect(part).toBe(Number(id.slice(1)) % 2 === 1 ? 1 : 2)
  })

  it('opens a side alley that is more than one share', () => {
    const tree = treeOf([
      alley('ngo', null, null, [door('a', 1), door('b', 2)]),
      alley('ngach', 'ngo', 2, Array.from({ length: 18 }, (_, i) => door(`n${i + 1}`, i + 1))),
    ])
    const loads = [1, 2].map((part) => [...split(tree, 2, one).values()].filter((each) => each === part).length)
    expect(loads).toEqual([10, 10])
  })

  it('a door that came later is of whoever has the door before it', () => {
    expect([...partsNow(['new0', 'a', 'new1', 'b', 'new2'], new Map([['a', 1], ['b', 2]]))]).toEqual([
      ['new0', 1], ['a', 1], ['new1', 1], ['b', 2], ['new2', 2],
    ])
  })
})

describe('the work of a door', () => {
  const today = 20261123
  const midnight = startOf(today)!
  let id = 0
  const visit = (outcome: Outcome, daysAgo: number, more: Partial<VisitFact> = {}): VisitFact => ({ id: String((id += 1)), at: midnight + 18 * 3_600_000 - daysAgo * DAY_MS, outcome, ...more })

  it.each<[string, VisitFact[], number]>([
    ['never knocked', [], 1],
    ['missed yesterday', [visit('NOT_HOME', 1)], 1],
    ['coached', [visit('SERVED', 2)], 0],
    ['coached in part, to come back', [visit('PARTIAL', 2)], 1],
    ['all able already', [visit('MET_NO_NEED', 4)], 0],
    ['an appointment', [visit('APPOINTMENT', 1)], 1],
    ['declined last month', [visit('MET_DECLINED', 30)], 0],
    ['declined, its quiet time is over', [visit('MET_DECLINED', 91)], 1],
    ['empty', [visit('VACANT', 3)], 0],
    ['a knock that was taken back', [visit('SERVED', 2, { withdrawn: true })], 1],
    ['coached today: the parts do not move this evening', [visit('SERVED', 0)], 1],
  ])('%s', (_, visits, work) => {
    expect(workAt(visits, today)).toBe(work)
  })

  it('never depends on what was knocked today', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Outcome>('SERVED', 'NOT_HOME', 'MET_DECLINED', 'VACANT', 'PARTIAL'), { maxLength: 4 }), fc.constantFrom<Outcome>('SERVED', 'MET_DECLINED', 'VACANT'), (past, now) => {
        const visits = past.map((outcome, i) => visit(outcome, i + 1))
        expect(workAt([...visits, visit(now, 0)], today)).toBe(workAt(visits, today))
      }),
    )
  })
})
