import { beforeEach, describe, expect, it } from 'vitest'
import { Api } from '$lib/api/client.ts'
import { Session, type Locker } from '$lib/auth/session.svelte.ts'
import { Database } from '$lib/data/db.ts'
import { loadSession } from '$lib/data/session.ts'
import { unlocked } from './fakes/keys.ts'

/** One at a time, in the order they came, as the browser's own lock. */
function queue(): Locker {
  let last: Promise<unknown> = Promise.resolve()
  return (_, work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}

interface Heard {
  path: string
  token: string | null
  keepalive: boolean
  answer: (status: number, body?: unknown) => void
}

let heard: Heard[]
let db: Database
let session: Session
let count = 0

beforeEach(() => {
  heard = []
  count += 1
  db = unlocked(`session-${count}`)
  session = new Session({ db, clock: { now: () => 1_795_339_200_000 }, lock: queue() })
  const server = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> =>
    new Promise((done) => {
      heard.push({
        path: String(input),
        token: new Headers(init?.headers).get('authorization'),
        keepalive: init?.keepalive ?? false,
        answer: (status, body) => done(new Response(body === undefined ? null : JSON.stringify(body), { status })),
      })
    })
  session.attach(new Api({ fetch: server, token: session.token, renew: session.renew }))
})

const said = (n: number): Promise<void> => expect.poll(() => heard.length).toBe(n)
const view = (id: string): unknown => ({
  access_token: `token-${id}`,
  expires_at: 0,
  session_id: `session-${id}`,
  account: { id, login: id, name: id, role: 'volunteer' },
})

async function signIn(id: string): Promise<void> {
  const before = heard.length
  const done = session.login(id, 'x')
  await said(before + 1)
  heard[before]?.answer(200, view(id))
  await done
}

describe('signing out', () => {
  it('leaves the phone before the server has answered', async () => {
    await signIn('a')
    await session.logout()
    expect(session.account).toBeNull()
    expect(await loadSession(db)).toBeUndefined()
    await said(2)
    expect(heard[1]).toMatchObject({ path: '/api/v1/auth/logout', token: 'Bearer token-a', keepalive: true })
  })

  it('is heard before the next one signs in, so that its answer takes no other cookie away', async () => {
    await signIn('a')
    await session.logout()
    const next = session.login('b', 'x')
    await said(2)
    await new Promise((r) => setTimeout(r, 20))
    expect(heard).toHaveLength(2)
    heard[1]?.answer(204)
    await said(3)
    heard[2]?.answer(200, view('b'))
    expect((await next).id).toBe('b')
  })

  it('gets a fresh token for the farewell when the old one has run out', async () => {
    await signIn('a')
    await session.logout()
    await said(2)
    heard[1]?.answer(401, { status: 401, code: 'unauthenticated' })
    await said(3)
    expect(heard[2]).toMatchObject({ path: '/api/v1/auth/refresh', token: null })
    heard[2]?.answer(200, view('a2'))
    await said(4)
    expect(heard[3]).toMatchObject({ path: '/api/v1/auth/logout', token: 'Bearer token-a2' })
    expect(session.token()).toBeNull()
  })
})
