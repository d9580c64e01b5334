import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { atOnce, SRC } from '../plugins/at-once.ts'
import { fill } from '../src/lib/i18n/dictionary.svelte.ts'
import { en as first_en } from '../src/lib/i18n/en.ts'
import { formatDay, formatNumber, formatShare, formatTime } from '../src/lib/i18n/format.ts'
import { join as join_en } from '../src/lib/i18n/join.en.ts'
import { join as join_vi } from '../src/lib/i18n/join.vi.ts'
import { more as more_en } from '../src/lib/i18n/more.en.ts'
import { more as more_vi } from '../src/lib/i18n/more.vi.ts'
import { open as open_en } from '../src/lib/i18n/open.en.ts'
import { open as open_vi } from '../src/lib/i18n/open.vi.ts'
import { police as police_en } from '../src/lib/i18n/police.en.ts'
import { police as police_vi } from '../src/lib/i18n/police.vi.ts'
import { quality as quality_en } from '../src/lib/i18n/quality.en.ts'
import { quality as quality_vi } from '../src/lib/i18n/quality.vi.ts'
import { team as team_en } from '../src/lib/i18n/team.en.ts'
import { team as team_vi } from '../src/lib/i18n/team.vi.ts'
import { vi as first_vi } from '../src/lib/i18n/vi.ts'

const later_vi = { ...join_vi, ...more_vi, ...open_vi, ...police_vi, ...quality_vi, ...team_vi }
const vi = { ...first_vi, ...later_vi }
const en = { ...first_en, ...join_en, ...more_en, ...open_en, ...police_en, ...quality_en, ...team_en }

const places = (message: string): string[] => [...new Set([...message.matchAll(/\{(\w+)/g)].map((m) => m[1] ?? ''))].sort()

describe('the two languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
  })
  it.each(Object.entries(vi))('%s has the same placeholders', (key, message) => {
    const other = en[key as keyof typeof vi]
    expect(message).not.toBe('')
    expect(other).not.toBe('')
    expect(places(other)).toEqual(places(message))
  })
  it('is NFC, as everything that is compared must be', () => {
    for (const message of Object.values(vi)) expect(message).toBe(message.normalize('NFC'))
  })
})

describe('words that come with their screens', () => {
  it('are said by no screen that is there before them', () => {
    const first = atOnce(join(SRC, 'main.ts'))
    expect([...first].some((path) => path.endsWith('Door.svelte')), 'the walk reaches the screens').toBe(true)
    expect([...first].some((path) => path.endsWith('Mine.svelte'))).toBe(false)
    const kinds = new Set(Object.keys(later_vi).map((key) => key.split('.')[0]))
    const wrong = [...first]
      .filter((path) => !path.includes('/i18n/'))
      .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/['`]((\w+)\.[\w.]*)(\$\{)?/g)].map(([, key = '', kind = '', open]) => ({ path: path.slice(SRC.length), key, kind, open })))
      .filter(({ key, kind, open }) => key in later_vi || (open && kinds.has(kind) && !Object.keys(first_vi).some((known) => known.startsWith(key))))
    expect(wrong).toEqual([])
  })
})

describe('how things are written', () => {
  it('fills and counts', () => {
    expect(fill('{n} {n:home|homes}', { n: 1 })).toBe('1 home')
    expect(fill('{n} {n:home|homes}', { n: 2 })).toBe('2 homes')
    expect(fill('{missing}')).toBe('{missing}')
  })
  it('dates, times, numbers', () => {
    expect(formatDay(20261122)).toBe('22/11/2026')
    expect(formatTime(Date.parse('2026-11-21T17:05:00Z'))).toBe('00:05')
    expect(formatNumber(1234.5, 1)).toBe('1.234,5')
    expect(formatNumber(1234567)).toBe('1.234.567')
    expect(formatNumber(-1000)).toBe('−1.000')
    expect(formatShare(1, 3, 1)).toBe('33,3 %')
    expect(formatShare(0, 0)).toBe('—')
  })
})
