import type { Database, Draft } from './db.ts'

export function keepDraft(db: Database, draft: Draft): Promise<void> {
  return db.write(['drafts'], async (tx) => {
    await tx.objectStore('drafts').put(draft)
  })
}

export function draftOf(db: Database, account_id: string, household_id: string): Promise<Draft | undefined> {
  return db.read(['drafts'], (tx) => tx.objectStore('drafts').get([account_id, household_id]))
}

export function dropDraft(db: Database, account_id: string, household_id: string): Promise<void> {
  return db.write(['drafts'], async (tx) => {
    await tx.objectStore('drafts').delete([account_id, household_id])
  })
}
