import { knocks } from '$lib/app.ts'
import type { VisitCorrect, VisitRecord } from '$lib/api/types.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import { UNDO_MS } from '$lib/data/knocks.svelte.ts'

/**
 * The last correction, while it can be taken back by one tap. Nothing is erased: what stood before
 * becomes one more version.
 */
class Corrected {
  undoable = $state.raw<{ op: OutboxOp; was: VisitRecord } | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  offer(op: OutboxOp, was: VisitRecord): void {
    // One offer at a time stands over the thumb.
    knocks.dismiss()
    this.dismiss()
    this.undoable = { op, was }
    this.#timer = setTimeout(() => this.dismiss(), UNDO_MS)
  }

  /** Throws what the save throws; the offer then stands. */
  async undo(): Promise<VisitRecord | null> {
    const offer = this.undoable
    if (!offer) return null
    const { visit_id } = offer.op.payload as VisitCorrect
    await knocks.correct(visit_id, 'mistap', offer.was, offer.op.door)
    this.dismiss()
    return offer.was
  }

  dismiss(): void {
    clearTimeout(this.#timer)
    this.undoable = null
  }
}

export const corrected = new Corrected()
