import { turf } from '$lib/app.ts'
import { nextDoor, plant, stretch, stretches, walkOrder, type AlleyTree } from '$lib/domain/walk.ts'
import { navigation } from '$lib/ui/navigation.svelte.ts'
import { ownKnock } from './alley/place.ts'
import { round } from './round.svelte.ts'
import { team } from './team/team.svelte.ts'

/** The stretch a door belongs to: its street, or its lane with everything that turns off it. */
export function stripOf(alley_id: string): AlleyTree | null {
  const holds = (tree: AlleyTree): boolean => tree.alley.id === alley_id || tree.children.some(holds)
  return stretches(plant(turf.alleys)).find((tree) => holds(stretch(tree))) ?? null
}

/**
 * After a knock: on to the next door. From the coach the strip comes first, to see the door change
 * and the dot move on; a door opened from a list goes back to that list.
 */
export function advance(alley_id: string, done: 'door' | 'coach'): void {
  const steps = done === 'coach' ? 2 : 1
  const list = navigation.from
  // An evening that was begun goes on from stop to stop.
  const stop = list === '/revisit' && round.has(navigation.place.parts[1]) ? round.next() : null
  if (stop) return done === 'door' ? navigation.go(`/door/${stop.id}`, true) : navigation.leave(`/door/${stop.id}`, 1)
  if (list === '/revisit' || list === '/find' || list === '/mine') return navigation.leave(list, steps)
  const tree = stripOf(alley_id)
  if (!tree) return navigation.leave('/walk', steps)
  const next = nextDoor(walkOrder(stretch(tree)).filter(({ door }) => team.mine(door.id)), (id) => turf.doors.get(id)?.state, ownKnock)
  if (done === 'door' && next) navigation.go(`/door/${next.door.id}`, true)
  else navigation.leave(`/walk/${tree.alley.id}`, steps)
}
