/**
 * The desk of a whole ward on a laptop: how soon the map of 16,500 households can be used, what a group
 * and its doors cost, and a list of 5,000 dirty rows from the drop of the file into the book and out again.
 *
 *   cd tests/e2e && npx playwright test --config soak/playwright.config.ts ward
 *
 * The list is made first: `cargo run -p gocua-paper --example make_registers -- 5000 FILE`, named by
 * `GOCUA_LIST`.
 */
import { chromium, expect, test, type Page } from '@playwright/test'
import { CHROMIUM } from '../support/browser.ts'
import { Desk } from '../support/desk.ts'
import { Server } from '../support/server.ts'

const ENTRIES = 10
const IMPORTS = 3
const LIST = process.env.GOCUA_LIST

const sorted = (all: number[]): number[] => [...all].sort((a, b) => a - b)
const at = (all: number[], share: number): number => Math.round(sorted(all)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? NaN)
const row = (what: string, all: number[], goal: string): void => console.log(`| ${what} | ${at(all, 0.5)} | ${at(all, 0.95)} | ${goal} |`)

/** Runs in the page: when each part of the map stood there, by the page's own clock, and what kept it busy. */
function watch(): void {
  const seen = window as unknown as { stood: Record<string, number>; tasks: number[] }
  seen.stood = {}
  seen.tasks = []
  const signs: Array<[string, string]> = [
    ['table', 'tbody tr[data-row]'],
    ['card', 'tr.detail'],
    ['map', '.gl.ready canvas, svg [data-group]'],
  ]
  new MutationObserver(() => {
    for (const [name, sign] of signs) {
      if (name in seen.stood || !document.querySelector(sign)) continue
      seen.stood[name] = 0
      requestAnimationFrame(() => setTimeout(() => (seen.stood[name] = performance.now())))
    }
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['class'] })
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => seen.tasks.push(duration))).observe({ type: 'longtask', buffered: true })
}

const stood = async (page: Page, part: string): Promise<number> =>
  (await (await page.waitForFunction((name) => (window as unknown as { stood: Record<string, number> }).stood[name], part, { polling: 100, timeout: 30_000 })).jsonValue()) as number

test('the map of a whole ward', async () => {
  const server = await Server.start(1)
  const { executablePath, args } = CHROMIUM.launchOptions ?? {}
  const browser = await chromium.launch({ executablePath, args, headless: true })
  try {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 800 } })
    const desk = new Desk(context, await context.newPage())
    await desk.page.goto('/')
    await desk.signIn()
    await desk.page.close()
    await context.addInitScript(watch)
    const table: number[] = []
    const map: number[] = []
    const answer: number[] = []
    const longest: number[] = []
    for (let entry = 0; entry < ENTRIES; entry += 1) {
      const page = await context.newPage()
      await page.goto('/#/ward', { waitUntil: 'commit' })
      table.push(await stood(page, 'table'))
      map.push(await stood(page, 'map'))
      const group = page.locator('tbody tr[data-row]').nth(entry).locator('th button')
      await page.evaluate(() => {
        const seen = window as unknown as { up: number; stood: Record<string, number> }
        addEventListener('click', () => (seen.up = performance.now()), { capture: true })
        delete seen.stood['card']
      })
      await group.click()
      await stood(page, 'card')
      answer.push(await page.evaluate(() => { const seen = window as unknown as { up: number; stood: Record<string, number> }; return (seen.stood['card'] ?? NaN) - seen.up }))
      longest.push(await page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks)))
      await page.close()
    }
    console.log('| ms | median | p95 | goal |\n|---|---|---|---|')
    row('the address to the table of groups', table, '')
    row('the address to the map', map, '2000')
    row('a click on a group to its mark', answer, '')
    row('longest task', longest, '')
  } finally {
    await browser.close()
    await server.stop()
  }
})

test('a list of 5,000 dirty rows', async () => {
  if (!LIST) throw new Error('GOCUA_LIST names no file')
  const server = await Server.start(0.1)
  const { executablePath, args } = CHROMIUM.launchOptions ?? {}
  const browser = await chromium.launch({ executablePath, args, headless: true })
  try {
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 800 } })
    const desk = new Desk(context, await context.newPage())
    const { page } = desk
    await desk.signIn()
    const steps: Record<string, number[]> = {}
    const timed = async (what: string, act: () => Promise<unknown>, done: () => Promise<unknown>): Promise<void> => {
      const began = performance.now()
      await act()
      await done()
      ;(steps[what] ??= []).push(performance.now() - began)
    }
    for (let time = 0; time < IMPORTS; time += 1) {
      await page.goto('/#/ward')
      await page.goto('/#/ward/import')
      await timed(
        'the file dropped, to its columns',
        () => page.locator('input[type="file"]').setInputFiles(LIST),
        () => expect(page.getByRole('button', { name: /^Tiếp: soát / })).toBeEnabled({ timeout: 60_000 }),
      )
      await timed(
        'the columns said, to its doubtful rows and the difference from the register',
        () => page.getByRole('button', { name: /^Tiếp: soát / }).click(),
        () => expect(page.getByRole('heading', { name: 'So với sổ hiện có' })).toBeVisible({ timeout: 60_000 }),
      )
      const strangers = page.getByRole('region', { name: 'Tổ chưa có trong phường' })
      if (await strangers.isVisible()) {
        for (const box of await strangers.getByRole('checkbox').all()) {
          await box.check()
          await expect(box).toBeChecked()
        }
      }
      const alike = page.getByRole('button', { name: /^Nhận cả / })
      for (let left = await alike.count(); left > 0; left -= 1) {
        await alike.first().click()
        await expect(alike).toHaveCount(left - 1, { timeout: 60_000 })
      }
      const commit = page.getByRole('button', { name: /^Nhập [\d.]+ hộ$/ })
      await timed(
        'into the book',
        () => commit.click(),
        () => expect(page.getByRole('heading', { name: 'Đã nhập vào sổ' })).toBeVisible({ timeout: 60_000 }),
      )
      await page.getByRole('link', { name: 'Nhập tệp khác' }).click()
      await page.getByRole('button', { name: /^Hoàn tác / }).first().click()
      await expect(page.getByText('Chưa ai đụng đến hộ nào từ khi nhập')).toBeVisible({ timeout: 60_000 })
      await timed(
        'and out of it',
        () => page.getByRole('button', { name: 'Hoàn tác', exact: true }).click(),
        () => expect(page.getByText(/đã hoàn tác lúc/).first()).toBeVisible({ timeout: 60_000 }),
      )
    }
    console.log('| ms | median | p95 | goal |\n|---|---|---|---|')
    for (const [what, all] of Object.entries(steps)) row(what, all, '')
  } finally {
    await browser.close()
    await server.stop()
  }
})
