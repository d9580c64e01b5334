/** Twin of domain::visit: what a knock can end in, and what each end counts as. */
import type { Day, Millis, TimeBand } from './time.ts'

export const OUTCOMES = [
  'SERVED', 'PARTIAL', 'SERVED_NO_DATA', 'MET_NO_NEED', 'MET_DECLINED', 'APPOINTMENT', 'ONLY_MINOR', 'NOT_HOME',
  'VACANT', 'MOVED', 'NOT_FOUND', 'DUPLICATE', 'NON_RESIDENTIAL', 'UNSAFE',
] as const
export type Outcome = (typeof OUTCOMES)[number]

export const AGE_BANDS = ['6-13', '14-17', '18-59', '60-79', '80+'] as const
export type AgeBand = (typeof AGE_BANDS)[number]

export const MAX_PEOPLE = 20

export interface Comeback {
  on: Day
  band: TimeBand
}

/** One visit, as far as a door's status depends on it. */
export interface VisitFact {
  id: string
  at: Millis
  outcome: Outcome
  withdrawn?: boolean | undefined
  comeback?: Comeback | null | undefined
}

/** Was somebody coached? */
export const served = (o: Outcome): boolean => o === 'SERVED' || o === 'PARTIAL' || o === 'SERVED_NO_DATA'

/** Was an adult of the household met? */
export const contact = (o: Outcome): boolean =>
  served(o) || o === 'MET_NO_NEED' || o === 'MET_DECLINED' || o === 'APPOINTMENT'

/** Does the visit count the household as visited? */
export const visited = (o: Outcome): boolean => o !== 'NOT_FOUND' && o !== 'DUPLICATE' && o !== 'NON_RESIDENTIAL'

/** Did somebody try and meet no adult, so that another hour may succeed? */
export const missed = (o: Outcome): boolean => o === 'NOT_HOME' || o === 'ONLY_MINOR'

/** Does the door look empty, for the ward to confirm? */
export const empty = (o: Outcome): boolean => o === 'VACANT' || o === 'MOVED'
