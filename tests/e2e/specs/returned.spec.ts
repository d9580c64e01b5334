import { moved } from '../support/book.ts'
import { bodyOf, WORTH, type PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'returned', scale: 0.1 } })

const PUSH = '**/api/v1/sync/push'

test('a record that came back is mended with what was entered, and goes as a new one', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  // A skill that has left the catalogue since: spoiled on its way, the answer is the server's own.
  await it.context.route(
    PUSH,
    async (route) => {
      const body = bodyOf(route.request()) as unknown as { ops: Array<{ payload: { people: Array<{ skills: Array<{ skill: string }> }> } }> }
      const [first] = body.ops[0]?.payload.people[0]?.skills ?? []
      if (first) first.skill = 'GONE-99'
      await route.continue({ postData: JSON.stringify(body) })
    },
    { times: 1 },
  )
  await it.toNextDoor()
  const refused = it.pushed()
  const { group, door } = await it.knock('coached')
  expect(((await (await refused).json()) as PushAnswer).results).toMatchObject([{ outcome: 'rejected', reason: 'unknown_skill' }])

  await page.getByRole('button', { name: 'Quay lại' }).click()
  await it.go('Của tôi')
  const main = page.getByRole('main')
  await expect(main.getByText('1 lượt bị trả lại')).toBeVisible()
  await expect(main.getByText(`Số ${door} · Đã hướng dẫn · 1 người`)).toBeVisible()
  await expect(main.getByText('Có kỹ năng không còn trong danh mục.')).toBeVisible()
  await main.getByRole('button', { name: 'Sửa rồi gửi lại' }).click()
  await expect(page.getByRole('button', { name: 'Tự làm', pressed: true })).toHaveCount(2)
  const pushed = it.pushed()
  await page.getByRole('button', { name: 'Đã hướng dẫn', exact: true }).click()
  expect(((await (await pushed).json()) as PushAnswer).results.map(({ outcome }) => outcome)).toEqual(['applied'])
  await expect.poll(async () => moved(before, await book.coverage())).toEqual({ [group]: WORTH.coached })

  // The one that came back stays until a person lets go of it, and says that it was seen to.
  await expect(main.getByText(/^Đã ghi lại lúc \d\d:\d\d/)).toBeVisible()
  await expect(main.getByRole('button', { name: 'Sửa rồi gửi lại' })).toHaveCount(0)
  await main.getByRole('button', { name: 'Bỏ lượt này' }).click()
  await main.getByRole('button', { name: 'Bấm lần nữa để bỏ hẳn' }).click()
  await expect(main.getByText('bị trả lại')).toHaveCount(0)
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('an edit of a home that the ward has removed: neither lost nor in the book, the ward looks at it', async ({ phone, book }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  await it.offline()
  await it.toNextDoor()
  const id = /#\/door\/([^/]+)/.exec(page.url())?.[1] ?? ''
  const door = await it.doorNumber()
  await page.getByRole('button', { name: 'Sửa thông tin nhà' }).click()
  const sheet = page.getByRole('dialog', { name: 'Sửa thông tin nhà' })
  await sheet.getByRole('textbox', { name: /^Mốc dễ nhận/ }).fill('cạnh cây đa')
  await sheet.getByRole('button', { name: 'Lưu thông tin' }).click()
  await expect(sheet).toBeHidden()
  await book.post('/households/remove', { ids: [id], why: 'demolished' })

  const pushed = it.pushed()
  await it.online()
  expect(((await (await pushed).json()) as PushAnswer).results).toMatchObject([{ outcome: 'quarantined', reason: 'household_deleted' }])
  // The door has left the team's alleys; its record has not left the phone.
  await expect(page.getByText('Nhà này không còn trong danh sách của đội')).toBeVisible()
  await it.allSent.click()
  await expect(it.records).toHaveCount(1)
  await expect(it.records).toContainText(`Số ${door} · sửa mốc`)
  await expect(it.records).toContainText('phường đang xem')
  await expect(it.records).toContainText('Nhà này đã ra khỏi sổ. Phường xem rồi quyết định.')
  await expect(it.records).not.toContainText('đã vào sổ')
})
