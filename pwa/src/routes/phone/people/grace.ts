import { db, knocks, session, turf } from '$lib/app.ts'
import { Grace } from '$lib/data/grace.svelte.ts'
import { letGoOfNumbers } from '$lib/data/outbox.ts'
import { letGoOfNames } from '$lib/data/people.ts'

/** Acts about people that can still be taken back; one for the whole app. */
export const grace = new Grace({
  db,
  account_id: () => session.account?.id ?? null,
  begin: (kind, payload, door, knock) => knocks.tellSoon(kind, payload, door, knock),
  undo: (op) => knocks.untell(op),
  tell: (kind, payload, door, op_id) => knocks.tell(kind, payload, door, op_id),
})

/** When the app opens, and at every door: what an earlier release left unfinished counts, what is kept twice goes. */
export async function putInOrder(): Promise<void> {
  await grace.look()
  turf.take(await letGoOfNames(db, turf.ops, turf.seq))
  turf.take(await letGoOfNumbers(db, turf.ops))
}
// Lost, it is done at the next door.
void putInOrder().catch(() => undefined)
