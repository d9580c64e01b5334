import type { Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import type { Book } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'register', scale: 0.1 } })

interface Household {
  id: string
  code: string
  no: string | null
  head: string | null
  alley: { id: string; name: string }
  group: { id: string; name: string }
}

async function some(book: Book, filter: object = {}): Promise<Household[]> {
  return (await book.post<{ households: Household[] }>('/households/list', filter)).households
}

const search = (page: Page) => page.getByRole('searchbox', { name: 'Tìm hộ' })
const bare = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D').toLowerCase()

async function enter(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Hộ dân' }).first().click()
  await expect(page.getByRole('heading', { name: 'Hộ dân', level: 1 })).toBeVisible()
}

test('a household is found without marks and its number set right', async ({ desk, book }) => {
  const home = (await some(book)).find((h) => h.no && h.head)
  if (!home?.head) throw new Error('no household with a number and a head')
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await enter(page)
  await spotless(page, 'the register')
  await fits(page, 'the register')
  await search(page).fill(`${bare(home.head)} ${home.code.toLowerCase()}`)
  await page.getByRole('link', { name: new RegExp(home.code) }).click()
  const card = page.getByRole('region', { name: 'Thẻ hộ' })
  await expect(card.getByRole('heading', { name: home.head })).toBeVisible()
  await card.getByRole('button', { name: 'Sửa' }).click()
  await card.getByLabel('Số nhà').fill('88C')
  await card.getByRole('button', { name: 'Ghi vào sổ' }).click()
  await expect(card.getByRole('alert')).toContainText('Cần ghi lý do')
  await expect(card.getByLabel('Số nhà')).toHaveValue('88C')
  await card.getByLabel('Lý do').fill('Tổ trưởng báo số mới')
  await card.getByRole('button', { name: 'Ghi vào sổ' }).click()
  await expect(card.getByText('Đã ghi vào sổ.')).toBeVisible()
  await expect(card.getByText(`Số nhà: ${home.no} → 88C`)).toBeVisible()
  await spotless(page, 'a household')
  expect((await some(book, { q: home.code }))[0]?.no).toBe('88C')
})

test('a group is cut in two, merged with another, and all of it put back', async ({ desk, book }) => {
  const { groups } = await book.get<{ groups: { id: string; name: string; households: number }[] }>('/groups')
  const [first, second] = groups
  if (!first || !second) throw new Error('two groups are needed')
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await enter(page)
  await page.getByRole('link', { name: 'Tổ dân phố', exact: true }).click()
  await page.getByRole('group', { name: `Việc với ${first.name}`, exact: true }).getByRole('button', { name: 'Tách tổ mới' }).click()
  const cut = page.getByRole('form', { name: 'Tách tổ mới' })
  await cut.getByLabel('Tên tổ').fill('Tổ Mới Tách')
  await cut.getByRole('checkbox').last().check()
  await cut.getByLabel('Lý do').fill('Tổ đông hộ quá')
  await spotless(page, 'a group to be cut')
  await cut.getByRole('button', { name: 'Tách tổ mới' }).click()
  await expect(page.getByText('Đã tách Tổ Mới Tách.')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Tổ Mới Tách' })).toBeVisible()

  await page.getByRole('group', { name: `Việc với ${second.name}`, exact: true }).getByRole('button', { name: 'Nhập vào tổ khác' }).click()
  const merge = page.getByRole('form', { name: 'Nhập vào tổ khác' })
  await merge.getByLabel('Nhập vào tổ').selectOption({ label: 'Tổ Mới Tách' })
  await merge.getByLabel('Lý do').fill('Sắp xếp lại tổ')
  await merge.getByRole('button', { name: 'Nhập vào tổ khác' }).click()
  await expect(page.getByText(`${second.name} đã nhập vào Tổ Mới Tách.`)).toBeVisible()
  await expect(page.getByRole('heading', { name: second.name, exact: true })).toHaveCount(0)

  await page.getByRole('button', { name: /^Đưa về như cũ/ }).first().click()
  await expect(page.getByRole('heading', { name: second.name, exact: true })).toBeVisible()
  await page.getByRole('button', { name: /^Đưa về như cũ/ }).first().click()
  await expect(page.getByRole('heading', { name: 'Tổ Mới Tách' })).toHaveCount(0)
  const after = await book.get<{ groups: { id: string; name: string; households: number }[] }>('/groups')
  expect(after.groups.map((g) => [g.id, g.households])).toEqual(groups.map((g) => [g.id, g.households]))
})

test('a double is found, merged and told apart again, on a phone', async ({ desk, book }) => {
  const known = await some(book)
  const near = known.find((h) => h.no && h.head && /^\d+$/.test(h.no))
  if (!near?.head) throw new Error('no numbered household')
  // The neighbour's entry is set to the same door and name: what a list typed twice looks like.
  const other = known.find((h) => h.alley.id === near.alley.id && h.id !== near.id && h.no && h.head) ?? known.find((h) => h.alley.id === near.alley.id && h.id !== near.id)
  if (!other) throw new Error('no neighbour')
  await book.post(`/households/${other.id}/edit`, {
    edit_id: crypto.randomUUID(),
    set: { house_no: near.no, head: bare(near.head).toUpperCase() },
    was: { house_no: other.no, head: other.head },
    reason: 'thử',
  })
  const ward = await desk(PHONE)
  const { page } = ward
  await ward.signIn()
  await page.goto('/#/ward/register/doubles')
  const pair = page.getByRole('article').filter({ hasText: near.code }).filter({ hasText: other.code })
  await expect(pair.getByText('Cùng tên chủ hộ')).toBeVisible()
  await spotless(page, 'pairs on a phone')
  await fits(page, 'pairs on a phone')
  const before = (await book.coverage()).total.hh_total
  await pair.getByRole('button', { name: /^Gộp / }).click()
  await expect(page.getByText(/^Đã gộp /)).toBeVisible()
  expect((await book.coverage()).total.hh_total).toBe(before - 1)
  await page.getByRole('button', { name: 'Tách ra lại' }).click()
  await expect(page.getByText('Hai hộ lại là hai.')).toBeVisible()
  await pair.getByRole('button', { name: / không phải một hộ$/ }).click()
  await expect(page.getByText(/Máy không hỏi lại/)).toBeVisible()
  await expect(pair).toHaveCount(0)
})

test('many doors are answered at once, and the ledger says why', async ({ desk, book }) => {
  const { doors } = await book.get<{ doors: { question: string }[] }>('/inbox/doors')
  expect(doors.length, 'the demonstration leaves doors to answer').toBeGreaterThan(0)
  const before = (await book.coverage()).total.hh_total
  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await enter(page)
  await page.getByRole('link', { name: 'Duyệt nhiều hộ' }).click()
  await page.getByRole('button', { name: /^Chọn cả \d+ hộ$/ }).click()
  const said = await page.getByRole('heading', { name: /^Đã chọn \d+ hộ$/ }).textContent()
  const n = Number(/\d+/.exec(said ?? '')?.[0])
  await page.getByRole('button', { name: `Đồng ý ${n} hộ`, exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('Cần ghi lý do')
  await page.getByLabel('Lý do').fill('Tổ trưởng xác nhận cả danh sách')
  await spotless(page, 'many doors')
  await page.getByRole('button', { name: `Đồng ý ${n} hộ`, exact: true }).click()
  await expect(page.getByText(`Đã quyết ${n} hộ.`)).toBeVisible()
  expect((await book.coverage()).total.hh_total).toBe(before - n)
  await page.getByRole('link', { name: 'Sổ tăng giảm' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'Tổ trưởng xác nhận cả danh sách' }).first()).toBeVisible()
  await spotless(page, 'the ledger')
})

test('on a phone one thing is shown at a time: groups, households, one of them', async ({ desk }) => {
  const ward = await desk(PHONE)
  const { page } = ward
  await ward.signIn()
  await page.goto('/#/ward/register')
  const tree = page.getByRole('navigation', { name: 'Tổ dân phố và ngõ' })
  await expect(tree.getByRole('link').nth(1)).toBeVisible()
  await spotless(page, 'the tree on a phone')
  await fits(page, 'the tree on a phone')
  await tree.getByRole('link').nth(1).click()
  const rows = page.getByRole('link', { name: /CVA-/ })
  await expect(rows.first()).toBeVisible()
  await spotless(page, 'the list on a phone')
  await fits(page, 'the list on a phone')
  await rows.first().click()
  const card = page.getByRole('region', { name: 'Thẻ hộ' })
  await expect(card.getByRole('button', { name: 'Sửa' })).toBeVisible()
  await spotless(page, 'a household on a phone')
  await fits(page, 'a household on a phone')
  await card.getByRole('button', { name: 'Danh sách' }).click()
  await expect(rows.first()).toBeVisible()
})
