/** Doors that phones ask about, in words: what is asked, and what a yes and a no will do. */
import { formatDay } from '../i18n/format.ts'
import type { Day } from './day.ts'
import { writePlace } from './inbox.ts'
import type { AskedDoor, DoorDecision, DoorQuestion } from './wire.ts'
import { t } from './words.ts'

/** One door may be asked about again: what was seen later is another question. */
export const keyOfDoor = (door: AskedDoor): string => `${door.household.id} ${door.question} ${door.at}`

/** The longest reason the server takes, in characters. */
export const MAX_REASON = 200

/** Will a yes take the household out of the denominator? Then it does so from a day on. */
export const leaves = (door: AskedDoor): boolean => door.question !== 'new_house' && door.of === null

/** Parts of a list that may be hundreds long after a few evenings. */
export type DoorFilter = 'all' | 'new' | 'left' | 'double'

export const filterOf = (door: AskedDoor): DoorFilter =>
  door.question === 'new_house' ? 'new' : door.question === 'double' ? 'double' : 'left'

/** Whole by its type: a question that the server learns must get its words here. */
const QUESTION: { [Q in DoorQuestion]: `asks_${Q}` } = {
  new_house: 'asks_new_house',
  moved: 'asks_moved',
  vacant: 'asks_vacant',
  not_found: 'asks_not_found',
  non_residential: 'asks_non_residential',
  double: 'asks_double',
}

export const writeQuestion = (door: AskedDoor): string => t(QUESTION[door.question])

export const writeYes = (door: AskedDoor): string =>
  door.of !== null ? t('door_yes_merge', { place: writePlace(door.of) }) : t(leaves(door) ? 'door_yes_leave' : 'door_yes_new')

export function writeNo(door: AskedDoor): string {
  if (door.question === 'new_house') return t('door_no_new')
  return t(door.of !== null ? 'door_no_double' : 'door_no_stay')
}

export function writeDecided(door: AskedDoor, decision: DoorDecision['decision'], from: Day): string {
  const place = writePlace(door.household)
  if (decision === 'refuse') return t(door.question === 'new_house' ? 'door_refused_new' : 'door_refused', { place })
  if (door.of !== null) return t('door_merged', { place, other: writePlace(door.of) })
  return leaves(door) ? t('door_left', { place, day: formatDay(from) }) : t('door_entered', { place })
}

/** What is wrong with a reason before it is sent: the server would refuse it with a longer way round. */
export function reasonFault(reason: string): 'empty' | 'long' | 'number' | null {
  const text = reason.trim()
  if (text === '') return 'empty'
  if ([...text].length > MAX_REASON) return 'long'
  // Nine digits with nothing but spaces, dots or dashes between them are somebody's number.
  return /(?:\d[ .\u00a0-]*){9}/u.test(text) ? 'number' : null
}

/** 20261122 as a date field has it, and back; `null` for a field left empty. */
export const toField = (day: Day): string =>
  `${Math.floor(day / 10_000)}-${String(Math.floor(day / 100) % 100).padStart(2, '0')}-${String(day % 100).padStart(2, '0')}`

export function fromField(value: string): Day | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value)
  return parts === null ? null : Number(parts.slice(1).join(''))
}
