import { randomUUID } from 'node:crypto'
import type { Locator, Page } from '@playwright/test'
import { fits, spotless } from '../support/axe.ts'
import { Book } from '../support/book.ts'
import { PHONE } from '../support/browser.ts'
import { Ears } from '../support/ears.ts'
import { Officer } from '../support/officer.ts'
import { Phone } from '../support/phone.ts'
import { signIn } from '../support/sign-in.ts'
import { expect, test } from '../support/test.ts'
import { Wire } from '../support/wire.ts'

test.use({ ward: { name: 'two-forces', scale: 0.1 } })

/** Nobody's: digits that could be somebody's stand nowhere in the tree. */
const NUMBER = '0000000001'
const LEARN = /^Ghi kỹ năng đã học/
const REFER = /^Chuyển Công an phường/
const CALL = /^Cho Công an phường số điện thoại/
const DAY = 86_400_000

interface Told {
  alleys?: Array<{
    group_id: string
    doors: Array<{
      id: string
      active: boolean
      visits?: unknown[]
      people?: Array<{ id: string; call_name: string; eid?: { state: string; evidence: string } }>
      flags?: unknown[]
      referrals?: Array<{ id: string; learner_id?: string; kind: string; state: string; opened_at: number; due_on?: number; answered_on?: number }>
      helped_on?: number
    }>
  }>
  notices?: Array<{ version: string; language: string; hash: string }>
  police?: {
    groups: Array<{ id: string; name: string }>
    queue: Array<{
      id: string
      kind: string
      state: string
      opened_at: number
      due_on?: number
      group_id?: string
      person?: { call_name: string; phone?: string; eid?: { state: string; evidence: string } }
    }>
    days: Array<{ kind: string; channel: string; people: number; n: number }>
  }
}
const button = (within: Page | Locator, name: string): Locator => within.getByRole('button', { name, exact: true })
const counted = (told: Told, kind: string): number => (told.police?.days ?? []).filter((day) => day.kind === kind).reduce((sum, { people }) => sum + people, 0)
const doorsOf = (told: Told) => (told.alleys ?? []).flatMap(({ group_id, doors }) => doors.map((door) => ({ ...door, group_id })))

/** A volunteer's phone with ears on it from the first answer on. */
async function withEars(phone: (more?: object) => Promise<Phone>): Promise<{ it: Phone; ears: Ears }> {
  const it = await phone()
  return { it, ears: new Ears(it.context) }
}

async function open(it: Phone, door: string): Promise<void> {
  await it.page.evaluate((to) => (location.hash = `#/door/${to}`), door)
  await expect(it.result).toBeVisible()
}

/** A house of the team's where nobody has been, asked of the server. */
async function freshDoor(wire: Wire): Promise<string> {
  const fresh = doorsOf(await wire.book<Told>()).find(({ active, visits = [], people = [], flags = [], referrals = [] }) => active && [visits, people, flags, referrals].every((list) => list.length === 0))
  if (!fresh) throw new Error('no untouched door left')
  return fresh.id
}

/** From the open door to the person who agreed with their own finger, ready to be coached. */
async function agrees(it: Phone, name: string, purposes: readonly RegExp[]): Promise<void> {
  const { page } = it
  await button(page, 'Mời ghi tên').click()
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Gọi là gì?' }).fill(name)
  await button(form, '60–79 tuổi').click()
  await button(form, 'Đưa máy cho người đó').click()
  for (const purpose of purposes) await form.getByRole('checkbox', { name: purpose }).setChecked(true)
  await button(form, 'Đồng ý').click()
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible()
}

/** The sheet with all steps of somebody who is being coached. */
async function steps(it: Phone, name: string): Promise<Locator> {
  await button(it.page, 'Khác, vướng mắc').click()
  return it.page.getByRole('dialog', { name: `VNeID của ${name}`, exact: true })
}
const part = (sheet: Locator, title: string): Locator => sheet.getByRole('group', { name: title, exact: true })

async function refer(it: Phone, kind: string, number?: string): Promise<void> {
  await button(it.page, 'Chuyển việc khác').click()
  await it.page.getByRole('dialog', { name: 'Chuyển cho ai?' }).getByRole('button', { name: new RegExp(`^${kind}`) }).click()
  if (number === undefined) return
  const sheet = it.page.getByRole('dialog', { name: kind })
  await sheet.getByRole('textbox', { name: 'Số điện thoại bác muốn Công an gọi lại' }).fill(number)
  await button(sheet, 'Chuyển Công an, kèm số gọi lại').click()
}

/** Everything of this phone is in the book: what rests for ten seconds has left too. */
async function allIn(it: Phone): Promise<void> {
  await it.page.evaluate(() => (location.hash = '#/mine'))
  await expect(it.allSent).toBeVisible({ timeout: 40_000 })
  await it.sync()
}

/**
 * An officer whose name is nobody else's in the reach of the volunteers (made-up people share names), and
 * what of the officer no volunteer may ever be shown.
 */
async function officerOf(url: string): Promise<{ login: string; secrets: readonly string[] }> {
  const known = JSON.stringify(await Promise.all(['tnv1', 'tnv2'].map(async (login) => (await Wire.open(url, login)).book<Told>())))
  for (const login of ['congan1', 'congan2', 'congan3', 'congan4']) {
    const me = await (await Book.open(url, login)).get<{ name?: string; account?: { name: string } }>('/me')
    const name = me.account?.name ?? me.name ?? ''
    if (name !== '' && !known.includes(name)) return { login, secrets: [name, login] }
  }
  throw new Error('every officer shares a name with a resident')
}

/** A consent as a phone sends it. */
function consent(told: Told, household_id: string, learner_id: string, call_name: string): object {
  const notice = told.notices?.find(({ language }) => language === 'vi')
  return {
    household_id, learner_id, call_name, age_band: '80+', purposes: ['learn', 'refer'],
    notice_version: notice?.version, notice_hash: notice?.hash, language: 'vi', method: 'paper',
  }
}

test('a one-time code is taken by nobody: no field for it, and a note that holds it is refused', async ({ phone, server }) => {
  const { secrets } = await officerOf(server.url)
  const { it, ears } = await withEars(phone)
  const { page } = it
  await it.signIn('tnv1')
  const wire = await Wire.open(server.url, 'tnv1')
  await open(it, await freshDoor(wire))
  await page.getByRole('button', { name: /lời dặn/ }).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('textbox').fill('OTP 482913')
  await expect(sheet.getByText(/Bỏ phần đó ra rồi mới lưu được/)).toBeVisible()
  await button(sheet, 'Đóng').click()
  await agrees(it, 'Bà Hai', [LEARN])
  await expect(page.getByRole('textbox'), 'nowhere to write one').toHaveCount(0)
  await page.getByRole('button', { name: /^Bác tự bấm, tự nhập/ }).click()
  const hands = page.getByRole('dialog', { name: 'Bác tự nhập giúp cháu' })
  await expect(hands.getByText(/Mã OTP như chìa khóa nhà/)).toBeVisible()
  await button(hands, 'Bác nhập xong').click()
  await allIn(it)
  await ears.heardNothing(page, [...secrets, '482913'])
})

test('a SIM in the son’s name: the police change the number, the app opens, and the volunteer sees it', async ({ phone, contextOf, server }) => {
  test.setTimeout(240_000)
  const { login, secrets } = await officerOf(server.url)
  const { it, ears } = await withEars(phone)
  const { page } = it
  await it.signIn('tnv1')
  const wire = await Wire.open(server.url, 'tnv1')
  const door = await freshDoor(wire)
  await open(it, door)
  await agrees(it, 'Bác Năm', [LEARN, CALL])
  const sheet = await steps(it, 'Bác Năm')
  await button(part(sheet, 'Định danh VNeID'), 'Mức 2 được duyệt').click()
  await button(part(sheet, 'Vướng ở đâu?'), 'SIM tên người khác').click()
  await button(sheet, 'Thấy trên máy').click()
  await expect(sheet).toBeHidden()
  await refer(it, 'Nhà mạng: SIM chính chủ')
  await refer(it, 'Công an mở lại VNeID', NUMBER)
  await allIn(it)

  const context = await contextOf(PHONE)
  const officer = new Officer(await context.newPage())
  await officer.signIn(login)
  const before = counted(await (await Wire.open(server.url, login)).book<Told>(), 'H07')
  const task = await officer.open('Quên mật khẩu, đổi máy', 'Bác Năm')
  await expect(task.getByText(NUMBER)).toBeVisible()
  await spotless(officer.page, 'what was passed on')
  await button(task, 'Đổi số điện thoại tài khoản').click()
  const pushed = officer.pushed()
  await button(task, 'Xong').click()
  await pushed
  const police = await Wire.open(server.url, login)
  await expect.poll(async () => counted(await police.book<Told>(), 'H07'), { timeout: 30_000 }).toBe(before + 1)

  await it.sync()
  await open(it, door)
  await page.getByRole('button', { name: /Bác Năm/ }).first().click()
  await expect(page.getByRole('dialog', { name: 'Bác Năm' }).getByText(/đã xong ngày/)).toBeVisible()
  await button(page.getByRole('dialog', { name: 'Bác Năm' }), 'Hướng dẫn Bác Năm').click()
  // What was begun before goes on. The resident opens the app, and the volunteer looks.
  await button(page, 'Khôi phục').click()
  await button(page.getByRole('group', { name: /^Đang ở: / }), 'Mức 2 kích hoạt').click()
  const rung = page.getByRole('dialog', { name: 'Bác Năm: Mức 2 kích hoạt', exact: true })
  await button(rung, 'Thấy trên máy').click()
  await expect(rung).toBeHidden()
  await allIn(it)
  const { people = [] } = doorsOf(await wire.book<Told>()).find(({ id }) => id === door) ?? {}
  expect(people[0]?.eid).toMatchObject({ state: 'L2_ACTIVE', evidence: 'seen_on_screen' })
  await ears.heardNothing(page, [...secrets, NUMBER])
})

test('a lost password and a broken phone: in the officer’s queue, with a promise that no wrong clock moves', async ({ phone, contextOf, server }) => {
  test.setTimeout(180_000)
  const { login, secrets } = await officerOf(server.url)
  const { it, ears } = await withEars(phone)
  const { page } = it
  await it.signIn('tnv1')
  const wire = await Wire.open(server.url, 'tnv1')
  await open(it, await freshDoor(wire))
  await agrees(it, 'Ông Tám', [LEARN, REFER])
  const sheet = await steps(it, 'Ông Tám')
  await button(part(sheet, 'Định danh VNeID'), 'Không vào được').click()
  await button(part(sheet, 'Vướng ở đâu?'), 'Máy cũ hỏng, mất').click()
  await button(part(sheet, 'Vướng ở đâu?'), 'Không đọc được thẻ').click()
  await button(sheet, 'Bác nói').click()
  await expect(sheet).toBeHidden()
  await button(page, 'Chuyển Công an mở lại VNeID').click()
  await allIn(it)

  // The same from a phone whose clock runs three days ahead.
  const told = await wire.book<Told>()
  const [far, learner] = [await freshDoor(wire), randomUUID()]
  expect((await wire.push('consent.give', consent(told, far, learner, 'Bà Chín'), undefined, 3 * DAY)).outcome).toBe('applied')
  expect((await wire.push('referral.open', { household_id: far, learner_id: learner, kind: 'POLICE_RECOVERY' }, undefined, 3 * DAY)).outcome).toBe('applied')

  const officer = new Officer(await (await contextOf(PHONE)).newPage())
  await officer.signIn(login)
  const task = await officer.open('Quên mật khẩu, đổi máy', 'Ông Tám')
  await expect(task.getByText('Chưa ai nhận')).toBeVisible()
  const { police } = await (await Wire.open(server.url, login)).book<Told>()
  const of = (name: string) => police?.queue.find(({ person }) => person?.call_name === name)
  const [right, wrong] = [of('Ông Tám'), of('Bà Chín')]
  expect(Math.abs((wrong?.opened_at ?? 0) - Date.now()), 'corrected by how far the clock was out').toBeLessThan(10 * 60_000)
  expect(wrong?.due_on).toBe(right?.due_on)
  expect(right?.due_on).toBeGreaterThan(0)

  // Taken up with a day, and the volunteer is told the day and no name.
  await task.getByRole('button', { name: 'Nhận, hẹn ngày' }).click()
  await task.getByRole('group', { name: 'Hẹn ngày làm việc nào' }).getByRole('button').nth(1).click()
  const pushed = officer.pushed()
  await task.getByRole('button', { name: /^Nhận, hẹn / }).click()
  await pushed
  await it.sync()
  await it.page.evaluate(() => (location.hash = '#/walk'))
  await ears.heardNothing(page, secrets)
})

test('six homes of one group in one evening: H02 six times, and only then the police’s rung, which stays theirs', async ({ phone, contextOf, server }) => {
  test.setTimeout(240_000)
  const { login, secrets } = await officerOf(server.url)
  const { it, ears } = await withEars(phone)
  const { page } = it
  await it.signIn('tnv1')
  const wire = await Wire.open(server.url, 'tnv1')
  const told = await wire.book<Told>()
  const doors = doorsOf(told)
  const fresh = doors.filter(({ active, visits = [], people = [], flags = [], referrals = [] }) => active && [visits, people, flags, referrals].every((list) => list.length === 0))
  const group = fresh.map(({ group_id }) => group_id).find((id, _, all) => all.filter((other) => other === id).length >= 6)
  const homes = fresh.filter(({ group_id }) => group_id === group).slice(0, 6).map(({ id }, at) => ({ id, learner: randomUUID(), name: `Cụ Lụa ${'ABCDEF'[at]}` }))
  expect(homes).toHaveLength(6)
  const opened: string[] = []
  for (const { id, learner, name } of homes) {
    for (const [kind, payload] of [
      ['consent.give', consent(told, id, learner, name)],
      ['household.flags', { household_id: id, flags: ['NEED_HOME'] }],
      ['referral.open', { household_id: id, learner_id: learner, kind: 'POLICE_MOBILE' }],
    ] as const) {
      const result = await wire.push(kind, payload)
      expect(result.outcome, `${kind} of ${name}`).toBe('applied')
      if (kind === 'referral.open') opened.push(result.op_id)
    }
  }

  const PLACE = 'Nhà văn hóa Hoa Sen Trắng'
  const desk = await Book.open(server.url, login)
  const day = Number(new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', ''))
  const evening = await desk.post<{ id: string; homes: Array<{ referral_id: string }> }>('/mobile-sessions', {
    id: randomUUID(), day, from_minute: 1080, to_minute: 1230, place: PLACE, capacity: 6, homes: opened,
  })
  expect(evening.homes.map(({ referral_id }) => referral_id).sort()).toEqual([...opened].sort())

  // The evening on an officer's phone: the first home by hand, the others as that phone would send them.
  const officer = new Officer(await (await contextOf(PHONE)).newPage())
  await officer.signIn(login)
  const police = await Wire.open(server.url, login)
  const before = counted(await police.book<Told>(), 'H02')
  const known = () => wire.book<Told>().then((now) => doorsOf(now).filter(({ id }) => homes.some((home) => home.id === id)))
  await officer.page.evaluate((id) => (location.hash = `#/police/plan/${id}`), evening.id)
  await expect(officer.page.getByText(PLACE)).toBeVisible()
  await spotless(officer.page, 'an evening')
  await fits(officer.page, 'an evening')
  await officer.page.getByRole('listitem').filter({ hasText: 'Cụ Lụa' }).first().getByRole('button').first().click()
  const pushed = officer.pushed()
  await officer.page.getByRole('dialog').getByRole('button', { name: 'Đã thu nhận' }).click()
  await pushed
  // One evening under way: the others still wait, and no rung has moved.
  const after = (await police.book<Told>()).police?.queue.filter(({ id }) => opened.includes(id)) ?? []
  expect(after.filter(({ state }) => state === 'done')).toHaveLength(1)
  for (const { id, state, person } of after) if (state !== 'done') expect(person?.eid, id).toBeUndefined()
  for (const referral_id of opened.filter((id) => after.find((each) => each.id === id)?.state !== 'done')) {
    expect((await police.push('mobile.result', { session_id: evening.id, referral_id, result: 'captured', people: 1 })).outcome).toBe('applied')
  }
  const now = await police.book<Told>()
  expect(counted(now, 'H02')).toBe(before + 6)
  const seen = now.police?.queue.filter(({ id }) => opened.includes(id)) ?? []
  expect(seen.map(({ state, person }) => `${state} ${person?.eid?.state} ${person?.eid?.evidence}`)).toEqual(Array(6).fill('done L2_CAPTURED police_confirmed'))

  // A volunteer cannot say it, is told that it is done, and not what.
  expect(await wire.push('learner.eid', { household_id: homes[0]!.id, learner_id: homes[0]!.learner, state: 'L2_CAPTURED', evidence: 'seen_on_screen' })).toMatchObject({ outcome: 'rejected', reason: 'not_yours_to_set' })
  for (const { people = [], referrals = [], helped_on } of await known()) {
    expect(people[0]?.eid, 'the rung stays with the police').toBeUndefined()
    expect(referrals.map(({ state }) => state)).toEqual(['done'])
    expect(helped_on).toBe(day)
  }
  await page.evaluate(() => (location.hash = '#/mine'))
  await it.sync()
  await open(it, homes[0]!.id)
  await expect(page.getByText(/^Lực lượng khác đã đến hôm nay/)).toBeVisible()
  await page.getByRole('button', { name: /Cụ Lụa A/ }).first().click()
  await expect(page.getByRole('dialog').getByText(/đã xong ngày/)).toBeVisible()
  await spotless(page, 'the answer of the police')
  await ears.heardNothing(page, [...secrets, PLACE])
})

test('a stall whose QR code was glued over: coached, the bank asked, and twenty-five told the next morning', async ({ phone, contextOf, server }) => {
  test.setTimeout(180_000)
  const { login, secrets } = await officerOf(server.url)
  const { it, ears } = await withEars(phone)
  const { page } = it
  await it.signIn('tnv2')
  const wire = await Wire.open(server.url, 'tnv2')
  const door = await freshDoor(wire)
  await open(it, door)
  await page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
  await button(page, '18–59 tuổi').click()
  await page.getByRole('button', { name: /^Kỹ năng khác/ }).click()
  const name = await page.getByRole('group', { name: /QR/ }).last().getAttribute('aria-label')
  await button(page.getByRole('group', { name: name ?? 'QR', exact: true }), 'Tự làm').click()
  // What to look for is on a card of its own.
  await button(page, 'Phòng lừa đảo').click()
  await page.getByRole('dialog', { name: 'Phòng lừa đảo' }).getByRole('button', { name: /^Chuyển khoản giả, mã QR dán đè/ }).click()
  const card = page.getByRole('dialog', { name: 'Chuyển khoản giả, mã QR dán đè' })
  await expect(card.getByText(/mã QR của quầy đã bị dán đè/)).toBeVisible()
  await spotless(page, 'a card about a fraud')
  await fits(page, 'a card about a fraud')
  await button(card, 'Đóng').click()
  await button(page, 'Chuyển tiếp').click()
  await page.getByRole('dialog', { name: 'Chuyển cho ai?' }).getByRole('button', { name: /^Ngân hàng: mã QR/ }).click()
  await button(page, 'Đã hướng dẫn').click()
  await page.waitForURL(/#\/walk\//)
  await allIn(it)
  await expect.poll(async () => doorsOf(await wire.book<Told>()).find(({ id }) => id === door)?.referrals?.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['BANK_QR new'])

  const officer = new Officer(await (await contextOf(PHONE)).newPage())
  await officer.signIn(login)
  const police = await Wire.open(server.url, login)
  const before = counted(await police.book<Told>(), 'H14')
  expect((await police.book<Told>()).police?.queue.some(({ kind }) => kind === 'BANK_QR'), 'not a matter of theirs').toBe(false)
  await button(officer.page, 'Việc khác').click()
  await officer.page.getByRole('dialog', { name: 'Việc khác' }).getByRole('button', { name: /^Tuyên truyền an toàn/ }).click()
  const sheet = officer.page.getByRole('dialog', { name: 'Tuyên truyền an toàn' })
  await button(sheet, '25').click()
  const pushed = officer.pushed()
  await button(sheet, 'Ghi một lượt').click()
  await pushed
  await expect.poll(async () => counted(await police.book<Told>(), 'H14'), { timeout: 30_000 }).toBe(before + 25)
  await page.evaluate(() => (location.hash = '#/mine'))
  await it.sync()
  await ears.heardNothing(page, secrets)
})

test('the one-stop desk: three taps, a slip without a name, and the officer finds it by its slip', async ({ contextOf, desk, server }) => {
  test.setTimeout(120_000)
  const { page } = await desk({ viewport: { width: 1280, height: 800 } })
  await page.goto('/')
  await signIn(page, 'motcua1')
  await expect(page.getByRole('heading', { name: 'Một cửa', level: 1 })).toBeVisible()
  await spotless(page, 'the one-stop desk')
  await button(page, 'Chuyển Công an, lấy phiếu').click()
  await expect(page.getByText('Chọn việc cần chuyển.')).toBeVisible()
  await button(page, 'Quên mật khẩu, đổi máy').click()
  await page.getByRole('searchbox').fill('nguyen trai')
  await page.getByRole('group', { name: '2. Tổ dân phố nào?' }).getByRole('button').first().click()
  await button(page, 'Chuyển Công an, lấy phiếu').click()
  await expect(page.getByRole('heading', { name: 'Phiếu hẹn Công an phường' })).toBeFocused()
  const slip = (await page.getByText(/^[A-Z0-9]{3} [A-Z0-9]{3}$/).first().innerText()).replace(' ', '')
  expect(slip).toMatch(/^[A-Z0-9]{6}$/)
  await spotless(page, 'the slip')
  await page.setViewportSize({ width: 360, height: 740 })
  await fits(page, 'the slip on a phone')
  await button(page, 'Người tiếp theo').click()
  await expect(page.getByRole('listitem').filter({ hasText: slip.slice(0, 3) }).getByText('đã chuyển')).toBeVisible()
  await fits(page, 'the one-stop desk on a phone')

  const officer = new Officer(await (await contextOf(PHONE)).newPage())
  await officer.signIn()
  await expect(officer.queue.getByText(new RegExp(slip)).first()).toBeVisible()
  const { police } = await (await Wire.open(server.url, 'congan1')).book<Told>()
  expect(police?.queue.filter((item) => JSON.stringify(item).includes(slip)).map(({ person, kind }) => ({ person, kind }))).toEqual([{ person: undefined, kind: 'POLICE_RECOVERY' }])
})
