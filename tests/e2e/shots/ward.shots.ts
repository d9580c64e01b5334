import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'ward-guide', scale: 1 } })

const FOLDER = resolve(import.meta.dirname, '../../../docs/img')
mkdirSync(FOLDER, { recursive: true })
const LIST = fileURLToPath(new URL('../../fixtures/registers/to-truong-thai-hoc-2.xlsx', import.meta.url))

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(FOLDER, `desk-${name}.png`), animations: 'disabled' })
}

/** The pictures of docs/WARD.md, on the ward's laptop. */
test('the guide of the desk', async ({ desk, server }) => {
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  const enter = async (room: string): Promise<void> => {
    await page.goto(`${server.url}/#/ward/${room}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  }

  await expect(page.getByText('Đang vẽ bản đồ…')).toBeHidden({ timeout: 60_000 })
  await shoot(page, 'map')

  await enter('board')
  await expect(page.getByRole('heading', { name: 'Vướng ở đâu, gỡ thế nào' })).toBeVisible()
  await shoot(page, 'board')

  await enter('import')
  await page.locator('input[type="file"]').setInputFiles(LIST)
  await page.getByRole('button', { name: /^Tiếp: soát/ }).click()
  await expect(page.getByRole('heading', { name: 'So với sổ hiện có' })).toBeVisible()
  await shoot(page, 'import')

  await enter('register')
  await page.getByRole('link', { name: /^Thái Học 2/ }).or(page.getByRole('button', { name: /^Thái Học 2/ })).first().click()
  await page.getByText('CVA-', { exact: false }).first().click()
  await expect(page.getByText('Chọn một hộ để xem và sửa')).toBeHidden()
  await shoot(page, 'register')

  await enter('assign')
  await page.getByRole('button', { name: 'Đề xuất cân bằng' }).click()
  await page.getByRole('button', { name: /^Chia lại cả phường/ }).click()
  await expect(page.getByText(/^Đề xuất đưa vào nháp/)).toBeVisible()
  await shoot(page, 'assign')

  await enter('quality')
  await expect(page.getByRole('button', { name: 'Đã rõ' }).first()).toBeVisible()
  await shoot(page, 'quality')
})
