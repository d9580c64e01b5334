/**
 * How long a thumb waits: from the tap on an outcome to the record on the disk and to the screen that
 * says so, in the built app, offline, in Chromium on a real disk with a processor slowed down four
 * times. Measured for the first hundred records of a phone and for records 4,900 to 5,000, none of
 * them sent. Goal: median under 30 ms, and the same at both ends.
 *
 *   node bench/save.mjs            builds the app first; GOCUA_CHROMIUM names another browser
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'

const SLOWDOWN = 4
const TAPS = 100
const SERIES = [0, 4900]
const PIN = '271828'

const root = new URL('..', import.meta.url).pathname
const scratch = await mkdtemp(join(tmpdir(), 'gocua-bench-'))
const outDir = join(scratch, 'dist')
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } })
// No API behind it: nothing is ever sent.
const server = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1', proxy: {} } })
const address = server.resolvedUrls.local[0]

/** Runs in the page: a signed-in phone with `unsent` records, and one lane nobody has knocked in. */
async function seed(unsent) {
  const opening = indexedDB.open('gocua')
  const db = await new Promise((done, fail) => {
    opening.onsuccess = () => done(opening.result)
    opening.onerror = () => fail(opening.error)
  })
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const account = { id: 'acc', login: 'trang', name: 'Trang', role: 'volunteer', ward: { code: '1', name: 'P' }, team: { id: 't', name: 'T' } }
  const alley = (i) => ({
    id: `a${i}`, group_id: 'g', parent_id: null, kind: 'lane', name: `Ngõ ${i}`, mouth: null, sort: `a${String(i).padStart(3, '0')}`,
    doors: Array.from({ length: 120 }, (_, j) => ({
      id: `h${i}-${j}`, code: `C-${i}-${j}`, no: `${j + 1}`, sort: `n${String(j).padStart(4, '0')}`, side: j % 2 ? 'even' : 'odd',
      head: 'Trần Thị Lan', members: 4, adults: 3, landmark: null, active: true, visits: [],
    })),
  })
  // Work is sealed for the server as it is written: its public key has to be here.
  const seal = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', seal.publicKey))
  const key = btoa(String.fromCharCode(...point)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  const tx = db.transaction(['session', 'meta', 'alleys', 'outbox'], 'readwrite')
  const put = (store, value, at) => tx.objectStore(store).put(value, at)
  put('meta', { kid: 'ab12cd34ef56ab78', key, ward: '1' }, 'seal')
  put('session', { device_id: '01930000-0000-7000-8000-000000000001', keys }, 'device')
  put('session', { next_seq: unsent + 1, last: unsent ? { acc: unsent } : {} }, 'numbers')
  put('session', { account, session_id: 's', signed_in_at: Date.now(), ended: false }, 'account')
  put('meta', {
    cursor: 'c', seq: 1, pulled_at: Date.now(), skills: [], groups: [{ id: 'g', code: 'G', name: 'Nhóm' }], stamp: 1, more: false, sweep: null,
    me: { account_id: 'acc', name: 'Trang', role: 'volunteer', ward: { code: '1', name: 'P' }, team: { id: 't', name: 'T' } },
  }, 'turf:acc')
  for (let i = 0; i < 21; i += 1) put('alleys', { account_id: 'acc', id: `a${i}`, alley: alley(i), stamp: 1, brought: 1 })
  for (let i = 1; i <= unsent; i += 1) {
    put('outbox', {
      op_id: `op-${i}`, account_id: 'acc', device_seq: i, after: i - 1, made_at: Date.now() - (unsent - i) * 60_000, kind: 'visit.record',
      payload: { household_id: `h${1 + (i % 20)}-${i % 120}`, outcome: 'NOT_HOME' }, state: 'local', door: `Số ${i}`, waiting: i,
    })
  }
  await new Promise((done, fail) => {
    tx.oncomplete = done
    tx.onabort = () => fail(tx.error)
  })
  db.close()
}

/** Runs in the page: what this disk and this processor ask for one record and no app around it. */
async function floor() {
  const opening = indexedDB.open('floor', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('rows')
  globalThis.floorDb ??= await new Promise((done) => (opening.onsuccess = () => done(opening.result)))
  const from = performance.now()
  const tx = globalThis.floorDb.transaction('rows', 'readwrite', { durability: 'strict' })
  tx.objectStore('rows').put({ a: 1 }, from)
  await new Promise((done) => (tx.oncomplete = done))
  return performance.now() - from
}

/** Runs in the page: one tap, timed by the page's own clock. */
async function tap(before) {
  const chip = () => Number(/\d+/.exec(document.querySelector('.chip.wait')?.textContent ?? '0')?.[0] ?? 0)
  const button = document.querySelector('button.nh:not(:disabled)')
  if (!button || chip() !== before) throw new Error(`not ready for tap ${before + 1}: ${chip()} ${location.hash}`)
  globalThis.durable = undefined
  const from = performance.now()
  button.click()
  const said = await new Promise((done) => {
    const seen = new MutationObserver(() => {
      if (chip() !== before + 1) return
      seen.disconnect()
      done(performance.now())
    })
    seen.observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  const painted = await new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))
  // The next door has to stand there before a thumb can go on.
  while (!document.querySelector('button.nh:not(:disabled)')) await new Promise((done) => requestAnimationFrame(done))
  return { durable: globalThis.durable - from, said: said - from, painted: painted - from }
}

/** When the last strict write was complete. */
function watchDisk() {
  const begin = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (...args) {
    const tx = begin.apply(this, args)
    if (args[2]?.durability === 'strict') tx.addEventListener('complete', () => (globalThis.durable ??= performance.now()))
    return tx
  }
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]

/** A phone offline at the first door of a fresh lane, with `unsent` records on its disk. */
async function phoneWith(unsent) {
  // A profile on the disk: what a private window writes costs nothing.
  const context = await chromium.launchPersistentContext(join(scratch, `profile-${unsent}`), {
    executablePath: process.env.GOCUA_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows'],
    viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh',
  })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(address)
  await page.locator('input').first().waitFor()
  await page.evaluate(seed, unsent)
  await page.addInitScript(watchDisk)
  await page.reload()
  // What was seeded in clear is locked up, and every record of it sealed.
  for (const digit of PIN + PIN) await page.getByRole('button', { name: digit, exact: true }).click()
  await page.locator('a[href^="#/walk/"]').first().waitFor({ timeout: 600_000 })
  await page.evaluate(() => (location.hash = '#/door/h0-0'))
  await page.locator('button.nh').waitFor()
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await context.setOffline(true)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
  // Time on the processor, not on the clock: what the page's one thread does for a tap, whatever else runs here.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busy = async () => (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000
  return { unsent, context, page, busy, times: [] }
}

const phones = []
try {
  for (const unsent of SERIES) phones.push(await phoneWith(unsent))
  // In turns, so that whatever else this machine does falls on both alike.
  for (let i = 0; i < TAPS; i += 1) {
    for (const { page, unsent, busy, times } of phones) {
      const bare = await page.evaluate(floor)
      const before = await busy()
      const time = await page.evaluate(tap, unsent + i)
      times.push({ floor: bare, ...time, work: (await busy()) - before })
    }
  }
} finally {
  await Promise.all(phones.map(({ context }) => context.close()))
  await server.close()
  await rm(scratch, { recursive: true, force: true })
}
for (const { unsent, times } of phones) {
  const line = (what) => {
    const values = times.map((time) => time[what])
    return `${what} median ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms`
  }
  console.log(`records ${unsent + 1} to ${unsent + TAPS}: ${['floor', 'durable', 'said', 'painted', 'work'].map(line).join(' · ')}`)
}
