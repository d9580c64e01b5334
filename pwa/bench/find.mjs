/**
 * How long a thumb waits for the search: from a letter typed to the list of doors in the page, laid
 * out, in the built app in Chromium with a processor slowed down four times and 20,000 doors on the
 * phone. The queries are those of tests/vectors/find.json, typed letter by letter. Goal: p95 of 50 ms
 * for `listed`, the doors in the page; `laid` is with their layout, `work` all that the letter costs.
 *
 *   node bench/find.mjs            builds the app first; GOCUA_CHROMIUM names another browser
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'

const SLOWDOWN = 4
const DOORS = 20_000
/** Every so many queries of the vectors are typed. */
const EVERY = 3

const root = new URL('..', import.meta.url).pathname
const vectors = JSON.parse(await readFile(new URL('../../tests/vectors/find.json', import.meta.url), 'utf8'))
const queries = vectors.cases.map(({ q }) => q).filter((q, i) => i % EVERY === 0 && q.trim() !== '')

/** The ward of the vectors, and as many more streets as it takes, all with made-up people. */
function ward() {
  let seed = 7
  const pick = (list) => list[(seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % list.length]
  const words = (text) => text.split(' ')
  const families = words('Nguyễn Nguyễn Nguyễn Nguyễn Trần Phạm Lê Vũ Hoàng Bùi Đỗ Đặng Phan Ngô Dương Đào Đoàn Trịnh Đinh')
  const middles = words('Văn Văn Thị Thị Thị Đình Xuân Đức Hữu Quang Bá Trọng Ngọc Minh Thu Kim Bích')
  const given = words('Nam Thắng Khải Huy Tuấn Hùng Dũng Cường Sơn Bình Long Phúc Tiến Vinh Thành Mai Hà Nga Thu Oanh Yến Liên Nhung Thảo Hằng Tuyết Vân Loan Phượng Lan Hoa Hòa Hiền Lý Quý Trang Linh')
  const streets = ['Phan Bội Châu', 'Hồ Xuân Hương', 'Nguyễn Trung Trực', 'Nguyễn Thượng Hiền', 'Phan Chu Trinh', 'Triệu Quốc Đạt', 'Nam Cao', 'Chùa Vần', 'Kim Đồng', 'Hùng Vương', 'Lạc Sơn', 'Mật Sơn']
  const marks = ['cạnh trường mầm non', 'sau cây xăng', 'đối diện sân bóng', 'gần cổng chùa', 'cạnh nhà văn hóa Lạc Sơn', 'sau đình làng']
  const groups = new Map()
  const group = (name) => {
    if (!groups.has(name)) groups.set(name, { id: `g${groups.size}`, code: `G${groups.size}`, name })
    return groups.get(name).id
  }
  const alleys = []
  let made = 0
  const door = (id, at, no, head, landmark) => ({
    id, code: `CVA-${String(made).padStart(5, '0')}`, no: no || null, sort: `n${String(at).padStart(4, '0')}`, side: no ? (at % 2 ? 'even' : 'odd') : null,
    head: head || null, members: 4, adults: 3, landmark: landmark || null, active: true, visits: [], made: (made += 1),
  })
  const alley = (id, group_id, parent_id, name, doors) => alleys.push({ id, group_id, parent_id, kind: parent_id ? 'lane' : 'street', name, mouth: null, sort: `s${String(alleys.length).padStart(5, '0')}`, doors })
  for (const way of vectors.ways) {
    alley(way.id, group(way.group), way.parent ?? null, way.name, way.doors.map((line, i) => door(`${way.id}-${i}`, i, ...line.split('|'))))
  }
  for (let s = 0; made < DOORS; s += 1) {
    const street = streets[s % streets.length]
    const group_id = group(`${pick(streets)} ${1 + (s % 48)}`)
    const people = (id, n) => Array.from({ length: Math.min(n, DOORS - made) }, (_, i) =>
      door(`${id}-${i}`, i, i % 16 === 15 ? null : i % 23 === 22 ? `${i}A` : `${i + 1}`, `${pick(families)} ${pick(middles)} ${pick(given)}`, i % 16 === 15 ? pick(marks) : null))
    alley(`x${s}`, group_id, null, `Đường ${street}`, people(`x${s}`, 45))
    for (const mouth of [12, 34, 56]) alley(`x${s}-${mouth}`, group_id, `x${s}`, `Ngõ ${mouth}, ${street}`, people(`x${s}-${mouth}`, 30))
  }
  return { groups: [...groups.values()], alleys, made }
}

/** Runs in the page: a signed-in phone that holds the ward. */
async function seed({ groups, alleys }) {
  const opening = indexedDB.open('gocua')
  const db = await new Promise((done, fail) => {
    opening.onsuccess = () => done(opening.result)
    opening.onerror = () => fail(opening.error)
  })
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const account = { id: 'acc', login: 'trang', name: 'Trang', role: 'volunteer', ward: { code: '1', name: 'P' }, team: { id: 't', name: 'T' } }
  const tx = db.transaction(['session', 'meta', 'alleys'], 'readwrite')
  const put = (store, value, key) => tx.objectStore(store).put(value, key)
  put('session', { device_id: '01930000-0000-7000-8000-000000000001', keys }, 'device')
  put('session', { next_seq: 1, last: {} }, 'numbers')
  put('session', { account, session_id: 's', signed_in_at: Date.now(), ended: false }, 'account')
  put('meta', {
    cursor: 'c', seq: 1, pulled_at: Date.now(), skills: [], groups, stamp: 1, more: false, sweep: null,
    me: { account_id: 'acc', name: 'Trang', role: 'volunteer', ward: { code: '1', name: 'P' }, team: { id: 't', name: 'T' } },
  }, 'turf:acc')
  for (const alley of alleys) put('alleys', { account_id: 'acc', id: alley.id, alley, stamp: 1, brought: 1 })
  await new Promise((done, fail) => {
    tx.oncomplete = done
    tx.onabort = () => fail(tx.error)
  })
  db.close()
}

/** Runs in the page: the text after one more letter, timed by the page's own clock. */
async function type(text) {
  const box = document.querySelector('input[type=search]')
  box.value = text
  const from = performance.now()
  box.dispatchEvent(new InputEvent('input', { bubbles: true }))
  // Svelte writes the page in a microtask: a message comes after all of them.
  await new Promise((done) => {
    const line = new MessageChannel()
    line.port1.onmessage = done
    line.port2.postMessage(null)
  })
  const listed = performance.now() - from
  void document.body.offsetHeight
  return { listed, laid: performance.now() - from, shown: document.querySelectorAll('main ul a').length }
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]
const scratch = await mkdtemp(join(tmpdir(), 'gocua-bench-'))
const outDir = join(scratch, 'dist')
await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } })
const server = await preview({ root, logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1', proxy: {} } })
const browser = await chromium.launch({ executablePath: process.env.GOCUA_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
const times = []
try {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, locale: 'vi-VN' })
  await page.goto(server.resolvedUrls.local[0])
  await page.locator('input').first().waitFor()
  const turf = ward()
  await page.evaluate(seed, turf)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
  await page.reload()
  await page.locator('a[href^="#/walk/"]').first().waitFor({ timeout: 120_000 })
  await page.evaluate(() => (location.hash = '#/find'))
  await page.locator('input[type=search]').waitFor({ timeout: 120_000 })
  await page.waitForFunction(() => performance.getEntriesByName('door index').length > 0, undefined, { timeout: 120_000 })
  // Time on the processor, not on the clock: what the page's one thread does for a letter, whatever else runs here.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busy = async () => (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000
  const built = await page.evaluate(() => performance.getEntriesByName('door index').at(-1).duration)
  for (const query of queries) {
    const letters = [...query]
    for (let i = 1; i <= letters.length; i += 1) {
      const text = letters.slice(0, i).join('')
      const before = await busy()
      times.push({ text, ...(await page.evaluate(type, text)), work: (await busy()) - before })
    }
  }
  console.log(`${turf.made} doors, ${turf.alleys.length} alleys, processor slowed down ${SLOWDOWN} times; load of this machine ${loadavg()[0].toFixed(1)}`)
  console.log(`index read in ${built.toFixed(0)} ms of work, in slices`)
} finally {
  await browser.close()
  await server.close()
  await rm(scratch, { recursive: true, force: true })
}
for (const what of ['listed', 'laid', 'work']) {
  const values = times.map((time) => time[what])
  console.log(`${what}: median ${quantile(values, 0.5).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms, of ${times.length} letters in ${queries.length} queries`)
}
const slow = [...times].sort((a, b) => b.laid - a.laid).slice(0, 8)
console.log(`slowest: ${slow.map(({ text, laid, shown }) => `“${text}” ${laid.toFixed(0)} ms (${shown} shown)`).join(' · ')}`)
