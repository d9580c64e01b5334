import type { BrowserContext, Request } from '@playwright/test'
import { spotless } from '../support/axe.ts'
import { Book } from '../support/book.ts'
import { bodyOf, type Phone, type PushAnswer } from '../support/phone.ts'
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
