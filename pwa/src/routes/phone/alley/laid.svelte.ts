import { db, session } from '$lib/app.ts'
import { Laid } from '$lib/data/ghosts.svelte.ts'

/** The numbers that were looked for and not found, of whoever is signed in. */
export const laid = new Laid(db)

$effect.root(() => {
  $effect(() => {
    void laid.open(session.account?.id ?? null).catch(() => undefined)
  })
})
