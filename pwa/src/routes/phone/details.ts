/** The details of a household as the screens read them, and what of them still waits for the book. */
import type { Door, HouseholdEdit } from '$lib/api/types.ts'
import { unanswered } from '$lib/data/outbox.ts'
import type { OutboxOp } from '$lib/data/db.ts'
import type { DoorView } from '$lib/data/overlay.ts'
import { EDIT_FIELDS, type Details, type EditField } from '$lib/domain/edit.ts'

export const detailsOf = (door: Door): Details => ({
  landmark: door.landmark,
  members: door.members,
  adults: door.adults,
  house_no: door.no,
  head: door.head,
})

/** unsent: on this phone · inbox: the book has another value, and the ward decides between the two. */
export interface Waiting {
  state: 'unsent' | 'inbox'
  value: Details[EditField]
}

/** What this phone has changed of a door and the book does not say yet, by field; the last change counts. */
export function waitingOf(ops: readonly OutboxOp[], { door, asked }: Pick<DoorView, 'door' | 'asked'>): Partial<Record<EditField, Waiting>> {
  const waiting: Partial<Record<EditField, Waiting>> = {}
  for (const field of ['house_no', 'head'] as const) {
    const value = asked[field]
    if (value !== undefined) waiting[field] = { state: 'inbox', value }
  }
  for (const op of ops) {
    if (op.kind !== 'household.edit' || !unanswered(op)) continue
    const { household_id, set } = op.payload as HouseholdEdit
    if (household_id !== door.id) continue
    for (const field of EDIT_FIELDS) {
      const value = set[field]
      if (value !== undefined) waiting[field] = { state: 'unsent', value }
    }
  }
  return waiting
}
