import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'import', scale: 0.05 } })

const REGISTERS = fileURLToPath(new URL('../../fixtures/registers/', import.meta.url))
const list = (name: string): string => `${REGISTERS}${name}`

async function enter(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/#/ward/import`)
  await expect(page.getByRole('heading', { name: 'Thả tệp danh sách vào đây' })).toBeVisible()
}

const file = (page: Page) => page.locator('input[type="file"]')
const fact = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name} \\d`) })

test('a messy list of three groups goes in, by the keyboard, and comes out again', async ({ server, desk, book, watch }) => {
  // A file that is none is refused on purpose.
  watch.expect(/422 .*imports\/read/)
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  const before = (await book.coverage()).total.hh_total
  await enter(page, server.url)
  await expect(page.getByText('Chưa nhập lần nào.')).toBeVisible()
  await spotless(page, 'import, empty')
  await fits(page, 'import, empty')
  const sample = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Tải bảng mẫu' }).click()
  expect((await sample).suggestedFilename()).toBe('mau-danh-sach-ho.xlsx')

  // A file that is none gets a sentence.
  await file(page).setInputFiles({ name: 'ds.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 x') })
  await expect(page.getByRole('alert')).toContainText('Đây là tệp PDF')

  await file(page).setInputFiles(list('to-truong-thai-hoc-2.xlsx'))
  await expect(page.getByText('3 trang tính · 123 dòng')).toBeVisible()
  const dropped = page.getByRole('region', { name: 'Không đọc, không lưu' })
  for (const name of ['NĂM SINH', 'SỐ CCCD', 'DÂN TỘC', 'SĐT']) await expect(dropped).toContainText(name)
  await expect(page.getByText('XXXX')).toHaveCount(0)
  // One sheet is left out and taken again; a column is given another meaning and its own back.
  const first = page.getByRole('region', { name: 'Sheet1' })
  await first.getByRole('checkbox', { name: 'Lấy trang tính này' }).uncheck()
  await expect(page.getByText('3 trang tính · 72 dòng')).toBeVisible()
  await first.getByRole('checkbox', { name: 'Lấy trang tính này' }).check()
  await expect(page.getByText('3 trang tính · 123 dòng')).toBeVisible()
  const notes = first.getByRole('combobox', { name: 'Cột GHI CHÚ hiểu là' })
  await notes.selectOption('Mốc dễ tìm')
  await expect(first.getByRole('row').filter({ hasText: 'GHI CHÚ' })).toContainText('đi làm xa')
  await notes.selectOption('Không lấy')
  await expect(first.getByRole('row').filter({ hasText: 'GHI CHÚ' })).not.toContainText('đi làm xa')
  await spotless(page, 'import, columns')
  await fits(page, 'import, columns')

  await page.getByRole('button', { name: 'Tiếp: soát 123 dòng' }).click()
  await expect(page.getByRole('heading', { name: 'So với sổ hiện có' })).toBeVisible()
  await expect(page.getByText(/Hiện \d+ dòng cần xem trong 123/)).toBeVisible()
  await spotless(page, 'import, rows')
  await fits(page, 'import, rows')

  // A closed laptop loses nothing.
  await page.reload()
  await expect(page.getByText(/Hiện \d+ dòng cần xem trong 123/)).toBeVisible()

  // Groups the ward lacks are named and founded only when somebody says so.
  const strangers = page.getByRole('region', { name: 'Tổ chưa có trong phường' })
  if (await strangers.isVisible()) {
    for (const box of await strangers.getByRole('checkbox').all()) {
      await box.check()
      await expect(box).toBeChecked()
    }
  }
  // The house number that became a date, with one press.
  await page.getByRole('button', { name: /^Lấy “12\/3/ }).click()
  await expect(page.getByRole('button', { name: /^Lấy “12\/3/ })).toHaveCount(0)
  // By the keyboard: Enter saves and opens the next one.
  await page.getByRole('button', { name: /^Sửa dòng/ }).first().click()
  const address = page.getByRole('textbox', { name: 'Địa chỉ' })
  await expect(address).toBeFocused()
  const was = await address.inputValue()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('15 ngách 5 ngõ 34 Nguyễn Trãi')
  await expect(page.getByText('Hiểu là: đường Nguyễn Trãi › ngõ 34 › ngách 5 › số 15')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(address).not.toHaveValue('15 ngách 5 ngõ 34 Nguyễn Trãi')
  expect(was).not.toBe('')
  await expect(address).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(address).toBeHidden()
  // All the houses without a number at once, and the doubles behind their number.
  const landmarks = page.getByRole('button', { name: /Nhận cả \d+ dòng: Không có số nhà/ })
  await landmarks.click()
  await expect(landmarks).toBeHidden()
  await fact(page, 'Trùng, bỏ qua').click()
  await expect(page.getByText(/Hiện \d dòng: trùng, bỏ qua/)).toBeVisible()

  const commit = page.getByRole('button', { name: /^Nhập \d+ hộ$/ })
  await expect(commit).toBeEnabled()
  await commit.click()
  await expect(page.getByRole('heading', { name: 'Đã nhập vào sổ' })).toBeFocused()
  await spotless(page, 'import, done')
  const after = (await book.coverage()).total.hh_total
  expect(after).toBeGreaterThan(before)

  await page.getByRole('link', { name: 'Nhập tệp khác' }).click()
  await page.getByRole('button', { name: 'Hoàn tác to-truong-thai-hoc-2.xlsx' }).click()
  await expect(page.getByText('Chưa ai đụng đến hộ nào từ khi nhập')).toBeVisible()
  await spotless(page, 'import, taking back')
  await page.getByRole('button', { name: 'Hoàn tác', exact: true }).click()
  await expect(page.getByText(/đã hoàn tác lúc/)).toBeVisible()
  expect((await book.coverage()).total.hh_total).toBe(before)
})

test('on a phone the rows are cards, and a list without groups is given one', async ({ server, desk, book }) => {
  const ward = await desk(PHONE)
  const { page } = ward
  await ward.signIn()
  const { groups, total } = await book.coverage()
  await enter(page, server.url)
  await fits(page, 'import on a phone')
  await file(page).setInputFiles({
    name: 'ho.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('Họ và tên chủ hộ,Năm sinh,Địa chỉ,Số nhân khẩu\nLÊ VĂN MẪU,1957,201 ngõ 4O Đường Mẫu,4\nTrần Thị Mẫu,1960,203 Đường Mẫu,3\n'),
  })
  await expect(page.getByText('Có dòng chưa biết thuộc tổ nào.')).toBeVisible()
  await page.getByRole('combobox', { name: 'Tổ dân phố của các dòng không ghi tổ' }).selectOption(groups[0]!.name)
  await expect(page.getByText('Có dòng chưa biết thuộc tổ nào.')).toBeHidden()
  await fits(page, 'columns on a phone')
  await spotless(page, 'columns on a phone')
  await page.getByRole('button', { name: 'Tiếp: soát 2 dòng' }).click()
  await expect(page.getByText('Hiện 1 dòng cần xem trong 2')).toBeVisible()
  await page.getByRole('button', { name: 'Lấy “201 ngõ 40 Đường Mẫu”' }).click()
  await expect(page.getByText('Không còn dòng nào cần xem.')).toBeVisible()
  await page.getByRole('button', { name: 'Xem tất cả' }).click()
  await expect(page.getByText('Lê Văn Mẫu')).toBeVisible()
  await page.getByRole('button', { name: 'Sửa dòng 2' }).click()
  await fits(page, 'a row open on a phone')
  await spotless(page, 'a row open on a phone')
  await page.getByRole('textbox', { name: 'Nhân khẩu' }).fill('b')
  await page.getByRole('button', { name: 'Lưu, sang dòng sau' }).click()
  await expect(page.getByText('Số người từ 0 đến 99.')).toBeVisible()
  const members = page.getByRole('textbox', { name: 'Nhân khẩu' })
  await expect(members).toBeFocused()
  await members.fill('5')
  await page.getByRole('button', { name: 'Lưu, sang dòng sau' }).click()
  await page.getByRole('button', { name: 'Nhập 2 hộ' }).click()
  await expect(page.getByRole('heading', { name: 'Đã nhập vào sổ' })).toBeVisible()
  expect((await book.coverage()).total.hh_total).toBe(total.hh_total + 2)
})

test('what may not be kept never leaves the reader', async ({ server, desk }) => {
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  const answers: string[] = []
  page.on('response', async (answer) => {
    if (answer.url().includes('/api/v1/imports')) answers.push(await answer.text().catch(() => ''))
  })
  await enter(page, server.url)
  await file(page).setInputFiles(list('to-truong-trai-sen.csv'))
  await expect(page.getByText('phông TCVN3 đã chuyển')).toBeVisible()
  await page.getByRole('button', { name: /^Tiếp: soát 60 dòng/ }).click()
  await expect(page.getByRole('heading', { name: 'So với sổ hiện có' })).toBeVisible()
  const text = readFileSync(list('to-truong-trai-sen.csv'), 'latin1')
  expect(text, 'the file has a column of religions').toContain(';kh')
  for (const answer of answers) expect(answer).not.toMatch(/làm ruộng|công nhân|buôn bán|hưu trí/)
  expect(answers.length).toBeGreaterThan(1)
  // The file is still at hand: its columns could be corrected.
  await page.getByRole('link', { name: 'Sửa lại cột' }).click()
  await page.getByRole('button', { name: 'Về các lần nhập' }).click()
  await page.getByRole('button', { name: 'Bỏ bản nháp to-truong-trai-sen.csv' }).click()
  await expect(page.getByRole('heading', { name: 'Đang làm dở' })).toBeHidden()
})
