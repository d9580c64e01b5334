/**
 * An evening of 500 visits recorded without a network meets a slow line: how long until each has its
 * receipt and the book has answered. The real app, its processor slowed down four times.
 *
 *   cd tests/e2e && npx playwright test --config soak/playwright.config.ts line
 */
import { chromium, expect, test } from '@playwright/test'
import { Book } from '../support/book.ts'
import { CHROMIUM, PHONE } from '../support/browser.ts'
import { Phone } from '../support/phone.ts'
import { Server } from '../support/server.ts'
import { passPin } from '../support/sign-in.ts'

const VISITS = 500
const SLOWDOWN = 4
/** Round trips to the server, and speeds in kbit/s. */
const LINES = [
  { name: '3G, 150 ms', latency: 150, down: 1600, up: 750 },
  { name: '3G, 300 ms', latency: 300, down: 1600, up: 750 },
  { name: 'poor 3G, 400 ms', latency: 400, down: 400, up: 400 },
]
const kbit = (n: number): number => (n * 1000) / 8

/** What an evening is made of, as the ward's book has it. */
interface Ward {
  skills: Array<{ code: string }>
  alleys: Array<{ doors: Array<{ id: string; no?: string; active: boolean }> }>
}

/**
 * Runs in the page: the records of an evening, every other one with a person and two skills, as the
 * release without a PIN wrote them. The next unlocking locks them up.
 */
async function evening({ count, skills, alleys }: Ward & { count: number }): Promise<void> {
  const db = await new Promise<IDBDatabase>((done, fail) => {
    const opening = indexedDB.open('gocua')
    opening.onsuccess = () => done(opening.result)
    opening.onerror = () => fail(opening.error)
  })
  const tx = db.transaction(['session', 'outbox'], 'readwrite')
  const ask = <T>(request: IDBRequest): Promise<T> =>
    new Promise((done, fail) => {
      request.onsuccess = () => done(request.result as T)
      request.onerror = () => fail(request.error)
    })
  const { account } = await ask<{ account: { id: string } }>(tx.objectStore('session').get('account'))
  const numbers = await ask<{ next_seq: number; last: Record<string, number> }>(tx.objectStore('session').get('numbers'))
  const doors = alleys.flatMap((alley) => alley.doors).filter(({ active }) => active)
  let { next_seq } = numbers
  let after = numbers.last[account.id] ?? 0
  for (let i = 0; i < count; i += 1) {
    const door = doors[i % doors.length]!
    const made_at = Date.now() - (count - i) * 30_000
    const stamp = made_at.toString(16).padStart(12, '0')
    const op_id = `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${crypto.randomUUID().slice(15)}`
    const people = [{ age_band: '60-79', skills: skills.slice(i % 5, (i % 5) + 2).map(({ code }) => ({ skill: code, level: 2 })) }]
    const payload = { household_id: door.id, ...(i % 2 ? { outcome: 'NOT_HOME' } : { outcome: 'SERVED', people }) }
    const op = { op_id, account_id: account.id, device_seq: next_seq, after, made_at, kind: 'visit.record', payload, state: 'local', door: `Số ${door.no ?? ''}`, waiting: next_seq }
    tx.objectStore('outbox').add(op)
    after = next_seq
    next_seq += 1
  }
  tx.objectStore('session').put({ next_seq, last: { ...numbers.last, [account.id]: after } }, 'numbers')
  await new Promise<void>((done, fail) => {
    tx.oncomplete = () => done()
    tx.onabort = () => fail(tx.error)
  })
  db.close()
}

console.log('| line | up/down, kbit/s | visits | requests | sent up, KB | receipts after | book answered after |\n|---|---|---|---|---|---|---|')
for (const line of LINES) {
  test(`${VISITS} visits of an evening over ${line.name}`, async () => {
    const server = await Server.start(1)
    const { executablePath, args } = CHROMIUM.launchOptions ?? {}
    const browser = await chromium.launch({ executablePath, args, headless: true })
    try {
      const book = await Book.open(server.url, 'canbo1')
      const context = await browser.newContext({ ...PHONE, baseURL: server.url })
      const phone = new Phone(context, await context.newPage())
      await phone.page.goto('/')
      await phone.signIn('tnv1')
      const { skills, alleys } = await (await Book.open(server.url, 'tnv1')).get<Ward>('/sync/pull')
      await phone.page.evaluate(evening, { count: VISITS, skills, alleys })
      await phone.page.close()

      // Not the test's own switch between on and off: that one knows no speeds.
      const page = (phone.page = await context.newPage())
      const cdp = await context.newCDPSession(page)
      await cdp.send('Network.enable')
      await cdp.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
      await page.goto('/')
      await passPin(page)
      await phone.holds(VISITS)
      const before = (await book.coverage()).total.visits
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
      let requests = 0
      let sent = 0
      page.on('requestfinished', (request) => {
        if (!request.url().includes('/api/v1/')) return
        requests += 1
        sent += request.postDataBuffer()?.length ?? 0
      })
      const began = performance.now()
      const pulled = page.waitForResponse((answer) => answer.url().includes('/sync/pull') && answer.ok(), { timeout: 120_000 })
      await cdp.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: line.latency,
        downloadThroughput: kbit(line.down),
        uploadThroughput: kbit(line.up),
      })
      await expect(phone.allSent).toBeVisible({ timeout: 120_000 })
      const receipts = performance.now() - began
      await (await pulled).finished()
      const answered = performance.now() - began
      expect((await book.coverage()).total.visits - before, 'visits the ward counts').toBe(VISITS)
      const s = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
      console.log(`| ${line.name} | ${line.up}/${line.down} | ${VISITS} | ${requests} | ${Math.round(sent / 1024)} | ${s(receipts)} | ${s(answered)} |`)
      expect(await server.verify()).toMatch(/ 0 differences/)
      expect(server.faults()).toEqual([])
    } finally {
      await browser.close()
      await server.stop()
    }
  })
}
