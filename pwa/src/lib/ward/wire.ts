/** What the server says about coverage, alleys and teams: its own schema, under the desk's names. */
import type { components } from '../api/schema.d.ts'

type Schemas = components['schemas']

/** The server writes every field, `null` included; the schema only cannot say so. */
export type Told<T> = T extends readonly (infer I)[] ? Told<I>[] : T extends object ? { [K in keyof T]-?: Told<T[K]> } : T

/**
 * The counts of one residential group, alley or ward (households unless said otherwise).
 * `null` is a count of 1 to 4 persons kept back from a reader who sees aggregates only.
 */
export type Tally = Told<Schemas['TallyView']>
export type GroupCoverage = Told<Schemas['GroupCoverageView']>
export type Target = Told<Schemas['TargetView']>
export type Coverage = Told<Schemas['CoverageView']>
export type TrendDay = Told<Schemas['TrendDay']>
/** Days on which nothing happened are left out. */
export type Trend = Told<Schemas['TrendView']>
/** Counts by day and group: place of the group, visits, first visited, first contacted, first served. */
export type Days = Told<Schemas['DaysView']>
export type Alley = Told<Schemas['AlleyCoverageView']>
export type Team = Told<Schemas['TeamLoadView']>

/** One phone of the list; the server gives those that need the ward most first. */
export type PhoneLine = Told<Schemas['PhoneView']>
/** What a phone needs from the ward. */
export type PhoneNeed = Schemas['Needs']
/** Why the last sync of a phone failed, as the server saw it: the codes this desk has words for. */
export type SyncFault = 'busy' | 'too_many' | 'malformed' | 'refused_session' | 'aborted' | 'internal'

/** A household as the inbox names it. */
export type Place = Told<Schemas['HouseholdPlace']>
export type TwoValues = Told<Schemas['TwoValuesView']>
/** A detail of a household that phones may write. */
export type Field = Schemas['Field']
/** Why an operation was sent back; the other reasons are of those that wait. */
export type Rejection = Exclude<Schemas['Reason'], 'waits_for_earlier' | 'household_deleted' | 'account_disabled'>
export type Outcome = Schemas['Outcome']
export type Quarantined = Omit<Told<Schemas['QuarantineView']>, 'summary'> & {
  summary: { household: Place | null; outcome: string | null; set: Record<string, string | number | null> | null }
}
export type Inbox = Omit<Told<Schemas['InboxView']>, 'quarantine'> & { quarantine: Quarantined[] }
export type TwoValuesDecision = Schemas['TwoValuesDecision']
export type QuarantineDecision = Schemas['QuarantineDecision']

/** A door about which phones ask the ward. */
export type AskedDoor = Told<Schemas['AskedDoorView']>
export type DoorQuestion = Schemas['DoorQuestion']
export type DoorDecision = Schemas['DoorDecision']

/** A resident's request to be forgotten; it names nobody. */
export type Withdrawal = Told<Schemas['WithdrawalView']>
export type WithdrawalRequest = Schemas['WithdrawalRequest']
/** How a resident asked. */
export type Channel = Schemas['Channel']
/** How a request ended. */
export type Ending = Schemas['Ending']
/** Somebody remembered at the household of a request: just enough to find the right one. */
export type Resident = Told<Schemas['ResidentView']>

/** Two teams at one home within a day. */
export type Overlap = Told<Schemas['OverlapView']>

/** An invitation in force; its code is known only when it is made. */
export type Invite = Told<Schemas['InviteView']>
export type NewInvite = Told<Schemas['NewInviteView']>
export type InviteRequest = Schemas['InviteRequest']

export type RegisterHousehold = Told<Schemas['RegisterHousehold']>
/** How a household can be out of the register. */
export type Out = Exclude<Schemas['Standing'], 'active'>
export type RemovalWhy = Schemas['RemovalReason']

/** The ward's board. */
export type Board = Told<Schemas['BoardView']>
export type BoardGroup = Told<Schemas['BoardGroupView']>
export type BoardHour = Told<Schemas['HourView']>
export type BoardPhone = Told<Schemas['BoardPhoneView']>
export type BoardOpen = Told<Schemas['OpenView']>
export type BoardRegister = Told<Schemas['RegisterView']>
export type Slot = Told<Schemas['SlotView']>
export type Why = Schemas['Cause']
export type Step = Schemas['Step']
