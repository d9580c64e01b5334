import { test as base, expect, type BrowserContext, type BrowserContextOptions } from '@playwright/test'
import { Book } from './book.ts'
import { DESK, PHONE } from './browser.ts'
import { Desk } from './desk.ts'
import { Phone } from './phone.ts'
import { Server } from './server.ts'
import { Watch } from './watch.ts'

export interface Options {
  /** The ward of a spec file. A name of its own gives a file a server of its own, whoever runs beside it. */
  ward: { name: string; scale: number }
}

interface Tools {
  watch: Watch
  contextOf: (options: BrowserContextOptions) => Promise<BrowserContext>
  /** A new phone: a browser profile that nobody has signed in on. */
  phone: (more?: BrowserContextOptions) => Promise<Phone>
  /** A new browser at the ward's desk. */
  desk: (more?: BrowserContextOptions) => Promise<Desk>
}

export const test = base.extend<Tools, Options & { server: Server; book: Book }>({
  ward: [{ name: 'ward', scale: 0.1 }, { option: true, scope: 'worker' }],

  server: [
    async ({ ward }, use) => {
      const server = await Server.start(ward.scale)
      await use(server)
      await server.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  // Ward staff reads everything the stories are checked against.
  book: [async ({ server }, use) => use(await Book.open(server.url, 'canbo1')), { scope: 'worker' }],

  watch: [
    async ({ server }, use) => {
      const watch = new Watch(server.url)
      const known = server.faults().length
      await use(watch)
      expect.soft(watch.faults, 'errors in the browser').toEqual([])
      expect.soft(server.faults().slice(known), 'errors of the server').toEqual([])
    },
    { auto: true },
  ],

  contextOf: async ({ browser, server, watch }, use) => {
    const made: BrowserContext[] = []
    await use(async (options) => {
      const context = await browser.newContext({ ...options, baseURL: server.url })
      made.push(context)
      await watch.follow(context)
      return context
    })
    for (const context of made) await context.close()
  },

  phone: async ({ contextOf }, use) => {
    await use(async (more) => {
      const context = await contextOf({ ...PHONE, ...more })
      return new Phone(context, await context.newPage())
    })
  },

  desk: async ({ contextOf }, use) => {
    await use(async (more) => {
      const context = await contextOf({ ...DESK, ...more })
      return new Desk(context, await context.newPage())
    })
  },
})

export { expect }
