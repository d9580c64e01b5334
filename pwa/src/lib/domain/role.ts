import type { Role } from '../api/types.ts'

/** Where somebody works: with a team at the doors, with the police's book, at the ward's desk; `later` has no screens yet. */
export type Home = '/walk' | '/police' | '/ward' | '/later'

export function homeOf(role: Role | undefined): Home {
  switch (role) {
    case 'volunteer':
    case 'team_lead':
      return '/walk'
    case 'police':
      return '/police'
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

/** Works from what lies on this phone, behind a PIN, with or without a network; the desk keeps nothing. */
export const carriesBook = (role: Role | undefined): boolean => {
  const home = homeOf(role)
  return home === '/walk' || home === '/police'
}
