import { db, turf } from '$lib/app.ts'
import { Laid } from '$lib/data/ghosts.svelte.ts'

/** The numbers that were looked for and not found, of whoever is unlocked. */
export const laid = new Laid(db)

$effect.root(() => {
  $effect(() => {
    void laid.open(turf.account_id).catch(() => undefined)
  })
})
