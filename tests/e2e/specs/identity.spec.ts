import { readFile } from 'node:fs/promises'
import type { Download, Locator, Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { DESK, PHONE } from '../support/browser.ts'
import { fillIn, passPin } from '../support/sign-in.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'identity', scale: 0.05 } })

/** An officer's own room at the desk; the way there leads past the PIN where the phone has one. */
async function officer(page: Page): Promise<void> {
  await page.goto('/')
  await fillIn(page, 'congan1')
  await expect(page.getByLabel('Tên đăng nhập')).toBeHidden()
  // The way home is gone before another is taken.
  await page.waitForURL(/#\/(later|police|ward)/)
  await page.goto('/#/ward/identity')
  await passPin(page)
  await page.goto('/#/ward/identity')
  await expect(page.getByRole('heading', { level: 1, name: 'Định danh số' })).toBeVisible()
}
const begins = async (file: Download): Promise<string> => (await readFile(await file.path())).subarray(0, 2).toString()
/** The name of the group of a row, without the line below it. */
const nameOf = (row: Locator): Promise<string> => row.locator('th').evaluate((cell) => cell.firstChild?.textContent?.trim() ?? '')

for (const [screen, how] of [['at the desk', DESK], ['on a phone', PHONE]] as const) {
  test(`a table is pasted, corrected, saved and seen on the map: ${screen}`, async ({ desk }) => {
    const police = await desk(how)
    const { page } = police
    await officer(page)
    const rows = page.locator('tbody tr')
    await expect(rows.first()).toBeVisible()
    const [first, second] = [await nameOf(rows.nth(0)), await nameOf(rows.nth(1))]
    await spotless(page, `identity, ${screen}`)
    await fits(page, `identity, ${screen}`)

    await page.getByText('Dán từ Excel').click()
    await page.getByLabel('Bảng đã chép').fill(`STT\tTổ\tTừ 14\tMức 2\tKích hoạt\n1\t${first}\t1.000\t900\t950\n2\tKhu lạ hoắc\t500\t400\t300\nTổng\t\t1500\t1300\t1250`)
    await page.getByRole('button', { name: 'Đưa vào bảng' }).click()
    await expect(page.getByText('Đã đưa 1 tổ vào bảng, còn 1 dòng chưa rõ là tổ nào.')).toBeVisible()
    // What nobody understood is asked about; what is wrong is said under its cell, and stays as it was typed.
    await page.getByLabel('Là tổ', { exact: true }).selectOption({ label: second })
    const activated = page.getByLabel(`${first}, Đã kích hoạt`, { exact: true })
    await expect(activated).toHaveValue('950')
    await expect(activated).toHaveAttribute('aria-invalid', 'true')
    await expect(rows.nth(0)).toContainText('Lớn hơn cột trước')
    await spotless(page, `identity, refused, ${screen}`)
    await activated.fill('850')
    await activated.press('Enter')
    await expect(page.getByLabel(`${second}, Đã kích hoạt`, { exact: true })).toBeFocused()
    await expect(rows.nth(0)).not.toContainText('Lớn hơn cột trước')
    await page.getByLabel('Nguồn').fill('Báo cáo tháng')
    await page.getByRole('button', { name: 'Lưu 2 tổ' }).click()
    await expect(page.getByText('Đã lưu 2 tổ.')).toBeVisible()
    await rows.nth(0).getByRole('button', { name: /^Xem lịch sử/ }).click()
    await expect(page.getByText(/bản \d+: 1\.000 · 900 · 850/)).toBeVisible()

    await page.getByRole('link', { name: 'Báo cáo', exact: true }).click()
    await expect(page.getByText(/^Số liệu tính đến ngày/)).toBeVisible()
    await expect(page.getByRole('row').filter({ hasText: first }).first()).toContainText('94,4%')
    await spotless(page, `identity report, ${screen}`)
    await fits(page, `identity report, ${screen}`)
    for (const [button, ending] of [['Tải Word (.docx)', 'docx'], ['Tải Excel (.xlsx)', 'xlsx']] as const) {
      const coming = page.waitForEvent('download')
      await page.getByRole('button', { name: button }).click()
      const file = await coming
      expect(file.suggestedFilename().endsWith(`.${ending}`)).toBe(true)
      expect(await begins(file)).toBe('PK')
    }
    await page.getByRole('link', { name: 'Chuyển tiếp', exact: true }).click()
    await expect(page.getByText('Tuổi của việc còn tồn')).toBeVisible()
    await spotless(page, `identity referrals, ${screen}`)
    await fits(page, `identity referrals, ${screen}`)

    if (screen === 'on a phone') return
    const staff = await desk(how)
    await staff.signIn()
    await staff.page.getByLabel('Chỉ số khác').selectOption('eid')
    await expect(staff.row(first)).toContainText('94,4%')
    await expect(staff.page.getByText(/Nguồn: .*Báo cáo tháng/)).toBeVisible()
  })
}
