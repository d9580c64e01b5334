/**
 * Who has work at the ward's desk. The server decides what each may see (`domain::account::may`); what
 * stands here only spares a dead end.
 */
import type { Role } from '../api/types.ts'

/** Who does the ward's own work. An administrator with a ward may all that ward staff may (ADR 23). */
export const STAFF: readonly Role[] = ['ward_staff', 'admin']

/** Who reads the map, its days and its stream of changes. */
export const MAP_READERS: readonly Role[] = [...STAFF, 'party_board']

/** Who reads the ward's figures at all: everyone with a room at the desk. */
export const FIGURE_READERS: readonly Role[] = [...MAP_READERS, 'dpo']

/** Who has work at the desk and reads no figure of the register or the visits there: the rooms say what each may enter. */
export const GUESTS: readonly Role[] = ['police', 'one_stop_helper']

/** Whom the desk lets in. */
export const AT_DESK: readonly Role[] = [...FIGURE_READERS, ...GUESTS]

/** Who keeps the police's counts and reads identity help and referrals in figures. */
export const IDENTITY_READERS: readonly Role[] = [...STAFF, 'police']

/** Who passes residents on to the police at the one-stop desk and in classes. */
export const REFERRERS: readonly Role[] = [...STAFF, ...GUESTS]

/** Who keeps badges, codes and warnings. */
export const TRUST_KEEPERS: readonly Role[] = [...STAFF, 'police']

/** Who keeps accounts, campaign and targets. */
export const KEEPERS: readonly Role[] = ['admin']

/** Who reads the log of lists taken out. */
export const LOG_READERS: readonly Role[] = [...STAFF, 'dpo']

export const isStaff = (role: Role | undefined): boolean => role !== undefined && STAFF.includes(role)
