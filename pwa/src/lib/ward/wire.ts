/** What the server says about coverage, alleys and teams: its own schema, under the desk's names. */
import type { components } from '../api/schema.d.ts'

type Schemas = components['schemas']

/** The server writes every field, `null` included; the schema only cannot say so. */
type Told<T> = T extends readonly (infer I)[] ? Told<I>[] : T extends object ? { [K in keyof T]-?: Told<T[K]> } : T

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
export type Alley = Told<Schemas['AlleyCoverageView']>
export type Team = Told<Schemas['TeamLoadView']>
export type AlleyAnswer = Told<Schemas['AssignmentView']>
export type AssignmentRequest = Schemas['AssignmentRequest']
