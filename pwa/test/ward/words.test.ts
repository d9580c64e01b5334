import { describe, expect, it } from 'vitest'
import { wardTeamsEn } from '../../src/lib/i18n/ward-teams.en.ts'
import { wardTeamsVi } from '../../src/lib/i18n/ward-teams.vi.ts'
import { wardEn } from '../../src/lib/i18n/ward.en.ts'
import { wardVi } from '../../src/lib/i18n/ward.vi.ts'

const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()

describe.each([
  ['the desk', wardVi, wardEn],
  ['the turf and teams rooms', wardTeamsVi, wardTeamsEn],
] as [string, Record<string, string>, Record<string, string>][])('the words of %s', (_, wordsVi, wordsEn) => {
  it('are whole in both languages, with the same figures in each', () => {
    expect(Object.keys(wordsEn).sort()).toEqual(Object.keys(wordsVi).sort())
    for (const [key, vi] of Object.entries(wordsVi)) {
      const en = wordsEn[key]!
      expect(en, key).not.toBe('')
      expect(names(en), key).toEqual(names(vi))
    }
  })
  it('are written in composed letters, as the fonts want them', () => {
    for (const [key, vi] of Object.entries(wordsVi)) expect(vi, key).toBe(vi.normalize('NFC'))
  })
})
