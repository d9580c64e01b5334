/**
 * What the desk means to give and has not given yet, kept in this browser: a page loaded anew, or a day
 * later, still has it. Ids of alleys and teams only; nothing of a resident.
 */
import type { Draft } from './turf.ts'

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const keyOf = (ward: string): string => `gocua.turf.${ward}`

export function readDraft(shelf: Shelf | null, ward: string): Map<string, string | null> {
  try {
    const found: unknown = JSON.parse(shelf?.getItem(keyOf(ward)) ?? '[]')
    if (!Array.isArray(found)) return new Map()
    const hands = found.filter(
      (hand): hand is [string, string | null] => Array.isArray(hand) && typeof hand[0] === 'string' && (hand[1] === null || typeof hand[1] === 'string'),
    )
    return new Map(hands)
  } catch {
    return new Map()
  }
}

/** A browser that keeps nothing still shows the draft until the page goes. */
export function keepDraft(shelf: Shelf | null, ward: string, draft: Draft): void {
  try {
    if (draft.size === 0) shelf?.removeItem(keyOf(ward))
    else shelf?.setItem(keyOf(ward), JSON.stringify([...draft]))
  } catch {
    return
  }
}

/** The browser's own shelf, where it has one. */
export function shelfHere(): Shelf | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    return null
  }
}
