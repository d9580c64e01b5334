/**
 * What a household asks of its next visitor, told by itself: how and when help suits it. Nothing
 * about anybody's health, means, faith or character has a code here, and a code is forgotten in time.
 */
export const NEEDS = [
  'NEED_HOME', 'NEED_FAMILY_PRESENT', 'PREF_LARGE_TEXT', 'PREF_SLOW', 'NO_SMARTPHONE', 'NO_INTERNET',
  'PREF_EVENING', 'PREF_WEEKEND', 'CONTACT_VIA_LEADER',
] as const
export type Need = (typeof NEEDS)[number]

/** So long a need stands before it has to be asked again. */
export const NEED_DAYS = 180
