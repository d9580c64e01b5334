/**
 * The five core skills a "digital family" is measured by (CV 3240): what the people of a household
 * can do alone, told as advice and never as a title.
 */

/** From this level on somebody does it alone. */
export const ALONE = 3

/** Levels of one person by skill code, 0 to 4; a skill nobody spoke of is absent. */
export type Levels = Readonly<Record<string, number>>

export const CORE = ['services', 'buying', 'paying', 'safety', 'essentials'] as const
export type Core = (typeof CORE)[number]

/** For each of the five the ways to have it: all skills of one way, done alone. */
const WAYS: Readonly<Record<Core, ReadonlyArray<readonly string[]>>> = {
  services: [['DVC-01'], ['DVC-02']],
  buying: [['BUY-01']],
  paying: [['PAY-01'], ['PAY-02']],
  safety: [['SEC-01', 'SEC-02']],
  essentials: [['LOC-01'], ['IDN-02'], ['IDN-03'], ['IDN-04'], ['IDN-05'], ['IDN-06']],
}

/** Which of the five one person does alone. */
export function coreOf(levels: Levels): Core[] {
  const alone = (code: string): boolean => (levels[code] ?? 0) >= ALONE
  return CORE.filter((core) => WAYS[core].some((way) => way.every(alone)))
}

/** How far the furthest person of a household is: the five have to be one person's. */
export const coreOfHousehold = (people: readonly Levels[]): Core[] =>
  people.map(coreOf).reduce<Core[]>((best, own) => (own.length > best.length ? own : best), [])
