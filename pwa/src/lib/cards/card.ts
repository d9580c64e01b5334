/**
 * The coaching cards: how a volunteer teaches one skill. They are part of the app, not of the ward's
 * book; a ward may add a skill of its own, and such a skill simply has no card.
 */
import type { Language } from '$lib/i18n/dictionary.svelte.ts'
import { cards as vi } from './cards.vi.ts'
import type { CardCode } from './codes.ts'
import type { Scene } from './drawing.ts'
import { scenes } from './scenes.ts'

export interface Step {
  /** What the volunteer says and points at. */
  tell: string
  /** The same for the resident's own eyes and ears: at most twelve words. */
  resident: string
  /** What the drawing shows, for whoever does not see it. */
  picture: string
}

export interface Card {
  /** For which people it is. */
  people: string
  steps: readonly Step[]
  /** How to see that the learner does it alone, on their own phone, unprompted. */
  show: string
  /** What a volunteer never asks, looks at or types here. */
  never?: string
}

/** The cards in a language. Vietnamese is there at once; English is fetched when it is wanted. */
export async function cardsIn(language: Language): Promise<Record<CardCode, Card>> {
  return language === 'en' ? (await import('./cards.en.ts')).cards : vi
}

/** One drawing a step, in the order of the steps. */
export const drawingsOf = (code: CardCode): readonly Scene[] => scenes[code]()
