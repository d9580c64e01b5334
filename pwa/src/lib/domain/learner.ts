/** Twin of domain::consent: who may be written down by name, and what for. */
import { holdsDigits, tidy } from './edit.ts'
import type { Notice } from './notice.ts'
import { dayOf, type Millis } from './time.ts'
import type { AgeBand, VisitFact } from './visit.ts'

/** Whoever is younger is coached and counted, and never written down. */
export const LEARNER_BANDS = ['14-17', '18-59', '60-79', '80+'] as const satisfies readonly AgeBand[]
export type LearnerBand = (typeof LEARNER_BANDS)[number]

/** What somebody may agree to: each is asked for itself. */
export const PURPOSES = ['learn', 'refer', 'call'] as const
export type Purpose = (typeof PURPOSES)[number]

/** The longest name one is called by, in letters as a person counts them. */
export const CALL_NAME_LETTERS = 30
/** So many digits are more than a name needs. */
const NAME_DIGITS = 4

export type NameFault = 'malformed_payload' | 'text_too_long' | 'number_in_text'
export type ConsentFault = NameFault | 'too_young' | 'guardian_needed' | 'unknown_notice'

export const ofAge = (band: AgeBand): band is LearnerBand => (LEARNER_BANDS as readonly AgeBand[]).includes(band)

/** Between 14 and 17 a parent or guardian agrees as well. */
export const needsGuardian = (band: AgeBand): boolean => band === '14-17'

/** How a person is called, as the book would keep it, or what is wrong with it. */
export function checkedCallName(name: string): { ok: string } | { fault: NameFault } {
  const text = tidy(name)
  if (text === '') return { fault: 'malformed_payload' }
  if ([...text].length > CALL_NAME_LETTERS) return { fault: 'text_too_long' }
  return holdsDigits(text, NAME_DIGITS) ? { fault: 'number_in_text' } : { ok: text }
}

/** What somebody agrees to, and who was there. */
export interface Consent {
  call_name: string
  age_band: AgeBand
  purposes: readonly Purpose[]
  notice_version: string
  notice_hash: string
  language: Notice['language']
  guardian?: boolean
}

/** The name as the book would keep it, or the first thing wrong with the consent. */
export function checkedConsent(consent: Consent, notices: readonly Notice[]): { ok: string } | { fault: ConsentFault } {
  const { purposes, age_band, notice_version, notice_hash, language } = consent
  const name = checkedCallName(consent.call_name)
  const none = 'fault' in name && name.fault === 'malformed_payload'
  if (none || purposes.length === 0 || new Set(purposes).size < purposes.length) return { fault: 'malformed_payload' }
  if ('fault' in name) return name
  if (!ofAge(age_band)) return { fault: 'too_young' }
  if (needsGuardian(age_band) && consent.guardian !== true) return { fault: 'guardian_needed' }
  const shown = notices.some((notice) => notice.version === notice_version && notice.language === language && notice.hash === notice_hash)
  return shown ? name : { fault: 'unknown_notice' }
}

/** The chosen ones, each once, in the order of all. */
export const inOrder = <T extends string>(all: readonly T[], chosen: readonly T[]): T[] => all.filter((each) => chosen.includes(each))

/** Were only children there when the door was last knocked on, this day? Then nobody is asked or coached. */
export function onlyMinors(visits: readonly VisitFact[], now: Millis): boolean {
  const last = visits.at(-1)
  return last?.outcome === 'ONLY_MINOR' && dayOf(last.at) === dayOf(now)
}
