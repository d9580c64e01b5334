/** The order of the table of residential groups. */
import { readPlace, type Measure } from './measure.ts'
import type { Millis } from './day.ts'
import type { GroupCoverage } from './wire.ts'

export const COLUMNS = ['name', 'reading', 'unvisited', 'revisit', 'visits', 'last'] as const
export type Column = (typeof COLUMNS)[number]

export interface Order {
  by: Column
  descending: boolean
}

/** What lags comes first: that is what the desk is opened for. */
export const FIRST_ORDER: Order = { by: 'reading', descending: false }

/** The direction a column takes when it is chosen: the one that puts trouble on top. */
export function opening(by: Column): Order {
  return { by, descending: by === 'unvisited' || by === 'revisit' }
}

export function turn(order: Order, by: Column): Order {
  return order.by === by ? { by, descending: !order.descending } : opening(by)
}

/** `aria-sort` of a column. */
export function ariaSort(order: Order, column: Column): 'ascending' | 'descending' | 'none' {
  if (order.by !== column) return 'none'
  return order.descending ? 'descending' : 'ascending'
}

const names = new Intl.Collator('vi', { numeric: true, sensitivity: 'base' })

/** As people count: "Tổ 2" is before "Tổ 10". */
export function byName(a: { name: string }, b: { name: string }): number {
  return names.compare(a.name, b.name)
}

export function unvisited(group: GroupCoverage): number {
  return Math.max(0, group.tally.hh_total - group.tally.hh_visited)
}

export function arrange(groups: readonly GroupCoverage[], order: Order, measure: Measure, now: Millis = 0): GroupCoverage[] {
  const key = (g: GroupCoverage): number | null => {
    switch (order.by) {
      case 'name':
        return 0
      case 'reading':
        return readPlace(measure, g, now).ratio
      case 'unvisited':
        return unvisited(g)
      case 'revisit':
        return g.tally.hh_revisit
      case 'visits':
        return g.tally.visits
      case 'last':
        return g.last_visit_at
    }
  }
  const sign = order.descending ? -1 : 1
  return [...groups].sort((a, b) => {
    if (order.by === 'name') return sign * byName(a, b)
    const x = key(a)
    const y = key(b)
    // "No data" is not a small number: it stays at the end whichever way the column runs. A group
    // nobody ever visited, though, is the most overdue of all.
    if (x === null || y === null) {
      if (x === y) return byName(a, b)
      if (order.by === 'last') return sign * (x === null ? -1 : 1)
      return x === null ? 1 : -1
    }
    return sign * (x - y) || byName(a, b)
  })
}
