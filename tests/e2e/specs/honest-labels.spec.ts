import { moved } from '../support/book.ts'
import { bodyOf, WORTH, type PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'honest labels', scale: 0.1 } })

const PUSH = '**/api/v1/sync/push'
/** How the browser reports a request that the test breaks off. */
const BROKEN_OFF = /net::ERR_FAILED/
/** How it reports that the server would not renew a session. */
const REFUSED = /status of 401/

test('an answer that gets lost: the label waits, and the book has the visit once', async ({ phone, book, watch }) => {
  watch.expect(BROKEN_OFF)
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()

  let release = (): void => undefined
  const held = new Promise<void>((done) => (release = done))
  let tries = 0
  await it.context.route(PUSH, async (route) => {
    tries += 1
    if (tries === 1) {
      // The server has it, and the phone will never know from this answer.
      const answer = await route.fetch()
      expect(((await answer.json()) as PushAnswer).results[0]?.outcome).toBe('applied')
      return route.abort()
    }
    await held
    return route.continue()
  })

  await it.toNextDoor()
  const lost = it.page.waitForEvent('requestfailed', (request) => request.url().endsWith('/sync/push'))
  const { group } = await it.knock('declined')
  await lost
  expect(moved(before, await book.coverage())).toEqual({ [group]: WORTH.declined })

  await it.mine()
  await expect(it.records).toHaveCount(1)
  await expect(it.records).toContainText(/ · (trên máy|đã gửi)\s*$/)
  await expect(it.records).not.toContainText('đã vào sổ')
  await it.holds(1)

  // The phone asks again by itself; while the answer is out, the label says so and no more.
  await expect(it.records).toContainText(' · đã gửi')
  await expect(it.records).not.toContainText('đã vào sổ')
  const pushed = it.pushed()
  release()
  const answer = (await (await pushed).json()) as PushAnswer
  expect(answer.results.map(({ outcome }) => outcome)).toEqual(['duplicate'])
  await expect(it.records).toContainText(/đã vào sổ \d\d:\d\d · số \d/)
  await expect(it.allSent).toBeVisible()
  expect(moved(before, await book.coverage()), 'once').toEqual({ [group]: WORTH.declined })
})

for (const { how, after } of [
  { how: 'the server ended the session', after: 'revoked' },
  { how: 'the browser lost its cookie', after: 'forgotten' },
] as const) {
  test(`${how}: the work stays, and goes on after signing in again`, async ({ phone, book, watch, server }) => {
    watch.expect(REFUSED)
    const it = await phone()
    const signed = it.page.waitForRequest((request) => request.url().includes('/sync/pull'))
    await it.signIn('tnv1')
    const { authorization } = await (await signed).allHeaders()
    const before = await book.coverage()

    await it.offline()
    await it.toNextDoor()
    await it.knock('notHome')
    await it.knock('notHome')
    if (after === 'revoked') {
      const answer = await fetch(`${server.url}/api/v1/auth/logout`, { method: 'POST', headers: { 'X-Gocua': '1', Authorization: authorization ?? '' } })
      expect(answer.status).toBe(204)
    } else {
      await it.context.clearCookies()
      // The access token lives in memory only; a new start has to ask for one.
      await it.reload()
    }
    await it.online()

    // Nobody is needed to deliver them: by the time one looks they may be there already.
    const banner = it.page.getByRole('alert').filter({ hasText: /2 lượt (còn nguyên|đã tới phường)/ })
    await expect(banner).toBeVisible()
    // The alley is still open for work.
    const here = it.page.url()
    await it.knock('declined')
    expect(it.page.url()).not.toBe(here)
    await it.mine()
    await expect(it.records).toHaveCount(3)
    // Without a receipt nothing is called booked; that it is in the book all the same needs nobody to sign in.
    await expect(it.records.filter({ hasText: ' · trên máy' })).toHaveCount(3)
    await expect.poll(async () => (await book.coverage()).total.visits - before.total.visits, { timeout: 60_000 }).toBe(3)
    await expect(it.page.getByRole('alert').filter({ hasText: '3 lượt đã tới phường' })).toBeVisible()
    await expect(it.records.filter({ hasText: ' · trên máy' })).toHaveCount(3)

    await it.page.getByRole('link', { name: 'Đăng nhập' }).click()
    await expect(it.page.getByText('3 lượt trên máy vẫn còn nguyên')).toBeVisible()
    const pushed = it.pushed()
    await it.signInAgain('tnv1')
    const answer = (await (await pushed).json()) as PushAnswer
    expect(answer.results.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate', 'duplicate'])
    await expect(it.allSent).toBeVisible()
    await it.mine()
    await expect(it.records.filter({ hasText: /đã vào sổ/ })).toHaveCount(3)
    const now = await book.coverage()
    expect(now.total.visits - before.total.visits).toBe(3)
  })
}

test('a knock taken back within ten seconds leaves the door and the figures as they were', async ({ phone, desk, book, server }) => {
  const it = await phone()
  const ward = await desk()
  await it.signIn('tnv1')
  await ward.signIn()
  const before = await book.coverage()
  const visits = await ward.valueOf('Lượt đến hộ')

  await it.toNextDoor()
  const door = await it.doorNumber()
  await expect(it.page.getByText('Chưa ai gõ cửa nhà này.')).toBeVisible()
  // The knock is in the book before it is taken back: the harder of the two ways.
  const applied = it.pushed()
  const { group } = await it.knock('notHome')
  expect(((await (await applied).json()) as PushAnswer).results[0]?.outcome).toBe('applied')
  await expect.poll(() => ward.valueOf('Lượt đến hộ')).toBe(visits + 1)

  const withdrawn = it.pushed()
  await it.page.getByRole('button', { name: 'Hoàn tác' }).click()
  expect(((await (await withdrawn).json()) as PushAnswer).results[0]?.outcome).toBe('applied')
  await expect(it.page.getByText('Chưa ai gõ cửa nhà này.')).toBeVisible()
  expect(await it.doorNumber()).toBe(door)
  await expect.poll(() => ward.valueOf('Lượt đến hộ')).toBe(visits)
  expect(moved(before, await book.coverage()), group).toEqual({})
  expect(await server.verify()).toMatch(/ 0 differences$/)

  await it.page.getByRole('button', { name: 'Quay lại' }).click()
  await it.mine()
  await expect(it.records).toHaveCount(1)
  await expect(it.records).toContainText('đã hoàn tác')
  // Nothing to be proud of was done at this door.
  await expect(it.page.getByRole('main')).toContainText(/0\s*nhà hôm nay/)
})

test('a record that the server sends back stays on the phone, with the reason', async ({ phone, book }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  // No screen makes such a record, so it is spoiled on its way; the answer is the server's own.
  await it.context.route(
    PUSH,
    async (route) => {
      const body = bodyOf(route.request())
      for (const op of body.ops) op.payload.outcome = 'NO_SUCH_OUTCOME'
      await route.continue({ postData: JSON.stringify(body) })
    },
    { times: 1 },
  )
  await it.toNextDoor()
  const pushed = it.pushed()
  const { door } = await it.knock('notHome')
  const answer = (await (await pushed).json()) as PushAnswer
  expect(answer.results.map(({ outcome, reason }) => ({ outcome, reason }))).toEqual([{ outcome: 'rejected', reason: 'malformed_payload' }])

  await it.reload()
  await it.page.getByRole('button', { name: 'Quay lại' }).click()
  await it.go('Của tôi')
  const main = it.page.getByRole('main')
  await expect(main.getByText('1 lượt bị trả lại')).toBeVisible()
  await expect(main.getByText(`Số ${door} · Vắng nhà`)).toBeVisible()
  await expect(main.getByText('Nội dung lượt bị hỏng. Ghi lại lượt này.')).toBeVisible()
  await expect(main.getByText('đã vào sổ')).toHaveCount(0)
  expect(moved(before, await book.coverage())).toEqual({})

  // It is never sent again unchanged.
  let pushes = 0
  it.page.on('request', (request) => (pushes += request.url().endsWith('/sync/push') ? 1 : 0))
  await it.sync()
  expect(pushes).toBe(0)

  // The door waits to be recorded anew, and the record goes only when a person says so, twice.
  await main.getByRole('link', { name: 'Mở nhà này' }).click()
  await expect(it.page.getByText('Chưa ai gõ cửa nhà này.')).toBeVisible()
  await it.page.getByRole('button', { name: 'Quay lại' }).click()
  await main.getByRole('button', { name: 'Bỏ lượt này' }).click()
  await main.getByRole('button', { name: 'Bấm lần nữa để bỏ hẳn' }).click()
  await expect(main.getByText('bị trả lại')).toHaveCount(0)
})

test('two accounts on one phone: neither sees the other, and parked work arrives sealed, under its owner’s name', async ({ phone, book }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()
  await it.toNextDoor()
  const first = await it.knock('notHome')
  await it.knock('declined')
  await it.mine()
  await expect(it.records).toHaveCount(2)
  const words = await it.records.allInnerTexts()

  expect(await it.signOut()).toContain('Còn 2 lượt chưa gửi.')
  await expect(it.page.getByText('Máy này còn 2 lượt chưa gửi của người khác.')).toBeVisible()

  await it.online()
  let pushes = 0
  it.page.on('request', (request) => (pushes += request.url().endsWith('/sync/push') ? 1 : 0))
  await it.signIn('tnv2')
  await expect(it.allSent).toBeVisible()
  await it.go('Của tôi')
  await expect(it.page.getByText('Hôm nay chưa gõ cửa nhà nào.')).toBeVisible()
  await expect(it.records).toHaveCount(0)
  for (const word of words) await expect(it.page.getByText(word)).toHaveCount(0)
  await it.sync()
  expect(pushes, 'nothing travels under another name').toBe(0)
  // What this person cannot read the phone hands in all the same.
  await expect.poll(async () => (await book.coverage()).total.visits - before.total.visits, { timeout: 60_000 }).toBe(2)
  // Nor the other team's alleys.
  await it.go('Đi ngõ')
  await expect(it.page.getByRole('heading', { name: first.group })).toHaveCount(0)

  await it.go('Của tôi')
  await it.signOut()
  const pushed = it.pushed()
  await it.signIn('tnv1')
  const answer = (await (await pushed).json()) as PushAnswer
  expect(answer.results.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate'])
  await it.mine()
  await expect(it.records.filter({ hasText: 'đã vào sổ' })).toHaveCount(2)
  const now = await book.coverage()
  expect(now.total.visits - before.total.visits).toBe(2)
})
