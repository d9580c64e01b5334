import { describe, expect, it } from 'vitest'
import { wardEn } from '../../src/lib/i18n/ward.en.ts'
import { wardVi } from '../../src/lib/i18n/ward.vi.ts'
import { groundEn } from '../../src/lib/i18n/ward-ground.en.ts'
import { groundVi } from '../../src/lib/i18n/ward-ground.vi.ts'

const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()

describe.each([
  ['desk', wardVi, wardEn],
  ['ground', groundVi, groundEn],
] as [string, Record<string, string>, Record<string, string>][])('the words of the %s', (_, vi_, en_) => {
  it('are whole in both languages, with the same figures in each', () => {
    expect(Object.keys(en_).sort()).toEqual(Object.keys(vi_).sort())
    for (const [key, vi] of Object.entries(vi_)) {
      const en = en_[key] ?? ''
      expect(en, key).not.toBe('')
      expect(names(en), key).toEqual(names(vi))
    }
  })
  it('are written in composed letters, as the fonts want them', () => {
    for (const [key, vi] of Object.entries(vi_)) expect(vi, key).toBe(vi.normalize('NFC'))
  })
})
