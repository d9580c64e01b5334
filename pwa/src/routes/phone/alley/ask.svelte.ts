import type { Alley } from '$lib/api/types.ts'
import type { Ghost } from '$lib/domain/walk.ts'

/** What a sheet over the strip is asked for. The sheets themselves come when the first is asked for. */
export type Ask =
  | { kind: 'ghost'; alley: Alley; ghost: Ghost }
  /** A house or a building with rooms; `text` is what was typed or is known of its number. */
  | { kind: 'house'; alley: Alley; text: string; rooms?: boolean }
  /** Where do I stand? */
  | { kind: 'jump'; alley: Alley }

class AlleyAsk {
  current = $state.raw<Ask | null>(null)
  open = $state(false)

  ask(ask: Ask): void {
    this.current = ask
    this.open = true
  }
}

export const alleyAsk = new AlleyAsk()
