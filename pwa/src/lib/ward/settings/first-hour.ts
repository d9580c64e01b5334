/** What comes first in a new ward, and what of it the book says is done. */
import type { Coverage, Team } from '../wire.ts'

export const HOUR = ['ward', 'campaign', 'households', 'teams', 'alleys', 'door'] as const
export type HourStep = (typeof HOUR)[number]

export interface Hour {
  done: Readonly<Record<HourStep, boolean>>
  count: number
  people: number
  alleys: number
  /** The first that is open; none when all is done. */
  next: HourStep | null
}

export function hourOf(coverage: Coverage, teams: readonly Team[]): Hour {
  const sum = (of: (team: Team) => number): number => teams.reduce((n, team) => n + of(team), 0)
  const people = sum(({ members }) => members)
  const alleys = sum((team) => team.alleys)
  const done = {
    ward: true,
    campaign: coverage.campaign !== null,
    households: (coverage.total.hh_total ?? 0) > 0,
    teams: people > 0,
    alleys: alleys > 0,
    door: (coverage.total.visits ?? 0) > 0,
  }
  return { done, count: HOUR.filter((step) => done[step]).length, people, alleys, next: HOUR.find((step) => !done[step]) ?? null }
}
