import { readFile } from 'node:fs/promises'
import type { Download, Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { DESK, PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'export', scale: 0.05 } })

const open = async (page: Page): Promise<void> => {
  await page.goto('/#/ward/export')
  await expect(page.getByRole('heading', { level: 1, name: 'Xuất số liệu' })).toBeVisible()
}
const log = (page: Page) => page.getByRole('region', { name: 'Nhật ký truy cập' })
const begins = async (file: Download): Promise<string> => (await readFile(await file.path())).subarray(0, 4).toString('hex')
/** What a workbook begins with, and what a locked one does. */
const OPEN_BOOK = '504b0304'
const LOCKED_BOOK = 'd0cf11e0'

for (const [screen, how] of [['at the desk', DESK], ['on a phone', PHONE]] as const) {
  test(`figures leave at once, names only with a purpose and a password, and the log knows: ${screen}`, async ({ desk, watch }) => {
    // A telephone number in the words of the purpose is refused on purpose.
    watch.expect(/422 .*exports/)
    const ward = await desk(how)
    const { page } = ward
    await ward.signIn()
    await open(page)
    await spotless(page, `export, ${screen}`)
    await fits(page, `export, ${screen}`)

    const groups = page.getByRole('region', { name: 'Theo tổ dân phố' })
    const figures = page.waitForEvent('download')
    await groups.getByRole('button', { name: 'Tệp Excel' }).click()
    const table = await figures
    expect(table.suggestedFilename()).toMatch(/\.xlsx$/)
    expect(await begins(table)).toBe(OPEN_BOOK)
    await expect(page.getByText(`Đã lấy ${table.suggestedFilename()}.`)).toBeVisible()
    await expect(log(page).getByRole('listitem').first()).toContainText('bảng theo tổ')

    // Without a purpose, without words, with what may not stand in a log: nothing leaves.
    const people = page.getByRole('form', { name: 'Danh sách hộ có tên chủ hộ' })
    const take = people.getByRole('button', { name: 'Lấy tệp đã khoá' })
    await take.click()
    await expect(people.getByRole('alert')).toHaveText('Chọn xem để làm gì.')
    const purpose = people.getByRole('radio', { name: 'Đối chiếu với sổ của tổ' })
    await expect(people.getByRole('radio').first()).toBeFocused()
    await purpose.check()
    await take.click()
    await expect(people.getByRole('alert')).toHaveText('Nói rõ thêm từ 10 đến 200 ký tự.')
    const words = people.getByRole('textbox', { name: 'Nói rõ thêm' })
    await expect(words).toBeFocused()
    await words.fill(`gọi số ${'0'.repeat(10)} để hỏi`)
    await take.click()
    await expect(people.getByRole('alert')).toContainText('Bỏ số điện thoại')
    await spotless(page, `export, refused, ${screen}`)
    const why = `đối chiếu sổ hộ ${screen === 'at the desk' ? 'ở phường' : 'ở tổ'}`
    await words.fill(why)
    await people.getByRole('checkbox').first().check()
    const password = await people.getByRole('status').first().innerText()
    expect(password.length).toBeGreaterThanOrEqual(12)

    const list = page.waitForEvent('download')
    await take.click()
    const names = await list
    expect(names.suggestedFilename()).toMatch(/\.xlsx$/)
    expect(await begins(names), 'a list of people is locked').toBe(LOCKED_BOOK)
    await expect(page.getByText(`Mật khẩu: ${password}`)).toBeVisible()
    const line = log(page).getByRole('listitem').first()
    await expect(line).toContainText('danh sách hộ có tên')
    await expect(line).toContainText(why)
    await expect(line).not.toContainText(password)
    await spotless(page, `export, taken, ${screen}`)
    await fits(page, `export, taken, ${screen}`)
  })
}

test('the party board takes figures of groups and days, and no names', async ({ desk, watch }) => {
  const ward = await desk()
  const { page } = ward
  await ward.signIn('bxd1')
  await open(page)
  await expect(page.getByRole('region', { name: 'Theo ngày' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Theo đường, ngõ' })).toHaveCount(0)
  await expect(page.getByRole('form')).toHaveCount(0)
  await expect(log(page)).toHaveCount(0)
  const figures = page.waitForEvent('download')
  await page.getByRole('region', { name: 'Theo ngày' }).getByRole('button', { name: 'Tệp CSV' }).click()
  expect((await figures).suggestedFilename()).toMatch(/\.csv$/)

  // On the map a chosen group has no alleys for it: none are asked for, and the card says so.
  const asked: string[] = []
  page.on('request', (request) => void asked.push(request.url()))
  await page.getByRole('link', { name: 'Bản đồ phủ' }).click()
  const group = page.getByRole('rowheader').getByRole('button').first()
  await group.click()
  await expect(page.getByText('Tài khoản này xem số tổng của tổ, không xem từng ngõ.')).toBeVisible()
  await expect(group).toHaveAttribute('aria-pressed', 'true')
  await spotless(page, 'the map of the party board')
  expect(asked.filter((url) => url.includes('/alleys'))).toEqual([])
})
