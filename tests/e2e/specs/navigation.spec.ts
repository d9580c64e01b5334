import type { Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { DESK, PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'

// Large enough for more than a hundred doors that wait for an answer.
test.use({ ward: { name: 'navigation', scale: 0.3 } })

/** Names beside or under a sign that take more than one line, are cut off, or touch what counts. */
const untidy = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('nav :is(a, button) > span:not(.n, .hidden-label)')].flatMap((name) => {
      const box = name.getBoundingClientRect()
      if (box.width <= 1 || !name.checkVisibility()) return []
      const said = name.textContent ?? ''
      const range = document.createRange()
      range.selectNodeContents(name)
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)))
      const found: string[] = []
      if (tops.size > 1) found.push(`${said}: ${tops.size} lines`)
      if (box.left < 0 || box.right > innerWidth) found.push(`${said}: cut off`)
      const count = name.parentElement?.querySelector('.n')?.getBoundingClientRect()
      if (count && count.left < box.right && count.right > box.left && count.top < box.bottom - 2 && count.bottom > box.top + 2) found.push(`${said}: under its count`)
      return found
    }),
  )

for (const [screen, how] of [['1280', DESK], ['360', PHONE]] as const) {
  test(`every name of the desk keeps to its line at ${screen}, in both languages, with letters at 200 %`, async ({ desk }) => {
    const ward = await desk({ ...how, reducedMotion: 'reduce' })
    const { page } = ward
    await ward.signIn('admin')
    await page.goto('/#/ward/settings/history')
    await expect(page.locator('nav .n')).toHaveText('99+')
    const browser = await page.context().newCDPSession(page)
    for (const language of ['vi', 'en'] as const) {
      for (const size of [16, 32]) {
        await browser.send('Page.setFontSizes', { fontSizes: { standard: size } })
        await expect.poll(() => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize))).toBeGreaterThanOrEqual(size)
        const at = `${screen}, ${language}, ${size} px`
        expect.soft(await untidy(page), at).toEqual([])
        await fits(page, at)
        const opener = page.getByRole('button', { name: language === 'vi' ? 'Thêm' : 'More', exact: true })
        if (await opener.isVisible()) {
          await opener.click()
          await expect(page.getByRole('navigation').first().getByRole('link')).toHaveCount(13)
          expect.soft(await untidy(page), `${at}, opened`).toEqual([])
          await fits(page, `${at}, opened`)
          await spotless(page, `${at}, opened`)
          await opener.click()
        }
      }
      await browser.send('Page.setFontSizes', { fontSizes: { standard: 16 } })
      if (language === 'vi') {
        await page.getByRole('button', { name: 'English' }).click()
        await expect(page.getByRole('link', { name: 'Coverage map' })).toBeAttached()
      }
    }
  })
}
