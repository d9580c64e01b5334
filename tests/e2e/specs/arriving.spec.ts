import { Book } from '../support/book.ts'
import { passPin } from '../support/sign-in.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'arriving', scale: 0.1 } })

interface Invite {
  id: string
  code: string
}

test('from a poster to the first door: a code, a name, a PIN, and a day that begins', async ({ phone, server }) => {
  const lead = await Book.open(server.url, 'doitruong1')
  const { code } = await lead.post<Invite>('/invites', { days: 1, uses: 2 })
  const it = await phone()
  const { page } = it
  const began = Date.now()
  // The poster's picture holds this address; what is behind # reaches no log.
  await page.goto(`/join#${code}`)
  await expect(page.getByLabel('Họ và tên của bạn')).toBeVisible()
  await page.getByLabel('Họ và tên của bạn').fill('Trần Thử Nghiệm')
  await page.getByRole('button', { name: 'Vào đội', exact: true }).click()
  await passPin(page)
  await it.toNextDoor()
  expect(Date.now() - began, 'by script').toBeLessThan(60_000)
  await it.knock('notHome')
  await expect(it.allSent).toBeVisible()

  // The badge of the day is one tap away and needs no network.
  await page.context().setOffline(true)
  await page.evaluate(() => (location.hash = '#/badge'))
  await expect(page.getByRole('heading', { name: 'Thẻ hôm nay' })).toBeVisible()
  await expect(page.getByText('Trần Thử Nghiệm')).toBeVisible()
  await expect(page.getByText('Hỏi mật khẩu, mã OTP')).toBeVisible()
})

test('a code nobody gave out is refused, and what was typed is still there', async ({ phone, watch }) => {
  watch.expect(/status of 404/)
  const { page } = await phone()
  await page.goto('/join#ZZZ999')
  await page.getByLabel('Họ và tên của bạn').fill('Trần Thử Nghiệm')
  await page.getByRole('button', { name: 'Vào đội', exact: true }).click()
  await expect(page.getByText(/Không có đội nào dùng mã này/)).toBeVisible()
  await expect(page.getByLabel('Ký tự thứ 1 của mã đội')).toHaveValue('Z')
  // The code is what has to be looked at again; the name behind it has not gone.
  await page.getByRole('button', { name: 'Vào đội', exact: true }).click()
  await expect(page.getByLabel('Họ và tên của bạn')).toHaveValue('Trần Thử Nghiệm')
})

test('inside Zalo nobody signs in: the app shows how to open the real browser', async ({ phone }) => {
  const { page } = await phone({
    userAgent: 'Mozilla/5.0 (Linux; Android 12; SM-A125F Build/SP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 Zalo android/24070695',
  })
  await page.goto('/join#SEN234')
  await expect(page.getByRole('heading', { name: 'Mở bằng trình duyệt' })).toBeVisible()
  await expect(page.getByText(/Zalo/).first()).toBeVisible()
  await expect(page.getByLabel('Tên đăng nhập')).toHaveCount(0)
  await expect(page.getByLabel('Họ và tên của bạn')).toHaveCount(0)
  await expect(page.getByText(/#SEN234/)).toBeVisible()
})

test('a house the register lacks: proposed in the alley, knocked on, and counted once the ward says yes', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.go('Tìm nhà')
  await page.getByRole('searchbox').fill('999')
  await page.getByRole('button', { name: 'Thêm nhà chưa có' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: /Đề nghị|Thêm|Gửi/ }).last().click()
  await expect(sheet).toBeHidden()
  // By its number alone: ids and times have nines of their own.
  const mine = async () => {
    const { doors } = await book.get<{ doors: Array<{ household: { id: string; no: string } }> }>('/inbox/doors')
    return doors.find(({ household }) => household.no === '999')?.household.id
  }
  await expect.poll(mine, { timeout: 30_000 }).toBeDefined()
  expect((await book.coverage()).total.hh_total).toBe(before.total.hh_total)
  await book.post(`/inbox/doors/${await mine()}/decide`, { decision: 'approve', reason: 'Tổ trưởng xác nhận' })
  expect((await book.coverage()).total.hh_total).toBe(before.total.hh_total + 1)
  expect(await server.verify()).toMatch(/ 0 differences/)
})
