import type { Clock, Millis } from '../domain/time.ts'

/** The phone's time as screens may watch it. */
export class Minute {
  now = $state<Millis>(0)

  constructor(clock: Clock) {
    this.now = clock.now()
  }
}
