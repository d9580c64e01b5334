import { expect, type BrowserContext, type Page } from '@playwright/test'

/** What the police know and no volunteer's phone may ever hold or hear. */
const POLICE_ONLY: ReadonlyArray<[string, RegExp]> = [
  ['a rung of the police', /L2_CAPTURED|"LOCKED"/],
  ['their evidence', /police_confirmed/],
  ['a kind of help', /"H(?:0[1-9]|1[0-5])"/],
]

/**
 * Hears every answer of the ward's API that one phone ever gets, and reads at the end all that lies on
 * it: what the app holds in memory, decrypted, and what is in clear on the disk.
 */
export class Ears {
  readonly #heard: Array<{ url: string; body: string }> = []
  readonly #waiting: Array<Promise<unknown>> = []

  constructor(context: BrowserContext) {
    context.on('response', (response) => {
      if (!new URL(response.url()).pathname.startsWith('/api/')) return
      const heard = response.text().then(
        (body) => this.#heard.push({ url: response.url(), body }),
        // A stream that never ends, or an answer without a body.
        () => undefined,
      )
      this.#waiting.push(heard)
    })
  }

  /** Nothing of the police, nor of these words, is in any answer or on the phone. Tells how much was looked through. */
  async heardNothing(page: Page, words: readonly string[]): Promise<void> {
    await Promise.all(this.#waiting)
    const held = await contentsOf(page)
    const looked = [...this.#heard, { url: 'the phone', body: held }]
    for (const { url, body } of looked) {
      for (const [what, pattern] of POLICE_ONLY) expect.soft(body.match(pattern)?.[0], `${what} in ${url}`).toBeUndefined()
      for (const word of words) expect.soft(body.includes(word) ? word : undefined, `in ${url}`).toBeUndefined()
    }
    // That it was looked at, and not at nothing.
    expect(this.#heard.filter(({ url, body }) => url.includes('/sync/pull') && body.length > 1000).length, 'pulls that were read').toBeGreaterThan(0)
    expect(held, 'the book in memory').toContain('"purposes"')
  }
}

/** All that the app holds in memory, and every row on the disk with what is not in a box; the boxes it can open are opened. */
export async function contentsOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    interface Keys { open: (account: string, place: string, box: unknown) => Promise<unknown>; of: (account: string) => unknown }
    const shell = document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? ''
    const exported = Object.values((await import(shell)) as Record<string, unknown>).filter((it): it is Record<string, unknown> => typeof it === 'object' && it !== null)
    const turf = exported.find((it) => 'alleys' in it && 'ops' in it && 'notices' in it)
    const store = exported.find((it) => 'keys' in it && 'numbers' in it)
    if (!turf || !store) throw new Error('the app shows neither its book nor its disk')
    const fields = ['alleys', 'groups', 'skills', 'notices', 'referral_kinds', 'me', 'badge', 'codes', 'alerts', 'quality', 'police', 'ops'] as const
    const memory = Object.fromEntries(fields.map((field) => [field, turf[field]]))
    const views = [...(turf.doors as Map<string, unknown>).entries()]
    const account = String(turf.account_id)
    const keys = store.keys as Keys

    const disk: unknown[] = []
    for (const { name = '' } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((done, fail) => {
        const asked = indexedDB.open(name)
        asked.onsuccess = () => done(asked.result)
        asked.onerror = () => fail(asked.error ?? new Error('no database'))
      })
      for (const of of db.objectStoreNames) {
        const rows = await new Promise<Array<[IDBValidKey, Record<string, unknown>]>>((done, fail) => {
          const found: Array<[IDBValidKey, Record<string, unknown>]> = []
          const walk = db.transaction(of).objectStore(of).openCursor()
          walk.onerror = () => fail(walk.error ?? new Error('no cursor'))
          walk.onsuccess = () => {
            const at = walk.result
            if (!at) return done(found)
            found.push([at.key, at.value as Record<string, unknown>])
            at.continue()
          }
        })
        for (const [key, value] of rows) {
          const place = of === 'outbox' ? `outbox|${account}|${String(key)}` : `${of}|${Array.isArray(key) ? key.join('|') : String(key)}`
          const box = typeof value === 'object' && value !== null ? value.box : undefined
          const opened = box === undefined ? null : await keys.open(account, place, box).catch(() => null)
          disk.push([of, key, value, opened])
        }
      }
      db.close()
    }
    const caught: string[] = []
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) if (new URL(request.url).pathname.startsWith('/api/')) caught.push(request.url, (await (await cache.match(request))?.text()) ?? '')
    }
    const text = (value: unknown): string => JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? new TextDecoder().decode(each) : typeof each === 'bigint' ? String(each) : each)) ?? ''
    return [text(memory), text(views), text(disk), text(Object.entries(localStorage)), text(Object.entries(sessionStorage)), text(caught)].join('\n')
  })
}
