/** What moved between two answers, so that only that is animated. */
import { MEASURES, partOf } from './measure.ts'
import type { Coverage, Tally } from './wire.ts'

const WATCHED: readonly (keyof Tally)[] = ['hh_total', 'hh_revisit', 'visits', 'coach_people']

function differs(a: Tally, b: Tally): boolean {
  return MEASURES.some((m) => partOf(m, a) !== partOf(m, b)) || WATCHED.some((k) => a[k] !== b[k])
}

/** Ids of the groups whose figures changed. Nothing has "changed" when there was nothing before. */
export function changedGroups(before: Coverage | null, after: Coverage): string[] {
  if (!before) return []
  const old = new Map(before.groups.map((g) => [g.id, g.tally]))
  return after.groups.filter((g) => {
    const tally = old.get(g.id)
    return tally !== undefined && differs(tally, g.tally)
  }).map((g) => g.id)
}
