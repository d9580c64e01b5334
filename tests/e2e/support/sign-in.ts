import { expect, type Page } from '@playwright/test'
import { PASSWORD } from './book.ts'

export async function fillIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('Tên đăng nhập').fill(login)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click()
}

/** The PIN that every phone of the stories has; none that a phone would refuse. */
export const PIN = '271828'

/** Taps a PIN on the pad, whichever screen shows one. */
export async function tapPin(page: Page, pin = PIN): Promise<void> {
  for (const digit of pin) await page.getByRole('button', { name: digit, exact: true }).click()
}

/** Behind the sign-in of whoever walks stands the PIN: chosen on a phone that has none, entered on one that has. Others have no pad. */
export async function passPin(page: Page): Promise<void> {
  const choose = page.getByRole('heading', { name: 'Đặt mã PIN 6 số' })
  const enter = page.getByRole('heading', { name: 'Nhập mã PIN' })
  const desk = page.getByRole('navigation')
  await expect(choose.or(enter).or(desk).first()).toBeVisible({ timeout: 20_000 })
  if (await choose.isVisible()) {
    await tapPin(page)
    await expect(page.getByRole('heading', { name: 'Nhập lại mã vừa đặt' })).toBeVisible()
  } else if (!(await enter.isVisible())) return
  await tapPin(page)
  await expect(page.getByRole('group', { name: 'Bàn phím số' })).toBeHidden({ timeout: 20_000 })
}

export async function signIn(page: Page, login: string): Promise<void> {
  await page.goto('/')
  await fillIn(page, login)
  await expect(page.getByLabel('Tên đăng nhập')).toBeHidden()
  await passPin(page)
}
