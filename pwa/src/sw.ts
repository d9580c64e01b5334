/// <reference lib="webworker" />
/**
 * The service worker: the shell opens without a network, and nothing else is its business. It never
 * touches /api (answers live in IndexedDB, under their account) nor the outbox, and a new version
 * waits until a person says so.
 */
declare global {
  // Filled in at build time with the files of the shell.
  var __WB_MANIFEST: Array<{ url: string; revision: string | null }>
}
const manifest = self.__WB_MANIFEST
const worker = self as unknown as ServiceWorkerGlobalScope
const SHELL = 'shell'
/** Files of the desk: cached when used, never fetched ahead on a phone. */
const DESK = 'desk'

/** Hashed files carry their version in the name; the rest carries it in the query of its cache key. */
const keyOf = ({ url, revision }: { url: string; revision: string | null }): string =>
  new URL(revision ? `${url}?v=${revision}` : url, self.location.origin).href

const keys = new Map(manifest.map((entry) => [new URL(entry.url, self.location.origin).pathname, keyOf(entry)]))

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(SHELL)
      const held = new Set((await cache.keys()).map((request) => request.url))
      // All or nothing: a half-filled shell must not become the running one.
      await Promise.all(
        [...keys].map(async ([path, key]) => {
          if (held.has(key)) return
          const response = await fetch(path, { cache: 'no-cache', credentials: 'same-origin' })
          if (!response.ok) throw new Error(`${path}: ${response.status}`)
          await cache.put(key, response)
        }),
      )
    })(),
  )
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const wanted = new Set(keys.values())
      const cache = await caches.open(SHELL)
      for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request)
      for (const name of await caches.keys()) if (name !== SHELL && name !== DESK) await caches.delete(name)
      await worker.clients.claim()
    })(),
  )
})

worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') void worker.skipWaiting()
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api')) return
  // The hash carries the place, so every navigation inside the app is to `/`; posters lead to `/join`.
  const path = request.mode === 'navigate' && ['/', '/index.html', '/join'].includes(url.pathname) ? '/index.html' : url.pathname
  const key = keys.get(path)
  if (key) event.respondWith(fromShell(key, request))
  else if (path.startsWith('/desk/')) event.respondWith(fromDesk(request))
})

async function fromShell(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(SHELL)
  return (await cache.match(key)) ?? fetch(request)
}

async function fromDesk(request: Request): Promise<Response> {
  const cache = await caches.open(DESK)
  const held = await cache.match(request)
  if (held) return held
  const response = await fetch(request)
  if (response.ok) await cache.put(request, response.clone())
  return response
}

export {}
