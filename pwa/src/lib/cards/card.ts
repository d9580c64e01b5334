/**
 * The coaching cards: how a volunteer teaches one skill. They are part of the app, not of the ward's
 * book; a ward may add a skill of its own, and such a skill simply has no card.
 */
import type { Language } from '$lib/i18n/dictionary.svelte.ts'
import type { CardCode } from './codes.ts'
import type { Scene } from './drawing.ts'

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

/** A card with its drawings. */
export interface DrawnCard extends Card {
  /** One a step, in the order of the steps. */
  drawings: readonly Scene[]
  /** For the page at the end: the learner alone with the phone. */
  ending: Scene
}

/**
 * Words and drawings are fetched when the first card is opened. They import nothing the app has: a chunk
 * that did would make the bundler cut the first load in pieces, which costs 2 KB of a tight budget.
 */
export async function cardIn(language: Language, code: CardCode): Promise<DrawnCard> {
  const [{ cards }, { scenes, tryAlone }] = await Promise.all([language === 'en' ? import('./cards.en.ts') : import('./cards.vi.ts'), import('./scenes.ts')])
  return { ...cards[code], drawings: scenes[code](), ending: tryAlone }
}
