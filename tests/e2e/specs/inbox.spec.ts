import { fits, spotless } from '../support/axe.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'
import { Wire, type WireDoor } from '../support/wire.ts'

test.use({ ward: { name: 'inbox', scale: 0.1 } })

interface Inbox {
  two_values: Array<{ op_id: string; field: string }>
  quarantine: Array<{ op_id: string }>
}
interface Households {
  households: Array<{ code: string; no: string | null; head: string | null; landmark: string | null; state: string }>
}

/** Doors of this phone that have a number and a head, each taken once. */
async function doorsOf(it: Wire): Promise<() => WireDoor & { no: string; head: string }> {
  const doors = (await it.pull()).filter((door): door is WireDoor & { no: string; head: string } => Boolean(door.no && door.head))
  return () => {
    const door = doors.shift()
    if (!door) throw new Error('no door with a number and a head left')
    return door
  }
}

test('two values: the ward keeps one and takes the other, and the book says so', async ({ server, desk, book, watch }) => {
  const it = await Wire.open(server.url, 'tnv1')
  const next = await doorsOf(it)
  const [renamed, renumbered] = [next(), next()]
  const ask = (door: WireDoor, field: 'head' | 'house_no', was: string, value: string) =>
    it.push('household.edit', { household_id: door.id, set: { [field]: value }, was: { [field]: was } })
  expect(await ask(renumbered, 'house_no', renumbered.no, '998')).toMatchObject({ outcome: 'applied', flags: ['to_inbox'] })
  expect(await ask(renamed, 'head', renamed.head, 'Nguyễn Thị Thử')).toMatchObject({ outcome: 'applied', flags: ['to_inbox'] })
  const now = async (door: WireDoor) => (await book.post<Households>('/households/search', { q: door.code })).households.find(({ code }) => code === door.code)

  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  // The demonstration ward has doors to approve as well.
  const tasks = page.getByRole('link', { name: /^Việc cần xem \d+ việc/ })
  const waiting = Number(/\d+/.exec((await tasks.getAttribute('aria-label')) ?? (await tasks.innerText()))?.[0])
  await tasks.click()
  const number = page.getByRole('article', { name: new RegExp(`^Số nhà Số ${renumbered.no}, `) }).filter({ hasText: '998' })
  const head = page.getByRole('listitem').filter({ hasText: 'Nguyễn Thị Thử' })
  await expect(number).toContainText(renumbered.code)
  await spotless(page, 'inbox')
  await fits(page, 'inbox')

  // The server is away: the row stays, and the screen says what to do.
  watch.expect(/status of 503/)
  await page.route('**/api/v1/inbox/two-values', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ status: 503, code: 'unavailable', title: 'busy' }) }),
  )
  await number.getByRole('button', { name: 'Ghi “998” vào sổ' }).click()
  await expect(number.getByRole('alert')).toHaveText(/Chưa ghi được, việc vẫn còn đây\. Máy chủ bận/)
  await page.unroute('**/api/v1/inbox/two-values')

  await number.getByRole('button', { name: 'Ghi “998” vào sổ' }).click()
  await expect(page.getByText(/^Đã ghi “998” vào sổ cho/)).toBeVisible()
  await expect(number).toHaveCount(0)
  // Whoever works with the keyboard stands at what comes next.
  await expect(head).toBeFocused()
  await head.getByRole('button', { name: `Giữ “${renamed.head}”` }).click()
  await expect(page.getByText(new RegExp(`^Đã giữ “${renamed.head}”`))).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Không có việc nào chờ' })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await spotless(page, 'inbox, empty')
  await expect(page.getByRole('navigation', { name: 'Việc của phường' }).getByRole('link', { name: `Việc cần xem ${waiting - 2} việc` })).toBeVisible()

  expect(await now(renumbered)).toMatchObject({ no: '998' })
  expect(await now(renamed)).toMatchObject({ head: renamed.head })
  expect(await book.get<Inbox>('/inbox')).toMatchObject({ two_values: [], quarantine: [] })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('what came for a removed home: one is taken and brings the home back, one is left out', async ({ server, desk, book }) => {
  const it = await Wire.open(server.url, 'tnv2')
  const next = await doorsOf(it)
  const [taken, left] = [next(), next()]
  const state = async (door: WireDoor) => (await book.post<Households>('/households/search', { q: door.code })).households.find(({ code }) => code === door.code)
  await book.post('/households/remove', { ids: [taken.id, left.id], why: 'error' })
  for (const door of [taken, left]) {
    expect(await it.push('household.edit', { household_id: door.id, set: { landmark: `cổng ${door.no}` }, was: { landmark: null } })).toMatchObject({
      outcome: 'quarantined',
      reason: 'household_deleted',
    })
  }

  const ward = await desk(PHONE)
  const { page } = ward
  await ward.signIn()
  await page.getByRole('link', { name: /^Việc cần xem \d+ việc/ }).click()
  const first = page.getByRole('article').filter({ hasText: taken.code })
  const second = page.getByRole('article').filter({ hasText: left.code })
  await expect(first).toContainText('Nhà đã bỏ khỏi sổ trước khi lượt này tới.')
  await expect(first).toContainText(`Sửa thông tin nhà: Mốc dễ tìm “cổng ${taken.no}”`)
  await spotless(page, 'quarantine on a phone')
  await fits(page, 'quarantine on a phone')

  await first.getByRole('button', { name: 'Nhận lượt, đưa nhà về sổ' }).click()
  await expect(page.getByText(/^Đã nhận lượt, .* lại ở trong sổ\.$/)).toBeVisible()
  await second.getByRole('button', { name: 'Bỏ qua lượt này' }).click()
  await expect(page.getByText(/^Đã bỏ qua một lượt của /)).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Không có việc nào chờ' })).toBeVisible()

  expect(await state(taken)).toMatchObject({ state: 'active', landmark: `cổng ${taken.no}` })
  expect(await state(left)).toMatchObject({ state: 'removed' })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
