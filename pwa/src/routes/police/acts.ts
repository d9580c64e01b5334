import { clock, db, saved, session, unsaid } from '$lib/app.ts'
import { Acts } from '$lib/data/acts.svelte.ts'

/** What this officer does, tap by tap; one for the whole app. */
export const acts = new Acts({ db, clock, account_id: () => session.account?.id ?? null, saved, unsaid })
