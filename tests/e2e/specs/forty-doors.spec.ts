import type { Request } from '@playwright/test'
import { moved, type Coverage, type Tally } from '../support/book.ts'
import { number, type Numbers } from '../support/desk.ts'
import { bodyOf, WORTH, type PushAnswer, type Knock, type Knocked, type Phone } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'forty doors', scale: 0.1 } })

/** An evening of one volunteer: twenty doors, most of them with nobody home. */
const EVENING: Knock[] = [
  ...(['notHome', 'notHome', 'declined', 'notHome', 'appointment', 'notHome', 'coached', 'notHome', 'notHome', 'notHome'] as const),
  ...(['notHome', 'declined', 'notHome', 'notHome', 'appointment', 'notHome', 'notHome', 'declined', 'coached', 'notHome'] as const),
]

async function walk(phone: Phone, knocks: readonly Knock[], already: number): Promise<Knocked[]> {
  const done: Knocked[] = []
  for (const knock of knocks) {
    if (!(await phone.result.isVisible())) await phone.toNextDoor()
    done.push(await phone.knock(knock))
    await phone.holds(already + done.length)
  }
  return done
}

/** The evening of one phone, never once with a network, and with the app closed and opened in the middle. */
async function evening(phone: Phone): Promise<Knocked[]> {
  await phone.offline()
  const first = await walk(phone, EVENING.slice(0, 10), 0)
  await phone.reload()
  await phone.holds(10)
  const second = await walk(phone, EVENING.slice(10), 10)
  const knocked = [...first, ...second]

  await phone.mine()
  await expect(phone.page.getByText('20 lượt trên máy', { exact: true })).toBeVisible()
  await expect(phone.records).toHaveCount(20)
  await expect(phone.records.filter({ hasText: ' · trên máy' })).toHaveCount(20)
  // The label is never ahead of the server.
  await expect(phone.page.getByText(/đã vào sổ|đã gửi/)).toHaveCount(0)
  return knocked
}

function sum(knocked: readonly Knocked[]): Record<string, Partial<Tally>> {
  const groups: Record<string, Partial<Tally>> = {}
  for (const { group, knock } of knocked) {
    const tally = (groups[group] ??= {})
    for (const [key, n] of Object.entries(WORTH[knock]) as Array<[keyof Tally, number]>) tally[key] = (tally[key] ?? 0) + n
  }
  return groups
}

/** The same bytes once more, from outside the phone. */
async function repeat(push: Request): Promise<string[]> {
  const { authorization, 'content-type': type, 'content-encoding': encoding } = await push.allHeaders()
  const answer = await fetch(push.url(), {
    method: 'POST',
    headers: { 'X-Gocua': '1', Authorization: authorization ?? '', 'Content-Type': type ?? '', ...(encoding ? { 'Content-Encoding': encoding } : {}) },
    body: new Uint8Array(push.postDataBuffer() ?? []),
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as PushAnswer).results.map(({ outcome }) => outcome)
}

test('forty doors without a network reach the ward exactly once, on a page that nobody reloads', async ({ phone, desk, book, server }) => {
  test.setTimeout(180_000)
  const before = await book.coverage()

  const ward = await desk()
  await ward.signIn()
  const [one, two] = [await phone(), await phone()]
  await one.signIn('tnv1')
  await two.signIn('tnv2')

  const walks = new Map<Phone, Knocked[]>()
  await Promise.all([one, two].map(async (it) => walks.set(it, await evening(it))))
  const all = [...walks.values()].flat()
  expect(all).toHaveLength(40)
  expect(new Set(all.map(({ door, alley, group }) => `${group} ${alley} ${door}`)).size, 'forty different doors').toBe(40)
  expect(moved(before, await book.coverage()), 'nothing has reached the server').toEqual({})

  let now: Coverage = before
  const pushes: Request[] = []
  for (const [it, knocked] of walks) {
    const was = now
    const worth = sum(knocked)
    const numbersWere = new Map(await Promise.all(Object.keys(worth).map(async (group) => [group, await ward.numbersOf(group)] as const)))
    const visitsWere = await ward.valueOf('Lượt đến hộ')

    const expected = Object.fromEntries(
      Object.entries(worth).map(([group, tally]): [string, Numbers] => {
        const numbers = numbersWere.get(group) ?? { unvisited: 0, revisit: 0, visits: 0 }
        return [
          group,
          {
            unvisited: numbers.unvisited - (tally.hh_visited ?? 0),
            revisit: numbers.revisit + (tally.hh_revisit ?? 0),
            visits: numbers.visits + (tally.visits ?? 0),
          },
        ]
      }),
    )

    // The open page follows by itself, within two seconds of the answer.
    const shown = ward.shows(expected, 30_000)
    const pushed = it.pushed()
    await it.online()
    const push = await pushed
    const answer = (await push.json()) as PushAnswer
    const { startTime, responseEnd } = push.request().timing()
    const took = (await shown) - (startTime + responseEnd)
    console.log(`    the ward's open page showed twenty visits ${Math.round(took)} ms after the answer`)
    expect(took).toBeLessThan(2_000)
    expect(await ward.valueOf('Lượt đến hộ')).toBe(visitsWere + 20)

    pushes.push(push.request())
    expect(bodyOf(push.request()).ops).toHaveLength(20)
    expect(answer.results.map(({ outcome }) => outcome)).toEqual(Array(20).fill('applied'))

    now = await book.coverage()
    expect(moved(was, now), 'exactly these groups, by exactly these numbers').toEqual(worth)

    // Nothing is left on the phone, and every record names its receipt.
    await expect(it.allSent).toBeVisible()
    await expect(it.page.getByText('Không còn gì chờ gửi')).toBeVisible()
    await expect(it.records.filter({ hasText: /đã vào sổ \d\d:\d\d · số \d/ })).toHaveCount(20)
    const receipts = await it.page.getByText(/· số \d/).allInnerTexts()
    expect(receipts.map((text) => number(/số ([\d.]+)/.exec(text)?.[1])).sort()).toEqual(answer.results.map(({ seq }) => seq).sort())
  }

  expect(now.total.visits - before.total.visits).toBe(40)
  expect(now.total.hh_visited - before.total.hh_visited).toBe(40)
  expect(await server.verify()).toMatch(/ 0 differences$/)

  // Sending again changes nothing: by hand, and as a phone would that never heard the answers.
  for (const it of walks.keys()) await it.sync()
  for (const push of pushes) expect(await repeat(push)).toEqual(Array(20).fill('duplicate'))
  expect(moved(now, await book.coverage())).toEqual({})
  expect(await server.verify()).toMatch(/ 0 differences$/)
})
