import type { Database, Draft, DraftRow } from './db.ts'

/** Where a draft's box belongs. */
const placeOf = (account_id: string, household_id: string): string => `drafts|${account_id}|${household_id}`

/** The row with its content in a box; as it is when it has one. */
export async function boxedDraft(db: Database, row: DraftRow): Promise<DraftRow> {
  if (row.box) return row
  const { account_id, household_id, ...content } = row
  return { account_id, household_id, box: await db.keys.box(account_id, placeOf(account_id, household_id), content) }
}

/** Throws [Locked]. */
export async function keepDraft(db: Database, draft: Draft): Promise<void> {
  const row = await boxedDraft(db, draft)
  await db.write(['drafts'], async (tx) => {
    await tx.objectStore('drafts').put(row)
  })
}

export async function draftOf(db: Database, account_id: string, household_id: string): Promise<Draft | undefined> {
  const row = await db.read(['drafts'], (tx) => tx.objectStore('drafts').get([account_id, household_id]))
  if (!row?.box) return row as Draft | undefined
  const content = await db.keys.open<Omit<Draft, 'account_id' | 'household_id'>>(account_id, placeOf(account_id, household_id), row.box)
  return content ? { account_id, household_id, ...content } : undefined
}

export async function dropDraft(db: Database, account_id: string, household_id: string): Promise<void> {
  // One that is still on its way into its box must not come after.
  await db.keys.turn()
  await db.write(['drafts'], async (tx) => {
    await tx.objectStore('drafts').delete([account_id, household_id])
  })
}
