import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { Officer } from '../support/officer.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'officer', scale: 1 } })

const FOLDER = resolve(import.meta.dirname, '../../../docs/img')
mkdirSync(FOLDER, { recursive: true })

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(FOLDER, `officer-${name}.png`), animations: 'disabled' })
}

/** The pictures of docs/OFFICER.md, on the smallest phone. */
test('the guide of officers', async ({ phone }) => {
  const { page } = await phone()
  const officer = new Officer(page)
  await officer.signIn()
  for (let n = 0; n < 4; n += 1) await page.getByRole('button', { name: /^Kích hoạt tài khoản/ }).click()
  await page.getByRole('button', { name: /^Lấy lại mật khẩu/ }).click()
  await expect(page.getByRole('button', { name: /^Kích hoạt tài khoản, hôm nay 4 lượt/ })).toBeVisible()
  await shoot(page, 'desk')
  await officer.queue.getByRole('button', { name: /^Hẹn làm Mức 2 · / }).first().click()
  await expect(page.getByRole('button', { name: 'Xong', exact: true })).toBeVisible()
  await shoot(page, 'task')
  await page.goto('/#/police/plan')
  await page.getByRole('link', { name: /^Ngày mai/ }).or(page.getByRole('button', { name: /^Ngày mai/ })).first().click()
  await expect(page.getByRole('heading', { name: 'Đi theo thứ tự này' })).toBeVisible()
  await shoot(page, 'evening')
  await page.goto('/#/police/counts')
  await page.getByRole('button', { name: 'Tháng', exact: true }).click()
  await expect(page.getByText('Theo việc')).toBeVisible()
  await shoot(page, 'counts')
})
