/** The tree of a group's alleys, what is chosen in it, and the calls that give alleys to a team. */
import type { Alley, Team } from './wire.ts'

/** In walking order, which the server's key gives byte by byte. */
const byWalk = (a: Alley, b: Alley): number => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0)

export interface AlleyNode {
  alley: Alley
  depth: number
  children: AlleyNode[]
  /** Itself and everything turning off it. */
  ids: string[]
}

export function treeOf(alleys: readonly Alley[]): AlleyNode[] {
  const known = new Set(alleys.map((a) => a.id))
  const children = new Map<string | null, Alley[]>()
  for (const alley of alleys) {
    // A ngõ whose street lies in another residential group stands at the root here.
    const parent = alley.parent_id !== null && known.has(alley.parent_id) ? alley.parent_id : null
    const list = children.get(parent)
    if (list) list.push(alley)
    else children.set(parent, [alley])
  }
  const placed = new Set<string>()
  const grow = (parent: string | null, depth: number): AlleyNode[] =>
    (children.get(parent) ?? [])
      .sort(byWalk)
      .filter((alley) => !placed.has(alley.id))
      .map((alley) => {
        placed.add(alley.id)
        const below = grow(alley.id, depth + 1)
        return { alley, depth, children: below, ids: [alley.id, ...below.flatMap((n) => n.ids)] }
      })
  const roots = grow(null, 0)
  // A loop of parents has no root of its own; its members must still be seen.
  for (const alley of alleys) {
    if (placed.has(alley.id)) continue
    placed.add(alley.id)
    const below = grow(alley.id, 1)
    roots.push({ alley, depth: 0, children: below, ids: [alley.id, ...below.flatMap((n) => n.ids)] })
  }
  return roots
}

/** The rows on screen: a folded node hides what turns off it. */
export function rowsOf(nodes: readonly AlleyNode[], folded: ReadonlySet<string>): AlleyNode[] {
  return nodes.flatMap((n) => [n, ...(folded.has(n.alley.id) ? [] : rowsOf(n.children, folded))])
}

export type Ticked = 'all' | 'some' | 'none'

export function tickedOf(node: AlleyNode, chosen: ReadonlySet<string>): Ticked {
  const n = node.ids.filter((id) => chosen.has(id)).length
  if (n === 0) return 'none'
  return n === node.ids.length ? 'all' : 'some'
}

/** Ticks a node with all that turns off it, or unticks it when all of it was ticked. */
export function toggle(node: AlleyNode, chosen: ReadonlySet<string>): Set<string> {
  const next = new Set(chosen)
  const drop = tickedOf(node, chosen) === 'all'
  for (const id of node.ids) {
    if (drop) next.delete(id)
    else next.add(id)
  }
  return next
}

export interface Sum {
  alleys: number
  households: number
}

export function sumOfChosen(alleys: readonly Alley[], chosen: ReadonlySet<string>): Sum {
  return alleys.reduce(
    (sum, a) => (chosen.has(a.id) ? { alleys: sum.alleys + 1, households: sum.households + a.households } : sum),
    { alleys: 0, households: 0 },
  )
}

export interface Hand {
  alleyId: string
  /** The team before, so that undo can give it back. */
  from: Alley['team']
  to: Alley['team']
}

/** One hand-over for each chosen alley that changes hands, in the order of the list. */
export function handsOf(alleys: readonly Alley[], chosen: ReadonlySet<string>, to: Alley['team']): Hand[] {
  return alleys
    .filter((a) => chosen.has(a.id) && (a.team?.id ?? null) !== (to?.id ?? null))
    .map((a) => ({ alleyId: a.id, from: a.team, to }))
}

export function reversed(hands: readonly Hand[]): Hand[] {
  return hands.map((h) => ({ alleyId: h.alleyId, from: h.to, to: h.from }))
}

export function handOver(alleys: readonly Alley[], hands: readonly Hand[]): Alley[] {
  const to = new Map(hands.map((h) => [h.alleyId, h.to]))
  return alleys.map((a) => (to.has(a.id) ? { ...a, team: to.get(a.id) ?? null } : a))
}

/** The teams' loads after the hand-overs. */
export function reload(teams: readonly Team[], alleys: readonly Alley[], hands: readonly Hand[]): Team[] {
  const households = new Map(alleys.map((a) => [a.id, a.households]))
  const change = new Map<string, Sum>()
  const add = (team: Alley['team'], alleyId: string, sign: number) => {
    if (!team) return
    const sum = change.get(team.id) ?? { alleys: 0, households: 0 }
    sum.alleys += sign
    sum.households += sign * (households.get(alleyId) ?? 0)
    change.set(team.id, sum)
  }
  for (const h of hands) {
    add(h.from, h.alleyId, -1)
    add(h.to, h.alleyId, 1)
  }
  return teams.map((t) => {
    const c = change.get(t.id)
    return c ? { ...t, alleys: Math.max(0, t.alleys + c.alleys), households: Math.max(0, t.households + c.households) } : t
  })
}

/** Households of a team against the mean of the teams that hold any; `null` when none does. */
export function loadOf(team: Team, teams: readonly Team[]): number | null {
  const holding = teams.filter((t) => t.households > 0)
  if (holding.length === 0) return null
  const mean = holding.reduce((n, t) => n + t.households, 0) / holding.length
  return team.households / mean
}

/** Above this share of the mean a team carries too much. */
export const HEAVY = 1.25

export type Held = 'none' | 'some' | 'all'

/** How much of a group is in a team's hands. */
export function heldOf(group: { alleys: number; alleys_assigned: number }): Held {
  if (group.alleys === 0 || group.alleys_assigned === 0) return 'none'
  return group.alleys_assigned >= group.alleys ? 'all' : 'some'
}
