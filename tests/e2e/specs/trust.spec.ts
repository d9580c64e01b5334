import { fits, spotless } from '../support/axe.ts'
import { moved } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'
import { Wire, type WireDoor } from '../support/wire.ts'

test.use({ ward: { name: 'trust', scale: 0.1 } })

const HOUR = 3_600_000

test('a resident who fears a swindler: the badge to check, a no that is final, and the ward sees a count', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.toNextDoor()
  const door = page.url()
  const id = /#\/door\/([^/]+)/.exec(door)?.[1] ?? ''
  const [head] = (await (await Wire.open(server.url, 'tnv1')).pull()).filter((each) => each.id === id).map((each) => (each as WireDoor & { head?: string }).head)
  await page.getByRole('link', { name: 'Thẻ hôm nay' }).first().click()
  await expect(page.getByRole('heading', { name: 'Thẻ hôm nay' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Số thẻ' }).locator('b')).toHaveText(/^\d{3}\s*\d{3}$/)
  await expect(page.getByRole('region', { name: 'Mã hôm nay của tổ' }).locator('li').first()).toHaveText(/\d{4}\s*con /)
  for (const never of ['Hỏi mật khẩu, mã OTP', 'Cầm điện thoại của bác', 'Chụp căn cước']) await expect(page.getByText(never, { exact: true })).toBeVisible()
  if (head) await expect(page.getByRole('main').last(), 'nobody of the house is on the badge').not.toContainText(head)
  await page.getByRole('button', { name: 'Quay lại' }).click()
  await expect(it.result).toBeVisible()

  const { group } = await it.knock('declined')
  await expect(it.allSent).toBeVisible()
  await page.evaluate((to) => (location.href = to), door)
  await expect(page.getByText(/Nhà đã từ chối\. Không gõ lại trước/)).toBeVisible()
  await page.evaluate(() => (location.hash = '#/revisit'))
  await expect(page.getByRole('heading', { name: /^Tối (nay|mai)$/ })).toBeVisible()
  await expect(page.locator(`a[href="#/door/${id}"]`), 'for ninety days').toHaveCount(0)
  expect(moved(before, await book.coverage())).toEqual({ [group]: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_declined: 1 } })
})

interface Trust {
  today: number
  badges: Array<{ id: string; account_id: string; name: string; number: string; token: string; team_id?: string; revoked_at?: number }>
  tonight: Array<{ id: string; group_ids: string[] }>
  groups: Array<{ id: string; name: string; code: { digits: string; animal: string } }>
}
const YES = '✓ CÓ'
const NO = '✕ KHÔNG'

test('a resident checks the badge and the code on the ward’s page; what is revoked is a no at once; a warning reaches page and phone', async ({ phone, desk, book, server, contextOf }) => {
  test.setTimeout(180_000)
  const it = await phone()
  await it.signIn('tnv2')
  await it.page.evaluate(() => (location.hash = '#/badge'))
  const number = (await it.page.getByRole('region', { name: 'Số thẻ' }).locator('b').innerText()).replace(/\s/g, '')
  expect(number).toMatch(/^\d{6}$/)
  const trust = () => book.get<Trust>('/trust')
  const mine = (await trust()).badges.find((badge) => badge.number === number)
  if (!mine) throw new Error('the phone shows a number the ward does not know')
  const { today } = await trust()
  await book.post('/shift-plans', { id: crypto.randomUUID(), team_id: mine.team_id, day: today, from: 1170, to: 1260, place: 'Nhà văn hóa' })
  const seen = await trust()
  const group = seen.groups.find(({ id }) => seen.tonight.find((team) => team.id === mine.team_id)?.group_ids.includes(id))
  if (!group) throw new Error('the team holds no alley')
  // The phone holds out what is posted in the house of culture.
  await expect(it.page.getByRole('region', { name: 'Mã hôm nay của tổ' })).toContainText(group.code.digits)

  // A neighbour's old phone: no script, and nobody has ever signed in on it.
  const context = await contextOf({ ...PHONE, javaScriptEnabled: false })
  const page = await context.newPage()
  const strangers: string[] = []
  let bytes = 0
  page.on('response', (response) => {
    if (!response.url().startsWith(server.url)) strangers.push(response.url())
    bytes += Number(response.headers()['content-length'] ?? 0)
  })
  const link = `/kiem-tra/t/${mine.token}`
  await page.goto(link)
  await expect(page.getByText(YES)).toBeVisible()
  expect(bytes).toBeLessThan(20 * 1024)
  expect(strangers).toEqual([])
  for (const never of ['Không hỏi mật khẩu, mã OTP.', 'Không cầm điện thoại của bác.', 'Không chụp căn cước.']) await expect(page.getByText(never)).toBeVisible()
  await expect(page.getByText(mine.name)).toHaveCount(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)

  // By hand: the number, the group, and the code off the leaflet; yesterday's is worth nothing.
  const ask = async (code: string) => {
    await page.goto('/kiem-tra')
    await page.getByLabel('Số trên thẻ').fill(`${number.slice(0, 3)} ${number.slice(3)}`)
    await page.getByLabel('Nhà bác ở tổ nào?').selectOption({ label: group.name })
    await page.getByLabel('Mã hôm nay của tổ').fill(code)
    await page.getByRole('button', { name: 'Kiểm tra' }).click()
  }
  await ask(group.code.digits)
  await expect(page.getByText(YES)).toBeVisible()
  const week = await book.get<{ codes: Array<{ digits: string }> }>(`/trust/leaflet?group=${group.id}`)
  const other = week.codes.map(({ digits }) => digits).find((digits) => digits !== group.code.digits)
  await ask(other ?? '0000')
  await expect(page.getByText(NO)).toBeVisible()
  expect(await context.cookies()).toEqual([])

  // The desk warns, and revokes.
  const staff = await desk()
  await staff.signIn()
  await staff.page.goto('/#/ward/trust/alerts')
  await staff.page.getByRole('button', { name: 'Phát cảnh báo mới' }).click()
  await staff.page.getByRole('button', { name: 'Giả công an, cán bộ phường' }).click()
  await staff.page.getByLabel('Nội dung, viết như nói với bà con').fill('Có người giả công an đòi mã OTP.')
  await staff.page.getByRole('button', { name: 'Phát cảnh báo', exact: true }).click()
  await expect(staff.page.getByText(/^Đã phát cảnh báo/)).toBeVisible()
  await page.goto(link)
  await expect(page.getByText('Có người giả công an đòi mã OTP.')).toBeVisible()
  await it.page.evaluate(() => (location.hash = '#/mine'))
  await it.sync()
  await it.go('Đi ngõ')
  await expect(it.page.getByText('Cảnh báo: Giả công an, cán bộ phường').first()).toBeVisible({ timeout: 20_000 })

  await staff.page.goto('/#/ward/trust/badges')
  await staff.page.getByLabel('Tìm theo tên hoặc số thẻ').fill(number)
  await spotless(staff.page, 'badges')
  await staff.page.getByRole('button', { name: 'Thu thẻ' }).click()
  await staff.page.getByRole('group').getByRole('button', { name: 'Thu thẻ' }).click()
  await expect(staff.page.getByText(`Đã thu thẻ của ${mine.name}.`)).toBeVisible()
  await page.goto(link)
  await expect(page.getByText(NO)).toBeVisible()
  await ask(group.code.digits)
  await expect(page.getByText(NO)).toBeVisible()
  await staff.page.goto('/#/ward/trust/codes')
  await expect(staff.page.getByRole('row').filter({ hasText: group.name }).getByText(/^Mã đổi từ/).first()).toBeVisible()
  await spotless(staff.page, 'codes')
  await fits(staff.page, 'codes')
  await it.go('Của tôi')
  await it.sync()
  await it.page.evaluate(() => (location.hash = '#/badge'))
  await expect(it.page.getByText('Phường chưa cấp số thẻ, hoặc đã thu lại')).toBeVisible()
})

test('badges come out of the printer in the size of a bank card, leaflets in letters of 18 points and more', async ({ desk, book }) => {
  const { groups } = await book.get<Trust>('/trust')
  const staff = await desk()
  await staff.signIn()
  const { page } = staff
  /** Pages of a document, counted where it lists them. */
  const pages = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)?.length ?? 0
  await page.goto('/#/ward/trust')
  await expect(page.getByRole('heading', { name: 'Kiểm tra người đến nhà' })).toBeVisible()
  await spotless(page, 'tonight')
  await fits(page, 'tonight')
  await page.goto('/#/ward/trust/badges')
  await page.getByLabel('Tìm theo tên hoặc số thẻ').fill('a')
  const boxes = page.getByRole('checkbox', { name: /^Chọn thẻ của/ })
  for (let n = 0; n < 11; n += 1) await boxes.nth(n).check()
  await page.getByRole('link', { name: 'In thẻ đã chọn (11)' }).click()
  await expect(page.locator('article')).toHaveCount(11)
  const card = await page.locator('article').first().boundingBox()
  expect([Math.round(card?.width ?? 0), Math.round(card?.height ?? 0)], '85.6 x 54 mm at 96 dots an inch').toEqual([324, 204])
  await spotless(page, 'cards')
  expect(pages(await page.pdf({ preferCSSPageSize: true }))).toBe(2)

  await page.goto('/#/ward/trust/codes')
  for (const { name } of groups.slice(0, 2)) await page.getByRole('checkbox', { name: `Chọn ${name}`, exact: true }).check()
  await page.getByRole('link', { name: 'In tờ rơi (2)' }).click()
  await expect(page.locator('article')).toHaveCount(2)
  const least = await page.locator('article').first().evaluate((paper) => {
    const texts = [...paper.querySelectorAll('*')].filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
    return Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize)))
  })
  expect(least, '18 points').toBeGreaterThanOrEqual(24)
  await spotless(page, 'leaflets')
  expect(pages(await page.pdf({ preferCSSPageSize: true })), 'a page each').toBe(2)
  await page.goto('/#/ward/trust/alerts')
  await page.getByRole('button', { name: 'Phát cảnh báo mới' }).click()
  await spotless(page, 'warnings')
  await fits(page, 'warnings')
})

test('a stall whose QR code was glued over: the trader is shown how to check it, and the bank is asked, with no name', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.toNextDoor()
  const id = /#\/door\/([^/]+)/.exec(page.url())?.[1] ?? ''
  const group = (await page.getByRole('banner').locator('p').innerText()).split(' · ').at(-1) ?? ''
  await page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
  await page.getByRole('button', { name: '18–59 tuổi' }).click()
  await page.getByRole('button', { name: /^Kỹ năng khác/ }).click()
  await page.getByRole('group', { name: 'Mã QR bán hàng (tiểu thương)', exact: true }).getByRole('button', { name: 'Tự làm' }).click()
  await page.getByRole('button', { name: 'Chuyển tiếp' }).click()
  await page.getByRole('dialog', { name: 'Chuyển cho ai?' }).getByRole('button', { name: /^Ngân hàng: mã QR/ }).click()
  await page.getByRole('button', { name: 'Đã hướng dẫn', exact: true }).click()
  await page.waitForURL(/#\/walk\//)
  await expect(it.allSent).toBeVisible({ timeout: 30_000 })
  const wire = await Wire.open(server.url, 'tnv1')
  const referrals = async () => {
    const door = (await wire.pull()).find((each) => each.id === id) as (WireDoor & { referrals?: Array<{ kind: string; learner_id?: string }>; people?: unknown[] }) | undefined
    return { referrals: door?.referrals?.map(({ kind, learner_id }) => `${kind} ${learner_id ?? 'nobody'}`), people: door?.people ?? [] }
  }
  await expect.poll(referrals, { timeout: 30_000 }).toEqual({ referrals: ['BANK_QR nobody'], people: [] })
  expect(moved(before, await book.coverage())).toEqual({
    [group]: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_served: 1, coach_people: 1, coach_occ: 1 },
  })
})

test('three days in airplane mode: said after sixty hours, closed after seventy-two, and what was recorded goes out', async ({ phone, book }) => {
  test.setTimeout(120_000)
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()
  const began = Date.now()
  await it.context.clock.setSystemTime(began + 61 * HOUR)
  await it.restart()
  await expect(it.page.getByText(/^Còn 11 giờ nữa danh sách nhà tạm đóng/)).toBeVisible()
  await it.toNextDoor()
  const { group } = await it.knock('notHome')
  await it.holds(1)

  await it.context.clock.setSystemTime(began + 73 * HOUR)
  await it.restart()
  await expect(it.page.getByRole('heading', { name: 'Danh sách nhà tạm đóng' })).toBeVisible()
  await expect(it.page.getByText('1 lượt đã ghi vẫn còn nguyên trên máy.')).toBeVisible()
  await expect(it.resume).toHaveCount(0)
  await it.page.getByRole('link', { name: 'Xem lượt đã ghi' }).click()
  await expect(it.records).toHaveCount(1)
  await it.page.getByRole('navigation').getByRole('link', { name: 'Đi ngõ' }).click()
  await expect(it.page.getByRole('heading', { name: 'Danh sách nhà tạm đóng' })).toBeVisible()

  await it.online()
  await expect(it.resume, 'a word from the server opens them').toBeVisible({ timeout: 30_000 })
  await expect(it.allSent).toBeVisible()
  expect(moved(before, await book.coverage())).toEqual({ [group]: { visits: 1, hh_visited: 1, hh_revisit: 1 } })
})
