import type { Locator, Page } from '@playwright/test'
import { moved } from '../support/book.ts'
import { expect, test } from '../support/test.ts'
import type { Phone } from '../support/phone.ts'
import { Wire, type WireDoor } from '../support/wire.ts'

test.use({ ward: { name: 'ladder', scale: 0.1 } })

interface Word {
  id: string
  state: string
  evidence: string
  device?: string
  sim?: string
  blockers?: string[]
  ours?: boolean
  back?: Word
}
/** A door as the server gives it to the team, with its people. */
interface PeopledDoor extends WireDoor {
  active: boolean
  visits?: unknown[]
  people?: Array<{ id: string; call_name: string; purposes: string[]; skills?: Array<{ skill: string; level: number }>; eid?: Word }>
  flags?: Array<{ code: string }>
  referrals?: Array<{ id: string; learner_id?: string; kind: string; state: string; opened_at: number; due_on?: number }>
}

const HOUR = 3_600_000
const button = (within: Page | Locator, name: string): Locator => within.getByRole('button', { name, exact: true })

async function open(it: Phone, id: string): Promise<void> {
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), id)
  await expect(it.result).toBeVisible()
}

async function heard(wire: Wire, id: string): Promise<PeopledDoor> {
  const door = ((await wire.pull()) as PeopledDoor[]).find((each) => each.id === id)
  if (!door) throw new Error('the door is not in reach')
  return door
}

/** A house of the team's where nobody has been, each story its own; and the wire to what the server knows of it. */
async function toFreshDoor(it: Phone, url: string): Promise<{ door: string; wire: Wire }> {
  const wire = await Wire.open(url, 'tnv1')
  const doors = (await wire.pull()) as PeopledDoor[]
  const fresh = doors.find(({ active, visits = [], people = [], flags = [], referrals = [] }) => active && [visits, people, flags, referrals].every((list) => list.length === 0))
  if (!fresh) throw new Error('no untouched door left')
  await open(it, fresh.id)
  return { door: fresh.id, wire }
}

/** What the server knows of the one person of a door, in short, as soon as it knows it. */
const known = (wire: Wire, id: string) =>
  expect.poll(
    async () => {
      const { people = [], referrals = [] } = await heard(wire, id)
      const [person] = people
      const { state, evidence, device, sim, blockers } = person?.eid ?? {}
      return {
        people: people.length,
        eid: state && { state, evidence, device, sim, blockers },
        referrals: referrals.map((referral) => `${referral.kind} ${referral.state} ${referral.learner_id === person?.id ? 'theirs' : 'of the house'}`).sort(),
      }
    },
    { timeout: 30_000 },
  )

/** From the open door to the person who agreed with their own finger, ready to be coached. */
async function agrees(it: Phone, name: string, band: string, purposes: readonly RegExp[]): Promise<void> {
  const { page } = it
  await button(page, 'Mời ghi tên').click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Gọi là gì?' }).fill(name)
  await button(form, `${band} tuổi`).click()
  await button(form, 'Đưa máy cho người đó').click()
  for (const purpose of purposes) await form.getByRole('checkbox', { name: purpose }).click()
  await button(form, 'Đồng ý').click()
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible()
}
const LEARN = /^Ghi kỹ năng đã học/
const REFER = /^Chuyển Công an phường/

/** The sheet with all steps of somebody who is being coached. */
async function steps(it: Phone, name: string): Promise<Locator> {
  await button(it.page, 'Khác, vướng mắc').click()
  return it.page.getByRole('dialog', { name: `VNeID của ${name}`, exact: true })
}
const part = (sheet: Locator, title: string): Locator => sheet.getByRole('group', { name: title, exact: true })

/** What was written is no longer in its ten seconds: the next act, or time, has sent it off. */
async function refer(it: Phone, kind: string): Promise<void> {
  await button(it.page, 'Chuyển việc khác').click()
  await it.page.getByRole('dialog', { name: 'Chuyển cho ai?' }).getByRole('button', { name: new RegExp(`^${kind}`) }).click()
}

test('an old lady without a smartphone: coached, her family asked, and no step she could not have shown', async ({ phone, book, server }) => {
  test.setTimeout(120_000)
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const before = await book.coverage()
  const { door, wire } = await toFreshDoor(it, server.url)
  const group = (await page.getByRole('banner').locator('p').innerText()).split(' · ').at(-1) ?? ''
  await agrees(it, 'Bà Tư', '60–79', [LEARN])
  let sheet = await steps(it, 'Bà Tư')
  await button(part(sheet, 'Điện thoại'), 'Điện thoại thường').click()
  await button(part(sheet, 'Vướng ở đâu?'), 'Không có máy thông minh').click()
  await button(part(sheet, 'Định danh VNeID'), 'Mức 2 được duyệt').click()
  await button(sheet, 'Thấy trên máy').click()
  await expect(sheet).toBeHidden()
  await button(page.getByRole('group', { name: 'Cuộc gọi giả danh', exact: true }), 'Có người nhắc').click()

  // Nothing that would have to be seen opening is offered while she has nothing to open it on.
  sheet = await steps(it, 'Bà Tư')
  await expect(button(part(sheet, 'Định danh VNeID'), 'Mức 2 được duyệt')).toBeVisible()
  for (const rung of ['Mức 2 kích hoạt', 'Mức 2 đang dùng']) await expect(button(part(sheet, 'Định danh VNeID'), rung)).toHaveCount(0)
  await button(sheet, 'Đóng').click()
  await button(page.getByRole('group', { name: /^Đang ở: / }), 'Mức 2 kích hoạt').click()
  const rung = page.getByRole('dialog', { name: 'Bà Tư: Mức 2 kích hoạt', exact: true })
  await expect(rung.getByText(/^Bước này phải thấy mở được trên máy của bác/)).toBeVisible()
  await expect(button(rung, 'Thấy trên máy')).toHaveCount(0)
  await button(part(rung, 'Điện thoại'), 'Thông minh, dùng chung').click()
  await expect(button(rung, 'Thấy trên máy'), 'her grandchild came with a phone').toBeVisible()
  await button(rung, 'Đóng').click()

  await refer(it, 'Nhờ người nhà kèm thêm')
  await button(page, 'Đã hướng dẫn').click()
  await page.waitForURL(/#\/walk\//)
  await known(wire, door).toEqual({
    people: 1,
    eid: { state: 'L2_ISSUED', evidence: 'seen_on_screen', device: 'feature', sim: undefined, blockers: ['NO_DEVICE'] },
    referrals: ['FAMILY_HELPER new theirs'],
  })
  await expect(it.allSent).toBeVisible()
  const [person] = (await heard(wire, door)).people ?? []
  expect(person?.skills?.map(({ skill, level }) => `${skill} ${level}`)).toEqual(['SEC-01 2'])
  expect(moved(before, await book.coverage())).toEqual({
    [group]: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_served: 1, coach_people: 1, coach_people_60: 1, coach_occ: 1 },
  })
  await open(it, door)
  await expect(page.getByText('Bà Tư', { exact: true })).toBeVisible()
  await expect(page.getByText('Nhà này có người thạo đủ 5 kỹ năng gia đình số'), 'served is not the five skills').toHaveCount(0)

  // Past the phone the server says the same, whether the device is named or left out.
  const active = { household_id: door, learner_id: person?.id, state: 'L2_ACTIVE', evidence: 'seen_on_screen' }
  for (const more of [{}, { device: 'feature' }, { device: 'none', before: true }]) {
    expect(await wire.push('learner.eid', { ...active, ...more })).toMatchObject({ outcome: 'rejected', reason: 'needs_smartphone' })
  }
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('a SIM in another’s name: the carrier and the police are asked, and later it opens on the own screen', async ({ phone, server }) => {
  test.setTimeout(120_000)
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const { door, wire } = await toFreshDoor(it, server.url)
  await agrees(it, 'Chú Bảy', '18–59', [LEARN, REFER])
  const sheet = await steps(it, 'Chú Bảy')
  await button(part(sheet, 'Điện thoại'), 'Thông minh, của mình').click()
  await button(part(sheet, 'SIM'), 'Tên người nhà').click()
  await button(part(sheet, 'Vướng ở đâu?'), 'SIM tên người khác').click()
  await button(part(sheet, 'Định danh VNeID'), 'Mức 2 được duyệt').click()
  // The message of approval is looked at; somebody's word is not enough.
  await expect(button(sheet, 'Bác nói')).toHaveCount(0)
  await button(sheet, 'Thấy trên máy').click()
  await refer(it, 'Nhà mạng: SIM chính chủ')
  await button(page, 'Chuyển Công an giúp kích hoạt').click()
  const referrals = ['POLICE_RECOVERY new theirs', 'TELCO_SIM new theirs']
  await known(wire, door).toEqual({
    people: 1,
    eid: { state: 'L2_ISSUED', evidence: 'seen_on_screen', device: 'own_smartphone', sim: 'relative_name', blockers: ['SIM_OTHER_NAME'] },
    referrals,
  })

  await button(page.getByRole('group', { name: /^Đang ở: / }), 'Mức 2 kích hoạt').click()
  const rung = page.getByRole('dialog', { name: 'Chú Bảy: Mức 2 kích hoạt', exact: true })
  await button(part(rung, 'Vướng ở đâu?'), 'SIM tên người khác').click()
  await button(part(rung, 'SIM'), 'Chính chủ').click()
  await expect(button(rung, 'Bác nói')).toHaveCount(0)
  await button(rung, 'Thấy trên máy').click()
  await expect(page.getByRole('group', { name: 'Đang ở: Mức 2 kích hoạt', exact: true })).toBeVisible()
  await known(wire, door).toEqual({
    people: 1,
    eid: { state: 'L2_ACTIVE', evidence: 'seen_on_screen', device: 'own_smartphone', sim: 'own_name', blockers: undefined },
    referrals,
  })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('a wrong rung, noticed after the ten seconds: one row leads back, without a network, and can itself be taken back', async ({ phone, server }) => {
  test.setTimeout(120_000)
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const { door, wire } = await toFreshDoor(it, server.url)
  await agrees(it, 'Cô Chín', '18–59', [LEARN])
  const now = (state: string): Locator => page.getByRole('group', { name: `Đang ở: ${state}`, exact: true })
  await button(page.getByRole('group', { name: /^Đang ở: / }), 'Mức 1').click()
  await button(page.getByRole('dialog', { name: 'Cô Chín: Mức 1', exact: true }), 'Bác nói').click()
  await expect(now('Mức 1')).toBeVisible()
  await button(page.getByRole('group', { name: /^Đang ở: / }), 'Mức 2 kích hoạt').click()
  await button(page.getByRole('dialog', { name: 'Cô Chín: Mức 2 kích hoạt', exact: true }), 'Đã có từ trước, thấy trên máy').click()
  await expect(now('Mức 2 kích hoạt')).toBeVisible()
  const mistake = page.getByRole('button', { name: /^Ghi nhầm\?/ })
  await expect(mistake, 'the toast takes it back for now').toHaveCount(0)
  const active = { state: 'L2_ACTIVE', evidence: 'seen_on_screen', device: undefined, sim: undefined, blockers: undefined }
  await known(wire, door).toEqual({ people: 1, eid: active, referrals: [] })

  // The next day, at the door, with no signal: what it leads back to is named.
  await page.evaluate(() => (location.hash = '#/mine'))
  await it.sync()
  await it.offline()
  await it.restart()
  await open(it, door)
  const row = it.page.getByRole('button', { name: /^Cô Chín / })
  await row.click()
  const person = it.page.getByRole('dialog', { name: 'Cô Chín', exact: true })
  await button(person, 'Ghi nhầm? Trả về “Mức 1”').click()
  await expect(person).toBeHidden()
  await expect(it.page.getByText('Đã bỏ bước ghi nhầm')).toBeVisible()
  await button(it.page, 'Hoàn tác').click()
  await row.click()
  await button(it.page.getByRole('dialog', { name: 'Cô Chín', exact: true }), 'Ghi nhầm? Trả về “Mức 1”').click()
  await expect(row).toHaveAccessibleName(/ Mức 1$/)

  await it.online()
  await known(wire, door).toEqual({ people: 1, eid: { ...active, state: 'LEVEL1', evidence: 'self_report' }, referrals: [] })
  const [cochin] = (await heard(wire, door)).people ?? []
  expect(cochin?.eid).toMatchObject({ ours: true })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('access lost with the old phone: the way back is at hand, and the promise counts from the true time of the knock', async ({ phone, server }) => {
  test.setTimeout(120_000)
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  // By the phone it is tomorrow already.
  const begun = Date.now()
  const midnight = 24 * HOUR - ((begun + 7 * HOUR) % (24 * HOUR))
  await it.context.clock.setSystemTime(begun + midnight + 2 * HOUR)
  const { door, wire } = await toFreshDoor(it, server.url)
  await agrees(it, 'Bác Ba', '60–79', [LEARN, REFER])
  let sheet = await steps(it, 'Bác Ba')
  await button(part(sheet, 'Định danh VNeID'), 'Mức 2 đang dùng').click()
  await button(sheet, 'Bác nói').click()
  sheet = await steps(it, 'Bác Ba')
  await button(part(sheet, 'Định danh VNeID'), 'Không vào được').click()
  await button(part(sheet, 'Vướng ở đâu?'), 'Máy cũ hỏng, mất').click()
  await button(part(sheet, 'Vướng ở đâu?'), 'Không đọc được thẻ').click()
  await button(sheet, 'Bác nói').click()
  // The card for lost access, one tap away.
  await button(page, 'Xem cách lấy lại').click()
  const card = page.getByRole('dialog')
  await expect(card.getByText('Bước 1/4')).toBeVisible()
  await expect(card.getByText(/Bấm Quên mật khẩu/).first()).toBeVisible()
  await button(card, 'Đóng').click()
  await button(page, 'Chuyển Công an mở lại VNeID').click()

  await known(wire, door).toEqual({
    people: 1,
    eid: { state: 'ACCESS_LOST', evidence: 'self_report', device: undefined, sim: undefined, blockers: ['OLD_DEVICE_CODE', 'NFC_FAIL'] },
    referrals: ['POLICE_RECOVERY new theirs'],
  })
  const [asked] = (await heard(wire, door)).referrals ?? []
  expect(asked?.opened_at, 'the server’s time, not the phone’s').toBeGreaterThanOrEqual(begun - 5_000)
  expect(asked?.opened_at).toBeLessThanOrEqual(Date.now() + 5_000)
  // The same promise, asked for at the same time by a phone whose clock is right.
  expect(await wire.push('referral.open', { household_id: door, kind: 'POLICE_RECOVERY' })).toMatchObject({ outcome: 'applied' })
  const { referrals = [] } = await heard(wire, door)
  expect(referrals).toHaveLength(2)
  expect(new Set(referrals.map(({ due_on }) => due_on)).size).toBe(1)
  expect(asked?.due_on).toBeGreaterThan(20_260_000)
})

test('a bed-bound man who wants level 2: the house needs help at home, the police come, and nothing says why', async ({ phone, server }) => {
  test.setTimeout(120_000)
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const { door, wire } = await toFreshDoor(it, server.url)
  await button(page, 'Sửa nhà cần gì và lời dặn').click()
  const needs = page.getByRole('dialog', { name: 'Nhà cần gì?' })
  await expect(needs.getByText(/Không ghi bệnh tật, hoàn cảnh/)).toBeVisible()
  await button(needs, 'Cần giúp tại nhà').click()
  await button(needs, 'Lưu').click()
  await expect(needs).toBeHidden()
  await agrees(it, 'Ông Tám', '80+', [LEARN, REFER])
  const sheet = await steps(it, 'Ông Tám')
  await expect(button(part(sheet, 'Định danh VNeID'), 'Có thẻ căn cước')).toBeVisible()
  for (const rung of ['Mức 2 chờ duyệt', 'Đang bị khóa']) await expect(button(part(sheet, 'Định danh VNeID'), rung)).toHaveCount(0)
  await button(part(sheet, 'Định danh VNeID'), 'Có thẻ căn cước').click()
  await button(sheet, 'Bác nói').click()
  await refer(it, 'Công an đến nhà làm Mức 2')

  const stands = {
    people: 1,
    eid: { state: 'CARD_ONLY', evidence: 'self_report', device: undefined, sim: undefined, blockers: undefined },
    referrals: ['POLICE_MOBILE new theirs'],
  }
  await known(wire, door).toEqual(stands)
  const before = await heard(wire, door)
  expect(before.flags?.map(({ code }) => code)).toEqual(['NEED_HOME'])
  for (const evidence of ['self_report', 'seen_on_screen', 'police_confirmed']) {
    const captured = { household_id: door, learner_id: before.people?.[0]?.id, state: 'L2_CAPTURED', evidence, before: true }
    expect(await wire.push('learner.eid', captured)).toMatchObject({ outcome: 'rejected', reason: 'not_yours_to_set' })
  }
  // There is no word for an illness to be sent, either.
  expect(await wire.push('household.flags', { household_id: door, flags: ['NEED_HOME', 'BEDRIDDEN'] })).toMatchObject({ outcome: 'rejected' })
  await known(wire, door).toEqual(stands)
  expect((await heard(wire, door)).flags).toEqual(before.flags)
})

test('a home that moved away counts until the ward says from when it does not', async ({ phone, desk, book, server }) => {
  test.setTimeout(120_000)
  interface TrendDay {
    day: number
    visits: number
    hh_visited: number
    hh_served: number
  }
  const trend = async (): Promise<TrendDay[]> => (await book.get<{ days: TrendDay[] }>('/coverage/trend')).days
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  const { door, wire } = await toFreshDoor(it, server.url)
  const { code } = await heard(wire, door)
  const before = await book.coverage()
  const group = (await page.getByRole('banner').locator('p').innerText()).split(' · ').at(-1) ?? ''
  const here = page.url()
  await button(page, 'Không còn ở').click()
  await button(page.getByRole('dialog', { name: 'Không còn ở: thế nào?' }), 'Đã chuyển đi').click()
  await page.waitForURL((url) => url.href !== here)
  await expect(it.allSent).toBeVisible()
  const asked = await book.coverage()
  expect(moved(before, asked)[group]).toMatchObject({ visits: 1 })
  expect(asked.total.hh_total, 'nothing leaves before the ward says so').toBe(before.total.hh_total)
  const reported = await trend()

  const ward = await desk()
  await ward.signIn()
  await ward.page.goto('/#/ward/doors')
  const more = ward.page.getByRole('button', { name: /^Xem thêm, còn/ })
  const card = ward.page.getByRole('article').filter({ has: ward.page.locator('p.where', { hasText: new RegExp(`^\\s*[^·]+ · ${code}( ·|\\s*$)`) }) })
  await expect(ward.page.getByRole('article').first()).toBeVisible()
  while ((await card.count()) === 0 && (await more.isVisible())) await more.click()
  await expect(card).toHaveCount(1)
  await expect(card.getByText('Đã chuyển đi', { exact: true })).toBeVisible()
  await card.getByRole('combobox', { name: 'Lý do' }).fill('Tổ trưởng dân phố xác nhận')
  await button(card, 'Duyệt').click()
  await expect(ward.page.getByText(/^.+ ra khỏi số hộ từ ngày \d{2}\/\d{2}\/\d{4}\.$/)).toBeVisible()

  const after = await book.coverage()
  expect(after.total.hh_total).toBe(before.total.hh_total - 1)
  expect(moved(asked, after)[group]).toMatchObject({ hh_total: -1 })
  expect(Object.keys(moved(asked, after)), 'and nothing of any other group').toEqual([group])
  const now = await trend()
  const today = Math.max(...reported.map(({ day }) => day))
  const earlier = (days: TrendDay[]): TrendDay[] => days.filter(({ day }) => day < today)
  expect(earlier(now), 'what was reported of earlier days stays').toEqual(earlier(reported))
  const on = (days: TrendDay[]): TrendDay | undefined => days.find(({ day }) => day === today)
  expect(on(now)).toMatchObject({ visits: on(reported)?.visits, hh_visited: (on(reported)?.hh_visited ?? 0) - 1 })
  expect(await server.verify()).toMatch(/ 0 differences$/)
})

test('a resident who touches no phone signs on paper, and a boy of fifteen with his mother', async ({ phone, server }) => {
  test.setTimeout(120_000)
  const it = await phone()
  const { page } = it
  await it.signIn('tnv1')
  // The paper comes out of this phone, without a network and without anybody's name.
  await it.offline()
  await page.evaluate(() => (location.hash = '#/paper/consent'))
  await expect(button(page, 'In')).toBeVisible()
  await page.emulateMedia({ media: 'print' })
  const paper = page.getByRole('article')
  await expect(paper.getByRole('heading', { name: 'Bác có đồng ý để phường ghi lại việc học hôm nay?' })).toBeVisible()
  await expect(paper.getByRole('listitem')).toHaveText([LEARN, REFER, /^Cho Công an phường số điện thoại/])
  const printed = (await paper.innerText()).match(/Bản thông báo: (\S+ · [0-9a-f]{4} [0-9a-f]{4})\s+SHA-256 ([0-9a-f]{64})/)
  const [, mark, hash] = printed ?? []
  expect(hash?.slice(0, 8)).toBe(mark?.split(' · ')[1]?.replace(' ', ''))
  for (const nobody of ['tnv1', 'Cô Chín']) await expect(paper).not.toContainText(nobody)
  await page.emulateMedia({ media: null })
  await page.evaluate(() => (location.hash = '#/walk'))

  const { door, wire } = await toFreshDoor(it, server.url)
  await button(page, 'Mời ghi tên').click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Gọi là gì?' }).fill('Bà Năm')
  await button(form, '80+ tuổi').click()
  await button(form, 'Ký trên giấy').click()
  await expect(form.getByText(mark ?? '', { exact: true }), 'the paper’s own mark').toBeVisible()
  for (const box of await form.getByRole('checkbox').all()) await expect(box).not.toBeChecked()
  const save = button(form, 'Ghi đúng như trên giấy')
  await expect(save).toBeDisabled()
  await form.getByRole('checkbox', { name: LEARN }).click()
  await expect(save).toBeDisabled()
  await form.getByRole('checkbox', { name: 'Tờ giấy đã ký đang ở trong tay tôi' }).click()
  await save.click()
  await expect(page.getByRole('heading', { name: 'Bà Năm', exact: true })).toBeVisible()

  // Her grandson: one signature is not enough.
  await button(page, 'Thêm người').click()
  await button(page, 'Mời ghi tên').click()
  await form.getByRole('textbox', { name: 'Gọi là gì?' }).fill('Nam')
  await button(form, '14–17 tuổi').click()
  await button(form, 'Ký trên giấy').click()
  await form.getByRole('checkbox', { name: LEARN }).click()
  await form.getByRole('checkbox', { name: 'Tờ giấy đã ký đang ở trong tay tôi' }).click()
  await expect(save).toBeDisabled()
  await form.getByRole('checkbox', { name: /^Có đủ hai chữ ký/ }).click()
  const pushed = it.pushed()
  await save.click()
  await it.online()
  const sent = (await pushed).request().postDataJSON() as { ops: Array<{ kind: string; payload: Record<string, unknown> }> }
  expect(sent.ops.map(({ kind, payload }) => [kind, payload.method, payload.guardian, payload.purposes])).toEqual([
    ['consent.give', 'paper', undefined, ['learn']],
    ['consent.give', 'paper', true, ['learn']],
  ])
  await expect.poll(async () => (await heard(wire, door)).people?.map(({ call_name }) => call_name)).toEqual(['Bà Năm', 'Nam'])
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
