import { fits, spotless } from '../support/axe.ts'
import { enter } from '../support/book.ts'
import { expect, test } from '../support/test.ts'
import type { Phone } from '../support/phone.ts'

test.use({ ward: { name: 'people', scale: 0.1 } })

/** The first part is the volunteer's, the second the resident's own. */
async function invite(it: Phone, name: string, band: string): Promise<void> {
  await it.page.getByRole('button', { name: 'Mời ghi tên' }).click()
  const form = it.page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Gọi là gì?' }).fill(name)
  await form.getByRole('button', { name: `${band} tuổi` }).click()
}

test('a resident agrees with her own finger, the other phone of the team knows her, and she changes her mind', async ({ phone, server }) => {
  test.setTimeout(120_000)
  const [it, other] = [await phone(), await phone()]
  await it.signIn('tnv1')
  await it.toNextDoor()
  const door = /#\/door\/([^/]+)/.exec(it.page.url())?.[1] ?? ''
  await invite(it, 'Bà Lan', '60–79')
  await it.page.getByRole('button', { name: 'Đưa máy cho người đó' }).click()
  // Nothing is ticked before she does it, and agreeing to nothing is explained.
  await expect(it.page.getByRole('heading', { name: /Bác có đồng ý để phường ghi lại việc học hôm nay/ })).toBeVisible()
  const purposes = it.page.getByRole('checkbox')
  await expect(purposes).toHaveCount(3)
  for (const purpose of await purposes.all()) await expect(purpose).not.toBeChecked()
  await it.page.getByRole('button', { name: /^Đồng ý/ }).click()
  await expect(it.page.getByText(/Muốn đồng ý thì bấm chọn ít nhất một việc/)).toBeVisible()
  await purposes.first().click()
  const pushed = it.pushed()
  await it.page.getByRole('button', { name: /^Đồng ý/ }).click()
  const sent = (await pushed).request().postDataJSON() as { ops: Array<{ kind: string; payload: { call_name: string; purposes: string[]; notice_hash: string } }> }
  const [consent] = sent.ops
  expect(consent).toMatchObject({ kind: 'consent.give', payload: { call_name: 'Bà Lan', purposes: ['learn'] } })
  expect(consent?.payload.notice_hash).toMatch(/^[0-9a-f]{64}$/)
  await expect(it.allSent).toBeVisible()

  await other.signIn('tnv1')
  await other.page.evaluate((to) => (location.hash = `#/door/${to}`), door)
  await expect(other.page.getByText('Bà Lan').first()).toBeVisible()

  // One action, and ten seconds to think again.
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), door)
  await it.page.getByRole('button', { name: /Bà Lan/ }).first().click()
  const gone = it.pushed()
  await it.page.getByRole('button', { name: 'Đổi ý, thôi ghi tên' }).click()
  const answer = (await (await gone).json()) as { results: Array<{ outcome: string }> }
  expect(answer.results.map(({ outcome }) => outcome)).toEqual(['applied'])
  await other.page.evaluate(() => (location.hash = '#/mine'))
  await other.sync()
  await other.page.evaluate((to) => (location.hash = `#/door/${to}`), door)
  await expect(other.result).toBeVisible()
  await expect(other.page.getByText('Bà Lan')).toHaveCount(0)
  expect(await server.verify()).toMatch(/ 0 differences/)
})

test('a boy of fifteen needs his mother; a child of ten is never written down; with only a child at home nothing is offered', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.toNextDoor()
  await invite(it, 'Minh', '14–17')
  const form = it.page.getByRole('dialog')
  await expect(form.getByText('Cha, mẹ hoặc người giám hộ đang ở đây')).toBeVisible()
  await form.getByRole('button', { name: '6–13 tuổi' }).click()
  await expect(form.getByText(/Dưới 14 tuổi thì không ghi tên/)).toBeVisible()
  await expect(form.getByRole('button', { name: 'Đưa máy cho người đó' })).toHaveCount(0)
  await form.getByRole('button', { name: 'Đóng' }).click()
  // From here one may coach without a name; back at the door it turns out that nobody else is in.
  await it.page.getByRole('button', { name: 'Quay lại' }).click()
  await expect(it.result).toBeVisible()
  const door = it.page.url()
  await it.page.getByRole('button', { name: 'Chỉ có trẻ em' }).click()
  await it.page.waitForURL((url) => url.href !== door)
  await it.page.evaluate((to) => (location.href = to), door)
  await expect(it.page.getByText('Chỉ có trẻ em ở nhà', { exact: true })).toBeVisible()
  await expect(it.page.getByRole('button', { name: 'Mời ghi tên' })).toHaveCount(0)
})

test('an OTP is written nowhere: not in a note, and not past the phone', async ({ phone, server }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.toNextDoor()
  const household_id = /#\/door\/([^/]+)/.exec(it.page.url())?.[1] ?? ''
  await it.page.getByRole('button', { name: /lời dặn/ }).first().click()
  const sheet = it.page.getByRole('dialog')
  await sheet.getByRole('textbox').fill('OTP 482913')
  await expect(sheet.getByText(/OTP/).last()).toBeVisible()
  await expect(sheet.getByRole('textbox'), 'what was typed stays').toHaveValue('OTP 482913')

  // Past the phone's own filter the server refuses it, and what only the police may set.
  const { access_token, device_id } = await enter(server.url, 'tnv1')
  const made_at = Date.now()
  const ops = [
    { op_id: crypto.randomUUID(), device_seq: 1, made_at, kind: 'household.note', payload: { household_id, text: 'OTP 482913' } },
    { op_id: crypto.randomUUID(), device_seq: 2, made_at, kind: 'learner.eid', payload: { household_id, learner_id: crypto.randomUUID(), state: 'L2_CAPTURED', evidence: 'seen_on_screen' } },
  ]
  const answer = await fetch(`${server.url}/api/v1/sync/push`, {
    method: 'POST',
    headers: { 'X-Gocua': '1', 'Content-Type': 'application/json', Authorization: `Bearer ${access_token}` },
    body: JSON.stringify({ device_id, app_version: '0.2.0', sent_at: made_at, queued: 2, ops }),
  })
  const { results } = (await answer.json()) as { results: Array<{ outcome: string; reason: string }> }
  expect(results.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual(['rejected secret_in_text', 'rejected not_yours_to_set'])
})

/** Nobody's: digits that could be somebody's stand nowhere in the tree. */
const NUMBER = '0000000001'

test('a number to call back is agreed to by itself, asked for once, and this phone has it no longer than it takes', async ({ phone }) => {
  test.setTimeout(120_000)
  const it = await phone({ viewport: { width: 360, height: 740 } })
  const { page } = it
  await it.signIn('tnv1')
  await it.toNextDoor()
  await invite(it, 'Bà Mai', '60–79')
  await page.getByRole('button', { name: 'Đưa máy cho người đó' }).click()
  const [learn, refer, call] = [/^Ghi kỹ năng đã học/, /^Chuyển Công an phường/, /^Cho Công an phường số điện thoại/].map((name) => page.getByRole('checkbox', { name }))
  // The number is of use to the police alone: chosen with it, left out with it, and said in plain words.
  await expect(page.getByText(/^Cho số điện thoại thì chọn cả việc chuyển Công an/)).toBeVisible()
  await call!.click()
  await expect(refer!).toBeChecked()
  await refer!.click()
  await expect(call!).not.toBeChecked()
  await expect(learn!).not.toBeChecked()
  await spotless(page, 'three purposes')
  await fits(page, 'three purposes')
  await learn!.click()
  await call!.click()
  await page.getByRole('button', { name: 'Đồng ý', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Bà Mai', exact: true })).toBeVisible()

  await page.getByRole('button', { name: 'Chuyển Công an làm Mức 2' }).click()
  const sheet = page.getByRole('dialog', { name: 'Công an làm Mức 2' })
  const field = sheet.getByRole('textbox', { name: 'Số điện thoại bác muốn Công an gọi lại' })
  await expect(sheet.getByText(/xóa sau ngày hẹn 3 ngày/)).toBeVisible()
  await field.fill('0000 abc')
  await sheet.getByRole('button', { name: 'Chuyển Công an, kèm số gọi lại' }).click()
  await expect(sheet.getByText(/^Số điện thoại có từ 8 đến 15 chữ số/)).toBeVisible()
  await expect(field, 'what was typed stays').toHaveValue('0000 abc')
  await spotless(page, 'the number to call back')
  await fits(page, 'the number to call back')
  await field.fill('0000 000 001')
  const pushed = page.waitForResponse((answer) => answer.url().endsWith('/sync/push') && (answer.request().postData() ?? '').includes('referral.open'), { timeout: 30_000 })
  await sheet.getByRole('button', { name: 'Chuyển Công an, kèm số gọi lại' }).click()
  const sent = await pushed
  expect(sent.request().postData()).toContain(NUMBER)
  const { results } = (await sent.json()) as { results: Array<{ outcome: string }> }
  expect(results.map(({ outcome }) => outcome)).toEqual(['applied'])

  // Booked: neither what this phone shows nor what it lays on the disk has it.
  await page.evaluate(() => (location.hash = '#/mine'))
  await expect(page.getByRole('main').getByText(/chuyển: Công an làm Mức 2/)).toBeVisible()
  await expect(page.getByText(/0000/)).toHaveCount(0)
})

test('without the consent there is no field, and the way through the head of the group is told', async ({ phone }) => {
  const it = await phone()
  const { page } = it
  await it.signIn('tnv2')
  await it.toNextDoor()
  await invite(it, 'Ông Sáu', '60–79')
  await page.getByRole('button', { name: 'Đưa máy cho người đó' }).click()
  for (const purpose of [/^Ghi kỹ năng đã học/, /^Chuyển Công an phường/]) await page.getByRole('checkbox', { name: purpose }).click()
  await page.getByRole('button', { name: 'Đồng ý', exact: true }).click()
  await page.getByRole('button', { name: 'Chuyển việc khác' }).click()
  const sheet = page.getByRole('dialog', { name: 'Chuyển cho ai?' })
  await expect(sheet.getByText('Ông Sáu chưa đồng ý cho số điện thoại: Công an liên hệ qua tổ trưởng.')).toBeVisible()
  await sheet.getByRole('button', { name: /^Công an mở lại VNeID/ }).click()
  await expect(page.getByRole('textbox', { name: /Số điện thoại/ })).toHaveCount(0)
  await expect(page.getByText(/liên hệ qua tổ trưởng/)).toBeVisible()
})
