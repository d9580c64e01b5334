import { passPin } from '../support/sign-in.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'cold start', scale: 0.1 } })

test('airplane mode from a cold start: a whole shift on what the phone holds', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.page.close()
  await it.context.setOffline(true)

  // Nothing of this visit to the app comes from a network.
  it.page = await it.context.newPage()
  await it.page.goto('/')
  await passPin(it.page)
  const { page } = it
  await expect(page.getByRole('link', { name: 'Ngoại tuyến' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Ngõ của đội' })).toBeVisible()
  await it.resume.click()

  const cta = page.getByRole('link', { name: /^Gõ cửa / })
  await expect(cta).toBeVisible()
  await expect(page.getByRole('link', { name: /^Nhà tiếp theo/ })).toBeInViewport()
  const doors = await page.locator('[data-door]').count()

  await page.getByRole('button', { name: 'Danh sách' }).click()
  // The strip folds its side alleys; the list has every door.
  expect(await page.getByRole('main').getByRole('listitem').count()).toBeGreaterThanOrEqual(doors)
  await page.getByRole('button', { name: 'Bản đồ' }).click()
  await expect(page.getByRole('img', { name: 'Bản đồ các tổ của đội' })).toBeVisible()
  await page.getByRole('button', { name: 'Ngõ', exact: true }).click()

  await cta.click()
  const door = await it.doorNumber()
  const id = page.url().split('/').at(-1)
  await it.knock('coached')
  await it.holds(1)
  // The strip shows what was done, and the way goes on behind it.
  await expect(page.locator(`[data-door="${id}"]`)).toHaveAccessibleName(/đã gặp/)
  await cta.click()
  await it.knock('appointment')
  await page.getByRole('button', { name: 'Quay lại' }).click()

  await it.go('Hẹn lại')
  await expect(page.getByRole('heading', { name: /^Sắp tới/ })).toBeVisible()
  await it.go('Tìm nhà')
  await page.getByRole('searchbox').fill(door)
  await expect(page.getByRole('main').getByRole('listitem').first()).toContainText(door)

  await it.go('Của tôi')
  await expect(page.getByText('Máy đang không có mạng. Lượt không mất khi tắt máy')).toBeVisible()
  // The second language is in the shell too.
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible()
  await page.getByRole('button', { name: 'Tiếng Việt' }).click()

  // Swiped away and opened once more: the two records are where they were.
  await it.restart()
  await it.holds(2)
  await it.online()
  await expect(it.allSent).toBeVisible()
})
