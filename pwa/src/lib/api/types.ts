/**
 * The wire, as generated from docs/api/openapi.json (`npm run api`), and the two shapes the phone
 * keeps: on the wire what is empty is left out, on the phone it is spelled out once and for all.
 */
import type { components } from './schema.d.ts'
import type { Comeback, Outcome } from '../domain/visit.ts'

type Schemas = components['schemas']

export type Role = Schemas['Role']
export type AccountView = Schemas['AccountView']
export type SessionView = Omit<Schemas['SessionView'], 'account'> & { account: AccountView }
export type ProblemCode = Schemas['Code']
export type ProblemBody = Schemas['Problem']
export type OpResult = Schemas['OpResult']
export type OpOutcome = Schemas['OpOutcome']
export type Reason = Schemas['Reason']
export type Flag = Schemas['Flag']
/** An operation's payload is any JSON in the document; these are the two that phones send. */
export type WireOp = Omit<Schemas['Op'], 'payload' | 'kind'> & { kind: OpKind; payload: VisitRecord | Withdraw }
export type PushRequest = Omit<Schemas['PushRequest'], 'ops'> & { ops: WireOp[] }
export type PushAnswer = Schemas['PushAnswer']
export type PullAnswer = Schemas['PullAnswer']
export type AlleyView = Schemas['AlleyView']
export type WireDoor = Schemas['DoorView']
export type Me = Schemas['Me']
export type Skill = Schemas['Skill']
export type Group = Omit<Schemas['GroupView'], 'outline'> & {
  /** Rings of [longitude, latitude]. */
  outline?: Array<Array<[number, number]>>
}
export type AlleyKind = Schemas['AlleyKind']

export type OpKind = 'visit.record' | 'visit.withdraw'

export interface PersonCoached {
  age_band: '6-13' | '14-17' | '18-59' | '60-79' | '80+'
  skills: Array<{ skill: string; level: number }>
}

export interface VisitRecord {
  household_id: string
  outcome: Outcome
  people?: PersonCoached[]
  comeback?: Comeback
}

export interface Withdraw {
  visit_id: string
}

export interface DoorVisit {
  id: string
  at: number
  outcome: Outcome
  team: string | null
  mine: boolean
  comeback: Comeback | null
}

export interface Door {
  id: string
  code: string
  no: string | null
  sort: string
  side: 'odd' | 'even' | null
  head: string | null
  members: number | null
  adults: number | null
  landmark: string | null
  active: boolean
  visits: DoorVisit[]
}

export interface Alley {
  id: string
  group_id: string
  parent_id: string | null
  kind: AlleyKind
  name: string
  /** The number it turns off at. */
  mouth: string | null
  sort: string
  doors: Door[]
}

export function doorFrom(wire: WireDoor): Door {
  return {
    id: wire.id,
    code: wire.code,
    no: wire.no || null,
    sort: wire.sort,
    side: wire.side === 'odd' || wire.side === 'even' ? wire.side : null,
    head: wire.head || null,
    members: wire.members ?? null,
    adults: wire.adults ?? null,
    landmark: wire.landmark || null,
    active: wire.active,
    visits: (wire.visits ?? []).map((visit) => ({
      id: visit.id,
      at: visit.at,
      outcome: visit.outcome,
      team: visit.team ?? null,
      mine: visit.mine ?? false,
      comeback: visit.comeback ?? null,
    })),
  }
}

export function alleyFrom(wire: AlleyView): Alley {
  return {
    id: wire.id,
    group_id: wire.group_id,
    parent_id: wire.parent_id ?? null,
    kind: wire.kind,
    name: wire.name,
    mouth: wire.mouth ?? null,
    sort: wire.sort,
    doors: wire.doors.map(doorFrom),
  }
}
