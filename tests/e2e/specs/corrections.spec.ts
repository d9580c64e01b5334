import type { Page } from '@playwright/test'
import { moved, type Tally } from '../support/book.ts'
import { bodyOf, WORTH, type Phone, type PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'corrections', scale: 0.1 } })

const NEVER = 'Chưa ai gõ cửa nhà này.'

const sheet = (page: Page) => page.getByRole('dialog')

/** The id of the door that is open. */
const doorId = (page: Page): string => /#\/door\/([^/]+)/.exec(page.url())?.[1] ?? ''

/** Opens a door by its id, as a link of the app does. */
async function open(it: Phone, id: string): Promise<void> {
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), id)
  await expect(it.result).toBeVisible()
}

/** From "mine": begins the correction of the newest record. */
async function correctNewest(it: Phone, why: string): Promise<void> {
  await it.records.first().getByRole('button', { name: /^Sửa lượt/ }).click()
  await sheet(it.page).getByRole('button', { name: new RegExp(`^${why}`) }).click()
}

/** Checks and saves; returns what stood before and what stands now, line by line. */
async function save(it: Phone): Promise<string[]> {
  const lines = await sheet(it.page).getByRole('listitem').allInnerTexts()
  await sheet(it.page).getByRole('button', { name: 'Lưu sửa đổi' }).click()
  await expect(sheet(it.page)).toBeHidden()
  return lines.map((line) => line.replace(/\s+/g, ' '))
}

async function outcomes(it: Phone, act: () => Promise<void>): Promise<string[]> {
  const pushed = it.pushed()
  await act()
  const answer = (await (await pushed).json()) as PushAnswer
  return answer.results.map(({ outcome }) => outcome)
}

test('a knock at the wrong door, put right without a network: it counts once, at the right one', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()

  await it.toNextDoor()
  const wrong = doorId(page)
  const { group, door } = await it.knock('declined')
  // The next door, where nobody has been: that is where it really was.
  const right = doorId(page)
  const name = `Số ${await it.doorNumber()}`
  const head = await page.getByRole('heading', { level: 1 }).innerText()
  await it.mine()
  await correctNewest(it, 'Nhầm nhà')
  // The neighbours are offered before anything is typed.
  await expect(sheet(page).getByRole('listitem').first()).toBeVisible()
  await sheet(page).getByRole('searchbox').fill(head)
  await sheet(page).getByRole('listitem').filter({ hasText: `${name} · ${head}` }).getByRole('button').click()
  await sheet(page).getByRole('button', { name: 'Giữ kết quả: Đã gặp, từ chối' }).click()
  const lines = await save(it)
  expect(lines[0]).toContain(`Số ${door}`)
  expect(lines[0]).toContain(name)

  // Both records wait; the first is struck out, the second names its reason.
  await expect(page.getByText(`Đã sửa ${name}: Từ chối`)).toBeVisible()
  await it.holds(2)
  await expect(it.records).toHaveCount(2)
  await expect(it.records.first()).toContainText(/sửa: nhầm nhà · trên máy/)
  await expect(it.records.last()).toContainText(/trên máy · đã sửa/)
  await expect(page.getByRole('main')).toContainText(/1\s*nhà hôm nay/)
  await open(it, wrong)
  await expect(page.getByText(NEVER)).toBeVisible()
  await open(it, right)
  await expect(page.getByText(/từ chối\s+\(bạn ghi, đã sửa 1 lần\)/)).toBeVisible()

  const answered = await outcomes(it, () => it.online())
  expect(answered).toEqual(['applied', 'applied'])
  await expect(it.allSent).toBeVisible()
  expect(moved(before, await book.coverage()), 'once').toEqual({ [group]: WORTH.declined })
  expect(await server.verify()).toMatch(/ 0 differences$/)

  // Everything the book had to say has come back, and the doors still say the same.
  await it.allSent.click()
  await it.sync()
  await open(it, wrong)
  await expect(page.getByText(NEVER)).toBeVisible()
  await open(it, right)
  await expect(page.getByText(/từ chối\s+\(bạn ghi, đã sửa 1 lần\)/)).toBeVisible()
})

test('a booked knock, put right at the door, and put back by one tap', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.toNextDoor()
  const id = doorId(page)
  const first = it.pushed()
  const { group } = await it.knock('notHome')
  await (await first).finished()
  await expect(it.allSent).toBeVisible()
  expect(moved(before, await book.coverage())).toEqual({ [group]: WORTH.notHome })

  await open(it, id)
  await page.getByRole('button', { name: /^Sửa lượt .*Vắng nhà/ }).click()
  await sheet(page).getByRole('button', { name: /^Biết thêm/ }).click()
  await sheet(page).getByRole('button', { name: 'Từ chối' }).click()
  expect(await outcomes(it, async () => void (await save(it)))).toEqual(['applied'])
  await expect(page.getByText(/Đã gặp, từ chối\s+\(bạn ghi, đã sửa 1 lần\)/)).toBeVisible()
  await expect.poll(async () => moved(before, await book.coverage())).toEqual({ [group]: WORTH.declined })

  // Taking it back is one more version: nothing is erased.
  expect(await outcomes(it, () => page.getByRole('button', { name: 'Hoàn tác' }).click())).toEqual(['applied'])
  await expect(page.getByText(/Vắng nhà\s+\(bạn ghi, đã sửa 2 lần\)/)).toBeVisible()
  await expect.poll(async () => moved(before, await book.coverage())).toEqual({ [group]: WORTH.notHome })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('one more learner comes to mind: people and skills are counted anew, not twice', async ({ phone, book, server }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()
  await it.toNextDoor()
  const { group } = await it.knock('coached')
  await it.mine()
  await correctNewest(it, 'Biết thêm')
  await sheet(page).getByRole('button', { name: 'Gặp được – hướng dẫn' }).click()
  // Who was coached stands there already.
  await expect(sheet(page).getByRole('button', { name: 'Tự làm', pressed: true })).toHaveCount(2)
  await sheet(page).getByRole('button', { name: 'Thêm người' }).click()
  await sheet(page).getByRole('button', { name: '60–79 tuổi' }).click()
  await sheet(page).getByRole('button', { name: 'Có người nhắc' }).first().click()
  await sheet(page).getByRole('button', { name: 'Đã hướng dẫn', exact: true }).click()
  const lines = await save(it)
  expect(lines.find((line) => line.startsWith('Người học'))).toMatch(/1 người.*2 người/)
  await expect(page.getByRole('main')).toContainText(/2\s*người hướng dẫn/)

  const sent = page.waitForRequest((request) => request.url().endsWith('/api/v1/sync/push'))
  expect(await outcomes(it, () => it.online())).toEqual(['applied', 'applied'])
  expect(bodyOf(await sent).ops.map(({ kind }) => kind)).toEqual(['visit.record', 'visit.correct'])
  const worth: Partial<Tally> = { ...WORTH.coached, coach_people: 2, coach_people_60: 1, coach_occ: 3 }
  await expect.poll(async () => moved(before, await book.coverage())).toEqual({ [group]: worth })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
