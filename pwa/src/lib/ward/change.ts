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
  const old = new Map(before.groups.map((g) => [g.id, g]))
  return after.groups.filter((g) => {
    const was = old.get(g.id)
    return was !== undefined && (differs(was.tally, g.tally) || was.identity?.activated !== g.identity?.activated || was.identity?.as_of !== g.identity?.as_of)
  }).map((g) => g.id)
}
