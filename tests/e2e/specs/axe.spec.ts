import type { Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'
import { Wire } from '../support/wire.ts'

test.use({ ward: { name: 'axe', scale: 0.1 } })

/** Colours are looked at when they stand still. */
const CALM = { reducedMotion: 'reduce' } as const

/** One screen under every light: as it is, and with the letters twice as large. */
async function look(page: Page, screen: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await spotless(page, screen)
  await fits(page, screen)
  // What a person sets in the browser; unlike a style on the page it moves media queries in `em` too.
  const browser = await page.context().newCDPSession(page)
  await browser.send('Page.setFontSizes', { fontSizes: { standard: 32 } })
  await page.waitForFunction(() => getComputedStyle(document.documentElement).fontSize === '32px')
  await fits(page, `${screen}, letters at 200 %`)
  await browser.send('Page.setFontSizes', { fontSizes: { standard: 16 } })
  await browser.detach()
}

test('every screen of the phone', async ({ phone }) => {
  test.setTimeout(120_000)
  const it = await phone(CALM)
  const { page } = it
  await page.goto('/')
  await expect(page.getByLabel('Tên đăng nhập')).toBeVisible()
  await look(page, 'login')
  await it.signIn('tnv1')
  await look(page, 'alleys')

  await it.resume.click()
  await expect(page.getByRole('link', { name: /^Nhà tiếp theo/ })).toBeVisible()
  await look(page, 'alley as a strip')
  await page.getByRole('button', { name: 'Danh sách' }).click()
  await expect(page.getByRole('main').getByRole('listitem').first()).toBeVisible()
  await look(page, 'alley as a list')
  await page.getByRole('button', { name: 'Bản đồ' }).click()
  await expect(page.getByRole('img', { name: 'Bản đồ các tổ của đội' })).toBeVisible()
  await look(page, 'alley as a map')
  await page.getByRole('button', { name: 'Ngõ', exact: true }).click()

  await page.getByRole('link', { name: /^Gõ cửa / }).click()
  await expect(it.result).toBeVisible()
  await look(page, 'door')
  await page.getByRole('button', { name: 'Hẹn lại' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await look(page, 'appointment')
  await page.getByRole('dialog').getByRole('button', { name: 'Đóng' }).click()

  await page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
  await expect(page.getByText('Người học bao nhiêu tuổi?')).toBeVisible()
  await look(page, 'coach: who')
  await page.getByRole('button', { name: 'Lời chào và việc cần nhớ ở cửa' }).click()
  await expect(page.getByRole('dialog', { name: 'Lời chào ở cửa' })).toBeVisible()
  await look(page, 'the words at the door')
  await page.getByRole('dialog').getByRole('button', { name: 'Đóng' }).click()
  await page.getByRole('button', { name: '60–79 tuổi' }).click()
  await page.getByRole('button', { name: 'Tự làm' }).first().click()
  await expect(page.getByRole('button', { name: 'Tự làm', pressed: true })).toBeVisible()
  await look(page, 'coach: skills')
  await page.getByRole('button', { name: /Thẻ hướng dẫn/ }).first().click()
  const card = page.getByRole('dialog')
  await expect(card.getByText(/^Bước 1\//)).toBeVisible()
  await look(page, 'a coaching card')
  await card.getByRole('switch', { name: 'Cho bác xem' }).click()
  await look(page, 'a coaching card in the hand of the resident')
  await card.getByRole('button', { name: 'Đóng' }).click()
  await page.getByRole('button', { name: 'Đã hướng dẫn', exact: true }).click()

  // With the offer to take it back, and a record on its way.
  await expect(page.getByRole('button', { name: 'Hoàn tác' })).toBeVisible()
  await look(page, 'strip with undo')
  await it.offline()
  await page.getByRole('link', { name: /^Gõ cửa / }).click()
  await it.knock('appointment')
  await look(page, 'door without a network')
  await page.getByRole('button', { name: 'Quay lại' }).click()

  await it.go('Hẹn lại')
  await expect(page.getByRole('main').getByRole('listitem').first()).toBeVisible()
  await look(page, 'revisits')
  await it.go('Tìm nhà')
  await look(page, 'find, empty')
  await page.getByRole('searchbox').fill('nguyen')
  await expect(page.getByRole('main').getByRole('listitem').first()).toBeVisible()
  await look(page, 'find')
  await it.go('Của tôi')
  await expect(it.records.first()).toBeVisible()
  await look(page, 'mine')
  await page.getByRole('button', { name: 'Đăng xuất' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await look(page, 'leaving with unsent work')
})

test('the sheets that put things right, and the files that carry work', async ({ phone }) => {
  test.setTimeout(150_000)
  const it = await phone(CALM)
  const { page } = it
  const sheet = page.getByRole('dialog')
  await it.signIn('tnv1')
  await it.offline()
  await it.toNextDoor()
  await page.getByRole('button', { name: 'Sửa thông tin nhà' }).click()
  await sheet.getByRole('textbox', { name: /^Mốc dễ nhận/ }).fill('gọi 0900 000 001')
  await expect(sheet.getByText(/dãy số dài/)).toBeVisible()
  await look(page, 'details with a fault')
  await sheet.getByRole('textbox', { name: /^Mốc dễ nhận/ }).fill('cổng xanh cạnh giếng nước cũ của xóm')
  await sheet.getByRole('textbox', { name: /^Tên chủ hộ/ }).fill('Nguyễn Thị Thử')
  await sheet.getByRole('button', { name: 'Lưu thông tin' }).click()
  await expect(page.getByText(/^Chủ hộ: Nguyễn Thị Thử/)).toBeVisible()
  await look(page, 'door with details that wait')

  await it.knock('coached')
  await it.mine()
  await it.records.first().getByRole('button', { name: /^Sửa lượt/ }).click()
  await look(page, 'correct: why')
  await sheet.getByRole('button', { name: /^Nhầm nhà/ }).click()
  await expect(sheet.getByRole('listitem').first()).toBeVisible()
  await look(page, 'correct: which door')
  await sheet.getByRole('listitem').getByRole('button').first().click()
  await look(page, 'correct: outcome')
  await sheet.getByRole('button', { name: 'Gặp được – hướng dẫn' }).click()
  await expect(sheet.getByRole('button', { name: 'Thêm người' })).toBeVisible()
  await look(page, 'correct: who was coached')
  await sheet.getByRole('button', { name: 'Đã hướng dẫn', exact: true }).click()
  await expect(sheet.getByRole('button', { name: 'Lưu sửa đổi' })).toBeVisible()
  await look(page, 'correct: old and new')
  await sheet.getByRole('button', { name: 'Lưu sửa đổi' }).click()
  await expect(sheet).toBeHidden()
  await look(page, 'mine with a correction')

  await page.getByRole('button', { name: /^Gửi tệp dự phòng/ }).click()
  await expect(sheet.getByText(/đã nằm trong tệp/)).toBeVisible()
  await look(page, 'a sealed file')
  await sheet.getByRole('button', { name: 'Đóng' }).click()
  await page.getByRole('button', { name: /^Nhận tệp từ máy khác/ }).click()
  await look(page, 'taking a file')
  await sheet.getByRole('button', { name: 'Đóng' }).click()
  await it.restart()
  await expect(it.page.getByRole('button', { name: /lượt của bạn còn nguyên/ })).toBeVisible()
  await look(it.page, 'alleys with the boot line')
})

for (const [width, size] of [
  ['1280', {}],
  ['360', PHONE],
] as const) {
  test(`the ward's desk at ${width}`, async ({ desk, server }) => {
    test.setTimeout(120_000)
    const ward = await desk({ ...size, ...CALM })
    const { page } = ward
    await ward.signIn()
    await expect(page.getByText('Đang vẽ bản đồ…')).toBeHidden({ timeout: 30_000 })
    await look(page, 'coverage')

    const first = page.getByRole('rowheader').first()
    const name = await first.innerText()
    await first.getByRole('button').click()
    await expect(page.getByRole('heading', { name: `Ngõ của ${name}` })).toBeVisible()
    await look(page, 'coverage with a group chosen')
    await page.getByRole('button', { name: `Bỏ chọn ${name}` }).click()

    const figure = ward.figure('Hộ đã hướng dẫn')
    await figure.click()
    const definition = page.getByRole('dialog', { name: /Hộ đã hướng dẫn/ })
    await expect(definition).toBeVisible()
    await look(page, 'a definition')
    await definition.getByRole('button', { name: 'Đóng' }).click()
    await page.getByRole('button', { name: 'Xem bảng số' }).click()
    await look(page, 'trend as a table')

    await page.getByRole('link', { name: 'Giao ngõ' }).click()
    await expect(page.getByRole('radio').first()).toBeAttached()
    await look(page, 'assign')
    if (width === '360') await page.getByRole('combobox', { name: 'Tổ dân phố' }).selectOption({ index: 1 })
    else await ward.groups.first().click()
    await page.getByRole('checkbox').first().check()
    await look(page, 'assign with alleys chosen')

    // A phone that has something to say: a record sent back, and a number the book does not know.
    const it = await Wire.open(server.url, 'tnv1')
    const door = (await it.pull({ queued: 0, failed: 3 })).find(({ no, head }) => no && head)
    await it.push('household.edit', { household_id: door?.id, set: { house_no: `99${width}` }, was: { house_no: door?.no } })
    await it.push('visit.record', { household_id: crypto.randomUUID(), outcome: 'NOT_HOME' })
    await page.getByRole('link', { name: 'Máy', exact: true }).click()
    await expect(page.locator(`[data-device="${it.device}"]`)).toContainText('1 lượt: nhà không thuộc ngõ của đội')
    await look(page, 'phones')
    await page.getByRole('link', { name: /^Việc cần xem/ }).click()
    await expect(page.getByRole('button', { name: `Ghi “99${width}” vào sổ` })).toBeVisible()
    await look(page, 'inbox')
    await page.getByRole('link', { name: 'Nhà trùng, nhà bỏ' }).click()
    await page.getByRole('searchbox').fill('nguyen')
    await page.getByRole('checkbox').nth(0).check()
    await page.getByRole('checkbox').nth(1).check()
    await page.getByText('Bỏ khỏi sổ', { exact: true }).click()
    await look(page, 'two homes side by side')
  })
}
