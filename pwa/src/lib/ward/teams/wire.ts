/** What the server says about turfs and teams, under the desk's names. */
import type { components } from '../../api/schema.d.ts'

type Schemas = components['schemas']
/** The server writes every field, `null` included; the schema only cannot say so. */
type Told<T> = T extends readonly (infer I)[] ? Told<I>[] : T extends object ? { [K in keyof T]-?: Told<T[K]> } : T

export type Turf = Told<Schemas['TurfView']>
export type TurfAlley = Told<Schemas['TurfAlleyView']>
export type TurfTeam = Told<Schemas['TurfTeamView']>
export type Proposal = Told<Schemas['ProposalView']>
export type TurfMove = Told<Schemas['TurfMoveView']>
export type TurfLeft = Told<Schemas['TurfLeftView']>
export type TurfScope = Schemas['Scope']
export type GiveRequest = Schemas['GiveRequest']
export type Hand = Told<Schemas['HandRequest']>
export type Sheet = Told<Schemas['SheetView']>
export type SheetDoor = Told<Schemas['SheetDoorView']>

export type Roster = Told<Schemas['RosterView']>
export type RosterTeam = Told<Schemas['RosterTeamView']>
export type Member = Told<Schemas['MemberView']>
export type ShiftPlan = Told<Schemas['ShiftPlanView']>
export type TurfTerms = Schemas['TurfTerms']
export type CloseTeam = Schemas['CloseTeamRequest']
export type MemberChange = Schemas['MemberRequest']
