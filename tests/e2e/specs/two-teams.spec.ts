import { spotless, fits } from '../support/axe.ts'
import { PHONE } from '../support/browser.ts'
import { Phone } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'two-teams', scale: 0.1 } })

interface Team {
  id: string
  name: string
}
interface Homes {
  overlaps: Array<{ household: { id: string }; first: { team: Team }; second: { team: Team }; seen_by: string[] }>
}

test('two teams knock at one home: both visits count, the home once, and both leads and the desk hear of it', async ({ phone, desk, book, server, contextOf }) => {
  test.setTimeout(120_000)
  const [one, other] = [await phone(), await phone()]
  await one.signIn('tnv1')
  await other.signIn('tnv2')
  const { teams } = await book.get<{ teams: Team[] }>('/teams')
  const winner = teams.find(({ name }) => name.startsWith('Đoàn trường'))
  const before = await book.coverage()

  // Without a network the first team coaches somebody; the alley has not changed hands yet.
  await one.offline()
  await one.resume.click()
  const alleyId = /#\/walk\/([^/]+)/.exec(one.page.url())?.[1] ?? ''
  await one.page.getByRole('link', { name: /^Gõ cửa / }).click()
  const door = /#\/door\/([^/]+)/.exec(one.page.url())?.[1] ?? ''
  await one.knock('coached')

  // The ward gives the alley to the other team, whose phone knocks at the same door.
  await book.post(`/alleys/${alleyId}/assignment`, { team_id: winner?.id, with_children: true })
  await other.go('Của tôi')
  await other.sync()
  await other.page.evaluate((to) => (location.hash = `#/walk/${to}`), alleyId)
  await expect(other.page.getByRole('link', { name: /^Gõ cửa / })).toBeVisible()
  await other.page.evaluate((to) => (location.hash = `#/door/${to}`), door)
  await expect(other.result).toBeVisible()
  const second = other.pushed()
  await other.knock('coached')
  await (await second).finished()

  const first = one.pushed()
  await one.online()
  await (await first).finished()
  await expect.poll(async () => (await book.coverage()).total.visits - before.total.visits).toBe(2)
  const now = await book.coverage()
  expect(now.total.hh_served - before.total.hh_served).toBe(1)

  // The desk is told, and nobody has said to know.
  const { overlaps } = await book.get<Homes>('/overlaps')
  const met = overlaps.filter(({ household }) => household.id === door)
  expect(met).toMatchObject([{ seen_by: [] }])
  const both = [met[0]?.first.team, met[0]?.second.team]

  // Each lead looks at the phones of the team and finds the home there, with the other team's name.
  const seen: string[] = []
  for (const login of ['doitruong1', 'doitruong2']) {
    const context = await contextOf(PHONE)
    const page = await context.newPage()
    const lead = new Phone(context, page)
    await lead.signIn(login)
    await lead.mine()
    await page.getByRole('link', { name: /^Máy của đội/ }).click()
    const told = page.getByRole('region', { name: /^Hai đội cùng đến một nhà \(\d+\)/ })
    for (const team of both) await expect(told).toContainText(team?.name ?? 'no team')
    if (login === 'doitruong1') {
      await spotless(page, 'two teams, a lead')
      await fits(page, 'two teams, a lead')
    }
    await told.getByRole('button', { name: /^Đã biết: / }).first().click()
    await expect(page.locator('p:focus')).toHaveText(/Đã ghi: đội đã biết về /)
    seen.push(login)
  }
  expect(seen).toHaveLength(2)

  const ward = await desk()
  await ward.signIn()
  await ward.page.goto('/#/ward/phones')
  const told = ward.page.getByRole('region', { name: /^Hai đội cùng đến một nhà/ })
  await expect(told.getByRole('listitem').first()).toContainText('Đã biết: ')
  await expect(told.getByRole('button')).toHaveCount(0)
  await spotless(ward.page, 'two teams, the desk')

  // Saying that one knows moves no figure.
  expect((await book.coverage()).total).toEqual(now.total)
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
