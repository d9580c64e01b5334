import { describe, expect, it } from 'vitest'
import { fill } from '../src/lib/i18n/dictionary.svelte.ts'
import { en } from '../src/lib/i18n/en.ts'
import { formatDay, formatNumber, formatShare, formatTime } from '../src/lib/i18n/format.ts'
import { vi } from '../src/lib/i18n/vi.ts'
import { inAppBrowser } from '../src/lib/ui/in-app.ts'

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

describe('browsers inside chat apps', () => {
  it('are known by their own words, and real ones are not mistaken for them', () => {
    const android = 'Mozilla/5.0 (Linux; Android 13; SM-A146P; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0 Mobile Safari/537.36'
    expect(inAppBrowser(`${android} Zalo android/24101000 ZaloTheme/light`)).toBe(true)
    expect(inAppBrowser('Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/22B83 [FBAN/FBIOS;FBAV/490.0]')).toBe(true)
    expect(inAppBrowser('Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36')).toBe(false)
    expect(inAppBrowser('Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1')).toBe(false)
  })
})
