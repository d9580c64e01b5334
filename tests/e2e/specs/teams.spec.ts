import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'teams', scale: 0.1 } })

interface Roster {
  teams: Array<{ id: string; name: string; alleys: number; evenings: number }>
  members: Array<{ id: string; name: string; role: string; team_id: string | null; disabled: boolean }>
}

for (const [width, size] of [
  ['1280', {}],
  ['360', PHONE],
] as const) {
  test(`a team is founded, filled, led, planned for, and closed at ${width}`, async ({ desk, book, watch }) => {
    watch.expect(/status of 409/)
    const ward = await desk(size)
    await ward.signIn()
    const { page } = ward
    await page.goto('/#/ward/teams')
    const roster = (): Promise<Roster> => book.get<Roster>('/roster')
    const name = `Chi đoàn thử ${width}`

    await page.getByRole('button', { name: 'Lập đội mới' }).click()
    await page.getByLabel('Tên đội').fill((await roster()).teams[0]?.name ?? '')
    await page.getByRole('button', { name: 'Lập đội', exact: true }).click()
    await expect(page.getByText('Đã có đội tên này')).toBeVisible()
    await page.getByLabel('Tên đội').fill(name)
    await page.getByRole('button', { name: 'Lập đội', exact: true }).click()
    await expect(page.getByRole('heading', { level: 2, name })).toBeVisible()
    await expect(page.getByText('Đội chưa có ai')).toBeVisible()
    const founded = (await roster()).teams.find((team) => team.name === name)

    // Somebody of another team comes over and leads.
    const person = (await roster()).members.find(({ role, disabled }) => role === 'volunteer' && !disabled)
    const home = person?.team_id ?? ''
    await page.goto(`/#/ward/teams/${home}`)
    await page.getByRole('button', { name: `Việc khác với ${person?.name}`, exact: true }).first().click()
    await page.getByRole('combobox', { name: 'Chuyển sang đội' }).selectOption(founded?.id ?? '')
    await page.getByRole('button', { name: 'Chuyển', exact: true }).click()
    await expect(page.getByText(`${person?.name} đã sang ${name}.`)).toBeVisible()
    await page.goto(`/#/ward/teams/${founded?.id}`)
    await page.getByRole('button', { name: `Việc khác với ${person?.name}` }).click()
    await page.getByRole('button', { name: 'Cho làm đội trưởng' }).click()
    await expect(page.getByText(`${person?.name} là đội trưởng.`)).toBeVisible()
    const now = (await roster()).members.find(({ id }) => id === person?.id)
    expect([now?.team_id, now?.role]).toEqual([founded?.id, 'team_lead'])

    await page.getByText(/Lịch ra quân/).click()
    await page.getByLabel('Điểm hẹn').fill('Cổng chợ')
    await page.getByRole('button', { name: 'Thêm buổi' }).click()
    await expect(page.getByText(/19:30–21:00 · Cổng chợ/)).toBeVisible()
    expect((await roster()).teams.find(({ id }) => id === founded?.id)?.evenings).toBe(1)

    // It closes once its people have somewhere to go.
    await page.getByText('Tên và sức đội').click()
    await expect(page.getByRole('button', { name: 'Đóng đội này' })).toBeDisabled()
    await page.getByLabel(/^Chuyển 1 người sang đội/).selectOption(home)
    await page.getByRole('button', { name: 'Đóng đội này' }).click()
    await page.getByRole('group', { name: `Đóng ${name}?` }).getByRole('button', { name: 'Đóng đội này' }).click()
    await expect(page.getByText(`Đã đóng ${name}.`)).toBeVisible()
    const after = await roster()
    expect(after.teams.some(({ id }) => id === founded?.id)).toBe(false)
    expect(after.members.find(({ id }) => id === person?.id)?.team_id).toBe(home)
    await book.post(`/members/${person?.id}`, { role: 'volunteer' })
  })
}

test('whoever left has no way in, and the phone hears of it', async ({ desk, phone, book, watch }) => {
  watch.expect(/status of 401/)
  const it = await phone()
  await it.signIn('tnv2')
  const device = await it.page.evaluate(() => (JSON.parse(localStorage.getItem('gocua.marker') ?? '{}') as { device_id: string }).device_id)
  const { phones } = await book.get<{ phones: Array<{ device_id: string; account: { name: string }; team: { id: string } }> }>('/phones')
  const holder = phones.find(({ device_id }) => device_id === device)
  const name = holder?.account.name ?? ''
  await it.offline()
  const ward = await desk()
  await ward.signIn()
  const { page } = ward
  await page.goto(`/#/ward/teams/${holder?.team.id}`)
  const row = page.getByRole('listitem').filter({ hasText: 'lần cuối' }).filter({ hasText: name })
  await row.getByRole('button', { name: `Việc khác với ${name}` }).click()
  await row.getByRole('button', { name: 'Người này đã nghỉ' }).click()
  await row.getByRole('button', { name: 'Khóa', exact: true }).click()
  await expect(page.getByText(`Đã khóa quyền và máy của ${name}.`)).toBeVisible()
  await it.online()
  await expect(it.page.getByText(/Phường đã thu hồi máy này/)).toBeVisible({ timeout: 30_000 })
})

test('the next evening of the team stands on its phones, without a network too', async ({ phone, book }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const line = () => it.page.getByText(/^Buổi tới:/)
  await expect(it.resume).toBeVisible()
  await expect(line()).toHaveCount(0)
  const title = await it.page.getByRole('banner').innerText()
  const team = (await book.get<Roster>('/roster')).teams.find(({ name }) => title.includes(name))
  const tomorrow = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' }).format(Date.now() + 86_400_000)
  const evening = { id: crypto.randomUUID(), team_id: team?.id, from: 1110, to: 1230, place: 'Nhà văn hóa tổ 3' }
  await book.post('/shift-plans', { ...evening, day: Number(tomorrow.replaceAll('-', '')) })
  await it.go('Của tôi')
  await it.sync()
  await it.go('Đi ngõ')
  await expect(line()).toHaveText('Buổi tới: Ngày mai, 18:30, Nhà văn hóa tổ 3')
  await it.offline()
  await it.restart()
  await expect(line()).toHaveText('Buổi tới: Ngày mai, 18:30, Nhà văn hóa tổ 3')
})
