/** Sheets as the shared paper draws them: the desk's alleys in the shape of a phone's. */
import type { Alley } from '../../api/types.ts'
import { plant, stretch, stretches, walkOrder, type AlleyTree, type Look } from '../../domain/walk.ts'
import type { Sheet, SheetDoor } from './wire.ts'

/** How a door has been met so far; the same five looks as on the strip. */
export function lookOfSheet(door: Pick<SheetDoor, 'status' | 'visits' | 'revisit'>): Look {
  if (door.visits === 0) return 'untouched'
  switch (door.status) {
    case 'attempted':
    case 'unreachable':
      return 'revisit'
    case 'contacted':
    case 'served':
      return door.revisit ? 'revisit' : 'covered'
    case 'declined':
      return 'refused'
    case 'not_visited':
    case 'vacant':
      return 'vacant'
  }
}

function alleyOf(sheet: Sheet): Alley {
  return {
    id: sheet.id,
    group_id: '',
    parent_id: sheet.parent_id,
    kind: sheet.kind,
    name: sheet.name,
    mouth: sheet.mouth,
    sort: sheet.sort,
    doors: sheet.doors.map((door) => ({
      id: door.id,
      code: door.code,
      no: door.no,
      sort: door.sort,
      side: door.side === 'odd' || door.side === 'even' ? door.side : null,
      head: door.head,
      members: null,
      adults: null,
      landmark: door.landmark,
      active: true,
      visits: [],
    })),
  }
}

/** One paper: what is walked in one go, and the alley it begins with. */
export interface Paper {
  tree: AlleyTree
  sheet: Sheet
}

/** The papers of some alleys, in the order they came: a lane with what turns off it is one paper. */
export function papersOf(sheets: readonly Sheet[]): Paper[] {
  const byId = new Map(sheets.map((sheet) => [sheet.id, sheet]))
  const place = new Map(sheets.map((sheet, i) => [sheet.id, i]))
  const at = (tree: AlleyTree): number => place.get(tree.alley.id) ?? 0
  return stretches(plant(sheets.map(alleyOf)))
    .map((tree) => stretch(tree))
    .filter((tree) => walkOrder(tree).length > 0)
    .sort((a, b) => at(a) - at(b))
    .flatMap((tree) => {
      const sheet = byId.get(tree.alley.id)
      return sheet ? [{ tree, sheet }] : []
    })
}
