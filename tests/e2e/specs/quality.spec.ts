import { fits, spotless } from '../support/axe.ts'
import type { Book } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import type { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'
import { Wire } from '../support/wire.ts'

test.use({ ward: { name: 'quality', scale: 0.3 } })

interface Quality {
  flags: Array<{ id: string; kind: string; account_name: string; words?: string; verdict?: string; verdict_words?: string; closed_at?: number }>
  checks: Array<{ id: string; address: string; alley_name: string; answer?: string; words?: string }>
  agreement: Record<'random' | 'weighted', { agree: number; differ: number; unknown: number }>
  terms: { checks_a_day: number }
  waiting_first: number
}
const read = (book: Book): Promise<Quality> => book.get<Quality>('/quality')

const CALM = { reducedMotion: 'reduce' } as const
const HOMES = 20

/** An evening written down at home: many homes coached at once, by a phone that says it was elsewhere. */
async function writtenAtHome(server: Server, login: string): Promise<Wire> {
  const phone = await Wire.open(server.url, login)
  const doors = await phone.pull()
  for (const door of doors.slice(0, HOMES)) {
    const people = [{ age_band: '18-59', skills: [{ skill: 'SEC-01', level: 2 }] }]
    const result = await phone.push('visit.record', { household_id: door.id, outcome: 'SERVED', people, near: 'elsewhere' })
    expect(result.outcome).toBe('applied')
  }
  // A server that begins looks through what came in.
  await server.restart()
  await expect.poll(async () => (await phone.flags()).map(({ kind }) => kind)).toContain('too_fast')
  return phone
}

test.describe.serial('quality', () => {
  test('what was seen is explained first, then answered with a talk; nobody is named beside the homes asked again', async ({ desk, book, server }) => {
    test.setTimeout(120_000)
    const phone = await writtenAtHome(server, 'tnv1')
    const flags = await phone.flags()

    // The volunteer has the first word: the desk only hears how many wait.
    const before = await read(book)
    const ids = new Set(flags.filter(({ kind }) => kind === 'too_fast').map(({ id }) => id))
    expect(before.flags.filter(({ id }) => ids.has(id))).toEqual([])
    expect(before.waiting_first).toBeGreaterThanOrEqual(ids.size)
    const ward = await desk(CALM)
    await ward.signIn()
    const { page } = ward
    await page.getByRole('link', { name: 'Chất lượng' }).click()
    await expect(page.getByText(`${before.waiting_first} lưu ý đang để tình nguyện viên xem trước.`)).toBeVisible()
    await spotless(page, 'quality, before')

    // Explained, it comes to the open page by itself.
    for (const { id, kind } of flags) {
      const words = kind === 'too_fast' ? 'Mưa to, về nhà mới ghi' : undefined
      expect((await phone.push('quality.explain', { flag_id: id, because: 'recorded_later', ...(words && { words }) })).outcome).toBe('applied')
    }
    const name = (await read(book)).flags.find(({ id }) => ids.has(id))?.account_name ?? ''
    const card = page.getByRole('article', { name: 'Ghi rất nhanh' }).filter({ hasText: name })
    await expect(card).toContainText(/\d+ trong \d+ lượt có hướng dẫn được ghi quá sát nhau/, { timeout: 20_000 })
    await expect(card).toContainText('Ghi sau khi đi')
    await expect(card).toContainText('“Mưa to, về nhà mới ghi”')
    await expect(card).toContainText('Có thể chỉ là')
    await spotless(page, 'quality, notes')
    await fits(page, 'quality, notes')

    // Words that hold a number are kept on the screen and go nowhere.
    await card.getByRole('button', { name: 'Ghi thêm' }).click()
    await card.getByLabel('Ghi thêm').fill('mật khẩu là gì')
    await card.getByRole('button', { name: 'Đã trao đổi' }).click()
    await expect(card.getByRole('alert')).toContainText('Có số dài, mật khẩu hay mã')
    await card.getByLabel('Ghi thêm').fill('Đã gọi, lần sau ghi ngay ở cửa')
    await card.getByRole('button', { name: 'Đã trao đổi' }).click()
    await expect(page.getByRole('paragraph').filter({ hasText: 'Đã ghi: đã trao đổi.' })).toBeFocused()
    await expect(card).toBeHidden()
    const closed = (await read(book)).flags.find(({ kind, id }) => kind === 'too_fast' && ids.has(id))
    expect(closed).toMatchObject({ verdict: 'talked', verdict_words: 'Đã gọi, lần sau ghi ngay ở cửa' })
    await page.getByText(/^Đã xong trong 30 ngày qua/).click()
    await expect(page.getByText('“Đã gọi, lần sau ghi ngay ở cửa”')).toBeVisible()

    // What waits stands on the board, with the way there.
    const { flags: left, checks: all, agreement } = await read(book)
    const checks = all.filter(({ answer }) => answer === undefined)
    const agreed = agreement.random.agree + agreement.weighted.agree
    await page.getByRole('link', { name: 'Tiến độ', exact: true }).click()
    const waiting = page.getByRole('region', { name: 'Việc chờ phường' })
    const open = left.filter((flag) => flag.closed_at === undefined).length
    await expect(waiting.getByRole('listitem').filter({ hasText: 'Lưu ý về cách ghi' })).toContainText(String(open))
    expect(checks.length).toBeGreaterThan(0)
    await waiting.getByRole('link', { name: /Hộ cần hỏi lại/ }).click()

    // The list of the day: big answers, put right by another tap.
    await expect(page.getByText(`Còn ${checks.length} hộ chưa hỏi`)).toBeVisible()
    const row = page.getByRole('listitem').filter({ has: page.getByRole('group', { name: /^Hộ .* nói thế nào\?$/ }) }).first()
    const first = row.getByRole('group')
    await first.getByRole('button', { name: 'Khác' }).click()
    await expect(row).toContainText('Đã ghi: Khác.')
    await row.getByLabel('Khác thế nào').fill('Chỉ một người học')
    await row.getByRole('button', { name: 'Lưu lời ghi' }).click()
    await expect(row.getByRole('button', { name: 'Lưu lời ghi' })).toBeHidden()
    await first.getByRole('button', { name: 'Đúng' }).click()
    await expect(first.getByRole('button', { name: 'Đúng' })).toHaveAttribute('aria-pressed', 'true')
    await expect(page.getByText(`Còn ${checks.length - 1} hộ chưa hỏi`)).toBeVisible()
    const after = await read(book)
    expect(after.checks.filter(({ words }) => words !== undefined)).toMatchObject([{ answer: 'agree', words: 'Chỉ một người học' }])
    expect(after.agreement.random.agree + after.agreement.weighted.agree).toBe(agreed + 1)
    const right = page.getByRole('region', { name: 'Sổ đúng tới đâu' })
    for (const { agree, differ, unknown } of Object.values(after.agreement)) await expect(right).toContainText(`${agree} đúng · ${differ} khác · ${unknown} không rõ`)
    await right.getByRole('button', { name: 'Cách tính' }).click()
    await expect(page.getByRole('dialog')).toContainText('Không rõ thì không tính')
    await page.keyboard.press('Escape')
    await page.reload()
    await expect(first.getByRole('button', { name: 'Đúng' })).toHaveAttribute('aria-pressed', 'true')
    await spotless(page, 'quality, homes to ask')
    await fits(page, 'quality, homes to ask')

    // The sheet to walk with names nobody who visited.
    await page.getByRole('link', { name: 'In tờ hỏi lại (A4)' }).click()
    const sheet = page.getByRole('article', { name: 'Tờ hỏi lại, khổ A4' })
    await expect(sheet.getByRole('row')).toHaveCount(checks.length - 1 + (await sheet.getByRole('table').count()))
    await expect(sheet).toContainText('Không kiểm tra ai')
    for (const { account_name } of left) await expect(sheet).not.toContainText(account_name)
    await spotless(page, 'quality, sheet')
  })

  test('at 360 the same is done with a thumb, and terms are changed', async ({ desk, book }) => {
    const ward = await desk({ ...PHONE, ...CALM })
    await ward.signIn()
    const { page } = ward
    await page.goto('/#/ward/quality')
    const { flags } = await read(book)
    const open = flags.filter((flag) => flag.closed_at === undefined)
    await expect(page.getByRole('link', { name: `Lưu ý (${open.length})` })).toBeVisible()
    await fits(page, 'quality, notes at 360')
    await spotless(page, 'quality, notes at 360')
    await page.getByRole('article', { name: 'Ghi khi ở xa nhà' }).first().getByRole('button', { name: 'Hỏi lại các hộ' }).click()
    await expect(page.getByText(/^Đã ghi\. Từ mai, các lượt mới/)).toBeVisible()
    await page.getByRole('link', { name: 'Mở Hỏi lại' }).click()

    const asked = page.getByRole('group', { name: /^Hộ .* nói thế nào\?$/ })
    await asked.last().getByRole('button', { name: 'Không rõ' }).click()
    await expect(asked.last().getByRole('button', { name: 'Không rõ' })).toHaveAttribute('aria-pressed', 'true')
    for (const box of await asked.last().getByRole('button').all()) expect((await box.boundingBox())?.height ?? 0).toBeGreaterThanOrEqual(48)
    await fits(page, 'quality, homes at 360')
    await spotless(page, 'quality, homes at 360')
    await page.goto('/#/ward/quality/checks/paper')
    await expect(page.getByRole('article', { name: 'Tờ hỏi lại, khổ A4' })).toBeVisible()
    await fits(page, 'quality, sheet at 360')

    await page.goto('/#/ward/quality/terms')
    const most = page.getByLabel('Nhiều nhất mỗi ngày (hộ)')
    await most.fill('999')
    await page.getByLabel('Giờ đi: đến').fill('20:30')
    await page.getByRole('button', { name: 'Lưu', exact: true }).click()
    await expect(page.getByRole('alert')).toHaveText('Ghi số nguyên từ 0 đến 200.')
    await expect(most).toBeFocused()
    await most.fill('12')
    await page.getByRole('button', { name: 'Lưu', exact: true }).click()
    await expect(page.getByText('Đã lưu cách làm mới.')).toBeVisible()
    expect((await read(book)).terms).toMatchObject({ checks_a_day: 12, to_minute: 1230 })
    await fits(page, 'quality, terms at 360')
    await spotless(page, 'quality, terms at 360')
  })
})

for (const [width, size] of [
  ['1280', {}],
  ['360', PHONE],
] as const) {
  test(`a number opens to how the book counts it and to the households behind it at ${width}`, async ({ desk, book }) => {
    const ward = await desk({ ...size, ...CALM })
    const { page } = ward
    const asked: string[] = []
    page.on('request', (request) => request.url().endsWith('/indicators') && asked.push(request.url()))
    await ward.signIn()
    const { total, groups } = await book.coverage()
    expect(asked, 'nobody asked what a number means').toEqual([])
    await ward.figure('Vắng nhà, cần quay lại').click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('HH_REVISIT Hộ cần quay lại: hộ chưa gặp ai, hoặc đã gặp nhưng việc còn dở.')
    await expect(dialog).toContainText('Nguồn: các lượt đã vào sổ')
    await spotless(page, `a figure at ${width}`)
    await page.keyboard.press('Escape')
    await ward.figure('Lượt đến hộ').click()
    await expect(dialog).toContainText('VISITS Lượt đến hộ')
    await page.keyboard.press('Escape')
    expect(asked, 'once for all of them').toHaveLength(1)
    await ward.figure('Vắng nhà, cần quay lại').click()
    await dialog.getByRole('link', { name: `Xem ${written(total.hh_revisit)} hộ trong sổ` }).click()
    await expect(page.getByRole('heading', { name: `${written(total.hh_revisit)} hộ`, exact: true })).toBeVisible()
    await expect(page.getByRole('combobox', { name: 'Lọc' })).toHaveValue('revisit')

    // The same of one group, from its card; the address keeps it through a reload.
    await page.goto('/#/ward')
    const group = groups.find(({ tally }) => tally.hh_served > 0)
    await ward.row(group?.name ?? '').getByRole('rowheader').click()
    const card = page.getByRole('region', { name: group?.name ?? '', exact: true })
    await card.getByRole('button', { name: / hộ / }).first().click()
    await dialog.getByRole('link', { name: /^Xem .* hộ trong sổ/ }).click()
    const there = page.getByRole('heading', { name: `${written(group?.tally.hh_served ?? 0)} hộ · ${group?.name}`, exact: true })
    await expect(there).toBeVisible()
    await page.reload()
    await expect(there).toBeVisible()
    await expect(page.getByRole('combobox', { name: 'Lọc' })).toHaveValue('ever_served')
  })
}

test('whoever reads aggregates opens a number too, and is offered no households', async ({ desk }) => {
  const ward = await desk(CALM)
  await ward.signIn('bxd1')
  await ward.figure('Hộ đã hướng dẫn').click()
  const dialog = ward.page.getByRole('dialog')
  await expect(dialog).toContainText('HH_SERVED Hộ đã được hướng dẫn')
  await expect(dialog.getByRole('link')).toHaveCount(0)
  await expect(ward.page.getByRole('link', { name: 'Chất lượng' })).toHaveCount(0)
})

const written = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, '.')
