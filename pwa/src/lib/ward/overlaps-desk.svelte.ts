/** Homes where two teams met within a day: told to both leads and to the desk. */
import { troubleOf, type Trouble, type WardApi } from './api.ts'
import type { Overlap } from './wire.ts'

type OverlapsApi = Pick<WardApi, 'overlaps' | 'overlapKnown'>

/** Two teams may meet at one home again, and three may meet there. */
export const keyOfOverlap = ({ household, first, second }: Overlap): string => `${household.id} ${first.team.id} ${second.team.id} ${second.at}`

export class OverlapsDesk {
  homes = $state.raw<Overlap[]>([])
  busy = $state(false)
  failure = $state<Trouble | null>(null)
  /** The home a lead has just said to know of. */
  known = $state.raw<Overlap | null>(null)

  readonly #api: OverlapsApi

  constructor(api: OverlapsApi) {
    this.#api = api
  }

  /** What could not be asked is asked again with the next look at the screen: nobody waits for it. */
  async open(): Promise<void> {
    try {
      this.homes = await this.#api.overlaps()
    } catch (error) {
      troubleOf(error)
    }
  }

  /** The own team knows. */
  async know(home: Overlap): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.failure = null
    try {
      await this.#api.overlapKnown(home.household.id, home.second.at)
      this.known = home
      await this.open()
    } catch (error) {
      this.failure = troubleOf(error)
    } finally {
      this.busy = false
    }
  }
}
