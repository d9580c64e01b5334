/**
 * Cards of the frauds that are about (field catalogue, section 7): how to know one, what to do, and what
 * to do when it is too late. Told at any door, whether or not somebody is coached.
 */
import type { Language } from '$lib/i18n/dictionary.svelte.ts'
import type { ScamKind } from '$lib/domain/alert.ts'
import type { DrawnCard } from './card.ts'

/** The frauds that have a card, in the order of the catalogue; a warning of another kind has none. */
export const SCAM_CODES = [
  'fake_officer', 'fake_app', 'small_fee', 'camera_face', 'fake_service', 'fake_transfer', 'easy_money', 'family_crisis',
] as const satisfies readonly ScamKind[]
export type ScamCode = (typeof SCAM_CODES)[number]

export const hasScamCard = (kind: ScamKind): kind is ScamCode => (SCAM_CODES as readonly ScamKind[]).includes(kind)

/** Words and drawings, fetched when the first card is opened. */
export async function scamIn(language: Language, code: ScamCode): Promise<DrawnCard> {
  const [{ scams }, { scamScenes, retold }] = await Promise.all([language === 'en' ? import('./scams.en.ts') : import('./scams.vi.ts'), import('./scenes-scam.ts')])
  return { ...scams[code], drawings: scamScenes[code](), ending: retold }
}
