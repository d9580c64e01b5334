/** The ward shared out, as the desk shows it: what is given, what is meant to be, and how fair that is. */
import type { Turf, TurfAlley, TurfTeam } from './wire.ts'

/** Alleys that shall change hands, and whose they shall be: `null` is nobody's. */
export type Draft = ReadonlyMap<string, string | null>

/** Above this share of what it can do a team carries too much, below the other it has room. */
export const HEAVY = 1.1
export const LIGHT = 0.75

/** Whose an alley is, the draft included. */
export const holderOf = (alley: TurfAlley, draft: Draft): string | null => {
  const meant = draft.get(alley.id)
  return meant === undefined ? alley.team_id : meant
}

/** A draft with some alleys meant for a team; what is theirs already is no part of it. */
export function meant(draft: Draft, alleys: readonly TurfAlley[], to: string | null): Map<string, string | null> {
  const next = new Map(draft)
  for (const alley of alleys) {
    if (alley.team_id === to) next.delete(alley.id)
    else next.set(alley.id, to)
  }
  return next
}

/** What of a draft still means something: alleys and teams that are there, and hands that change. */
export function stillMeant(draft: Draft, turf: Turf): Map<string, string | null> {
  const teams = new Set(turf.teams.map((team) => team.id))
  const kept = new Map<string, string | null>()
  for (const alley of turf.alleys) {
    const to = draft.get(alley.id)
    if (to !== undefined && to !== alley.team_id && (to === null || teams.has(to))) kept.set(alley.id, to)
  }
  return kept
}

/** How a team stands. */
export interface Load {
  team: TurfTeam
  /** Its place in the list, which gives its colour, its texture and its letter. */
  place: number
  alleys: number
  households: number
  /** Work left, in half knocks. */
  work: number
  /** Households as given, before the draft. */
  before: number
  /** Its work against its fair share of all that is left in the ward; null when it can do nothing. */
  ratio: number | null
  /** Evenings its people need for it; null when nobody could go. */
  evenings: number | null
}

export function loadsOf(turf: Turf, draft: Draft): Load[] {
  const total = turf.alleys.reduce((sum, alley) => sum + alley.work, 0)
  const might = turf.teams.reduce((sum, team) => sum + team.capacity, 0)
  const loads = turf.teams.map((team, place): Load => ({ team, place, alleys: 0, households: 0, work: 0, before: 0, ratio: null, evenings: null }))
  const byTeam = new Map(loads.map((load) => [load.team.id, load]))
  for (const alley of turf.alleys) {
    const given = alley.team_id === null ? undefined : byTeam.get(alley.team_id)
    if (given) given.before += alley.households
    const holder = holderOf(alley, draft)
    const load = holder === null ? undefined : byTeam.get(holder)
    if (!load) continue
    load.alleys += 1
    load.households += alley.households
    load.work += alley.work
  }
  for (const load of loads) {
    const { capacity, people, doors_per_evening } = load.team
    const share = might > 0 ? (total * capacity) / might : 0
    load.ratio = share > 0 ? load.work / share : null
    const knocks = 2 * people * doors_per_evening
    load.evenings = knocks > 0 ? Math.ceil(load.work / knocks) : null
  }
  return loads
}

/** Who holds a residential group. */
export interface GroupHands {
  /** Teams by the alleys they hold of it, most first. */
  teams: string[]
  alleys: number
  /** Alleys nobody holds. */
  free: number
  /** Would any of it change hands? */
  moving: boolean
}

export function handsByGroup(turf: Turf, draft: Draft): Map<string, GroupHands> {
  const count = new Map<string, { hands: GroupHands; by: Map<string, number> }>()
  for (const alley of turf.alleys) {
    let entry = count.get(alley.group_id)
    if (!entry) count.set(alley.group_id, (entry = { hands: { teams: [], alleys: 0, free: 0, moving: false }, by: new Map() }))
    const holder = holderOf(alley, draft)
    entry.hands.alleys += 1
    if (draft.has(alley.id)) entry.hands.moving = true
    if (holder === null) entry.hands.free += 1
    else entry.by.set(holder, (entry.by.get(holder) ?? 0) + 1)
  }
  const order = new Map(turf.teams.map((team, i) => [team.id, i]))
  return new Map(
    [...count].map(([group, { hands, by }]) => [
      group,
      { ...hands, teams: [...by].sort((a, b) => b[1] - a[1] || (order.get(a[0]) ?? 0) - (order.get(b[0]) ?? 0)).map(([id]) => id) },
    ]),
  )
}

export interface Sum {
  alleys: number
  households: number
}

export const sumOf = (alleys: readonly TurfAlley[]): Sum => ({ alleys: alleys.length, households: alleys.reduce((n, a) => n + a.households, 0) })

/** Colours of the teams on the map; they go round with another texture. */
export const TEAM_FILL = ['#bfd7fb', '#c9efdd', '#ffe3b0', '#f6ccd3', '#d9d3f7', '#cfe9f2', '#e6d7c3', '#dce8a8'] as const
/** Plain, then dotted, then ruled: two teams of one colour are told apart without their letter. */
export const TEXTURES = ['plain', 'dots', 'rules'] as const
export type Texture = (typeof TEXTURES)[number]

/** How a team is told from the others: by colour, texture and letter together. */
export interface Mark {
  fill: string
  texture: Texture
  letter: string
}

export function markOf(place: number): Mark {
  const round = Math.floor(place / TEAM_FILL.length)
  const letter = String.fromCharCode(65 + (place % 26)) + (place < 26 ? '' : String(Math.floor(place / 26) + 1))
  return { fill: TEAM_FILL[place % TEAM_FILL.length]!, texture: TEXTURES[round % TEXTURES.length]!, letter }
}
