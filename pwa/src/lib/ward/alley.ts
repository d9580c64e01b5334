/** The tree of a group's alleys, and what is chosen in it. */
import type { Alley } from './wire.ts'

/** As much of an alley as its tree needs. */
export type Way = Pick<Alley, 'id' | 'parent_id' | 'sort'>

/** In walking order, which the server's key gives byte by byte. */
const byWalk = (a: Way, b: Way): number => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0)

export interface AlleyNode<A extends Way = Alley> {
  alley: A
  depth: number
  children: AlleyNode<A>[]
  /** Itself and everything turning off it. */
  ids: string[]
}

export function treeOf<A extends Way>(alleys: readonly A[]): AlleyNode<A>[] {
  const known = new Set(alleys.map((a) => a.id))
  const children = new Map<string | null, A[]>()
  for (const alley of alleys) {
    // A ngõ whose street lies in another residential group stands at the root here.
    const parent = alley.parent_id !== null && known.has(alley.parent_id) ? alley.parent_id : null
    const list = children.get(parent)
    if (list) list.push(alley)
    else children.set(parent, [alley])
  }
  const placed = new Set<string>()
  const grow = (parent: string | null, depth: number): AlleyNode<A>[] =>
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
export function rowsOf<A extends Way>(nodes: readonly AlleyNode<A>[], folded: ReadonlySet<string>): AlleyNode<A>[] {
  return nodes.flatMap((n) => [n, ...(folded.has(n.alley.id) ? [] : rowsOf(n.children, folded))])
}

export type Ticked = 'all' | 'some' | 'none'

export function tickedOf(node: Pick<AlleyNode, 'ids'>, chosen: ReadonlySet<string>): Ticked {
  const n = node.ids.filter((id) => chosen.has(id)).length
  if (n === 0) return 'none'
  return n === node.ids.length ? 'all' : 'some'
}

/** Ticks a node with all that turns off it, or unticks it when all of it was ticked. */
export function toggle(node: Pick<AlleyNode, 'ids'>, chosen: ReadonlySet<string>): Set<string> {
  const next = new Set(chosen)
  const drop = tickedOf(node, chosen) === 'all'
  for (const id of node.ids) {
    if (drop) next.delete(id)
    else next.add(id)
  }
  return next
}
