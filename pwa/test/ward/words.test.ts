import { describe, expect, it } from 'vitest'
import { wardEn } from '../../src/lib/i18n/ward.en.ts'
import { wardVi } from '../../src/lib/i18n/ward.vi.ts'
import { wardRegisterEn } from '../../src/lib/i18n/ward-register.en.ts'
import { wardRegisterVi } from '../../src/lib/i18n/ward-register.vi.ts'

const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()

const ROOMS: [string, Record<string, string>, Record<string, string>][] = [
  ['desk', wardVi, wardEn],
  ['register', wardRegisterVi, wardRegisterEn],
]

describe.each(ROOMS)('the words of the %s', (_, inVietnamese, inEnglish) => {
  it('are whole in both languages, with the same figures in each', () => {
    expect(Object.keys(inEnglish).sort()).toEqual(Object.keys(inVietnamese).sort())
    for (const [key, vi] of Object.entries(inVietnamese)) {
      const en = inEnglish[key] ?? ''
      expect(en, key).not.toBe('')
      expect(names(en), key).toEqual(names(vi))
    }
  })
  it('are written in composed letters, as the fonts want them', () => {
    for (const [key, vi] of Object.entries(inVietnamese)) expect(vi, key).toBe(vi.normalize('NFC'))
  })
})
