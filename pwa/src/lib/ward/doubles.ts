/** Households side by side: which stays, what a merge or a removal will do, in words. */
import { writePlace } from './inbox.ts'
import type { RegisterHousehold, RemovalWhy } from './wire.ts'
import { t } from './words.ts'

export const WHYS: readonly RemovalWhy[] = ['demolished', 'error', 'not_residential', 'other']

/** More than this side by side is no comparison any more. */
export const MOST_CHOSEN = 20

/** A home without a number is known by what it stands beside. */
export const addressOf = (h: RegisterHousehold): string =>
  !h.no && h.landmark
    ? t('place_landmark', { landmark: h.landmark, alley: h.alley.name })
    : writePlace({ no: h.no, code: h.code, alley: h.alley.name })

/** Two households as briefly as they can still be told apart: by number, by address, else by code. */
export function tellApart(a: RegisterHousehold, b: RegisterHousehold): [string, string] {
  if (a.no && b.no && a.no !== b.no && a.alley.id === b.alley.id) return [t('place_short', { no: a.no }), t('place_short', { no: b.no })]
  const [x, y] = [addressOf(a), addressOf(b)]
  return x === y ? [a.code, b.code] : [x, y]
}

/** The choice after a household was pressed: pressed again, it leaves. */
export function press(chosen: readonly RegisterHousehold[], household: RegisterHousehold): RegisterHousehold[] {
  const left = chosen.filter((h) => h.id !== household.id)
  if (left.length < chosen.length) return left
  return chosen.length < MOST_CHOSEN ? [...chosen, household] : [...chosen]
}

/** The chosen households as the newest answer has them; those it does not name stay as they were. */
export function renewed(chosen: readonly RegisterHousehold[], fresh: readonly RegisterHousehold[]): RegisterHousehold[] {
  const byId = new Map(fresh.map((h) => [h.id, h]))
  return chosen.map((h) => byId.get(h.id) ?? h)
}

export interface MergePlan {
  stays: RegisterHousehold
  goes: RegisterHousehold
}

/** Two active households can become one; `staysId` says which lives on. */
export function mergePlan(chosen: readonly RegisterHousehold[], staysId: string | null): MergePlan | null {
  const [a, b] = chosen
  if (!a || !b || chosen.length !== 2 || a.state !== 'active' || b.state !== 'active') return null
  if (staysId === a.id) return { stays: a, goes: b }
  return staysId === b.id ? { stays: b, goes: a } : null
}

/** The one with more knocks on its door is more likely the right one; a person decides all the same. */
export function likelyStays(chosen: readonly RegisterHousehold[]): string | null {
  const [a, b] = chosen
  if (!a || !b || chosen.length !== 2 || a.visits === b.visits) return null
  return a.visits > b.visits ? a.id : b.id
}

/** Why two chosen households cannot be merged as they stand. */
export function whyNoMerge(chosen: readonly RegisterHousehold[]): string | null {
  if (chosen.length < 2) return t('merge_need_two')
  if (chosen.length > 2) return t('merge_only_two')
  return chosen.every((h) => h.state === 'active') ? null : t('merge_need_active')
}

/** Do both of two households have this fact, and not the same one? What one of them lacks is no contradiction. */
export function differs(chosen: readonly RegisterHousehold[], fact: (h: RegisterHousehold) => string | null): boolean {
  const [a, b] = chosen.map(fact)
  return chosen.length === 2 && Boolean(a && b) && a !== b
}
