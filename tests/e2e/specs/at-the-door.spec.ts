import type { Page } from '@playwright/test'
import { moved } from '../support/book.ts'
import { expect, test } from '../support/test.ts'
import type { Phone } from '../support/phone.ts'

test.use({ ward: { name: 'at the door', scale: 0.1 } })

const doorId = (page: Page): string => /#\/door\/([^/]+)/.exec(page.url())?.[1] ?? ''

async function open(it: Phone, id: string): Promise<void> {
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), id)
  await expect(it.result).toBeVisible()
}

/** Counts the taps of a thumb from now on. */
async function taps(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counted = window as unknown as { taps: number }
    counted.taps = 0
    addEventListener('click', (event) => void (event.isTrusted && (counted.taps += 1)), { capture: true })
  })
  return () => page.evaluate(() => (window as unknown as { taps: number }).taps)
}

/** Ward time of a working day of last week: 2 is Tuesday. */
function lastWeek(day: number, hour: number, minute: number): Date {
  const ward = new Date(Date.now() + 7 * 3_600_000)
  const since = ((ward.getUTCDay() + 6) % 7) + 7 - (day - 1)
  return new Date(Date.UTC(ward.getUTCFullYear(), ward.getUTCMonth(), ward.getUTCDate() - since, hour - 7, minute))
}

test('nobody home by day: three tries in two bands on three days, and the phone proposes another hour', async ({ phone, book, server }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()
  await it.toNextDoor()
  const door = doorId(it.page)
  let group = ''
  for (const [day, hour, minute] of [[2, 9, 10], [3, 10, 0], [4, 15, 0]] as const) {
    // Restarted each morning: nothing is kept but what is on the disk.
    await it.context.clock.setSystemTime(lastWeek(day, hour, minute))
    await it.restart()
    await open(it, door)
    group = (await it.knock('notHome')).group
  }
  await open(it, door)
  await expect(it.page.getByText('Khó gặp: vắng 3 lần, nhiều buổi khác nhau.')).toBeVisible()
  await it.context.clock.setSystemTime(Date.now())
  await it.restart()
  await it.holds(3)

  await it.online()
  await expect(it.allSent).toBeVisible()
  const change = moved(before, await book.coverage())
  expect(change).toEqual({ [group]: { visits: 3, hh_visited: 1, hh_revisit: 1, hh_unreachable: 1 } })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('nobody home is one tap, a whole visit with two skills is seven', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.toNextDoor()
  const counted = await taps(it.page)
  await it.knock('notHome')
  expect(await counted()).toBe(1)
  const began = Date.now()
  await it.knock('coached')
  expect((await counted()) - 1).toBeLessThanOrEqual(7)
  expect(Date.now() - began, 'by script').toBeLessThan(25_000)
})

test('a home that wants to learn without leaving a name: counted, and nothing else is kept', async ({ phone, book }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.toNextDoor()
  const group = (await it.page.getByRole('banner').locator('p').innerText()).split(' · ').at(-1) ?? ''
  await it.page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
  await it.page.getByRole('button', { name: '60–79 tuổi' }).click()
  await it.page.getByRole('button', { name: 'Tự làm' }).first().click()
  const pushed = it.pushed()
  await it.page.getByRole('button', { name: 'Không lưu thông tin' }).click()
  const sent = (await pushed).request().postDataJSON() as { ops: Array<{ payload: Record<string, unknown> }> }
  expect(Object.keys(sent.ops[0]?.payload ?? {}).sort()).toEqual(['household_id', 'outcome', 'people'])
  await expect(it.allSent).toBeVisible()
  expect(moved(before, await book.coverage())).toEqual({
    [group]: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_served: 1, coach_people: 1, coach_people_60: 1, coach_occ: 1 },
  })
})

test('a home that refuses is left alone for ninety days', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.toNextDoor()
  const door = doorId(it.page)
  await it.knock('declined')
  await open(it, door)
  await expect(it.page.getByText(/Nhà đã từ chối\. Không gõ lại trước/)).toBeVisible()
  await it.page.evaluate(() => (location.hash = '#/revisit'))
  await expect(it.page.getByRole('heading', { name: /^Tối (nay|mai)$/ })).toBeVisible()
  await expect(it.page.locator(`a[href="#/door/${door}"]`)).toHaveCount(0)
})

test('only a child at home: not a meeting, and tried again', async ({ phone, book }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.toNextDoor()
  const group = (await it.page.getByRole('banner').locator('p').innerText()).split(' · ').at(-1) ?? ''
  const pushed = it.pushed()
  await it.page.getByRole('button', { name: 'Chỉ có trẻ em' }).click()
  await pushed
  await expect(it.allSent).toBeVisible()
  expect(moved(before, await book.coverage())).toEqual({ [group]: { visits: 1, hh_visited: 1, hh_revisit: 1 } })
})

test('no network at all: the steps of a skill, the resident’s page and the words at the door', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.offline()
  await it.toNextDoor()
  const { page } = it
  await page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
  await page.getByRole('button', { name: 'Lời chào và việc cần nhớ ở cửa' }).click()
  const script = page.getByRole('dialog', { name: 'Lời chào ở cửa' })
  await expect(script).toContainText('không hỏi mật khẩu, không hỏi mã OTP, không chụp căn cước')
  await script.getByRole('button', { name: 'Đóng' }).click()
  await page.getByRole('button', { name: '60–79 tuổi' }).click()
  await page.getByRole('button', { name: /Thẻ hướng dẫn/ }).nth(1).click()
  const card = page.getByRole('dialog')
  await expect(card.getByText('Bước 1/4')).toBeVisible()
  await expect(card.locator('svg').first()).toBeVisible()
  await card.getByRole('button', { name: 'Tiếp' }).click()
  await expect(card.getByText('Bước 2/4')).toBeVisible()
  await card.getByRole('button', { name: 'Bước trước' }).click()
  await card.getByRole('switch', { name: 'Cho bác xem' }).click()
  // What the resident reads is about them, not about how to teach.
  await expect(card.getByText('Bước 1/4')).toBeVisible()
  await expect(card.getByText(/^Nhớ:/)).toBeHidden()
})

test('a house without a number is found by what stands beside it, typed in haste', async ({ phone, book, server }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.toNextDoor()
  const door = doorId(it.page)
  await it.page.getByRole('button', { name: 'Sửa thông tin nhà' }).click()
  const sheet = it.page.getByRole('dialog')
  await sheet.getByRole('textbox', { name: /^Mốc dễ nhận/ }).fill('sau nhà văn hóa Trại Sen')
  await sheet.getByRole('button', { name: /^Lưu/ }).click()
  await expect(sheet).toBeHidden()
  await it.page.getByRole('button', { name: 'Quay lại' }).click()
  await it.go('Tìm nhà')
  for (const typed of ['trai sen', 'traij sen', 'nvh trai sen']) {
    await it.page.getByRole('searchbox').fill(typed)
    await expect(it.page.getByRole('main').getByRole('listitem').first().getByRole('link'), typed).toHaveAttribute('href', `#/door/${door}`)
  }
  await expect(it.allSent).toBeVisible()
  expect((await book.coverage()).seq).toBeGreaterThan(0)
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
