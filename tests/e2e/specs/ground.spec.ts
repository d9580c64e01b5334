import { readFileSync } from 'node:fs'
import { fits, spotless } from '../support/axe.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'ground', scale: 0.1 } })

test('the map of an earlier day, compared, and taken away as a file', async ({ desk }) => {
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await page.getByLabel('Chỉ số khác').selectOption({ label: 'Hộ từ chối' })
  await expect(page.getByText('Tỉ lệ hộ từ chối')).toBeVisible()
  await expect(page.getByText(/^Ranh giới: \d+ tổ từ tệp$/)).toBeVisible()

  await page.getByRole('button', { name: 'Theo ngày' }).click()
  await expect(page.getByText('chỉ có số hôm nay')).toBeVisible()
  await page.getByText('Hộ đã hướng dẫn', { exact: true }).first().click()
  const slider = page.getByRole('slider')
  const today = await page.locator('td.reading .rate').allInnerTexts()
  await slider.focus()
  await slider.press('Home')
  // On the first day hardly anybody had been coached.
  await expect.poll(() => page.locator('td.reading .rate').allInnerTexts()).not.toEqual(today)
  await expect(page.getByText(/^Mẫu số là số hộ hôm nay/)).toBeVisible()
  await slider.press('End')
  await expect.poll(() => page.locator('td.reading .rate').allInnerTexts()).toEqual(today)

  await page.getByLabel('So với ngày').selectOption({ index: 7 })
  await expect(page.getByRole('heading', { name: /^Thay đổi/ })).toBeVisible()
  await expect(page.getByText('Nhanh hay chậm hơn cả phường')).toBeVisible()
  await expect(page.getByRole('columnheader', { name: 'So với phường' })).toBeVisible()
  await spotless(page, 'map, two days compared')

  const saved = async (name: string): Promise<Buffer> => {
    await page.getByRole('button', { name: 'Xuất', exact: true }).click()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
    return readFileSync(await file.path())
  }
  const features = JSON.parse((await saved('Bản đồ cho phần mềm (GeoJSON)')).toString()) as { measure: string; features: { properties: { whole: number; outline_source: string } }[] }
  expect(features.measure).toBe('COV_SERVED')
  expect(features.features.every(({ properties }) => properties.whole > 0 && properties.outline_source === 'uploaded')).toBe(true)
  const picture = await saved('Ảnh bản đồ (PNG)')
  expect([picture.subarray(1, 4).toString(), picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual(['PNG', 1600, 1200])
})

test('an outline taken away is derived from doors, drawn without a mouse, and read by a map program', async ({ desk, server }) => {
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await page.getByRole('link', { name: 'Ranh giới tổ' }).click()
  await expect(page.getByRole('heading', { name: 'Ranh giới tổ', level: 1 })).toBeVisible()
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Thái Học 2', exact: true }) })
  await expect(row).toContainText('từ tệp')
  await spotless(page, 'ground')

  await row.getByRole('button', { name: /^Bỏ ranh giới/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Bỏ ranh giới' }).click()
  await expect(row).toContainText('chưa có')
  await page.getByRole('button', { name: 'Suy ra ranh giới' }).click()
  await expect(page.getByText(/^Đã suy ra 1 tổ/)).toBeVisible()
  await expect(row).toContainText('suy ra từ cửa nhà')

  await row.getByRole('link', { name: /^Vẽ lại/ }).click()
  const board = page.getByRole('application')
  await page.getByRole('button', { name: 'Vẽ lại từ đầu' }).click().catch(() => undefined)
  await board.focus()
  for (const moves of [[], ['ArrowRight', 'ArrowRight', 'ArrowRight'], ['ArrowDown', 'ArrowDown', 'ArrowDown'], ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']]) {
    for (const key of moves) await page.keyboard.press(key)
    await page.keyboard.press('Enter')
  }
  await expect(page.getByText('4 điểm')).toBeVisible()
  await page.keyboard.press('c')
  await expect(page.getByText('Đã khép kín · 4 điểm')).toBeVisible()
  await spotless(page, 'ground, drawing')
  await page.getByRole('button', { name: 'Lưu ranh giới' }).click()
  await expect(page.getByText('Đã lưu ranh giới Thái Học 2.')).toBeVisible()
  await expect(row).toContainText('vẽ tay')

  await page.getByRole('button', { name: 'Tạo khóa' }).click()
  await expect(page.getByRole('alert')).toContainText('Ghi tên máy')
  await page.getByLabel('Khóa này cho máy nào?').fill('QGIS địa chính')
  await page.getByRole('button', { name: 'Tạo khóa' }).click()
  await expect(page.getByText('khóa chỉ hiện lần này')).toBeVisible()
  const [login = '', key = ''] = await page.locator('.new code').allInnerTexts()
  const layer = await page.request.get(`${server.url}/ogc/collections/groups/items?limit=1`, {
    headers: { Authorization: `Basic ${Buffer.from(`${login}:${key}`).toString('base64')}` },
  })
  expect(layer.status()).toBe(200)
  expect(((await layer.json()) as { numberReturned: number }).numberReturned).toBe(1)
})

test('a file of outlines is looked at first; on a phone too', async ({ desk }) => {
  const ward = await desk(PHONE)
  const { page } = ward
  await ward.signIn()
  await page.getByLabel('Tô bản đồ theo').selectOption({ label: 'Hộ đã đến' })
  await expect(page.getByText('Tỉ lệ hộ đã đến')).toBeVisible()
  await fits(page, 'map on a phone')

  await page.getByRole('link', { name: 'Ranh giới tổ' }).click()
  const [x, y] = [106.39, 21.11]
  const ring = (w: number) => [[x, y], [x + w, y], [x + w, y + w], [x, y + w], [x, y]]
  const file = {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: { ten: 'TDP Thái Học 2' }, geometry: { type: 'Polygon', coordinates: [ring(0.004)] } },
      { type: 'Feature', properties: { ten: 'Xóm lạ' }, geometry: { type: 'Polygon', coordinates: [ring(0.002)] } },
    ],
  }
  await page.locator('input[type=file]').setInputFiles({ name: 'to.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify(file)) })
  await expect(page.getByText('1 hình khớp · 1 hình chưa khớp')).toBeVisible()
  await expect(page.getByText('Không tổ nào tên như vậy')).toBeVisible()
  await page.getByLabel('Là tổ: Xóm lạ').selectOption({ label: 'Bỏ hình này' })
  await expect(page.getByText('Bỏ qua')).toBeVisible()
  await fits(page, 'a file of outlines')
  await spotless(page, 'a file of outlines')
  const write = page.getByRole('button', { name: 'Ghi 1 ranh giới' })
  const agree = page.getByLabel(/^Tôi hiểu/)
  if (await agree.isVisible()) {
    await expect(write).toBeDisabled()
    await agree.check()
  }
  await write.click()
  await expect(page.getByText('Đã ghi 1 ranh giới từ tệp.')).toBeVisible()
})

test('where nothing can be drawn with WebGL the list of doors says so and stands open', async ({ desk }) => {
  const staff = await desk()
  await staff.context.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext as (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) => RenderingContext | null
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest)
    } as typeof HTMLCanvasElement.prototype.getContext
  })
  await staff.signIn()
  await staff.row('Thái Học 2').getByRole('button').click()
  await staff.page.getByRole('button', { name: 'Xem từng cửa' }).click()
  const key = staff.page.getByRole('figure').filter({ hasText: 'Từng cửa nhà ở Thái Học 2' })
  await expect(key).toContainText('Trình duyệt này không vẽ được từng cửa')
  await expect(key.getByRole('listitem').filter({ hasText: / · (Ngõ|Ngách|Đường) .* · / }).first()).toBeVisible()
  await spotless(staff.page, 'doors as a list')
  await fits(staff.page, 'doors as a list')
})

test('doors are shown to ward staff, and to nobody else', async ({ desk }) => {
  const staff = await desk()
  await staff.signIn()
  await staff.row('Thái Học 2').getByRole('button').click()
  await staff.page.getByRole('button', { name: 'Xem từng cửa' }).click()
  const key = staff.page.getByRole('figure').filter({ hasText: 'Từng cửa nhà ở Thái Học 2' })
  await expect(key).toContainText('Chưa đến')
  await key.getByText(/^Danh sách \d+ cửa$/).click()
  // The same doors as a list, for whoever reads no map.
  await expect(key.getByRole('listitem').filter({ hasText: / · (Ngõ|Ngách|Đường) .* · / }).first()).toBeVisible()
  await key.getByRole('button', { name: 'Xem cả phường' }).click()
  await expect(key).toBeHidden()

  const board = await desk()
  await board.signIn('bxd1')
  await expect(board.page.getByRole('button', { name: 'Theo ngày' })).toBeVisible()
  await expect(board.page.getByRole('link', { name: 'Ranh giới tổ' })).toHaveCount(0)
})
