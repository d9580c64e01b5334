import { moved } from '../support/book.ts'
import { expect, test } from '../support/test.ts'
import { Wire, type WireDoor } from '../support/wire.ts'

test.use({ ward: { name: 'trust', scale: 0.1 } })

const HOUR = 3_600_000

test('a resident who fears a swindler: the badge to check, a no that is final, and the ward sees a count', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.toNextDoor()
  const door = page.url()
  const id = /#\/door\/([^/]+)/.exec(door)?.[1] ?? ''
  const [head] = (await (await Wire.open(server.url, 'tnv1')).pull()).filter((each) => each.id === id).map((each) => (each as WireDoor & { head?: string }).head)
  await page.getByRole('link', { name: 'Thẻ hôm nay' }).first().click()
  await expect(page.getByRole('heading', { name: 'Thẻ hôm nay' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Mã hôm nay của đội' }).locator('b')).toHaveText(/^\d{3}\s*\d{3}$/)
  for (const never of ['Không hỏi mật khẩu', 'Không hỏi mã OTP', 'Không chụp căn cước']) await expect(page.getByText(never, { exact: true })).toBeVisible()
  if (head) await expect(page.getByRole('main').last(), 'nobody of the house is on the badge').not.toContainText(head)
  await page.getByRole('button', { name: 'Quay lại' }).click()
  await expect(it.result).toBeVisible()

  const { group } = await it.knock('declined')
  await expect(it.allSent).toBeVisible()
  await page.evaluate((to) => (location.href = to), door)
  await expect(page.getByText(/Nhà đã từ chối\. Không gõ lại trước/)).toBeVisible()
  await page.evaluate(() => (location.hash = '#/revisit'))
  await expect(page.getByRole('heading', { name: /^Tối (nay|mai)$/ })).toBeVisible()
  await expect(page.locator(`a[href="#/door/${id}"]`), 'for ninety days').toHaveCount(0)
  expect(moved(before, await book.coverage())).toEqual({ [group]: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_declined: 1 } })
})

test('a stall whose QR code was glued over: the trader is shown how to check it, and the bank is asked, with no name', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.toNextDoor()
  const id = /#\/door\/([^/]+)/.exec(page.url())?.[1] ?? ''
  const group = (await page.getByRole('banner').locator('p').innerText()).split(' · ').at(-1) ?? ''
  await page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
  await page.getByRole('button', { name: '18–59 tuổi' }).click()
  await page.getByRole('button', { name: /^Kỹ năng khác/ }).click()
  await page.getByRole('group', { name: 'Mã QR bán hàng (tiểu thương)', exact: true }).getByRole('button', { name: 'Tự làm' }).click()
  await page.getByRole('button', { name: 'Chuyển tiếp' }).click()
  await page.getByRole('dialog', { name: 'Chuyển cho ai?' }).getByRole('button', { name: /^Ngân hàng: mã QR/ }).click()
  await page.getByRole('button', { name: 'Đã hướng dẫn', exact: true }).click()
  await page.waitForURL(/#\/walk\//)
  await expect(it.allSent).toBeVisible({ timeout: 30_000 })
  const wire = await Wire.open(server.url, 'tnv1')
  const referrals = async () => {
    const door = (await wire.pull()).find((each) => each.id === id) as (WireDoor & { referrals?: Array<{ kind: string; learner_id?: string }>; people?: unknown[] }) | undefined
    return { referrals: door?.referrals?.map(({ kind, learner_id }) => `${kind} ${learner_id ?? 'nobody'}`), people: door?.people ?? [] }
  }
  await expect.poll(referrals, { timeout: 30_000 }).toEqual({ referrals: ['BANK_QR nobody'], people: [] })
  expect(moved(before, await book.coverage())).toEqual({
    [group]: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_served: 1, coach_people: 1, coach_occ: 1 },
  })
})

test('three days in airplane mode: said after sixty hours, closed after seventy-two, and what was recorded goes out', async ({ phone, book }) => {
  test.setTimeout(120_000)
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()
  const began = Date.now()
  await it.context.clock.setSystemTime(began + 61 * HOUR)
  await it.restart()
  await expect(it.page.getByText(/^Còn 11 giờ nữa danh sách nhà tạm đóng/)).toBeVisible()
  await it.toNextDoor()
  const { group } = await it.knock('notHome')
  await it.holds(1)

  await it.context.clock.setSystemTime(began + 73 * HOUR)
  await it.restart()
  await expect(it.page.getByRole('heading', { name: 'Danh sách nhà tạm đóng' })).toBeVisible()
  await expect(it.page.getByText('1 lượt đã ghi vẫn còn nguyên trên máy.')).toBeVisible()
  await expect(it.resume).toHaveCount(0)
  await it.page.getByRole('link', { name: 'Xem lượt đã ghi' }).click()
  await expect(it.records).toHaveCount(1)
  await it.page.getByRole('navigation').getByRole('link', { name: 'Đi ngõ' }).click()
  await expect(it.page.getByRole('heading', { name: 'Danh sách nhà tạm đóng' })).toBeVisible()

  await it.online()
  await expect(it.resume, 'a word from the server opens them').toBeVisible({ timeout: 30_000 })
  await expect(it.allSent).toBeVisible()
  expect(moved(before, await book.coverage())).toEqual({ [group]: { visits: 1, hh_visited: 1, hh_revisit: 1 } })
})
