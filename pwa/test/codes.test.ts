import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { homeOf } from '$lib/domain/role.ts'
import type { Role } from '$lib/api/types.ts'
import { EDIT_FIELDS } from '$lib/domain/edit.ts'
import { NEARS } from '$lib/domain/near.ts'
import { BECAUSES, QUALITY_KINDS, VERDICTS } from '$lib/domain/quality.ts'
import { PURPOSES } from '$lib/domain/learner.ts'
import { AGE_BANDS, OUTCOMES } from '$lib/domain/visit.ts'
import { more as moreEn } from '$lib/i18n/more.en.ts'
import { more as moreVi } from '$lib/i18n/more.vi.ts'
import { police as policeEn } from '$lib/i18n/police.en.ts'
import { police as policeVi } from '$lib/i18n/police.vi.ts'
import { quality as qualityEn } from '$lib/i18n/quality.en.ts'
import { quality as qualityVi } from '$lib/i18n/quality.vi.ts'
import { CHANNELS, RESULTS, RETURNS, SCAMS, WHYS } from '../src/routes/police/codes.ts'
import { en } from '$lib/i18n/en.ts'
import { vi } from '$lib/i18n/vi.ts'

/** Codes ever released, by release and kind: a phone may hold, and a server may send, each of them for ever. */
const releases = JSON.parse(readFileSync(new URL('../../tests/vectors/codes.json', import.meta.url), 'utf8')) as Record<string, Record<string, string[]>>
const released = (of: string): string[] => Object.values(releases).flatMap((codes) => codes[of] ?? [])

/** The codes that have words under `prefix` in a language. */
function worded(words: object, prefix: string): string[] {
  return Object.keys(words).flatMap((key) => (key.startsWith(`${prefix}.`) && !key.slice(prefix.length + 1).includes('.') ? [key.slice(prefix.length + 1)] : []))
}
const languages = { vi: { ...vi, ...moreVi, ...policeVi, ...qualityVi }, en: { ...en, ...moreEn, ...policeEn, ...qualityEn } }

describe('codes', () => {
  it('are listed once each', () => {
    for (const of of new Set(Object.values(releases).flatMap((codes) => Object.keys(codes)))) {
      expect(new Set(released(of)).size, of).toBe(released(of).length)
    }
  })

  it.each([
    ['outcome', OUTCOMES],
    ['age_band', AGE_BANDS],
    ['edit_field', EDIT_FIELDS],
    ['near', NEARS],
    ['quality_kind', QUALITY_KINDS],
    ['quality_because', BECAUSES],
    ['quality_verdict', VERDICTS],
    ['purpose', PURPOSES],
    ['channel', CHANNELS],
    ['help_why', WHYS],
    ['return_why', RETURNS],
    ['mobile_result', RESULTS],
    ['scam_kind', SCAMS],
  ] as const)('of %s are known, and none that is not listed', (of, known) => {
    expect([...known].sort()).toEqual(released(of).sort())
  })

  it.each(['vi', 'en'] as const)('of what is shown to a person have words in %s, and no others have', (language) => {
    const words = languages[language]
    for (const [of, prefix] of [['outcome', 'outcome'], ['reason', 'reason'], ['time_band', 'band'], ['quality_kind', 'quality.kind'], ['quality_because', 'quality.because'], ['quality_verdict', 'quality.verdict'], ['return_why', 'police.return'], ['channel', 'police.channel'], ['help_result', 'police.result'], ['help_why', 'police.why'], ['mobile_result', 'police.home'], ['scam_kind', 'police.scam'], ['referral_source', 'police.source']] as const) {
      expect(worded(words, prefix).sort(), of).toEqual(released(of).sort())
    }
  })

  it('of a role open a screen', () => {
    for (const role of released('role')) expect(homeOf(role as Role), role).toMatch(/^\/(walk|police|ward|later)$/)
  })
})
