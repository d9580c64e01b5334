import { fits, spotless } from '../support/axe.ts'
import { enter } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import type { Phone } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'withdrawal', scale: 0.1 } })

interface Requests {
  withdrawals: Array<{ number: number; end: { ending: string; visits: number } | null }>
}

/** At the next door somebody agrees with her own finger; the door's id. */
async function agrees(it: Phone, name: string): Promise<string> {
  await it.toNextDoor()
  const door = /#\/door\/([^/]+)/.exec(it.page.url())?.[1] ?? ''
  await it.page.getByRole('button', { name: 'Mời ghi tên' }).click()
  const form = it.page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Gọi là gì?' }).fill(name)
  await form.getByRole('button', { name: '60–79 tuổi' }).click()
  await it.page.getByRole('button', { name: 'Đưa máy cho người đó' }).click()
  await it.page.getByRole('checkbox').first().click()
  const pushed = it.pushed()
  await it.page.getByRole('button', { name: /^Đồng ý/ }).click()
  await (await pushed).finished()
  await expect(it.allSent).toBeVisible()
  return door
}

/** A visit that coached her, sent as a phone of the team would. */
async function coach(url: string, door: string): Promise<void> {
  const { access_token, device_id } = await enter(url, 'tnv1')
  const headers = { 'X-Gocua': '1', 'Content-Type': 'application/json', Authorization: `Bearer ${access_token}` }
  const pulled = await fetch(`${url}/api/v1/sync/pull`, { headers })
  const { alleys } = (await pulled.json()) as { alleys: Array<{ doors: Array<{ id: string; people?: Array<{ id: string }> }> }> }
  const learner_id = alleys.flatMap(({ doors }) => doors).find(({ id }) => id === door)?.people?.[0]?.id
  const made_at = Date.now()
  const people = [{ age_band: '60-79', skills: [{ skill: 'SEC-01', level: 2 }], learner_id }]
  const ops = [{ op_id: crypto.randomUUID(), device_seq: 1, made_at, kind: 'visit.record', payload: { household_id: door, outcome: 'SERVED', people } }]
  const answer = await fetch(`${url}/api/v1/sync/push`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ device_id, app_version: '0.3.0', sent_at: made_at, queued: 1, ops }),
  })
  const { results } = (await answer.json()) as { results: Array<{ outcome: string; flags?: string[] }> }
  expect(results.map(({ outcome, flags }) => ({ outcome, flags }))).toEqual([{ outcome: 'applied', flags: undefined }])
}

test('a resident phones the ward: she is forgotten everywhere, the visit stays counted, and she gets a paper', async ({ phone, desk, book, server }) => {
  test.setTimeout(120_000)
  const it = await phone()
  await it.signIn('tnv1')
  const door = await agrees(it, 'Bà Lụa')
  await coach(server.url, door)
  const before = (await book.coverage()).total
  const code = await codeOf(server.url, door)

  const ward = await desk()
  const { page } = ward
  await ward.signIn()
  await page.getByRole('link', { name: /^Việc cần xem/ }).click()
  await page.getByRole('link', { name: 'Rút đồng ý (0)' }).click()
  await expect(page.getByRole('heading', { name: 'Không có yêu cầu nào' })).toBeVisible()
  await spotless(page, 'withdrawals, empty')

  // A form that is not whole names the field, and keeps what was filled in.
  await page.getByRole('button', { name: 'Ghi yêu cầu mới' }).click()
  await page.getByRole('button', { name: 'Mở yêu cầu' }).click()
  await expect(page.getByRole('alert')).toHaveText('Chọn cách người dân báo.')
  await expect(page.getByRole('radio', { name: 'Gọi điện' })).toBeFocused()
  await page.getByRole('radio', { name: 'Gọi điện' }).check()
  await page.getByRole('button', { name: 'Mở yêu cầu' }).click()
  await expect(page.getByRole('alert')).toHaveText('Tìm và chọn nhà của người dân.')
  await expect(page.getByRole('searchbox', { name: 'Nhà của người dân' })).toBeFocused()
  await page.getByRole('searchbox', { name: 'Nhà của người dân' }).fill(code)
  await page.getByRole('listitem').getByRole('button').filter({ hasText: code }).click()
  await expect(page.getByRole('radio', { name: 'Gọi điện' })).toBeChecked()
  await spotless(page, 'withdrawals, form')
  await fits(page, 'withdrawals, form')
  await page.getByRole('button', { name: 'Mở yêu cầu' }).click()
  await expect(page.locator('p:focus')).toHaveText(/Đã mở yêu cầu số 1, /)

  // No name is on the screen before somebody asks to see it, and the look is written down.
  const request = page.getByRole('article', { name: /^Yêu cầu số 1/ })
  await expect(request).toContainText(/Trả lời trước hết ngày \d\d\/\d\d\/\d{4}/)
  await expect(page.getByText('Bà Lụa')).toHaveCount(0)
  await request.getByRole('button', { name: 'Đã báo cho người dân' }).click()
  await expect(request).toContainText(/Xóa trước hết ngày \d\d\/\d\d\/\d{4}/)
  await request.getByRole('button', { name: 'Xem ai đã đồng ý ở nhà này' }).click()
  await request.getByRole('radio', { name: 'Bà Lụa · 60–79 tuổi' }).check()
  await expect(request).toContainText('số lượt gõ cửa và số người đã học, chỉ là con số')
  await spotless(page, 'withdrawals, who')
  await fits(page, 'withdrawals, who')
  expect(page.url()).not.toContain('L%E1%BB%A5a')
  await request.getByRole('button', { name: 'Xóa Bà Lụa khỏi sổ' }).click()
  await expect(page.locator('p:focus')).toHaveText(/Yêu cầu số 1: đã xóa ngày/)
  await expect(page.getByText('Bà Lụa')).toHaveCount(0)

  // The paper: what the resident needs, and no name of hers.
  await page.getByRole('link', { name: 'Giấy xác nhận' }).first().click()
  const paper = page.getByRole('article', { name: 'Giấy xác nhận' })
  await expect(paper).toContainText('GIẤY XÁC NHẬN ĐÃ RÚT LẠI ĐỒNG Ý VÀ XÓA DỮ LIỆU')
  await expect(paper).toContainText('Yêu cầu số 1')
  await expect(paper).toContainText('gắn với tên ở 1 lượt hướng dẫn')
  await expect(paper).not.toContainText('Lụa')
  await spotless(page, 'certificate')
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('button', { name: 'In', exact: true })).toBeHidden()
  await expect(page.getByRole('navigation', { name: 'Việc của phường' })).toBeHidden()
  await expect(paper).toBeVisible()
  await page.emulateMedia({ media: 'screen' })

  // The team's phone loses her with its next sync, and keeps the visit.
  await it.page.evaluate(() => (location.hash = '#/mine'))
  await it.sync()
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), door)
  await expect(it.result).toBeVisible()
  await expect(it.page.getByText('Bà Lụa')).toHaveCount(0)
  expect((await book.coverage()).total).toEqual(before)
  const { withdrawals } = await book.get<Requests>('/withdrawals')
  expect(withdrawals).toMatchObject([{ number: 1, end: { ending: 'erased', visits: 1 } }])
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('nobody is left at that home: the request is closed with a letter, on a phone of the desk', async ({ desk, book, server, watch }) => {
  const { households } = await book.post<{ households: Array<{ id: string; code: string }> }>('/households/search', { q: await someCode(server.url) })
  const id = crypto.randomUUID()
  const received_on = Number(new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', ''))
  await book.post('/withdrawals', { id, household_id: households[0]?.id, channel: 'letter', received_on })
  const ward = await desk(PHONE)
  const { page } = ward
  await ward.signIn()
  await page.goto('/#/ward/withdrawals')
  // A letter that lay ten days: what is late says so in words and by its sign.
  const request = page.getByRole('article').filter({ hasText: 'Quá hạn trả lời' })
  await expect(request).toHaveCount(1)
  await spotless(page, 'withdrawals on a phone')
  await fits(page, 'withdrawals on a phone')
  await request.getByRole('button', { name: 'Xem ai đã đồng ý ở nhà này' }).click()
  await expect(request).toContainText('Nhà này không còn tên ai trong sổ.')
  // A colleague closes it meanwhile, otherwise.
  watch.expect(/status of 409/)
  await book.post(`/withdrawals/${id}/close`, { reason: 'keeps_consent' })
  await request.getByRole('button', { name: 'Khép lại: không có ai để xóa' }).click()
  await expect(page.getByText('Có người khác vừa quyết việc đó trước. Danh sách đã được tải lại.')).toBeVisible()
  const ended = page.getByRole('listitem').filter({ hasText: 'người dân vẫn đồng ý, khép lại' })
  await ended.getByRole('link', { name: /^Thư trả lời/ }).click()
  await expect(page.getByRole('article', { name: 'Thư trả lời' })).toContainText('Người dân cho biết vẫn đồng ý.')
  await fits(page, 'letter on a phone')
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

interface Pulled {
  alleys: Array<{ doors: Array<{ id: string; code: string }> }>
}

async function doorsOf(url: string): Promise<Array<{ id: string; code: string }>> {
  const { access_token } = await enter(url, 'tnv1')
  const answer = await fetch(`${url}/api/v1/sync/pull`, { headers: { 'X-Gocua': '1', Authorization: `Bearer ${access_token}` } })
  return ((await answer.json()) as Pulled).alleys.flatMap(({ doors }) => doors)
}

/** Register code of a door of the team. */
async function codeOf(url: string, id: string): Promise<string> {
  return (await doorsOf(url)).find((door) => door.id === id)?.code ?? ''
}

/** Register code of a door where nobody has agreed. */
async function someCode(url: string): Promise<string> {
  return (await doorsOf(url)).at(-1)?.code ?? ''
}
