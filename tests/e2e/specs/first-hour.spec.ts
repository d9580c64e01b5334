import { resolve } from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { Server } from '../support/server.ts'
import { passPin } from '../support/sign-in.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'first-hour', scale: 0 } })
// What is set up in the first story is worked with in the last.
test.describe.configure({ mode: 'serial', timeout: 180_000 })

const REGISTER = resolve(import.meta.dirname, '../../fixtures/registers/to-truong-thai-hoc-2.xlsx')
const TEAM = 'Đội Thử Nghiệm'
const PASSWORD = 'bốn con gà trống'

/** The register comes in through the browser: the file as the group's head wrote it, three groups the ward lacks, and what the list leaves open. */
async function bringRegister(page: Page, look: (screen: string) => Promise<void>): Promise<void> {
  await page.getByRole('link', { name: 'Nhập danh sách' }).click()
  await page.locator('input[type="file"]').setInputFiles(REGISTER)
  await expect(page.getByText('3 trang tính · 123 dòng')).toBeVisible()
  await look('the columns of the first list')
  await page.getByRole('button', { name: 'Tiếp: soát 123 dòng' }).click()
  const founds = page.getByRole('region', { name: 'Tổ chưa có trong phường' }).getByRole('checkbox')
  await expect(founds).toHaveCount(3)
  for (const box of await founds.all()) {
    await box.check()
    await expect(box).toBeEnabled()
    await expect(box).toBeChecked()
  }
  // A house number that became a date, twelve houses without a number: one press each.
  const date = page.getByRole('button', { name: /^Lấy “12\/3/ })
  await date.click()
  await expect(date).toHaveCount(0)
  const landmarks = page.getByRole('button', { name: /Nhận cả \d+ dòng: Không có số nhà/ })
  await landmarks.click()
  await expect(landmarks).toBeHidden()
  await look('the rows of the first list')
  const commit = page.getByRole('button', { name: /^Nhập \d+ hộ$/ })
  await expect(commit).toBeEnabled()
  await commit.click()
  await expect(page.getByRole('heading', { name: 'Đã nhập vào sổ' })).toBeFocused()
  await page.getByRole('link', { name: 'Cài đặt' }).click()
  await page.getByRole('link', { name: 'Giờ đầu tiên' }).click()
}

/** What a person's hands do on the pages of these browsers. */
interface Hands {
  presses: number
  letters: number
}

/** Seconds a person needs for one press, with finding and reading, and for one letter; both generous. */
const PRESS = 5
const LETTER = 0.6

/** Counts presses (a choice is two, a file is three) and letters typed, on every page of a browser. */
async function count(context: BrowserContext, hands: Hands): Promise<void> {
  await context.exposeBinding('counted', (_source, presses: number, letters: number) => {
    hands.presses += presses
    hands.letters += letters
  })
  await context.addInitScript(() => {
    const counted = (presses: number, letters: number): void => (globalThis as unknown as { counted: (p: number, l: number) => void }).counted(presses, letters)
    const lengths = new WeakMap<EventTarget, number>()
    // A label passes its press on to its box: what the hand did is the first of the two.
    addEventListener('pointerdown', (event) => event.isTrusted && counted(1, 0), true)
    addEventListener(
      'input',
      ({ target }) => {
        if (!(target instanceof HTMLInputElement) || /checkbox|radio|file/.test(target.type)) return
        counted(0, Math.abs(target.value.length - (lengths.get(target) ?? 0)))
        lengths.set(target, target.value.length)
      },
      true,
    )
    addEventListener('change', ({ target }) => target instanceof HTMLSelectElement ? counted(2, 0) : target instanceof HTMLInputElement && target.type === 'file' && counted(3, 0), true)
  })
}

const go = (page: Page): Promise<void> => page.getByRole('button', { name: 'Tiếp tục' }).click()
const title = (page: Page, name: string) => page.getByRole('heading', { level: 2, name })

/** From the set-up code to the first hour's list. */
async function setUp(page: Page, code: string, look: (screen: string) => Promise<void>): Promise<void> {
  await page.goto('/')
  await expect(title(page, 'Mã cài đặt')).toBeVisible()
  await look('the code')
  await page.getByLabel('Mã trên máy chủ').fill(code)
  await go(page)
  await expect(title(page, 'Phường nào?')).toBeVisible()
  await page.getByLabel('Tìm phường').fill('sao do')
  await page.getByRole('radio', { name: /Phường Chu Văn An/ }).check()
  await expect(page.getByRole('img', { name: 'Ranh giới Phường Chu Văn An' })).toBeVisible()
  await look('the ward')
  await go(page)
  await expect(title(page, 'Người quản trị đầu tiên')).toBeVisible()
  await page.getByLabel('Họ và tên').fill('Trần Thử Nghiệm')
  await page.getByLabel('Tên đăng nhập').fill('quan.tri')
  await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD)
  await look('the administrator')
  await go(page)
  await expect(title(page, 'Chiến dịch')).toBeVisible()
  await page.getByLabel('Tên chiến dịch').fill('Đi từng ngõ thử')
  await page.getByRole('checkbox', { name: /Người trưởng thành/ }).check()
  await look('the campaign')
  await go(page)
  await expect(title(page, 'Các đội đầu tiên')).toBeVisible()
  await page.getByLabel('Tên đội 1').fill(TEAM)
  await look('the teams')
  await page.getByRole('button', { name: 'Hoàn tất cài đặt' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Giờ đầu tiên' })).toBeVisible()
}

test('from an empty server to the first door', async ({ desk, phone, server, watch }) => {
  watch.expect(/status of (404|422)/)
  const began = Date.now()
  const steps: string[] = []
  const step = async (name: string, act: () => Promise<void>): Promise<void> => {
    await act()
    steps.push(name)
    console.log(`  ${String(steps.length).padStart(2)}. ${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }
  const hands: Hands = { presses: 0, letters: 0 }
  const ward = await desk()
  await count(ward.context, hands)
  const { page } = ward
  const look = async (screen: string): Promise<void> => {
    await spotless(page, screen)
    await fits(page, screen)
  }
  const open = page.locator('li[aria-current="step"]').getByRole('heading').first()

  await step('a wrong code and a weak password are refused, and nothing typed is lost', async () => {
    const { page } = await desk()
    await page.goto('/')
    await page.getByLabel('Mã trên máy chủ').fill('AAAAA-AAAAA')
    await go(page)
    await expect(page.getByText(/^Mã chưa đúng/)).toBeVisible()
    await page.getByLabel('Mã trên máy chủ').fill(server.setupCode ?? '')
    await go(page)
    await page.getByRole('radio', { name: /Phường Chu Văn An/ }).check()
    await go(page)
    await page.getByLabel('Họ và tên').fill('Trần Thử Nghiệm')
    await page.getByLabel('Tên đăng nhập').fill('quan.tri')
    await page.getByLabel('Mật khẩu', { exact: true }).fill('1234567890')
    await go(page)
    await expect(page.getByText(/^Mật khẩu này ai cũng đoán được/)).toBeVisible()
    await page.reload()
    await expect(page.getByLabel('Tên đăng nhập')).toHaveValue('quan.tri')
    await expect(page.getByLabel('Mật khẩu', { exact: true })).toHaveValue('')
  })
  await step('set up: ward, administrator, campaign, team', async () => {
    await setUp(page, server.setupCode ?? '', look)
    await expect(page.getByText('Xong 2 trên 6 việc')).toBeVisible()
    await expect(open).toHaveText(/^Danh sách hộ/)
    await spotless(page, 'the first hour')
  })
  await step('the register, through the browser', async () => {
    await bringRegister(page, look)
    await expect(page.getByText('Xong 3 trên 6 việc')).toBeVisible()
    await expect(open).toHaveText(/^Đội và đội viên/)
  })
  let code = ''
  await step('invitation', async () => {
    await page.getByRole('combobox', { name: 'Đội' }).selectOption({ label: TEAM })
    await page.getByRole('button', { name: 'Tạo mã mời' }).click()
    await expect(page.getByRole('img', { name: new RegExp(TEAM) })).toBeVisible()
    code = (await page.locator('p.code').innerText()).replaceAll(' ', '')
    expect(code).toMatch(/^[A-Z2-9]{6}$/)
  })
  const walker = await phone()
  await count(walker.context, hands)
  await step('a volunteer joins on the own phone', async () => {
    await walker.page.goto(`/join#${code}`)
    await walker.page.getByLabel('Họ và tên của bạn').fill('Lê Thử Nghiệm')
    await walker.page.getByRole('button', { name: 'Vào đội', exact: true }).click()
    await passPin(walker.page)
    await expect(page.getByText('Xong 4 trên 6 việc')).toBeVisible({ timeout: 15_000 })
    await expect(open).toHaveText(/^Giao ngõ/)
  })
  await step('an alley is given to the team', async () => {
    await page.getByRole('link', { name: 'Giao ngõ', exact: true }).last().click()
    await page.getByRole('button', { name: 'Đề xuất cân bằng' }).click()
    await page.getByRole('button', { name: /^Chỉ các ngõ chưa giao/ }).click()
    await expect(page.getByText(/^Nháp: \d+ ngõ sẽ đổi tay/)).toBeVisible()
    await page.getByRole('button', { name: 'Giao và gửi xuống máy' }).click()
    await expect(page.getByText(/^Đã giao \d+ ngõ/)).toBeVisible()
    await page.goto('/#/ward/settings/first-hour')
    await expect(page.getByText('Xong 5 trên 6 việc')).toBeVisible()
    await expect(open).toHaveText(/^Cửa đầu tiên/)
  })
  await step('the first door, without a network', async () => {
    await walker.page.reload()
    await passPin(walker.page)
    await expect(walker.resume).toBeVisible({ timeout: 20_000 })
    await walker.toNextDoor()
    await walker.offline()
    await walker.knock('notHome')
    await walker.holds(1)
  })
  await step('the desk shows one visit', async () => {
    await walker.online()
    await expect(page.getByText('Phường đã sẵn sàng: cửa đầu tiên đã vào sổ.')).toBeVisible({ timeout: 20_000 })
    await page.getByRole('link', { name: 'Xem bản đồ' }).click()
    await expect.poll(() => ward.valueOf('Lượt đến hộ')).toBe(1)
  })
  expect(steps).toEqual([
    'a wrong code and a weak password are refused, and nothing typed is lost',
    'set up: ward, administrator, campaign, team',
    'the register, through the browser',
    'invitation',
    'a volunteer joins on the own phone',
    'an alley is given to the team',
    'the first door, without a network',
    'the desk shows one visit',
  ])
  const minutes = (hands.presses * PRESS + hands.letters * LETTER) / 60
  console.log(`  ${steps.length} steps in ${((Date.now() - began) / 1000).toFixed(0)} s; ${hands.presses} presses and ${hands.letters} letters: ${minutes.toFixed(1)} minutes of a person`)
  expect(hands.presses).toBeGreaterThan(30)
  expect(minutes, 'ten minutes are promised').toBeLessThan(9)
  expect(await server.verify()).toMatch(/ 0 differences/)
})

test('set up in the hand: five steps on a narrow screen, with the ward’s own outline', async ({ browser }) => {
  // The server of this file is set up by now: this one is another.
  const empty = await Server.start(0)
  try {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', baseURL: empty.url })
    const page = await context.newPage()
    const look = async (screen: string): Promise<void> => {
      await spotless(page, screen)
      await fits(page, screen)
    }
    await page.goto('/')
    await page.getByLabel('Mã trên máy chủ').fill(empty.setupCode ?? '')
    await look('the code, narrow')
    await go(page)
    await page.getByText('Tải tệp lên').click()
    const file = (name: string, coordinates: unknown) => ({ name, mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { ten_xa: 'Phường Mơ' }, geometry: { type: 'Polygon', coordinates } }] })) })
    const ring = (x: number, y: number) => [[[x, y], [x + 0.03, y], [x + 0.03, y + 0.03], [x, y + 0.03], [x, y]]]
    await page.getByLabel('Chọn tệp GeoJSON').setInputFiles(file('dao.geojson', ring(21, 106)))
    await page.getByLabel('Tỉnh, thành phố').fill('Hải Phòng')
    await go(page)
    await expect(page.getByText(/^Tọa độ bị đảo/)).toBeVisible()
    await page.getByLabel('Chọn tệp GeoJSON').setInputFiles(file('mo.geojson', ring(106, 21)))
    await expect(page.getByLabel('Tên phường')).toHaveValue('Phường Mơ')
    await expect(page.getByRole('img', { name: 'Ranh giới Phường Mơ' })).toBeVisible()
    await look('the outline, narrow')
    await go(page)
    await page.getByLabel('Họ và tên').fill('Trần Thử Nghiệm')
    await page.getByLabel('Tên đăng nhập').fill('quan.tri')
    await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD)
    await look('the administrator, narrow')
    await go(page)
    await page.getByLabel('Tên chiến dịch').fill('Đi từng ngõ thử')
    await page.getByRole('checkbox', { name: /Người trưởng thành/ }).check()
    await look('the campaign, narrow')
    await go(page)
    await look('the teams, narrow')
    await page.getByRole('button', { name: 'Hoàn tất cài đặt' }).click()
    await expect(page.getByText('Xong 2 trên 6 việc')).toBeVisible()
    await look('the first hour, narrow')
    // Nobody sets it up a second time: the page leads to the sign-in.
    const other = await browser.newPage({ baseURL: empty.url })
    await other.goto('/')
    await expect(other.getByRole('button', { name: 'Đăng nhập', exact: true })).toBeVisible()
    await other.close()
    await context.close()
  } finally {
    await empty.stop()
  }
})

test('settings: a target, a moved deadline, and an account that its owner opens with a code', async ({ desk, phone, watch }) => {
  watch.expect(/status of (409|422)/)
  const ward = await desk()
  const { page } = ward
  await page.goto('/')
  await page.getByLabel('Tên đăng nhập').fill('quan.tri')
  await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click()
  await page.getByRole('link', { name: 'Cài đặt' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Cài đặt' })).toBeVisible()

  await page.getByRole('button', { name: 'Lấy gợi ý: Tỉ lệ hộ đã được hướng dẫn' }).click()
  await page.getByRole('button', { name: 'Lưu' }).last().click()
  await expect(page.getByText(/^Mức chưa đúng/)).toBeVisible()
  await page.getByLabel('Mức').fill('82,5')
  await spotless(page, 'the campaign and its targets')
  await page.getByRole('button', { name: 'Lưu' }).last().click()
  await expect(page.getByText(/^82,5 % · hạn/)).toBeVisible()

  await page.getByLabel('Ngày kết thúc').fill('2027-06-30')
  await page.getByRole('button', { name: 'Lưu' }).first().click()
  await expect(page.getByText('Ô này còn trống. Điền vào rồi tiếp tục.')).toBeVisible()
  await page.getByLabel('Lý do đổi ngày kết thúc').fill('theo công văn mới')
  await page.getByRole('button', { name: 'Lưu' }).first().click()
  await expect(page.getByText('Đã lưu.')).toBeVisible()
  await page.getByRole('link', { name: 'Đã thay đổi' }).click()
  await expect(page.getByText('Lý do: theo công văn mới')).toBeVisible()
  await spotless(page, 'the changes')

  await page.getByRole('link', { name: 'Tài khoản' }).click()
  await page.getByLabel('Họ và tên').fill('Lê Thị Mẫu')
  await page.getByRole('combobox', { name: 'Vai trò' }).selectOption('team_lead')
  await page.getByRole('combobox', { name: 'Đội' }).selectOption({ label: TEAM })
  await page.getByRole('button', { name: 'Tạo mã mở tài khoản' }).click()
  await expect(page.getByRole('heading', { name: 'Mã mở tài khoản của Lê Thị Mẫu' })).toBeVisible()
  await spotless(page, 'the accounts')
  await fits(page, 'the accounts')
  const link = await page.locator('p.link').innerText()

  const lead = await phone()
  await lead.page.goto(link)
  await expect(lead.page.getByRole('heading', { name: 'Chào Lê Thị Mẫu' })).toBeVisible()
  await lead.page.getByLabel('Tên đăng nhập').fill('quan.tri')
  await lead.page.getByLabel('Mật khẩu mới').fill('ngõ nhỏ có cây đa')
  await lead.page.getByRole('button', { name: 'Mở tài khoản' }).click()
  await expect(lead.page.getByText(/^Tên này đã có người dùng/)).toBeVisible()
  await lead.page.getByLabel('Tên đăng nhập').fill('le.mau')
  await spotless(lead.page, 'opening an account')
  await fits(lead.page, 'opening an account')
  await lead.page.getByRole('button', { name: 'Mở tài khoản' }).click()
  await passPin(lead.page)
  await expect(lead.page.getByRole('navigation')).toBeVisible()

  // Nobody disables himself: there is no button for it; whom he disables is out.
  await page.reload()
  await expect(page.getByRole('button', { name: /Trần Thử Nghiệm/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Ngừng tài khoản của Lê Thị Mẫu' }).click()
  await page.getByRole('button', { name: 'Đúng, làm' }).click()
  await expect(page.getByText('Đã ngừng tài khoản của Lê Thị Mẫu.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Cho Lê Thị Mẫu dùng lại' })).toBeVisible()
})
