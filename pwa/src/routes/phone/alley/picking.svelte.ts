import { SvelteSet } from 'svelte/reactivity'

/** Several doors picked to be given one end. Memory only: leaving the alley lets them go. */
export class Picking {
  on = $state(false)
  readonly ids = new SvelteSet<string>()

  start(id?: string): void {
    this.ids.clear()
    if (id !== undefined) this.ids.add(id)
    this.on = true
  }

  toggle(id: string): void {
    if (!this.ids.delete(id)) this.ids.add(id)
  }

  /** All of a row, or none of it when all were picked. */
  row(ids: readonly string[]): void {
    const all = ids.every((id) => this.ids.has(id))
    for (const id of ids) {
      if (all) this.ids.delete(id)
      else this.ids.add(id)
    }
  }

  stop(): void {
    this.on = false
    this.ids.clear()
  }
}

export const picking = new Picking()
