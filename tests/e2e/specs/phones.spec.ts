import type { Locator, Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { Book } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'
import { Wire } from '../support/wire.ts'

test.use({ ward: { name: 'phones', scale: 0.1 } })

interface Phones {
  phones: Array<{ device_id: string; needs: string; account: { name: string } }>
}

const NOWHERE = '01936f00-0000-7000-8000-000000000000'

const lineOf = (page: Page, phone: Wire): Locator => page.locator(`[data-device="${phone.device}"]`)

test('the ward sees which phone needs a call, and sees it be well again', async ({ server, desk, book }) => {
  const failing = await Wire.open(server.url, 'tnv3')
  const full = await Wire.open(server.url, 'tnv2')
  const rejected = await Wire.open(server.url, 'tnv1')
  await failing.pull({ queued: 3, failed: 5 })
  await full.pull({ queued: 1140, failed: 0 })
  expect(await rejected.push('visit.record', { household_id: NOWHERE, outcome: 'NOT_HOME' })).toMatchObject({
    outcome: 'rejected',
    reason: 'out_of_reach',
  })

  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await page.getByRole('link', { name: 'Máy', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Máy của các đội' })).toBeVisible()

  // What a phone says of itself is written down a moment after its answer: the desk hears of it when it is.
  await expect(lineOf(page, failing)).toContainText('5 lần liền')
  await expect(lineOf(page, full)).toContainText('1.140 lượt')
  await expect(lineOf(page, rejected)).toContainText('1 lượt')
  // One sentence each, with what to do and why.
  const { phones } = await book.get<Phones>('/phones')
  const name = (phone: Wire): string => phones.find(({ device_id }) => device_id === phone.device)?.account.name ?? ''
  await expect(lineOf(page, failing)).toContainText(`Nhắn ${name(failing)} ra chỗ mạng khỏe rồi bấm “Gửi ngay”: máy gửi hỏng 5 lần liền.`)
  await expect(lineOf(page, full)).toContainText(`Nhắn ${name(full)} mở ứng dụng ở chỗ có mạng: máy còn 1.140 lượt chưa gửi.`)
  await expect(lineOf(page, rejected)).toContainText('1 lượt: nhà không thuộc ngõ của đội')
  await expect(lineOf(page, full).getByRole('cell').nth(1)).toContainText(/vừa xong|phút trước/)

  // The worst first, as the server says; those that are well are not among those that need help.
  const order = (): Promise<Array<string | null>> => page.locator('[data-device]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-device')))
  await expect.poll(order).toEqual(phones.map(({ device_id }) => device_id))
  const helpless = phones.filter(({ needs }) => needs !== 'nothing').map(({ device_id }) => device_id)
  await page.getByRole('radio', { name: `Cần giúp (${helpless.length})` }).check({ force: true })
  await expect.poll(order).toEqual(helpless)
  expect(helpless).toEqual(expect.arrayContaining([failing.device, full.device, rejected.device]))
  await page.getByRole('button', { name: 'Các cột nghĩa là gì' }).click()
  await expect(page.getByRole('dialog', { name: 'Các cột nghĩa là gì' })).toContainText('Mọi con số là số máy báo ở lần liên lạc cuối')
  await spotless(page, 'phones with the words explained')
  await page.keyboard.press('Escape')

  // The full phone finds a network and sends: its line leaves the list of those in need, by itself.
  const [door] = await full.pull()
  await full.push('visit.record', { household_id: door?.id, outcome: 'NOT_HOME' })
  await expect(lineOf(page, full)).toHaveCount(0, { timeout: 20_000 })
  await expect(page.getByRole('radio', { name: `Cần giúp (${helpless.length - 1})` })).toBeAttached()
  await spotless(page, 'phones')
  await fits(page, 'phones')
})

test('a lead sees the phones of the team and nothing else of the desk', async ({ server, phone, watch }) => {
  const own = await Book.open(server.url, 'doitruong1')
  await (await Wire.open(server.url, 'tnv1')).pull()
  const { phones } = await own.get<Phones>('/phones')
  expect(phones.length).toBeGreaterThan(0)

  const it = await phone(PHONE)
  const { page } = it
  await it.signIn('doitruong1')
  await it.go('Của tôi')
  await page.getByRole('link', { name: 'Máy của đội' }).click()
  await expect(page.getByRole('heading', { name: 'Máy của đội' })).toBeVisible()
  const all = (await own.get<Phones>('/phones')).phones.map(({ device_id }) => device_id)
  await expect(page.locator('[data-device]')).toHaveCount(all.length)
  for (const device of all) await expect(page.locator(`[data-device="${device}"]`)).toBeVisible()
  await spotless(page, 'phones of a team')
  await fits(page, 'phones of a team')
  await expect(page.getByRole('navigation').getByRole('link')).toHaveText(['Máy', 'Về đi ngõ'])

  // The rest of the desk is not for a lead: the address leads home.
  await page.goto('/#/ward/inbox')
  await expect(it.resume).toBeVisible()
  expect(watch.faults).toEqual([])
})
