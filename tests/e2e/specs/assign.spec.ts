import type { Book } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import type { PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'assign', scale: 0.1 } })

interface Held {
  id: string
  team_id: string | null
}

interface Team {
  id: string
  name: string
}

test('an alley changes hands: one phone drops it, the other shows it, and work done meanwhile counts', async ({ phone, desk, book, server }) => {
  const [losing, winning] = [await phone(), await phone()]
  await losing.signIn('tnv1')
  await winning.signIn('tnv2')
  const { teams } = await book.get<{ teams: Team[] }>('/teams')
  const winner = teams.find(({ name }) => name.startsWith('Đoàn trường'))
  const before = await book.coverage()

  // In the alley, without a network, a door is knocked on while the alley is still this team's.
  await losing.offline()
  await losing.resume.click()
  const alley = await losing.page.getByRole('heading', { level: 1 }).innerText()
  await losing.page.getByRole('link', { name: /^Gõ cửa / }).click()
  const { group } = await losing.knock('declined')
  await expect(winning.page.getByRole('link', { name: new RegExp(`^${alley} `) })).toHaveCount(0)

  // Meanwhile the ward gives the alley, with all that turns off it, to another team.
  const ward = await desk()
  await ward.signIn()
  await expect(ward.page.getByText('Đang vẽ bản đồ…')).toBeHidden({ timeout: 30_000 })
  await ward.row(group).getByRole('button').click()
  await ward.page.getByRole('region', { name: group, exact: true }).getByRole('link', { name: 'Giao thêm đội' }).click()
  await ward.page.getByRole('checkbox', { name: `Chọn ${alley}`, exact: true }).check()
  await ward.page.getByRole('combobox', { name: 'Giao cho đội' }).selectOption(winner?.id ?? '')
  await ward.page.getByRole('button', { name: 'Đưa vào nháp' }).click()
  await ward.page.getByRole('button', { name: 'Giao và gửi xuống máy' }).click()
  await expect(ward.page.getByText(/^Đã giao \d+ ngõ/)).toBeVisible()

  // Nobody could tell the phone in the alley: it knocks on.
  await losing.knock('notHome')

  // The winning phone has it after its next look.
  await winning.go('Của tôi')
  await winning.sync()
  await winning.go('Đi ngõ')
  await winning.page.getByRole('link', { name: new RegExp(`^${alley} `) }).click()
  await expect(winning.page.getByRole('heading', { name: alley })).toBeVisible()
  await expect(winning.page.getByRole('link', { name: /^Gõ cửa / })).toBeVisible()

  // The losing phone's work is accepted, the later knock with its flag, and the alley leaves it.
  const [pushed, pulled] = [losing.pushed(), losing.pulled()]
  await losing.online()
  const answer = (await (await pushed).json()) as PushAnswer
  expect(answer.results.map(({ outcome, flags }) => ({ outcome, flags }))).toEqual([
    { outcome: 'applied', flags: undefined },
    { outcome: 'applied', flags: ['late_scope'] },
  ])
  await pulled
  await expect(losing.page.getByText('Nhà này không còn trong danh sách của đội')).toBeVisible()
  await losing.go('Đi ngõ')
  await expect(losing.resume).toBeVisible()
  await expect(losing.page.getByRole('link', { name: new RegExp(`^${alley} `) })).toHaveCount(0)
  await losing.go('Của tôi')
  await expect(losing.records.filter({ hasText: /đã vào sổ/ })).toHaveCount(2)

  const now = await book.coverage()
  expect(now.total.visits - before.total.visits).toBe(2)
  expect(await server.verify()).toMatch(/ 0 differences$/)

  const { alleys } = await book.get<{ alleys: Array<{ name: string; team: Team | null }> }>(
    `/groups/${now.groups.find(({ name }) => name === group)?.id}/alleys`,
  )
  expect(alleys.find(({ name }) => name === alley)?.team?.name).toBe(winner?.name)

  // And the new holder sees what was done there: both doors count as knocked.
  const left = (): Promise<number> => winning.page.getByRole('link', { name: /chưa đến$/ }).count()
  const untouched = await left()
  await winning.go('Của tôi')
  await winning.sync()
  await winning.go('Đi ngõ')
  await winning.page.getByRole('link', { name: new RegExp(`^${alley} `) }).click()
  await expect(winning.page.getByRole('link', { name: /^Gõ cửa / })).toBeVisible()
  await expect.poll(left).toBe(untouched - 2)
})

/** Every alley and who holds it: no alley may be lost, whatever is done to it. */
const held = async (book: Book): Promise<Map<string, string | null>> => {
  const { alleys } = await book.get<{ alleys: Held[] }>('/turf')
  return new Map(alleys.map(({ id, team_id }) => [id, team_id]))
}

test('a fair sharing is proposed, looked over, given in one act and taken back in one', async ({ desk, book }) => {
  const before = await held(book)
  const ward = await desk()
  await ward.signIn()
  const { page } = ward
  await page.getByRole('link', { name: 'Giao ngõ' }).click()
  await page.getByRole('button', { name: 'Đề xuất cân bằng' }).click()
  await page.getByRole('button', { name: /^Chia lại cả phường/ }).click()
  await expect(page.getByText(/^Đề xuất đưa vào nháp/)).toBeVisible()
  // An alley of another team's group is asked about first.
  const yes = page.getByRole('button', { name: 'Đồng ý hết' })
  if (await yes.isVisible()) await yes.click()
  await expect(page.getByText(/^Nháp: \d+ ngõ sẽ đổi tay/)).toBeVisible()
  expect(await held(book), 'nothing is given yet').toEqual(before)

  // The draft is still there after the page was loaded anew.
  const draft = await page.getByText(/^Nháp: /).innerText()
  await page.reload()
  await expect(page.getByText(/^Nháp: /)).toHaveText(draft)
  await page.getByRole('button', { name: 'Giao và gửi xuống máy' }).click()
  await expect(page.getByText(/^Đã giao \d+ ngõ/)).toBeVisible()
  const after = await held(book)
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
  expect(after).not.toEqual(before)
  // Every alley with a home to knock at has a team now.
  await expect(page.getByText(/không ngõ nào bỏ trống/)).toBeVisible()

  await page.getByRole('button', { name: 'Hoàn tác' }).first().click()
  await expect(page.getByText(/^Đã hoàn tác lần giao/)).toBeVisible()
  expect(await held(book)).toEqual(before)
})

test('at a narrow desk a whole turf is handed over, and its sheets go to the printer', async ({ desk, book }) => {
  const before = await held(book)
  const ward = await desk(PHONE)
  await ward.signIn()
  const { page } = ward
  await page.addInitScript(() => (window.print = () => document.documentElement.setAttribute('data-printed', 'yes')))
  await page.goto('/#/ward/assign')
  await page.reload()
  const { teams } = await book.get<{ teams: Team[] }>('/turf')
  const [from, to] = [...before.values()].filter((id, i, all) => id !== null && all.indexOf(id) === i)
  const name = teams.find(({ id }) => id === from)?.name ?? ''
  const row = page.getByRole('listitem').filter({ has: page.getByRole('button', { name }) })
  await row.getByRole('button', { name }).click()

  await row.getByRole('button', { name: 'In phiếu đi ngõ (A4)' }).click()
  await expect(page.getByText(/^Có \d+ phiếu/)).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('data-printed', 'yes')
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('table').first()).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Giao ngõ' })).toBeHidden()
  await page.emulateMedia({ media: 'screen' })
  await page.getByRole('button', { name: 'Xong' }).click()

  await row.getByRole('combobox').selectOption(to ?? '')
  await row.getByRole('button', { name: 'Bàn giao' }).click()
  await page.getByRole('button', { name: 'Giao và gửi xuống máy' }).click()
  await expect(page.getByText(/^Đã giao \d+ ngõ/)).toBeVisible()
  const after = await held(book)
  for (const [alley, team] of before) expect(after.get(alley)).toBe(team === from ? to : team)
  await page.getByRole('button', { name: 'Hoàn tác' }).first().click()
  await expect(page.getByText(/^Đã hoàn tác lần giao/)).toBeVisible()
  expect(await held(book)).toEqual(before)
})
