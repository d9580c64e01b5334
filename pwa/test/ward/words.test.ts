import { describe, expect, it } from 'vitest'
import { wardEn } from '../../src/lib/i18n/ward.en.ts'
import { wardVi } from '../../src/lib/i18n/ward.vi.ts'

const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()

describe('the desk’s words', () => {
  it('are whole in both languages, with the same figures in each', () => {
    expect(Object.keys(wardEn).sort()).toEqual(Object.keys(wardVi).sort())
    for (const [key, vi] of Object.entries(wardVi)) {
      const en = wardEn[key as keyof typeof wardVi]
      expect(en, key).not.toBe('')
      expect(names(en), key).toEqual(names(vi))
    }
  })
  it('are written in composed letters, as the fonts want them', () => {
    for (const [key, vi] of Object.entries(wardVi)) expect(vi, key).toBe(vi.normalize('NFC'))
  })
})
