import type { Millis } from '../domain/time.ts'
import { backoff } from './backoff.ts'

/** What the engine is at. Every word here is one a screen may show. */
export type State =
  | { name: 'idle' }
  | { name: 'pushing' }
  | { name: 'pulling' }
  /** `firm`: the server named the time; no eager thumb shortens it. */
  | { name: 'waiting'; retryAt: Millis; firm: boolean }
  | { name: 'offline' }
  | { name: 'signedOut' }

export interface Machine {
  state: State
  /** Failures in a row. */
  attempt: number
  /** Something was saved while a run was under way: go round once more. */
  again: boolean
}

export type Wake = 'save' | 'online' | 'visible' | 'timer' | 'person' | 'start'

export type Event =
  | { type: 'wake'; why: Wake; online: boolean; now: Millis }
  /** A push was answered; `more` operations are left. */
  | { type: 'pushed'; more: boolean }
  /** A page was applied; `more` are to come. */
  | { type: 'pulled'; more: boolean }
  /** No answer, or one that says later. */
  | { type: 'failed'; online: boolean; now: Millis; random: number; askedMs: number | null }
  | { type: 'ended' }
  | { type: 'signedIn' }

export type Effect = { do: 'push' } | { do: 'pull' } | { do: 'timer'; at: Millis }

/** How often an open app looks for news when nothing else wakes it. */
export const LOOK_EVERY_MS = 60_000

export const start: Machine = { state: { name: 'idle' }, attempt: 0, again: false }

/** Pure: the next state and what to do about it. */
export function next(machine: Machine, event: Event): [Machine, Effect[]] {
  const { state } = machine
  const stay: [Machine, Effect[]] = [machine, []]
  const push: [Machine, Effect[]] = [{ ...machine, state: { name: 'pushing' }, again: false }, [{ do: 'push' }]]
  const busy = state.name === 'pushing' || state.name === 'pulling'

  switch (event.type) {
    case 'wake': {
      if (state.name === 'signedOut') return stay
      if (busy) return event.why === 'save' || event.why === 'person' ? [{ ...machine, again: true }, []] : stay
      // Only a person may doubt what the phone says about its network.
      if (!event.online && event.why !== 'person') {
        return [{ ...machine, state: { name: 'offline' }, again: false }, []]
      }
      if (state.name === 'waiting' && event.now < state.retryAt) {
        const eager = event.why === 'online' || event.why === 'person'
        if (state.firm || !eager) return [machine, [{ do: 'timer', at: state.retryAt }]]
      }
      return push
    }
    case 'pushed':
      if (state.name !== 'pushing') return stay
      if (event.more) return [{ ...machine, attempt: 0 }, [{ do: 'push' }]]
      return [{ ...machine, attempt: 0, state: { name: 'pulling' } }, [{ do: 'pull' }]]
    case 'pulled':
      if (state.name !== 'pulling') return stay
      // Also between two pages: a knock does not wait for the end of a long book.
      if (machine.again) return [{ state: { name: 'pushing' }, attempt: 0, again: false }, [{ do: 'push' }]]
      if (event.more) return [{ ...machine, attempt: 0 }, [{ do: 'pull' }]]
      return [start, []]
    case 'failed': {
      if (!busy) return stay
      if (!event.online) return [{ ...machine, state: { name: 'offline' }, again: false }, []]
      const attempt = machine.attempt + 1
      const retryAt = event.now + backoff(attempt, event.random, event.askedMs)
      return [
        { attempt, again: false, state: { name: 'waiting', retryAt, firm: event.askedMs !== null } },
        [{ do: 'timer', at: retryAt }],
      ]
    }
    case 'ended':
      return [{ state: { name: 'signedOut' }, attempt: 0, again: false }, []]
    case 'signedIn':
      return state.name === 'signedOut' ? [start, []] : stay
  }
}
