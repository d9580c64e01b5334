/**
 * The real app in the real browser over one profile, killed with -9 at seeded moments and started again.
 *
 *   cd tests/e2e && npx playwright test --config soak/playwright.config.ts
 *   GOCUA_KILLS=50     how often
 *   GOCUA_SEED=1       when, and what the thumb does meanwhile
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as nap } from 'node:timers/promises'
import { chromium, expect, test, type BrowserContext, type Locator } from '@playwright/test'
import { Book } from '../support/book.ts'
import { CHROMIUM, PHONE } from '../support/browser.ts'
import { Phone } from '../support/phone.ts'
import { Server } from '../support/server.ts'
import { passPin } from '../support/sign-in.ts'

const KILLS = Number(process.env.GOCUA_KILLS ?? 50)
const SEED = Number(process.env.GOCUA_SEED ?? 1)
const LOGIN = 'tnv1'

/** What of a record can be read past the app; the rest lies in its box. Every one of them is a knock. */
interface Op {
  op_id: string
  state: string
  seq?: number
}

interface Figures {
  lives: number
  knocks: number
  /** Visits the screen had called saved when the browser was killed. */
  saved: number
  /** Killed while a knock was under way. */
  underway: number
  /** Of these, found on the disk all the same. */
  reached: number
  booked: number
  /** Sign-ins after the first: the browser had not yet written its cookie down. */
  signIns: number
}

/** mulberry32 */
function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The main process of the browser on this profile; nobody else's, for the profile has a name of its own. */
async function processOn(profile: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    const words = line.split('\0')
    if (words.includes(`--user-data-dir=${profile}`) && !words.some((word) => word.startsWith('--type='))) return Number(pid)
  }
  throw new Error(`no browser on ${profile}`)
}

/** A browser on a profile that outlives it. */
class Life {
  readonly context: BrowserContext
  readonly phone: Phone
  readonly #pid: number
  readonly gone: Promise<void>
  dead = false

  private constructor(context: BrowserContext, phone: Phone, pid: number) {
    this.context = context
    this.phone = phone
    this.#pid = pid
    this.gone = new Promise((done) => context.once('close', () => done()))
  }

  static async begin(profile: string, url: string): Promise<Life> {
    const { executablePath, args } = CHROMIUM.launchOptions ?? {}
    const context = await chromium.launchPersistentContext(profile, { ...PHONE, baseURL: url, executablePath, args, headless: true })
    context.setDefaultTimeout(20_000)
    const phone = new Phone(context, context.pages()[0] ?? (await context.newPage()))
    return new Life(context, phone, await processOn(profile))
  }

  async kill(): Promise<void> {
    if (!this.dead) process.kill(this.#pid, 'SIGKILL')
    this.dead = true
    await this.gone
  }

  get name(): Locator {
    return this.phone.page.getByLabel('Tên đăng nhập')
  }

  /** Signs in if the app asks for it: true when it did. */
  async enter(): Promise<boolean> {
    const { page, resume } = this.phone
    const asked = page.getByRole('alert').getByRole('link', { name: 'Đăng nhập' })
    await expect(resume.or(this.name).or(asked).first()).toBeVisible()
    if (await asked.isVisible()) await asked.click()
    else if (!(await this.name.isVisible())) return false
    await this.phone.signInAgain(LOGIN)
    await expect(resume).toBeVisible()
    return true
  }

  /** What lies in the outbox, seen past the app. */
  outbox(): Promise<Op[]> {
    return this.phone.page.evaluate(
      () =>
        new Promise<Op[]>((done, fail) => {
          const open = indexedDB.open('gocua')
          open.onerror = () => fail(open.error ?? new Error('no database'))
          open.onsuccess = () => {
            const all = open.result.transaction('outbox').objectStore('outbox').getAll()
            all.onerror = () => fail(all.error ?? new Error('no outbox'))
            all.onsuccess = () => {
              open.result.close()
              done(all.result as Op[])
            }
          }
        }),
    )
  }
}

test(`killed ${KILLS} times, seed ${SEED}`, async () => {
  const random = dice(SEED)
  const between = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  const server = await Server.start(0.1)
  const profile = await mkdtemp(join(tmpdir(), 'gocua-soak-'))
  const book = await Book.open(server.url, 'canbo1')
  const before = (await book.coverage()).total.visits
  const figures: Figures = { lives: 0, knocks: 0, saved: 0, underway: 0, reached: 0, booked: 0, signIns: 0 }
  /** How many visits the screen has called saved. */
  let saved = 0
  const known = new Set<string>()
  let shown = (): Promise<string> => Promise.resolve('')
  try {
    let life = await Life.begin(profile, server.url)
    shown = () => life.phone.page.locator('body').innerText()
    await life.phone.signIn(LOGIN)
    for (figures.lives = 1; figures.lives <= KILLS; figures.lives += 1) {
      const { phone } = life
      // Offline from the start, offline later, or never.
      const network = ['off', 'goes', 'on'][between(0, 2)]
      if (network === 'off') await phone.context.setOffline(true)
      const fuse = between(50, 2500)
      let underway = false
      const thumb = (async () => {
        for (;;) {
          await phone.toNextDoor()
          // From door to door, until one has been the last of its alley.
          while (await phone.result.isVisible()) {
            // As fast as a person may be: a faster thumb has knocked at every door long before the last kill.
            await nap(between(200, 1000))
            underway = true
            figures.knocks += 1
            await phone.knock('notHome')
            saved += 1
            underway = false
            if (network === 'goes' && random() < 0.3) await phone.context.setOffline(random() < 0.5)
          }
        }
      })().catch((error: unknown) => {
        if (!life.dead) throw error
      })
      await Promise.race([nap(fuse), thumb])
      await life.kill()
      await thumb
      const missing = underway as boolean
      if (missing) figures.underway += 1

      life = await Life.begin(profile, server.url)
      if (random() < 0.5) await life.phone.context.setOffline(true)
      await life.phone.page.goto('/')
      await passPin(life.phone.page)
      // Whether or not the session came through: the alley is open for work.
      await expect(life.phone.resume).toBeVisible()
      const ops = await life.outbox()
      expect(ops.length, `visits called saved, after kill ${figures.lives}`).toBeGreaterThanOrEqual(saved)
      expect(ops.length, 'no knock is there twice').toBeLessThanOrEqual(saved + (missing ? 1 : 0))
      if (ops.length > saved) {
        // On the disk before the screen could say so: it counts from now on.
        figures.reached += 1
        saved = ops.length
      }
      for (const op of ops) known.add(op.op_id)
      expect(known.size, 'every record once seen is still there').toBe(ops.length)
      // What the chip says is what there is.
      const unsent = ops.filter((op) => op.state === 'local' || op.state === 'sent').length
      if (unsent > 0 && figures.lives % 5 === 0) {
        await life.phone.context.setOffline(true)
        await life.phone.holds((await life.outbox()).filter((op) => op.state === 'local' || op.state === 'sent').length)
      }
      await life.phone.context.setOffline(false)
      if (await life.enter()) figures.signIns += 1
    }
    figures.lives -= 1

    // A last life that nobody kills.
    await life.phone.context.setOffline(false)
    await life.phone.page.goto('/')
    await passPin(life.phone.page)
    await expect(async () => {
      if (await life.enter()) figures.signIns += 1
      const left = (await life.outbox()).filter((op) => op.state !== 'booked')
      expect(left, 'everything has its receipt').toEqual([])
    }).toPass({ timeout: 120_000 })

    const ops = await life.outbox()
    figures.saved = saved
    figures.booked = ops.length
    const own = await Book.open(server.url, LOGIN)
    const pull = await own.get<{ alleys: Array<{ doors: Array<{ visits?: Array<{ id: string }> }> }> }>('/sync/pull')
    const visits = pull.alleys.flatMap((alley) => alley.doors.flatMap((door) => (door.visits ?? []).map((visit) => visit.id)))
    for (const op of ops) expect(visits.filter((id) => id === op.op_id), `${op.op_id} is in the book once`).toHaveLength(1)
    expect((await book.coverage()).total.visits - before, 'visits the ward counts').toBe(ops.length)
    expect(await server.verify()).toMatch(/ 0 differences/)
    expect(server.faults()).toEqual([])
    await life.kill()
  } catch (error) {
    console.log(`the screen: ${await shown().catch(() => 'gone')}`)
    throw error
  } finally {
    console.log(JSON.stringify({ seed: SEED, ...figures }))
    await server.stop()
    await rm(profile, { recursive: true, force: true })
  }
})
