import { randomBytes } from 'node:crypto'
import type { BrowserContext, Request } from '@playwright/test'
import { spotless } from '../support/axe.ts'
import { Book, enter } from '../support/book.ts'
import { bodyOf, type Phone, type PushAnswer } from '../support/phone.ts'
import type { Server } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'near', scale: 0.1 } })

type Point = [number, number]
interface Door {
  id: string
  at?: Point
}

/** What the phone of this account is given. */
async function doorsOf(url: string, login: string): Promise<Door[]> {
  const book = await Book.open(url, login)
  const doors: Door[] = []
  let path = '/sync/pull'
  for (;;) {
    const page = await book.get<{ alleys?: Array<{ doors: Door[] }>; cursor: string; more?: boolean }>(path)
    doors.push(...(page.alleys ?? []).flatMap((alley) => alley.doors))
    if (!page.more) return doors
    path = `/sync/pull?cursor=${encodeURIComponent(page.cursor)}`
  }
}

/** Positions that the page was handed so far. */
const found = (it: Phone): Promise<number> => it.page.evaluate(() => (window as unknown as { found?: number }).found ?? 0)

async function counting(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const counted = window as unknown as { found: number; asked: number }
    counted.found = counted.asked = 0
    const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation)
    navigator.geolocation.getCurrentPosition = (done, failed, options) => {
      counted.asked += 1
      real((position) => (done(position), void (counted.found += 1)), failed, options)
    }
  })
}

/** Opens a door and waits until the phone knows where it stands. */
async function standAt(it: Phone, id: string, [longitude, latitude]: Point): Promise<void> {
  await it.context.setGeolocation({ longitude, latitude, accuracy: 6 })
  const before = await found(it)
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), id)
  await expect(it.result).toBeVisible()
  await expect.poll(() => found(it)).toBeGreaterThan(before)
}

test('off, the phone asks for no position; on, a visit carries one word and no place', async ({ phone, server }) => {
  const doors = (await doorsOf(server.url, 'tnv1')).filter((door): door is Required<Door> => door.at !== undefined)
  const [one, two, three] = doors
  if (!one || !two || !three) throw new Error('no door has a point')
  const far: Point = [one.at[0] + 0.05, one.at[1] + 0.05]

  const it = await phone({ geolocation: { longitude: one.at[0], latitude: one.at[1], accuracy: 6 }, permissions: ['geolocation'] })
  await counting(it.context)
  const said: Array<{ household: string; near?: string }> = []
  const bodies: string[] = []
  it.page.on('request', (request: Request) => {
    if (!request.url().endsWith('/sync/push')) return
    const body = bodyOf(request)
    bodies.push(JSON.stringify(body))
    for (const op of body.ops) said.push({ household: op.payload.household_id ?? '', ...(op.payload.near === undefined ? {} : { near: op.payload.near }) })
  })
  await it.signIn('tnv1')
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), one.id)
  await expect(it.result).toBeVisible()
  await it.knock('notHome')
  await expect(it.allSent).toBeVisible()
  expect(await it.page.evaluate(() => (window as unknown as { asked: number }).asked), 'nobody was asked').toBe(0)
  expect(said).toEqual([{ household: one.id }])

  await it.page.evaluate(() => (location.hash = '#/mine'))
  const choice = it.page.getByRole('switch', { name: 'Cho máy so chỗ đứng với nhà khi ghi' })
  await expect(choice).not.toBeChecked()
  await choice.click()
  await expect(choice).toBeChecked()
  await spotless(it.page, 'mine with the switch on')
  await it.reload()
  await it.page.evaluate(() => (location.hash = '#/mine'))
  await expect(choice, 'the choice is kept').toBeChecked()

  await standAt(it, two.id, two.at)
  const pushed = it.pushed()
  await it.knock('notHome')
  expect(((await (await pushed).json()) as PushAnswer).results.map(({ outcome }) => outcome)).toEqual(['applied'])
  // A young position is good enough for the next door: the phone is far away only once it was asked again.
  await it.reload()
  await standAt(it, three.id, far)
  await it.knock('notHome')
  await expect(it.allSent).toBeVisible()
  expect(said.slice(1)).toEqual([
    { household: two.id, near: expect.stringMatching(/^(at_door|in_alley)$/) },
    { household: three.id, near: 'elsewhere' },
  ])
  for (const body of bodies) for (const [lng, lat] of [one.at, two.at, far]) {
    expect(body).not.toContain(lng.toFixed(2))
    expect(body).not.toContain(lat.toFixed(2))
  }
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('refused by the browser: the switch says how to allow it, and visits say that nothing is known', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv2')
  await it.go('Của tôi')
  await it.page.getByRole('switch', { name: 'Cho máy so chỗ đứng với nhà khi ghi' }).click()
  await expect(it.page.getByText('Trình duyệt đang chặn vị trí')).toBeVisible()
  await spotless(it.page, 'mine with the position refused')
  await it.toNextDoor()
  const request = it.page.waitForRequest((sent) => sent.url().endsWith('/sync/push'))
  await it.knock('notHome')
  expect(bodyOf(await request).ops.map(({ payload }) => payload.near)).toEqual(['unknown'])
})

/** A time-ordered id. */
function idAt(at: number): string {
  const hex = at.toString(16).padStart(12, '0') + '7' + randomBytes(2).toString('hex').slice(1) + '8' + randomBytes(8).toString('hex').slice(1)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Forty visits of last evening, recorded at home; the server looks through them when it starts. */
async function recordAtHome(server: Server, login: string): Promise<void> {
  const doors = await doorsOf(server.url, login)
  const { access_token, device_id } = await enter(server.url, login)
  const DAY = 86_400_000
  // 17:00 in the ward, yesterday.
  const evening = Math.floor((Date.now() + 7 * 3_600_000) / DAY) * DAY - DAY + 10 * 3_600_000
  const ops = Array.from({ length: 40 }, (_, n) => ({
    op_id: idAt(evening + n), device_seq: n + 1, after: n, made_at: evening + n * 330_000 + (n % 7) * 20_000,
    kind: 'visit.record', payload: { household_id: doors[n % doors.length]?.id, outcome: n % 3 === 0 ? 'NOT_HOME' : 'MET_DECLINED', near: 'elsewhere' },
  }))
  const answer = await fetch(`${server.url}/api/v1/sync/push`, {
    method: 'POST',
    headers: { 'X-Gocua': '1', 'Content-Type': 'application/json', Authorization: `Bearer ${access_token}` },
    body: JSON.stringify({ device_id, app_version: '0.5.0', sent_at: Date.now(), queued: ops.length, failed: 0, ops }),
  })
  const { results } = (await answer.json()) as PushAnswer
  expect(results.map(({ outcome }) => outcome)).toEqual(ops.map(() => 'applied'))
  await server.restart()
  const book = await Book.open(server.url, login)
  await expect.poll(async () => (await book.get<{ quality?: unknown[] }>('/sync/pull')).quality?.length ?? 0, { timeout: 20_000 }).toBeGreaterThan(0)
}

/** Somebody who walks and of whose records nothing is said so far. */
async function unremarked(server: Server): Promise<string> {
  for (const login of ['tnv3', 'tnv5', 'tnv6', 'tnv7', 'tnv8']) {
    const book = await Book.open(server.url, login)
    if (!(await book.get<{ quality?: unknown[] }>('/sync/pull')).quality?.length) return login
  }
  throw new Error('of everybody’s records something is said')
}

test('a remark is its owner’s first: explained without a network, changed, booked, and closed with thanks', async ({ phone, book, server }) => {
  const login = await unremarked(server)
  await recordAtHome(server, login)
  const it = await phone()
  const { page } = it
  await it.signIn(login)
  interface Desk {
    waiting_first: number
    flags: Array<{ id: string; kind: string; account_name: string; because?: string; words?: string }>
  }
  const { me } = await (await Book.open(server.url, login)).get<{ me: { name: string } }>('/sync/pull')
  const own = ({ flags }: Desk) => flags.filter(({ kind, account_name }) => kind === 'far_away' && account_name === me.name)
  const before = await book.get<Desk>('/quality')
  expect(own(before), 'the desk does not see it yet').toEqual([])
  expect(before.waiting_first).toBeGreaterThan(0)

  await it.go('Của tôi')
  const row = page.getByRole('link', { name: /^Bạn xem trước: \d+ lưu ý về cách ghi/ })
  await it.context.setOffline(true)
  await row.click()
  const remark = page.getByRole('article', { name: 'Máy ở xa ngõ lúc ghi' })
  await expect(remark.getByText(/chỉ mình bạn thấy lưu ý này/)).toBeVisible()
  await spotless(page, 'a remark')
  const save = remark.getByRole('button', { name: 'Lưu lời của bạn' })
  await expect(save, 'a reason is needed').toBeDisabled()
  await remark.getByText('Hai người đi, một máy ghi').click()
  await remark.getByLabel('Nói thêm').fill(`gọi tôi ${['0912', '345', '678'].join(' ')}`)
  await expect(remark.getByText('Trong lời có số dài hoặc mật khẩu')).toBeVisible()
  await expect(save).toBeDisabled()
  await remark.getByLabel('Nói thêm').fill('đi cùng bác tổ trưởng')
  await save.click()
  await expect(remark.getByText('Bạn đã nói lại: Hai người đi, một máy ghi')).toBeVisible()
  await expect(remark.getByText('trên máy', { exact: true })).toBeVisible()
  await spotless(page, 'a remark explained')
  // Thought better of it, before anything was sent.
  await remark.getByRole('button', { name: 'Đổi lời giải thích' }).click()
  await expect(remark.getByLabel('Nói thêm')).toHaveValue('đi cùng bác tổ trưởng')
  await remark.getByText('Đi xong rồi mới ghi').click()
  await save.click()
  await it.holds(2)
  await it.restart()
  await it.holds(2)

  await it.online()
  await expect(it.allSent).toBeVisible()
  await it.page.evaluate(() => (location.hash = '#/quality'))
  const again = it.page.getByRole('article', { name: 'Máy ở xa ngõ lúc ghi' })
  await expect(again.getByText('Bạn đã nói lại: Đi xong rồi mới ghi')).toBeVisible()
  await expect(again.getByText(/^đã vào sổ/)).toBeVisible()
  const [told] = own(await book.get<Desk>('/quality'))
  expect(told).toMatchObject({ because: 'recorded_later', words: 'đi cùng bác tổ trưởng' })

  await book.post(`/quality/flags/${told?.id}`, { verdict: 'fine' })
  await it.mine()
  await it.sync()
  await it.page.evaluate(() => (location.hash = '#/quality'))
  await expect(again.getByText('Đã rõ. Cảm ơn bạn.')).toBeVisible()
  await expect(again.getByRole('button')).toHaveCount(0)
})
