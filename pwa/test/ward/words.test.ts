import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const I18N = join(import.meta.dirname, '../../src/lib/i18n')
const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()

/** Every dictionary of the desk: its own and those its rooms bring. */
const dictionaries = readdirSync(I18N).flatMap((file) => /^(ward.*)\.vi\.ts$/.exec(file)?.[1] ?? [])

async function words(file: string): Promise<Record<string, string>> {
  const module = (await import(join(I18N, file))) as Record<string, Record<string, string>>
  const [only, ...more] = Object.values(module)
  expect(more, file).toEqual([])
  return only ?? {}
}

describe.each(dictionaries)('the words of %s', (name) => {
  it('are whole in both languages, with the same figures in each', async () => {
    const [vi, en] = [await words(`${name}.vi.ts`), await words(`${name}.en.ts`)]
    expect(Object.keys(vi).length).toBeGreaterThan(0)
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
    for (const [key, text] of Object.entries(vi)) {
      expect(en[key], key).not.toBe('')
      expect(names(en[key] ?? ''), key).toEqual(names(text))
    }
  })

  it('are written in composed letters, as the fonts want them', async () => {
    for (const [key, text] of Object.entries(await words(`${name}.vi.ts`))) expect(text, key).toBe(text.normalize('NFC'))
  })
})
