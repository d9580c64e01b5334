import { describe, expect, it } from 'vitest'
import { importEn } from '../../src/lib/i18n/ward-import.en.ts'
import { importVi } from '../../src/lib/i18n/ward-import.vi.ts'
import { wardEn } from '../../src/lib/i18n/ward.en.ts'
import { wardVi } from '../../src/lib/i18n/ward.vi.ts'

const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()

const TEXTS: ReadonlyArray<readonly [string, Record<string, string>, Record<string, string>]> = [
  ['the desk', wardVi, wardEn],
  ['lists coming in', importVi, importEn],
]

describe.each(TEXTS)('the words of %s', (_, inVi, inEn) => {
  it('are whole in both languages, with the same figures in each', () => {
    expect(Object.keys(inEn).sort()).toEqual(Object.keys(inVi).sort())
    for (const [key, vi] of Object.entries(inVi)) {
      const en = inEn[key] ?? ''
      expect(en, key).not.toBe('')
      expect(names(en), key).toEqual(names(vi))
    }
  })
  it('are written in composed letters, as the fonts want them', () => {
    for (const [key, vi] of Object.entries(inVi)) expect(vi, key).toBe(vi.normalize('NFC'))
  })
})
