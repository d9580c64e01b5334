import type { PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'assign', scale: 0.1 } })

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
  await ward.page.getByRole('radio', { name: winner?.name ?? '' }).check()
  await ward.page.getByRole('button', { name: `Giao cho ${winner?.name}` }).click()
  await expect(ward.page.getByText(/^Đã giao \d+ ngõ/)).toContainText(winner?.name ?? '')

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
