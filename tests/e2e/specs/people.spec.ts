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
  await expect(purposes).toHaveCount(2)
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
