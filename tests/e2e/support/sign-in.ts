import { expect, type Page } from '@playwright/test'
import { PASSWORD } from './book.ts'

export async function fillIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('Tên đăng nhập').fill(login)
  await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click()
}

export async function signIn(page: Page, login: string): Promise<void> {
  await page.goto('/')
  await fillIn(page, login)
  await expect(page.getByLabel('Tên đăng nhập')).toBeHidden()
}
