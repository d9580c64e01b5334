import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'shots', scale: 1 } })

const FOLDER = resolve(import.meta.dirname, '../../../docs/img')
mkdirSync(FOLDER, { recursive: true })

/** Letters drawn, and nothing under way. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' })
}

test('the phone', async ({ phone }) => {
  // The size of the drawings that the screens were made after.
  const it = await phone({ viewport: { width: 390, height: 844 } })
  await it.signIn('tnv1')
  await it.toNextDoor()
  await it.knock('coached')
  await expect(it.allSent).toBeVisible()
  // A few doors of the evening stand on the strip: every state has its colour and its shape.
  await it.offline()
  await it.toNextDoor()
  for (const knock of ['notHome', 'declined', 'appointment', 'notHome'] as const) await it.knock(knock)
  await expect(it.result).toBeVisible()
  await it.page.getByRole('button', { name: 'Hoàn tác' }).waitFor({ state: 'hidden', timeout: 20_000 })
  await shoot(it.page, 'door')
  await it.page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
  await it.page.getByRole('button', { name: '60–79 tuổi' }).click()
  await it.page.getByRole('button', { name: 'Tự làm' }).nth(0).click()
  await it.page.getByRole('button', { name: 'Có người nhắc' }).nth(1).click()
  await shoot(it.page, 'coach')
  await it.page.getByRole('button', { name: 'Quay lại' }).click()
  await it.page.getByRole('button', { name: 'Quay lại' }).click()
  await expect(it.page.getByRole('link', { name: /^Nhà tiếp theo/ })).toBeInViewport()
  await shoot(it.page, 'walk')
  await it.mine()
  await shoot(it.page, 'mine')
})

test("the ward's desk", async ({ desk }) => {
  const ward = await desk({ viewport: { width: 1440, height: 900 } })
  const { page } = ward
  await ward.signIn()
  await expect(page.getByText('Đang vẽ bản đồ…')).toBeHidden({ timeout: 60_000 })
  const first = page.getByRole('rowheader').first()
  const name = await first.innerText()
  await first.getByRole('button').click()
  await expect(page.getByRole('heading', { name: `Ngõ của ${name}` })).toBeVisible()
  await shoot(page, 'ward')
})
