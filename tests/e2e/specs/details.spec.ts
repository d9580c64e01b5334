import type { PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'details', scale: 0.1 } })

interface Inbox {
  two_values: Array<{ op_id: string; field: string; book: string; phone: string; household: { id: string } }>
}

test('details of a home, typed without a network: shown at once, in the book later, and the name goes to the ward', async ({ phone, book }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  await it.offline()
  await it.toNextDoor()
  const id = /#\/door\/([^/]+)/.exec(page.url())?.[1] ?? ''
  const head = (await page.getByRole('heading', { level: 1 }).innerText()).trim()
  const members = Number(/(\d+) nhân khẩu/.exec(await page.getByRole('banner').innerText())?.[1])

  await page.getByRole('button', { name: 'Sửa thông tin nhà' }).click()
  const sheet = page.getByRole('dialog', { name: 'Sửa thông tin nhà' })
  const save = sheet.getByRole('button', { name: 'Lưu thông tin' })
  await expect(save).toBeDisabled()
  await expect(sheet.getByText('Chưa có gì thay đổi.')).toBeVisible()

  // What the server would not take is said while it is typed, and cannot be saved.
  const landmark = sheet.getByRole('textbox', { name: /^Mốc dễ nhận/ })
  await landmark.fill('gọi 0900 000 001 trước')
  await expect(sheet.getByText(/dãy số dài/)).toBeVisible()
  await expect(save).toBeDisabled()
  await landmark.fill('a'.repeat(81))
  await expect(sheet.getByText('Dài quá. Viết ngắn lại.')).toBeVisible()
  await landmark.fill('  cổng xanh   cạnh giếng ')
  await expect(sheet.getByText(/dãy số dài|Dài quá/)).toHaveCount(0)
  await sheet.getByRole('button', { name: 'Thêm: Số nhân khẩu' }).click()
  await sheet.getByRole('textbox', { name: /^Tên chủ hộ/ }).fill('Nguyễn Thị Thử')
  await expect(sheet.getByText('Số nhà và tên chủ hộ chờ phường duyệt.')).toBeVisible()
  await save.click()
  await expect(sheet).toBeHidden()

  const main = page.getByRole('main')
  await expect(main.getByText(/^Mốc: cổng xanh cạnh giếng/)).toContainText('chờ gửi')
  await expect(main.getByText(new RegExp(`^${members + 1} nhân khẩu`))).toContainText('chờ gửi')
  await expect(main.getByText(/^Chủ hộ: Nguyễn Thị Thử/)).toContainText('chờ gửi')

  const pushed = it.pushed()
  await it.online()
  const answer = (await (await pushed).json()) as PushAnswer
  expect(answer.results.map(({ outcome, flags }) => ({ outcome, flags }))).toEqual([{ outcome: 'applied', flags: ['to_inbox'] }])
  await expect(it.allSent).toBeVisible()
  await expect(main.getByText(/^Mốc: cổng xanh cạnh giếng/)).not.toContainText('chờ gửi')
  await expect(main.getByText(/^Chủ hộ: Nguyễn Thị Thử/)).toContainText('chờ phường duyệt')
  // The book is not overwritten: the name on the door is the one it says.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(head)

  const { two_values } = await book.get<Inbox>('/inbox')
  expect(two_values.filter(({ household }) => household.id === id).map(({ field, book, phone }) => ({ field, book, phone }))).toEqual([
    { field: 'head', book: head, phone: 'Nguyễn Thị Thử' },
  ])

  // A mate's phone hears of it.
  const other = await phone()
  await other.signIn('tnv1')
  await other.page.evaluate((to) => (location.hash = `#/door/${to}`), id)
  await expect(other.page.getByRole('main').getByText('Mốc: cổng xanh cạnh giếng')).toBeVisible()
  await expect(other.page.getByRole('main').getByText(`${members + 1} nhân khẩu`)).toBeVisible()
  await expect(other.page.getByRole('heading', { level: 1 })).toHaveText(head)
})
