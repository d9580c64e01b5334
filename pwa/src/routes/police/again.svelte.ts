import type { HelpLog } from '$lib/api/types.ts'

/** A count that was sent back, on its way to be said anew. */
class CountAgain {
  of = $state.raw<{ op_id: string; log: HelpLog } | null>(null)
}
export const countAgain = new CountAgain()
