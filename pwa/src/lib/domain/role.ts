import type { Role } from '../api/types.ts'

/**
 * Who has work at the desk and reads no figure of the register or the visits there: the rooms say what
 * each may enter. It stands here because the guard of the first load asks it, and the desk's own code
 * (lib/ward) is no part of that.
 */
export const GUESTS: readonly Role[] = ['police', 'one_stop_helper']

/** Where a role works: with a team on the phone, or at the ward's desk; `later` has no screens yet. */
export function homeOf(role: Role | undefined): '/walk' | '/ward' | '/later' {
  switch (role) {
    case 'volunteer':
    case 'team_lead':
      return '/walk'
    case 'ward_staff':
    case 'party_board':
    case 'dpo':
    case 'admin':
    case 'one_stop_helper':
      return '/ward'
    default:
      return '/later'
  }
}
