import { readFile } from 'node:fs/promises'
import { moved } from '../support/book.ts'
import type { PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'parcel', scale: 0.1 } })

test('unsent work in a sealed file reaches the book on another phone, and its own phone later: exactly once', async ({ phone, book, server }, info) => {
  const one = await phone()
  await one.signIn('tnv1')
  const before = await book.coverage()
  await one.offline()
  await one.toNextDoor()
  const knocked = [await one.knock('notHome'), await one.knock('declined'), await one.knock('notHome')]
  await one.mine()

  await one.page.getByRole('button', { name: /^Gửi tệp dự phòng/ }).click()
  const giving = one.page.getByRole('dialog', { name: 'Gửi tệp dự phòng' })
  await expect(giving.getByText('3 lượt chưa gửi đã nằm trong tệp.')).toBeVisible()
  await expect(giving.getByText(/chỉ máy chủ của phường đọc được/)).toBeVisible()
  const downloaded = one.page.waitForEvent('download')
  await giving.getByRole('button', { name: 'Lưu tệp vào máy' }).click()
  const download = await downloaded
  expect(download.suggestedFilename()).toMatch(/^go-cua-\d{8}-\d{4}\.gocua$/)
  const path = info.outputPath(download.suggestedFilename())
  await download.saveAs(path)
  // Nobody who holds the file can read what was knocked.
  const text = await readFile(path, 'utf8')
  expect(text).toContain('"gocua_parcel":1')
  expect(text).not.toMatch(/household_id|NOT_HOME|MET_DECLINED|visit\.record/)
  await giving.getByRole('button', { name: 'Đóng' }).click()
  await one.holds(3)

  // A mate of another team takes it, and learns how many, not what.
  const two = await phone()
  await two.signIn('tnv2')
  await two.go('Của tôi')
  await two.page.getByRole('button', { name: /^Nhận tệp từ máy khác/ }).click()
  const taking = two.page.getByRole('dialog', { name: 'Nhận tệp từ máy khác' })
  await taking.getByLabel('Chọn tệp').first().setInputFiles({ name: 'anh.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not ours') })
  await expect(taking.getByText(/không phải tệp của Gõ Cửa/)).toBeVisible()
  await taking.getByLabel('Chọn tệp').first().setInputFiles(path)
  await expect(taking.getByText('Đã nhận 3 lượt. Đang gửi hộ.')).toBeVisible()
  await expect(taking.getByRole('listitem')).toContainText('3 lượt đã vào sổ')
  const carried = moved(before, await book.coverage())
  expect(Object.values(carried).reduce((sum, tally) => sum + (tally.visits ?? 0), 0)).toBe(3)
  expect(Object.keys(carried).sort()).toEqual([...new Set(knocked.map(({ group }) => group))].sort())
  await taking.getByLabel('Chọn tệp').first().setInputFiles(path)
  await expect(taking.getByText('Tệp này máy đã nhận rồi.')).toBeVisible()
  await taking.getByRole('button', { name: 'Đóng' }).click()
  // The carrier's own numbers are its own.
  await expect(two.page.getByRole('main')).toContainText(/0\s*nhà hôm nay/)

  // Its own phone finds a network: the book has them, and says so.
  const pushed = one.pushed()
  await one.online()
  const answer = (await (await pushed).json()) as PushAnswer
  expect(answer.results.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate', 'duplicate'])
  await expect(one.allSent).toBeVisible()
  await expect(one.records.filter({ hasText: /đã vào sổ \d\d:\d\d · số \d/ })).toHaveCount(3)
  expect(moved(before, await book.coverage()), 'exactly once').toEqual(carried)
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
