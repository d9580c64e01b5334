import type { DoorView } from '$lib/data/overlay.ts'
import { searchKey, secondChance } from '$lib/domain/search.ts'

interface Entry {
  view: DoorView
  no: string
  key: string
}

export function indexDoors(doors: Iterable<DoorView>): Entry[] {
  return [...doors].map((view) => {
    const { door, alley } = view
    return {
      view,
      no: searchKey(door.no ?? ''),
      key: ` ${searchKey([door.no, door.head, door.landmark, door.code, alley.name].filter(Boolean).join(' · '))}`,
    }
  })
}

/** Every word must begin a word of the door. The exact number first, then the order of the feet. */
function look(index: readonly Entry[], key: string): Entry[] {
  const words = key.split(' ').filter((word) => word !== '' && !['so', 'nha'].includes(word))
  if (words.length === 0) return []
  const hits = index.filter((entry) => words.every((word) => entry.key.includes(` ${word}`)))
  const rank = (entry: Entry): number => (words.includes(entry.no) ? 0 : entry.no.startsWith(words[0] ?? '') ? 1 : 2)
  return hits.sort((a, b) => rank(a) - rank(b) || (a.view.door.sort < b.view.door.sort ? -1 : 1))
}

/** The doors a text means; when none, those it means if the keyboard's Vietnamese was off. */
export function findDoors(index: readonly Entry[], text: string): DoorView[] {
  const first = look(index, searchKey(text))
  const second = first.length > 0 ? null : secondChance(text)
  return (second ? look(index, second) : first).map(({ view }) => view)
}
