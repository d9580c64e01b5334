/** What every desk of the register does alike: one act at a time, and what became of it. */
import { Problem } from '../../api/client.ts'
import { troubleOf, type Trouble } from '../api.ts'

/** Refusals that have words of their own here. */
export type Refusal = Trouble | 'mass_removal'

/** What was done, in words, and how it is taken back. */
export interface Done {
  text: string
  back?: { name: string; act: () => Promise<void> }
}

export class Acting {
  busy = $state(false)
  failure = $state.raw<Refusal | null>(null)
  done = $state.raw<Done | null>(null)

  /** True when the server took it. What was typed is the caller's, and stays until then. */
  protected async act(send: () => Promise<void>, done: () => Done): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.failure = null
    this.done = null
    try {
      await send()
      this.done = done()
      return true
    } catch (error) {
      this.failure = error instanceof Problem && error.code === 'mass_removal' ? 'mass_removal' : troubleOf(error)
      return false
    } finally {
      this.busy = false
    }
  }

  hush(): void {
    this.failure = null
    this.done = null
  }
}
