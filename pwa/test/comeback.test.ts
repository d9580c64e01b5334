import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  ASSUMED, chanceAfter, fading, halfLifeDays, HINT_KNOCKS, HINT_KNOCKS_ALL, Hours, lasts, planEvening, propose, rateOf, usualEvening,
  type Candidate, type Evening, type Fading, type Hint, type Knock, type Lesson, type Proposal, type Stop, type Untold,
} from '../src/lib/domain/comeback.ts'
import { quietUntil } from '../src/lib/domain/household.ts'
import { addDays, BAND_ENDS, bandOf, dayOf, KNOCK_FROM, KNOCK_TO, minuteOf, startOf, weekdayOf, type Day, type Millis, type TimeBand } from '../src/lib/domain/time.ts'
import { AGE_BANDS, contact, missed, OUTCOMES, type VisitFact } from '../src/lib/domain/visit.ts'

interface Vectors {
  quiet: Array<{ name: string; visits: VisitFact[]; until: Day | null }>
  proposals: Array<Proposal & { name: string; now: Millis; visits: VisitFact[]; best?: TimeBand }>
  hints: Array<{ name: string; knocks: Knock[]; alley: string; hint: Hint | null }>
  memories: Array<{ name: string; lessons: Lesson[]; untold: Untold[]; fading: Fading[] }>
  evenings: Array<{ name: string; now: Millis; on: Day; from: number }>
  plans: Array<{ name: string; evening: Evening; doors: Candidate[]; stops: Stop[] }>
}
const cases = JSON.parse(readFileSync(new URL('../../tests/vectors/comeback.json', import.meta.url), 'utf8')) as Vectors

/** Tuesday 17/11/2026 00:00 in Viet Nam, and four weeks from there. */
const START = startOf(20261117)!
const instant = fc.integer({ min: 0, max: 28 * 24 * 60 - 1 }).map((minute) => START + minute * 60_000)
const band = fc.constantFrom<TimeBand>('M', 'A', 'E', 'W')
const visit: fc.Arbitrary<VisitFact> = fc.record({
  id: fc.uuid(),
  at: instant,
  outcome: fc.constantFrom(...OUTCOMES),
  withdrawn: fc.boolean(),
  comeback: fc.record({ on: instant.map(dayOf), band }),
}).map(({ comeback, ...v }) => (v.outcome === 'APPOINTMENT' || (v.outcome === 'PARTIAL' && v.at % 2 === 0) ? { ...v, comeback } : v))
const visits = fc.uniqueArray(visit, { maxLength: 7, selector: (v) => v.id })
const weekend = (day: Day): boolean => weekdayOf(startOf(day)!) % 6 === 0

describe('quiet', () => {
  it.each(cases.quiet)('$name', ({ visits, until }) => expect(quietUntil(visits)).toBe(until))
})

describe('proposals', () => {
  it.each(cases.proposals)('$name', ({ name: _, now, visits, best, ...expected }) => {
    expect(propose(visits, now, best ?? null)).toEqual(expected)
  })

  it('do not depend on the order in which visits arrive', () => {
    fc.assert(fc.property(visits, instant, fc.array(fc.nat(), { minLength: 7, maxLength: 7 }), (all, now, keys) => {
      const shuffled = all.map((v, i) => [keys[i]!, v] as const).sort(([a], [b]) => a - b).map(([, v]) => v)
      expect(propose(shuffled, now, null)).toEqual(propose(all, now, null))
    }))
  })

  it('lie in what is left of today, or later, in a band that their day has; an agreed day stays as it was made', () => {
    fc.assert(fc.property(visits, instant, fc.option(band), (all, now, best) => {
      const { next, on, band: proposed } = propose(all, now, best)
      if (proposed === null || on === null) return void expect(['untouched', 'quiet', 'lead', 'office', 'done']).toContain(next)
      const met = all.filter((v) => !v.withdrawn && contact(v.outcome)).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).at(-1)
      if (next === 'appointment') expect({ on, band: proposed }).toEqual(met?.comeback)
      else expect(weekend(on)).toBe(proposed === 'W')
      const today = dayOf(now)
      expect(on).toBeGreaterThanOrEqual(today)
      // The band ends at nine at the latest, so what is proposed for today is before nine.
      if (on === today) expect(minuteOf(now)).toBeLessThan(BAND_ENDS[proposed])
      expect(BAND_ENDS[proposed]).toBeLessThanOrEqual(KNOCK_TO)
    }), { numRuns: 500 })
  })

  it('never send anybody into the quiet after a refusal, to an unsafe door, or back into the band that just failed', () => {
    fc.assert(fc.property(visits, instant, fc.option(band), (all, now, best) => {
      const { next, on, band: proposed } = propose(all, now, best)
      const seen = all.filter((v) => !v.withdrawn).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
      const quiet = quietUntil(all)
      if (quiet !== null) expect(proposed).toBeNull()
      if (seen.at(-1)?.outcome === 'UNSAFE') expect(proposed).toBeNull()
      const failed = seen.findLast((v) => missed(v.outcome))
      if (failed && (next === 'retry' || next === 'unreachable')) {
        expect(proposed).not.toBe(bandOf(failed.at))
        const tries = (b: TimeBand): number =>
          seen.slice(seen.findLastIndex((v) => contact(v.outcome)) + 1).filter((v) => missed(v.outcome) && bandOf(v.at) === b).length
        for (const other of ['M', 'A', 'E', 'W'] as const) {
          if (other !== bandOf(failed.at)) expect(tries(proposed!)).toBeLessThanOrEqual(tries(other))
        }
      }
      if (next === 'quiet') expect(dayOf(now)).toBeLessThan(on!)
    }), { numRuns: 500 })
  })
})

const knock: fc.Arbitrary<Knock> = fc.record({
  alley: fc.constantFrom('a', 'b', 'c'),
  group: fc.constant(''),
  at: instant,
  outcome: fc.constantFrom(...OUTCOMES),
}).map((k) => ({ ...k, group: k.alley === 'c' ? 'h' : 'g' }))
const knocks = fc.array(knock, { maxLength: 120 })
/** Enough of one alley in two bands that a hint is likely. */
const rich = fc.tuple(fc.nat(12), fc.nat(12), knocks).map(([met, of, more]): Knock[] => [
  ...Array.from({ length: 12 }, (_, i): Knock => ({ alley: 'a', group: 'g', at: START + 19 * 3_600_000, outcome: i < met ? 'SERVED' : 'NOT_HOME' })),
  ...Array.from({ length: 12 }, (_, i): Knock => ({ alley: 'a', group: 'g', at: START + 9 * 3_600_000, outcome: i < of ? 'SERVED' : 'NOT_HOME' })),
  ...more,
])

describe('the best hour of an alley', () => {
  it.each(cases.hints)('$name', ({ knocks, alley, hint }) => {
    const found = new Hours(knocks).hint(alley)
    expect(found === null ? null : { ...found, bands: found.bands.map(({ rate: _, ...b }) => b) }).toEqual(
      hint === null ? null : { ...hint, bands: hint.bands.map(({ rate: _, ...b }) => b) },
    )
    for (const [i, { rate }] of (hint?.bands ?? []).entries()) expect(found!.bands[i]!.rate).toBeCloseTo(rate, 12)
  })

  it('lies between the own rate of the alley and that of its group, and needs enough knocks of its own', () => {
    let hints = 0
    fc.assert(fc.property(rich, (all) => {
      const hours = new Hours(all)
      const hint = hours.hint('a')
      if (!hint) return
      hints += 1
      for (const { band, own, rate } of hint.bands) {
        const group = hours.groupRate('g', band)
        const mine = own.of > 0 ? own.met / own.of : group
        expect(rate).toBeGreaterThanOrEqual(Math.min(mine, group) - 1e-12)
        expect(rate).toBeLessThanOrEqual(Math.max(mine, group) + 1e-12)
      }
      expect(hint.bands.find((b) => b.band === hint.band)!.own.of).toBeGreaterThanOrEqual(HINT_KNOCKS)
      expect(hint.bands.reduce((n, b) => n + b.own.of, 0)).toBeGreaterThanOrEqual(HINT_KNOCKS_ALL)
      if (hint.hour !== null) {
        expect(hint.hour * 60).toBeGreaterThanOrEqual(KNOCK_FROM)
        expect(hint.hour * 60).toBeLessThan(KNOCK_TO)
      }
    }))
    expect(hints).toBeGreaterThan(10)
  })

  it('one more met raises the rate, one more missed lowers it; the order does not matter', () => {
    const at = START + 19 * 3_600_000
    const rate = (all: Knock[]): number => {
      const hours = new Hours(all)
      const own = all.filter((k) => k.alley === 'a' && bandOf(k.at) === 'E' && (contact(k.outcome) || missed(k.outcome)) && minuteOf(k.at) < KNOCK_TO)
      return rateOf({ met: own.filter((k) => contact(k.outcome)).length, of: own.length }, hours.groupRate('g', 'E'))
    }
    fc.assert(fc.property(knocks, (all) => {
      const now = rate(all)
      expect(rate([...all, { alley: 'a', group: 'g', at, outcome: 'SERVED' }])).toBeGreaterThan(now)
      expect(rate([...all, { alley: 'a', group: 'g', at, outcome: 'NOT_HOME' }])).toBeLessThan(now)
      expect(new Hours([...all].reverse()).hint('a')).toEqual(new Hours(all).hint('a'))
    }))
  })

  it('the more evidence, the nearer to the own rate', () => {
    fc.assert(fc.property(fc.nat(10), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 2, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (met, more, times, prior) => {
      const own = met / (met + more)
      const few = Math.abs(rateOf({ met, of: met + more }, prior) - own)
      const many = Math.abs(rateOf({ met: met * times, of: (met + more) * times }, prior) - own)
      expect(many).toBeLessThanOrEqual(few + 1e-12)
    }))
  })
})

const lesson: fc.Arbitrary<Lesson> = fc.record({
  household: fc.constantFrom('h', 'k'),
  age_band: fc.constantFrom(...AGE_BANDS),
  skill: fc.constantFrom('PAY-01', 'SEC-01'),
  level: fc.nat(4),
  on: instant.map(dayOf),
})
const untold: fc.Arbitrary<Untold> = fc.record({ household: fc.constantFrom('h', 'k', 'z'), on: instant.map(dayOf) })

describe('who is about to forget what', () => {
  it.each(cases.memories)('$name', ({ lessons, untold, fading: expected }) => expect(fading(ASSUMED, lessons, untold)).toEqual(expected))

  it('does not depend on the order, and names each household, age band and skill once', () => {
    fc.assert(fc.property(fc.array(lesson, { maxLength: 12 }), fc.array(untold, { maxLength: 4 }), (all, visits) => {
      const found = fading(ASSUMED, all, visits)
      expect(fading(ASSUMED, [...all].reverse(), [...visits].reverse())).toEqual(found)
      expect(new Set(found.map((f) => JSON.stringify([f.household, f.age_band, f.skill]))).size).toBe(found.length)
    }))
  })

  it('a further successful session never shortens the memory, nor does a visit of which nothing is known', () => {
    fc.assert(fc.property(fc.array(lesson, { minLength: 1, maxLength: 12 }), untold, fc.integer({ min: 1, max: 60 }), fc.nat(3), (all, visit, days, up) => {
      const due = (lessons: Lesson[], visits: Untold[]): Map<string, Day> =>
        new Map(fading(ASSUMED, lessons, visits).map((f) => [`${f.household}${f.age_band}${f.skill}`, f.due]))
      const before = due(all, [])
      const latest = [...all].sort((a, b) => a.on - b.on || b.level - a.level).at(-1)!
      const again = { ...latest, on: addDays(latest.on, days), level: Math.min(4, latest.level + up) }
      for (const [key, day] of due([...all, again], [])) expect(day).toBeGreaterThanOrEqual(before.get(key) ?? 0)
      for (const [key, day] of due(all, [visit])) expect(day).toBeGreaterThanOrEqual(before.get(key) ?? 0)
    }))
  })

  it('a higher level and more sessions last longer; at the end of the days the chance meets the threshold', () => {
    for (const age of AGE_BANDS) {
      for (let level = 1; level <= 4; level += 1) {
        for (let sessions = 1; sessions <= 6; sessions += 1) {
          const h = halfLifeDays(ASSUMED, level, age, sessions)
          expect(halfLifeDays(ASSUMED, level, age, sessions + 1)).toBeGreaterThanOrEqual(h)
          if (level < 4) expect(halfLifeDays(ASSUMED, level + 1, age, sessions)).toBeGreaterThanOrEqual(h)
          expect(h).toBeLessThanOrEqual(ASSUMED.longest)
          for (const threshold of [0.5, 0.7, 0.9]) {
            const days = lasts({ ...ASSUMED, threshold }, h)
            expect(chanceAfter(h, days)).toBeGreaterThanOrEqual(threshold - 1e-9)
            expect(chanceAfter(h, days + 1)).toBeLessThan(threshold)
          }
        }
      }
    }
  })
})

const candidate: fc.Arbitrary<Omit<Candidate, 'id' | 'alley'>> = fc.record({
  next: fc.constantFrom('untouched', 'appointment', 'late', 'finish', 'retry', 'unreachable', 'quiet', 'lead', 'office', 'done'),
  on: fc.constantFrom(20261116, 20261117, 20261118, null),
  band: fc.option(band),
  fades: fc.constantFrom(20261116, 20261118, null),
  best: fc.option(band),
})
const street = fc.array(candidate, { maxLength: 60 }).map((doors) => doors.map((door, i): Candidate => ({ ...door, id: `${i}`, alley: `${Math.floor(i / 7)}` })))

describe('the evening', () => {
  it.each(cases.evenings)('$name', ({ now, on, from }) => expect(usualEvening(now)).toMatchObject({ on, from, to: KNOCK_TO }))
  it.each(cases.plans)('$name', ({ evening, doors, stops }) => expect(planEvening(evening, doors)).toEqual(stops))

  it('is in walking order, without repeats, fits the time, and leaves in peace who wants peace', () => {
    fc.assert(fc.property(street, fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 25 }), fc.integer({ min: 0, max: 15 }), (doors, room, per_door, per_alley) => {
      const evening: Evening = { on: 20261117, from: 1080, to: 1080 + room, per_door, per_alley }
      const stops = planEvening(evening, doors)
      const places = stops.map(({ id }) => doors.findIndex((door) => door.id === id))
      expect(places).toEqual([...places].sort((a, b) => a - b))
      expect(new Set(places).size).toBe(places.length)
      const visited = places.map((at) => doors[at]!)
      for (const { next } of visited) expect(['quiet', 'lead', 'office']).not.toContain(next)
      const changes = visited.filter((door, i) => i > 0 && visited[i - 1]!.alley !== door.alley).length
      if (stops.length > 0) expect(stops.length * per_door + changes * per_alley).toBeLessThanOrEqual(room)
      expect(stops.every(({ at }, i) => at >= evening.from && (i === 0 || at >= stops[i - 1]!.at + per_door))).toBe(true)
      // Nothing is left out that would have been the first of a longer evening.
      if (room >= per_door && doors.some((door) => door.next === 'late')) expect(stops.some(({ why }) => why === 'late')).toBe(true)
    }), { numRuns: 300 })
  })
})
