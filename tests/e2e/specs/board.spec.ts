import type { Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'board', scale: 0.1 } })

/** Colours are looked at when they stand still. */
const CALM = { reducedMotion: 'reduce' } as const
const NARROW = { viewport: { width: 360, height: 740 }, ...CALM } as const

interface Board {
  pace: { verdict: string; days: number; needed: number; goal: number }
  forecast: { days: number } | null
  total: { visits: number; hh_total: number; hh_served: number }
  groups: Array<{ id: string; name: string; lag: { why: string; step: string } }>
  register: { on_foot: number }
  phones: { help: number }
}

const written = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, '.')

const open = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: 'Tiến độ', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Tiến độ', level: 1 })).toBeVisible()
}

test('the board answers first, says why, and follows what comes in', async ({ desk, phone, book }) => {
  const ward = await desk({ viewport: { width: 1280, height: 800 }, ...CALM })
  const { page } = ward
  await ward.signIn()
  await open(page)
  const told = await book.get<Board>('/board')

  // The answer, how it was reached, and the days around it.
  const answer = page.getByRole('region', { name: /^Kịp hạn / })
  await expect(answer).toContainText(/Chậm \d+ ngày|Đúng tiến độ|Nhanh \d+ ngày/)
  await expect(answer).toContainText(`Nếu cứ như ${told.forecast?.days} ngày qua, xong khoảng`)
  await expect(answer.getByRole('button', { name: 'Cần mỗi ngày' })).toContainText(String(told.pace.needed))
  await answer.getByRole('button', { name: /Cách tính/ }).click()
  await expect(page.getByRole('dialog')).toContainText('bốc thăm 1.000 lần')
  await expect(page.getByRole('dialog')).toContainText('Nguồn: mẫu')
  await page.keyboard.press('Escape')

  // The drawing has a twin to read.
  await expect(answer.getByRole('img')).toHaveAccessibleName(/Chỉ tiêu .* hộ, hạn .* Đến hạn có lẽ/)
  await answer.getByRole('button', { name: 'Xem bảng' }).click()
  await expect(answer.getByRole('columnheader')).toHaveText(['Ngày', 'Đã có', 'Thấp', 'Giữa', 'Cao', 'Chỉ tiêu'])
  await answer.getByRole('button', { name: 'Xem hình' }).click()

  // What holds it up, in the server's order, with the next step a click away.
  const why = page.getByRole('region', { name: 'Vướng ở đâu, gỡ thế nào' })
  const held = told.groups.filter((g) => g.lag.why !== 'nothing')
  await expect(why.getByRole('listitem').first()).toContainText(held[0]?.name ?? '')
  await expect(page.getByRole('region', { name: 'Giờ nào hay gặp người ở nhà' }).first()).toContainText('Cả phường')
  await expect(page.getByRole('region', { name: 'Sổ hộ, và nhà có lẽ còn thiếu' })).toContainText('Từ danh sách của phường')
  await spotless(page, 'board')
  await fits(page, 'board')

  // A visit comes in: the figures move by themselves.
  const foot = page.getByRole('button', { name: /^Thấy tận nơi/ })
  await expect(foot).toContainText(written(told.register.on_foot))
  const walker = await phone()
  await walker.signIn('tnv1')
  await walker.resume.click()
  await walker.page.getByRole('link', { name: /^Gõ cửa / }).click()
  await walker.knock('declined')
  await expect.poll(async () => (await book.get<Board>('/board')).total.visits).toBe(told.total.visits + 1)
  await expect(foot).toContainText(written(told.register.on_foot + 1))

  await page.getByRole('link', { name: 'Mở danh sách điện thoại' }).click()
  await expect(page.getByRole('heading', { name: 'Máy của các đội' })).toBeVisible()
})

test('the map’s card says why a group lags and whom to send', async ({ desk, book }) => {
  const ward = await desk({ viewport: { width: 1280, height: 800 }, ...CALM })
  await ward.signIn()
  const told = await book.get<Board>('/board')
  const group = told.groups.find((g) => g.lag.why !== 'nothing')
  await ward.row(group?.name ?? '').getByRole('button').click()
  const card = ward.page.getByRole('region', { name: group?.name ?? '', exact: true })
  await expect(card).toContainText(/\d+ nhà chưa đến, \d+ tình nguyện viên\./)
  await card.getByRole('link', { name: 'Giao thêm đội' }).click()
  await expect(ward.page).toHaveURL(new RegExp(`#/ward/assign/${group?.id}$`))
})

test('on a narrow screen the same board in one column, and the party board sees counts only', async ({ desk }) => {
  const ward = await desk(NARROW)
  const { page } = ward
  await ward.signIn()
  await page.goto('/#/ward/board')
  await expect(page.getByRole('heading', { name: 'Tiến độ', level: 1 })).toBeVisible()
  await expect(page.getByRole('region', { name: /^Kịp hạn / })).toContainText('xong khoảng')
  await page.evaluate(() => document.fonts.ready)
  await spotless(page, 'board, narrow')
  await fits(page, 'board, narrow')

  const party = await desk(NARROW)
  await party.signIn('bxd1')
  await party.page.goto('/#/ward/board')
  await expect(party.page.getByRole('region', { name: /^Kịp hạn / })).toContainText('xong khoảng')
  await expect(party.page.getByRole('link', { name: 'Mở danh sách điện thoại' })).toHaveCount(0)
  await expect(party.page.getByRole('region', { name: 'Vướng ở đâu, gỡ thế nào' }).getByRole('link')).toHaveCount(0)
})
