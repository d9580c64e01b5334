/** A disk that answers sooner is not worth a word: showing one would take longer than the write. */
const WORTH_SAYING_MS = 150

/** One save at a time, whatever a hasty thumb does; the screen says so only when the disk is slow. */
export class Saving {
  slow = $state(false)
  #busy = false

  async once(save: () => Promise<void>): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    const timer = setTimeout(() => (this.slow = true), WORTH_SAYING_MS)
    try {
      await save()
    } finally {
      clearTimeout(timer)
      this.#busy = false
      this.slow = false
    }
  }
}
