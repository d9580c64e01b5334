/** The parts of the app, put together once. Screens import from here; tests build their own. */
import { Api } from './api/client.ts'
import { Session, webLock } from './auth/session.svelte.ts'
import { Database } from './data/db.ts'
import { systemClock } from './domain/time.ts'

export const clock = systemClock
export const db = new Database()
export const session = new Session({ db, clock, lock: webLock })
export const api = new Api({ fetch: (input, init) => fetch(input, init), token: session.token, renew: session.renew })
session.attach(api)
