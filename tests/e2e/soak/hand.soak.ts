/**
 * The phone in the hand, on a processor four times slower, without a network: from the PIN to the alleys
 * of 351 households and to a strip, the taps of a door, and the longest tasks on the way.
 *
 *   cd tests/e2e && npx playwright test --config soak/playwright.config.ts hand
 */
import { chromium, expect, test } from '@playwright/test'
import { CHROMIUM, PHONE } from '../support/browser.ts'
import { Phone } from '../support/phone.ts'
import { Server } from '../support/server.ts'
import { PIN } from '../support/sign-in.ts'

const SLOWDOWN = 4
const STARTS = 10
const DOORS = 20

const sorted = (all: number[]): number[] => [...all].sort((a, b) => a - b)
const at = (all: number[], share: number): number => Math.round(sorted(all)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? NaN)
const row = (what: string, all: number[], goal: string): void => console.log(`| ${what} | ${at(all, 0.5)} | ${at(all, 0.95)} | ${goal} |`)

/**
 * Runs in the page: what keeps the thumb waiting is noted from now on, and when each screen stood there
 * (its first frame). The page looks by itself: a test that asks it again and again slows what it measures.
 */
function watch(): void {
  const seen = window as unknown as { tasks: number[]; paints: number[]; stood: Record<string, number>; up: number }
  seen.tasks = []
  seen.paints = []
  seen.stood = {}
  const screens: Array<[string, string]> = [['pad', '[aria-label="Bàn phím số"]'], ['alleys', 'a[href^="#/walk/"]'], ['strip', '[data-door]']]
  new MutationObserver(() => {
    for (const [name, sign] of screens) {
      if (name in seen.stood || !document.querySelector(sign)) continue
      seen.stood[name] = 0
      requestAnimationFrame(() => setTimeout(() => (seen.stood[name] = performance.now())))
    }
  }).observe(document, { childList: true, subtree: true })
  addEventListener('pointerup', () => (seen.up = performance.now()), { capture: true })
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => seen.tasks.push(duration))).observe({ type: 'longtask', buffered: true })
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration, name }) => name === 'click' && seen.paints.push(duration))).observe({
    type: 'event',
    durationThreshold: 16,
    buffered: true,
  } as PerformanceObserverInit)
}

test('the phone in the hand', async () => {
  const server = await Server.start(1)
  const { executablePath, args } = CHROMIUM.launchOptions ?? {}
  const browser = await chromium.launch({ executablePath, args, headless: true })
  try {
    const context = await browser.newContext({ ...PHONE, baseURL: server.url })
    const phone = new Phone(context, await context.newPage())
    await phone.signIn('tnv1')
    await phone.offline()
    await context.addInitScript(watch)
    const load: number[] = []
    const pin: number[] = []
    const strip: number[] = []
    for (let start = 0; start < STARTS; start += 1) {
      await phone.page.close()
      const page = (phone.page = await context.newPage())
      const cdp = await context.newCDPSession(page)
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
      const ask = async <T>(expression: string): Promise<T> => (await cdp.send('Runtime.evaluate', { expression, returnByValue: true })).result.value as T
      /** When the screen stood there, by the page's own clock. */
      const stood = async (screen: string): Promise<number> => {
        let when = 0
        await expect.poll(async () => (when = (await ask<number | undefined>(`stood?.${screen}`)) ?? 0), { intervals: [100], timeout: 30_000 }).toBeGreaterThan(0)
        return when
      }
      const tap = async (element: string): Promise<void> => {
        const point = await ask<{ x: number; y: number }>(`(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 }))(${element}.getBoundingClientRect())`)
        await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
        await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
      }
      await page.goto('/', { waitUntil: 'commit' })
      load.push(await stood('pad'))
      for (const [typed, digit] of [...PIN].entries()) {
        await tap(`[...document.querySelectorAll('[aria-label="Bàn phím số"] button')].find((key) => key.textContent.trim() === '${digit}')`)
        // The next digit comes when this one is seen.
        if (typed < PIN.length - 1) await expect.poll(() => ask<number>('performance.now() - up'), { intervals: [50] }).toBeGreaterThan(100)
      }
      const alleys = await stood('alleys')
      pin.push(alleys - (await ask<number>('up')))
      // A person reads before the next tap.
      await expect.poll(() => ask<number>(`performance.now() - ${alleys}`), { intervals: [100] }).toBeGreaterThan(1000)
      await tap(`document.querySelector('a[href^="#/walk/"]')`)
      strip.push((await stood('strip')) - (await ask<number>('up')))
    }
    await phone.page.getByRole('link', { name: /^Gõ cửa / }).click()
    await expect(phone.result).toBeVisible()
    await phone.page.evaluate(() => {
      const seen = window as unknown as { tasks: number[]; paints: number[] }
      seen.tasks.length = seen.paints.length = 0
    })
    for (let door = 0; door < DOORS; door += 1) {
      if (!(await phone.result.isVisible())) await phone.toNextDoor()
      await phone.knock('notHome')
    }
    const { tasks, paints } = await phone.page.evaluate(() => {
      const { tasks, paints } = window as unknown as { tasks: number[]; paints: number[] }
      return { tasks, paints }
    })
    console.log('| ms, processor / 4 | median | p95 | goal |\n|---|---|---|---|')
    row('cold start to the PIN', load, '')
    row('last digit of the PIN to the alleys (with its stretching)', pin, '800')
    row('a tap to the strip', strip, '')
    row('a tap at the door to the next frame', paints, '100')
    console.log(`| tasks over 50 ms at ${DOORS} doors | ${tasks.length} | longest ${Math.round(Math.max(0, ...tasks))} | none over 200 |`)
  } finally {
    await browser.close()
    await server.stop()
  }
})
