import { StorageFull, StorageLost } from '$lib/data/db.ts'

/** What the phone could not do: no room · the database does not answer · something else. */
export function saveFault(error: unknown): 'full' | 'lost' | 'other' {
  if (error instanceof StorageFull) return 'full'
  return error instanceof StorageLost ? 'lost' : 'other'
}
