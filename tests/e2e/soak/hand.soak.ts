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

/** Runs in the page: what keeps the thumb waiting is noted from now on. */
function watch(): void {
  const seen = window as unknown as { tasks: number[]; paints: number[] }
  seen.tasks = []
  seen.paints = []
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
      await page.goto('/')
      const pad = page.getByRole('button', { name: PIN[0] ?? '', exact: true })
      await pad.waitFor()
      load.push(await page.evaluate(() => performance.now()))
      for (const digit of PIN.slice(0, -1)) await page.getByRole('button', { name: digit, exact: true }).click()
      // From the last digit to the first frame with an alley, by the page's own clock.
      await page.evaluate(() => {
        const marks = window as unknown as { from: number; shown: number }
        addEventListener('pointerdown', () => (marks.from ??= performance.now()), { capture: true, once: true })
        new MutationObserver((_, me) => {
          if (!document.querySelector('a[href^="#/walk/"]')) return
          me.disconnect()
          requestAnimationFrame(() => (marks.shown = performance.now()))
        }).observe(document, { childList: true, subtree: true })
      })
      await page.getByRole('button', { name: PIN.at(-1) ?? '', exact: true }).click()
      await expect(phone.resume).toBeVisible()
      await page.waitForFunction(() => (window as unknown as { shown?: number }).shown !== undefined)
      pin.push(await page.evaluate(() => (({ from, shown }) => shown - from)(window as unknown as { from: number; shown: number })))
      const before = await page.evaluate(() => performance.now())
      await phone.resume.click()
      await page.locator('[data-door]').first().waitFor()
      strip.push((await page.evaluate(() => performance.now())) - before)
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
