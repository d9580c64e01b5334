/** One act at a time: under way, refused by a field, or not heard. What was typed is the screen's to keep. */
import { Problem } from '../../api/client.ts'
import { troubleOf, type Trouble } from '../api.ts'

export class Acting {
  busy = $state(false)
  /** By the field's name: the server's code of what is wrong with it. */
  faults = $state.raw<Readonly<Record<string, string>>>({})
  trouble = $state<Trouble | null>(null)

  async do(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.clear()
    try {
      await act()
      return true
    } catch (error) {
      if (error instanceof Problem && error.errors.length > 0) {
        this.faults = Object.fromEntries(error.errors.map(({ pointer, code }) => [pointer.replace(/^\//, ''), code]))
      } else this.trouble = troubleOf(error)
      return false
    } finally {
      this.busy = false
    }
  }

  clear(): void {
    this.faults = {}
    this.trouble = null
  }
}
