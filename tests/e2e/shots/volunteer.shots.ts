import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'volunteer', scale: 1 } })

const FOLDER = resolve(import.meta.dirname, '../../../docs/img')
mkdirSync(FOLDER, { recursive: true })

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(FOLDER, `volunteer-${name}.png`), animations: 'disabled' })
}

/** The pictures of docs/VOLUNTEER.md, on the smallest phone. */
test('the guide', async ({ phone }) => {
  const it = await phone()
  const { page } = it
  await page.goto('/#/join')
  await expect(page.getByText('Mã đội', { exact: true })).toBeVisible()
  await shoot(page, 'join')
  await it.signIn('tnv1')
  await it.resume.click()
  await expect(page.getByRole('button', { name: 'Chia ngõ' })).toBeVisible()
  await shoot(page, 'walk')
  await page.getByRole('link', { name: /^Gõ cửa / }).click()
  await expect(it.result).toBeVisible()
  await shoot(page, 'door')
  await page.getByRole('button', { name: 'Mời ghi tên' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Gọi là gì?' }).fill('Bà Lan')
  await form.getByRole('button', { name: '60–79 tuổi' }).click()
  await page.getByRole('button', { name: 'Đưa máy cho người đó' }).click()
  await expect(page.getByRole('checkbox').first()).toBeVisible()
  await shoot(page, 'consent')
  for (const purpose of await page.getByRole('checkbox').all()) await purpose.click()
  await page.getByRole('button', { name: /^Đồng ý/ }).click()
  await expect(page.getByText('Cảm ơn. Đã ghi tên Bà Lan.')).toBeVisible()
  await shoot(page, 'coach')
  await page.getByRole('button', { name: /Thẻ hướng dẫn/ }).first().click()
  await expect(page.getByText(/^Bước 1\//)).toBeVisible()
  await shoot(page, 'card')
  await page.evaluate(() => (location.hash = '#/revisit'))
  await expect(page.getByRole('heading', { name: /^Tối (nay|mai)$/ })).toBeVisible()
  await shoot(page, 'tonight')
  await page.evaluate(() => (location.hash = '#/badge'))
  await expect(page.getByRole('heading', { name: 'Thẻ hôm nay' })).toBeVisible()
  await shoot(page, 'badge')
})
