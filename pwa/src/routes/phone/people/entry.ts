/** Why the coach screen was opened from the door: to ask somebody's name, or for somebody known. */
export const entry: { door: string | null; learner: string | null } = { door: null, learner: null }

/** What the door asked for, once: `invite`, a learner's id, or nothing. */
export function entering(door: string): 'invite' | { learner: string } | null {
  if (entry.door !== door) return null
  const { learner } = entry
  entry.door = entry.learner = null
  return learner === null ? 'invite' : { learner }
}
