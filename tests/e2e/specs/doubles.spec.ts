import type { Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import type { Book } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import { expect, test } from '../support/test.ts'
import { Wire, type WireDoor } from '../support/wire.ts'

test.use({ ward: { name: 'doubles', scale: 0.1 } })

interface Household {
  id: string
  code: string
  no: string | null
  visits: number
  state: string
  merged_into: { code: string } | null
}

async function find(book: Book, code: string): Promise<Household> {
  const { households } = await book.post<{ households: Household[] }>('/households/search', { q: code })
  const found = households.find((h) => h.code === code)
  if (!found) throw new Error(`no household ${code}`)
  return found
}

/** Two neighbours of one alley that can be told apart by their numbers. */
function neighbours(doors: WireDoor[]): [WireDoor, WireDoor] {
  for (const [i, a] of doors.entries()) {
    const b = doors.slice(i + 1).find((door) => door.alley === a.alley && door.no && a.no && door.no !== a.no)
    if (b) return [a, b]
  }
  throw new Error('no two numbered doors in one alley')
}

const search = (page: Page) => page.getByRole('searchbox', { name: 'Số nhà, tên chủ hộ hoặc mã' })

/** By the register code, which finds one. */
async function choose(page: Page, door: WireDoor): Promise<void> {
  await search(page).fill(door.code.toLowerCase())
  const box = page.getByRole('checkbox', { name: new RegExp(`^Chọn `) })
  await expect(box).toHaveCount(1)
  await box.check()
}

test('two homes become one and two again, without a mouse', async ({ server, desk, book }) => {
  const it = await Wire.open(server.url, 'tnv1')
  const [stays, goes] = neighbours(await it.pull())
  await it.push('visit.record', { household_id: goes.id, outcome: 'NOT_HOME' })
  const before = { stays: await find(book, stays.code), goes: await find(book, goes.code), total: (await book.coverage()).total }

  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await page.getByRole('link', { name: /^Việc cần xem/ }).click()
  await page.getByRole('link', { name: 'Nhà trùng, nhà bỏ' }).click()
  await expect(page.getByRole('heading', { name: 'Tìm rồi chọn hai nhà ngờ là một' })).toBeVisible()
  await spotless(page, 'doubles, empty')

  // From the field down into the list with the arrow, chosen with the space bar.
  for (const door of [stays, goes]) {
    await search(page).focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(door.code)
    await expect(page.getByRole('checkbox')).toHaveCount(1)
    await expect(page.getByRole('listitem').filter({ hasText: door.code })).toBeVisible()
    await page.keyboard.press('ArrowDown')
    await expect(page.getByRole('checkbox')).toBeFocused()
    await page.keyboard.press('Space')
    await expect(page.getByRole('checkbox')).toBeChecked()
  }
  const sides = page.getByRole('radiogroup', { name: 'Nhà nào ở lại trong sổ?' })
  await expect(sides.getByRole('article')).toHaveCount(2)
  await sides.getByRole('radio').first().focus()
  await page.keyboard.press('Space')
  await expect(sides.getByRole('radio').first()).toBeChecked()
  await spotless(page, 'doubles side by side')
  await fits(page, 'doubles side by side')
  const merge = page.getByRole('button', { name: `Gộp số ${goes.no} vào số ${stays.no}` })
  await merge.focus()
  await page.keyboard.press('Enter')

  const said = page.getByText(`Đã gộp số ${goes.no} vào số ${stays.no}.`)
  await expect(said).toBeVisible()
  expect(await find(book, goes.code)).toMatchObject({ state: 'merged', merged_into: { code: stays.code } })
  expect((await find(book, stays.code)).visits).toBe(before.stays.visits + before.goes.visits)
  expect((await book.coverage()).total.hh_total).toBe(before.total.hh_total - 1)

  // It stands in the list of what was merged, also for whoever comes tomorrow.
  await page.reload()
  const merged = page.getByRole('region', { name: 'Đã gộp' }).getByRole('listitem').filter({ hasText: goes.code })
  await expect(merged).toContainText(`đã gộp vào ${stays.code}`)
  await merged.getByRole('button', { name: /^Tách lại/ }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/^Đã tách lại/)).toBeVisible()
  await expect(merged).toHaveCount(0)
  expect(await find(book, goes.code)).toEqual(before.goes)
  expect(await find(book, stays.code)).toEqual(before.stays)
  expect((await book.coverage()).total).toEqual(before.total)
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('a home leaves the register with a reason and comes back; a whole street does not leave in a day', async ({ server, desk, book, watch }) => {
  const doors = await (await Wire.open(server.url, 'tnv2')).pull()
  const [gone, ...others] = doors
  // Twenty a day, or two in a hundred where that is more.
  const most = Math.max(20, Math.floor((await book.coverage()).total.hh_total / 50))
  if (!gone || others.length < most) throw new Error('too few doors')

  const ward = await desk(PHONE)
  const { page } = ward
  await ward.signIn()
  await page.goto('/#/ward/doubles')
  await choose(page, gone)
  await page.getByRole('button', { name: 'Xem 1 nhà đã chọn' }).click()
  await page.getByText('Bỏ khỏi sổ', { exact: true }).click()
  const remove = page.getByRole('button', { name: 'Bỏ 1 nhà khỏi sổ' })
  await remove.click()
  await expect(page.getByRole('alert')).toHaveText('Chọn lý do trước.')
  await page.getByRole('radio', { name: 'Đã phá dỡ, giải tỏa' }).check()
  await spotless(page, 'a removal on a phone')
  await fits(page, 'a removal on a phone')
  await remove.click()
  await expect(page.getByText('Đã bỏ 1 nhà khỏi sổ.')).toBeVisible()
  expect(await find(book, gone.code)).toMatchObject({ state: 'removed' })

  const list = page.getByRole('region', { name: 'Đã bỏ khỏi sổ' }).getByRole('listitem').filter({ hasText: gone.code })
  await list.getByRole('button', { name: /^Đưa về sổ/ }).click()
  await expect(page.getByText('Đã đưa 1 nhà về sổ.')).toBeVisible()
  await expect(list).toHaveCount(0)
  expect(await find(book, gone.code)).toMatchObject({ state: 'active' })

  // As many as may go went already today: the next one is refused with kind words, and nothing is lost.
  await book.post('/households/remove', { ids: others.slice(0, most).map(({ id }) => id), why: 'demolished' })
  watch.expect(/status of 422/)
  await choose(page, gone)
  await page.getByText('Bỏ khỏi sổ', { exact: true }).click()
  await page.getByRole('radio', { name: 'Ghi nhầm, không có nhà này' }).check()
  await remove.click()
  await expect(page.getByRole('alert')).toContainText('Hôm nay bỏ đã nhiều, hệ thống dừng lại để hỏi')
  await expect(page.getByRole('alert')).toContainText('Chưa nhà nào trong lần này bị bỏ')
  await spotless(page, 'a removal refused')
  expect(await find(book, gone.code)).toMatchObject({ state: 'active' })
  await expect(page.getByRole('radio', { name: 'Ghi nhầm, không có nhà này' })).toBeChecked()
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
