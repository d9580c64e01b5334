import type { Role } from '../api/types.ts'

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
      return '/ward'
    default:
      return '/later'
  }
}
