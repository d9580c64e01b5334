/**
 * Fetching again and again without ever fetching twice at once: what is asked for meanwhile becomes
 * one more round, never a queue; what is only hinted at waits until a gap has passed.
 */
export class Rounds {
  readonly #run: () => Promise<void>
  readonly #gapMs: number
  #under: Promise<void> | null = null
  #again = false
  #stopped = false
  #soon: ReturnType<typeof setTimeout> | undefined

  constructor(run: () => Promise<void>, gapMs: number) {
    this.#run = run
    this.#gapMs = gapMs
  }

  /** A round that begins after this call has ended when the promise resolves. */
  async now(): Promise<void> {
    this.#stopped = false
    clearTimeout(this.#soon)
    this.#soon = undefined
    if (this.#under) {
      this.#again = true
      return this.#under
    }
    this.#under = (async () => {
      do {
        this.#again = false
        await this.#run()
      } while (this.#again && !this.#stopped)
    })()
    try {
      await this.#under
    } finally {
      this.#under = null
    }
  }

  /** One round after the gap, however often it is called until then. */
  soon(): void {
    this.#soon ??= setTimeout(() => void this.now(), this.#gapMs)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#soon)
    this.#soon = undefined
  }
}
