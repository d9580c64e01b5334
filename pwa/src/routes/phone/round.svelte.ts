import { turf } from '$lib/app.ts'
import type { Why } from '$lib/domain/comeback.ts'
import type { Day, Millis } from '$lib/domain/time.ts'

export interface RoundStop {
  id: string
  why: Why
  /** About when, in minutes since midnight. */
  at: number
}

/** An evening that was begun: its stops stay as they were, so that it can be taken up again. */
export interface RoundBegun {
  on: Day
  begun_at: Millis
  stops: RoundStop[]
}

class Round {
  current = $state.raw<RoundBegun | null>(null)

  /** Was the door knocked on since the round began? A stop whose door has left the team is over too. */
  done(id: string): boolean {
    const view = turf.doors.get(id)
    return !view || (view.state.last_visit_at ?? 0) >= (this.current?.begun_at ?? Infinity)
  }

  /** The first stop that is left. */
  next(): RoundStop | null {
    return this.current?.stops.find(({ id }) => !this.done(id)) ?? null
  }

  has(id: string | undefined): boolean {
    return this.current?.stops.some((stop) => stop.id === id) ?? false
  }
}
export const round = new Round()
