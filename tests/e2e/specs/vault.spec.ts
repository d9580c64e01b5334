import type { Page } from '@playwright/test'
import { passPin, tapPin } from '../support/sign-in.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'vault', scale: 0.1 } })

const locked = (page: Page) => page.getByRole('heading', { name: 'Nhập mã PIN' })

/** Everything the browser keeps for the app, as text: what somebody finds who takes the phone apart. */
async function disk(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((done, fail) => {
      const opening = indexedDB.open('gocua')
      opening.onsuccess = () => done(opening.result)
      opening.onerror = () => fail(opening.error)
    })
    const letters = (value: unknown): unknown => {
      if (value instanceof ArrayBuffer) return new TextDecoder('utf-8').decode(value)
      if (ArrayBuffer.isView(value)) return new TextDecoder('utf-8').decode(value as unknown as ArrayBuffer)
      if (Array.isArray(value)) return value.map(letters)
      if (value && typeof value === 'object') return Object.entries(value).map(([key, inner]) => [key, letters(inner)])
      return value
    }
    const all: unknown[] = []
    for (const store of db.objectStoreNames) {
      await new Promise<void>((done, fail) => {
        const request = db.transaction(store).objectStore(store).getAll()
        request.onsuccess = () => done(void all.push(store, letters(request.result)))
        request.onerror = () => fail(request.error)
      })
    }
    db.close()
    return JSON.stringify(all) + JSON.stringify({ ...localStorage })
  })
}

test('a phone taken apart shows no name, no number and no outcome, and opens with the PIN alone', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.offline()
  await it.toNextDoor()
  const head = await it.page.getByRole('heading', { level: 1 }).innerText()
  await it.knock('declined')
  const kept = await disk(it.page)
  expect(kept.length).toBeGreaterThan(10_000)
  for (const word of [head, 'MET_DECLINED', 'Nguyễn Trãi', 'tnv1']) expect(kept.includes(word), `${word} in clear`).toBe(false)

  // Swiped away and opened once more.
  await it.page.close()
  it.page = await it.context.newPage()
  await it.page.goto('/')
  await expect(locked(it.page)).toBeVisible()
  await expect(it.page.getByText(/1 lượt/)).toBeVisible()
  await tapPin(it.page, '161803')
  await expect(it.page.getByRole('alert')).toBeVisible()
  await passPin(it.page)
  await it.holds(1)
})

test('locked, the phone still delivers what it cannot read', async ({ phone, book, server }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = (await book.coverage()).total.visits
  await it.offline()
  await it.toNextDoor()
  await it.knock('notHome')
  await it.knock('notHome')
  await it.page.reload()
  await expect(locked(it.page)).toBeVisible()
  await it.online()
  await expect.poll(async () => (await book.coverage()).total.visits - before, { timeout: 30_000 }).toBe(2)
  await expect(locked(it.page)).toBeVisible()
  await passPin(it.page)
  await expect(it.allSent).toBeVisible()
  expect((await book.coverage()).total.visits - before, 'once').toBe(2)
  expect(await server.verify()).toMatch(/ 0 differences/)
})

test('a stolen phone: the ward locks it, it wipes itself and proves it, and what it had sealed arrives though nobody signs in', async ({ phone, book, server, watch }) => {
  watch.expect(/status of 401/)
  const it = await phone()
  await it.signIn('tnv2')
  const before = (await book.coverage()).total.visits
  await it.offline()
  await it.toNextDoor()
  const head = await it.page.getByRole('heading', { level: 1 }).innerText()
  for (let door = 0; door < 3; door += 1) await it.knock('notHome')

  interface Listed {
    device_id: string
    revoked_at: number | null
    wiped_at: number | null
    wiped_unsent: number | null
  }
  const device_id = await it.page.evaluate(() => (JSON.parse(localStorage.getItem('gocua.marker') ?? '{}') as { device_id: string }).device_id)
  await book.post(`/phones/${device_id}/revoke`, {})
  await it.online()
  await expect(it.page.getByText(/Phường đã thu hồi máy này/)).toBeVisible()
  const listed = async (): Promise<Listed | undefined> => (await book.get<{ phones: Listed[] }>('/phones')).phones.find((each) => each.device_id === device_id)
  await expect.poll(async () => (await listed())?.wiped_at ?? null, { timeout: 45_000 }).not.toBeNull()
  const { revoked_at, wiped_unsent } = (await listed()) ?? {}
  expect(revoked_at).toBeGreaterThan(0)
  expect(wiped_unsent).toBe(3)
  await expect(it.page.getByText(head)).toHaveCount(0)
  expect((await disk(it.page)).includes(head)).toBe(false)

  // Nobody signs in on it: what nobody can read has been delivered by the phone's own signature, and it says so.
  await expect.poll(async () => (await book.coverage()).total.visits - before, { timeout: 45_000 }).toBe(3)
  await expect(it.page.getByText(/Lượt ghi đã gửi hết về phường/)).toBeVisible()
  await it.page.reload()
  await expect(it.page.getByText(/Lượt ghi đã gửi hết về phường/)).toBeVisible()
  expect((await book.coverage()).total.visits - before, 'once').toBe(3)

  // Found again it is another phone, and no longer one that was taken away.
  await it.signIn('tnv1')
  expect(await it.page.evaluate(() => (JSON.parse(localStorage.getItem('gocua.marker') ?? '{}') as { device_id: string }).device_id)).not.toBe(device_id)
  expect((await book.coverage()).total.visits - before, 'and once still').toBe(3)
  expect(await server.verify()).toMatch(/ 0 differences/)
})
