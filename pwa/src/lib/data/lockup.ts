/**
 * What is done to a vault: tries at its PIN, locking up what lay in clear, emptying it. Loaded with the
 * first PIN; `vaults.ts` is what the first screen needs.
 */
import type { Millis } from '../domain/time.ts'
import { boxedAlley, boxedInfo, keyOf, type InfoRow } from './book.ts'
import type { Database, DraftRow, OutboxRow, SessionInfo, SessionRow, Tx } from './db.ts'
import { boxedDraft } from './drafts.ts'
import type { Sealer } from './keyring.ts'
import { boxedRow, opened, ofAccount } from './outbox.ts'
import { OWN, type Sealed } from './parcels.ts'
import { boxedSession, boxedValue, ownerOf } from './session.ts'
import { MAX_TRIES, waitAfter, WIPED, type Emptied, type VaultRecord, type Wiped } from './vaults.ts'

/** Keeps a new vault. False when there was one by then: another tab was faster. */
export function keepVault(db: Database, vault: VaultRecord): Promise<boolean> {
  return db.writeStrict(['vaults'], async (tx) => {
    const vaults = tx.objectStore('vaults')
    if (await vaults.get(vault.account_id)) return false
    await vaults.put(vault)
    return true
  })
}

export type Attempt = { may: true; vault: VaultRecord } | { may: false; wait_until: Millis } | { may: false; spent: true }

/**
 * Counts a try before the PIN is looked at: an app that is killed in between has used it up all the
 * same. Nothing is counted while the vault makes one wait.
 */
export function attempt(db: Database, account_id: string, now: Millis): Promise<Attempt> {
  return db.writeStrict(['vaults'], async (tx): Promise<Attempt> => {
    const vaults = tx.objectStore('vaults')
    const vault = await vaults.get(account_id)
    if (!vault || vault.tries >= MAX_TRIES) return { may: false, spent: true }
    // A clock that was set back must not shut anybody out for longer than the wait is.
    const until = Math.min(vault.wait_until, now + waitAfter(vault.tries))
    if (now < until) return { may: false, wait_until: until }
    const tries = vault.tries + 1
    const next: VaultRecord = { ...vault, tries, wait_until: now + waitAfter(tries) }
    await vaults.put(next)
    return { may: true, vault: next }
  })
}

/** The PIN was right. */
export function forgiven(db: Database, account_id: string): Promise<void> {
  return db.writeStrict(['vaults'], async (tx) => {
    const vaults = tx.objectStore('vaults')
    const vault = await vaults.get(account_id)
    if (vault) await vaults.put({ ...vault, tries: 0, wait_until: 0 })
  })
}

/** How many rows one step of [lockUp] takes. */
const STEP = 100

/**
 * Locks up what an account has in clear: what 0.2.0 and before left on the disk, and operations that
 * could not be sealed when they were written. Each step stands alone and is done once: killed at any
 * point, the next unlocking goes on. Nothing that changed meanwhile is overwritten.
 */
export async function lockUp(db: Database, account_id: string): Promise<void> {
  await lockSession(db, account_id)
  await lockBook(db, account_id)
  for (const row of await plainDrafts(db, account_id)) {
    const boxed = await boxedDraft(db, row)
    await db.write(['drafts'], async (tx) => {
      const drafts = tx.objectStore('drafts')
      const now = await drafts.get([account_id, row.household_id])
      if (now && !now.box && now.saved_at === row.saved_at) await drafts.put(boxed)
    })
  }
  await lockOutbox(db, account_id)
}

async function plainDrafts(db: Database, account_id: string): Promise<DraftRow[]> {
  const rows = await db.read(['drafts'], (tx) => tx.objectStore('drafts').getAll(ofAccount(account_id)))
  return rows.filter((row) => !row.box)
}

async function lockSession(db: Database, account_id: string): Promise<void> {
  const row = await db.read(['session'], async (tx) => (await tx.objectStore('session').get('account')) as SessionRow | undefined)
  if (row?.account.id !== account_id || row.box || row.account.login === '') return
  const boxed = await boxedSession(db, row)
  await db.writeStrict(['session'], async (tx) => {
    const now = (await tx.objectStore('session').get('account')) as SessionRow | undefined
    if (now?.session_id === row.session_id && !now.box) await tx.objectStore('session').put({ ...boxed, ended: now.ended }, 'account')
  })
}

async function lockBook(db: Database, account_id: string): Promise<void> {
  const { metas, alleys } = await db.read(['meta', 'alleys'], async (tx) => {
    const meta = tx.objectStore('meta')
    const keys = (await meta.getAllKeys()).filter((key) => ownerOf(key) === account_id)
    return {
      metas: await Promise.all(keys.map(async (key): Promise<[string, unknown]> => [key, await meta.get(key)])),
      alleys: (await tx.objectStore('alleys').getAll(ofAccount(account_id))).filter((row) => !row.box),
    }
  })
  for (const [key, value] of metas) {
    const boxed = key === keyOf(account_id) ? await boxedInfo(db, account_id, value as InfoRow) : await boxedValue(db, key, value)
    if (boxed === value) continue
    await db.write(['meta'], async (tx) => {
      // Nobody else writes here while the account is locked; another tab may have been faster.
      const now = (await tx.objectStore('meta').get(key)) as { box?: unknown } | undefined
      if (now !== undefined && !now?.box) await tx.objectStore('meta').put(boxed, key)
    })
  }
  for (const row of alleys) {
    const boxed = await boxedAlley(db, row)
    await db.write(['alleys'], async (tx) => {
      const store = tx.objectStore('alleys')
      const now = await store.get([account_id, row.id])
      if (now && !now.box && now.stamp === row.stamp) await store.put(boxed)
    })
  }
}

/** Whether a row is still to be locked up, or sealed for the server. */
const open = (row: OutboxRow, sealer: Sealer | null): boolean =>
  !row.box || (sealer !== null && !row.sealed && (row.waiting !== undefined || row.rejected !== undefined))

async function lockOutbox(db: Database, account_id: string): Promise<void> {
  const rows = await db.read(['outbox'], (tx) => tx.objectStore('outbox').index('order').getAll(ofAccount(account_id)))
  const { sealer } = db.keys
  const todo = rows.filter((row) => open(row, sealer))
  for (let at = 0; at < todo.length; at += STEP) {
    const step = todo.slice(at, at + STEP)
    const locked = new Map<string, { row: OutboxRow; sealed: Sealed | null }>()
    for (const row of step) locked.set(row.op_id, { row: await boxedRow(db, row), sealed: await sealedAgain(db, row) })
    await db.writeStrict(['outbox'], async (tx) => {
      const outbox = tx.objectStore('outbox')
      for (const before of step) {
        const now = await outbox.get(before.op_id)
        const made = locked.get(before.op_id)
        // Its state may have moved on; its content never does.
        if (!now || !made || now.state !== before.state) continue
        await outbox.put({ ...made.row, ...(made.sealed ? { sealed: made.sealed } : {}) })
      }
    })
  }
}

async function sealedAgain(db: Database, row: OutboxRow): Promise<Sealed | null> {
  const { sealer } = db.keys
  if (!sealer || row.sealed || (row.waiting === undefined && row.rejected === undefined)) return null
  const [op] = await opened(db, [row])
  if (!op) return null
  const { op_id, account_id, device_seq, after = 0, made_at, kind, payload } = op
  return await sealer({ op_id, account_id, device_seq, after, made_at, kind, payload })
}

/**
 * Empties vaults in one transaction: key first of all, with it everything it locked, is gone. What the
 * server does not have yet stays sealed for it, as parcels to be handed in. `ordered`: the ward asked for
 * it, and is to be told.
 */
export function empty(db: Database, accounts: readonly string[] | 'all', now: Millis, ordered = false): Promise<Emptied> {
  return db.writeStrict(['vaults', 'session', 'alleys', 'meta', 'drafts', 'outbox', 'parcels'], async (tx) => {
    const [vaults, session, meta, outbox, parcels] = [
      tx.objectStore('vaults'), tx.objectStore('session'), tx.objectStore('meta'), tx.objectStore('outbox'), tx.objectStore('parcels'),
    ]
    const ward = ((await meta.get('seal')) as { ward?: string } | undefined)?.ward ?? ''
    const all = accounts === 'all' ? await everyone(tx) : accounts
    let unsent = 0
    for (const account_id of all) {
      const range = ofAccount(account_id)
      await vaults.delete(account_id)
      await tx.objectStore('alleys').delete(range)
      await tx.objectStore('drafts').delete(range)
      for (const key of await meta.getAllKeys()) if (ownerOf(key) === account_id) await meta.delete(key)
      const present = (await session.get('account')) as SessionInfo | undefined
      if (present?.account.id === account_id) await session.delete('account')
      await session.delete(`user:${account_id}`)
      for (const row of await outbox.index('order').getAll(range)) {
        const left = row.waiting !== undefined || row.rejected !== undefined
        if (left && !row.carried) {
          unsent += row.waiting === undefined ? 0 : 1
          // Never sealed, it is in clear, or lost to the lock: it is not for us to throw away.
          if (!row.sealed) continue
          await parcels.put({ id: `${OWN}${row.op_id}`, ward, imported_at: row.made_at, sealed: row.sealed, ...(row.due === undefined ? {} : { due: row.due }) })
        }
        await outbox.delete(row.op_id)
      }
    }
    const emptied: Emptied = { accounts: all.length, unsent }
    if (ordered && !(await meta.get(WIPED))) await meta.put({ ...emptied, at: now } satisfies Wiped, WIPED)
    return emptied
  })
}

async function everyone(tx: Tx<'readwrite'>): Promise<string[]> {
  const present = (await tx.objectStore('session').get('account')) as SessionInfo | undefined
  const ids = new Set([...(await tx.objectStore('vaults').getAllKeys()), ...(await tx.objectStore('alleys').getAllKeys()).map(([id]) => id)])
  for (const row of await tx.objectStore('outbox').getAll()) ids.add(row.account_id)
  if (present) ids.add(present.account.id)
  return [...ids]
}
