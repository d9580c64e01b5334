import { describe, expect, it } from 'vitest'
import type { VisitCorrect, VisitRecord } from '../src/lib/api/types.ts'
import type { OutboxOp } from '../src/lib/data/db.ts'
import type { DoorView } from '../src/lib/data/overlay.ts'
import { foldVisits, nearAt, ownVisitAt, sameRecord } from '../src/routes/phone/own-visits.ts'

const door = (n: number): string => `door-${n}`
let seq = 0
function op(kind: OutboxOp['kind'], payload: OutboxOp['payload'], more: Partial<OutboxOp> = {}): OutboxOp {
  seq += 1
  return { op_id: `op-${seq}`, account_id: 'me', device_seq: seq, made_at: seq * 1000, kind, payload, state: 'local', door: 'Số 7', ...more }
}
const knock = (household_id: string, outcome: VisitRecord['outcome'], more?: Partial<OutboxOp>): OutboxOp => op('visit.record', { household_id, outcome }, more)
const correction = (visit_id: string, record: VisitRecord, more?: Partial<OutboxOp>): OutboxOp => op('visit.correct', { visit_id, why: 'mistap', record } satisfies VisitCorrect, more)

const view = (visits: DoorView['visits']): DoorView => ({ door: { id: door(1) }, visits }) as unknown as DoorView

describe('own visits', () => {
  it('a knock and its corrections are one visit: the first instant, the newest values, also when a version is named', () => {
    const first = knock(door(1), 'NOT_HOME')
    const second = correction(first.op_id, { household_id: door(2), outcome: 'MET_DECLINED' })
    const third = correction(second.op_id, { household_id: door(3), outcome: 'VACANT' })
    const [visit, ...none] = foldVisits([first, second, third])
    expect(none).toEqual([])
    expect(visit).toMatchObject({ root: first.op_id, at: first.made_at, corrections: 2, withdrawn: false, newest: third })
    expect(visit?.record).toEqual({ household_id: door(3), outcome: 'VACANT' })
  })

  it('a correction that came back changes nothing', () => {
    const first = knock(door(1), 'NOT_HOME')
    const back = correction(first.op_id, { household_id: door(2), outcome: 'MOVED' }, { state: 'rejected' })
    expect(foldVisits([first, back])).toMatchObject([{ newest: first, corrections: 0 }])
  })

  it('a withdrawal of any version takes back the visit', () => {
    const first = knock(door(1), 'NOT_HOME')
    const second = correction(first.op_id, { household_id: door(1), outcome: 'MOVED' })
    expect(foldVisits([first, second, op('visit.withdraw', { visit_id: second.op_id })])).toMatchObject([{ withdrawn: true }])
  })

  it('the correction of a visit whose record has left the phone stands for it', () => {
    const alone = correction('long-ago', { household_id: door(1), outcome: 'MOVED' })
    expect(foldVisits([alone])).toMatchObject([{ root: 'long-ago', newest: alone }])
  })

  it('people of a visit are known while its record is on the phone, and asked for anew after', () => {
    const people = [{ age_band: '60-79' as const, skills: [{ skill: 'SEC-01', level: 3 }] }]
    const coached = op('visit.record', { household_id: door(1), outcome: 'SERVED', people })
    const shown = { id: coached.op_id, at: 5, outcome: 'SERVED' as const, team: null, mine: true, comeback: null }
    expect(ownVisitAt([coached], view([shown]), shown)).toMatchObject({ visit_id: coached.op_id, complete: true, at: 5, record: { people } })
    expect(ownVisitAt([], view([shown]), shown)).toMatchObject({ visit_id: coached.op_id, complete: false, record: { household_id: door(1), outcome: 'SERVED' } })
    const missed = { ...shown, outcome: 'NOT_HOME' as const }
    expect(ownVisitAt([], view([missed]), missed).complete).toBe(true)
  })

  it('a version made on another phone hides what this one remembers', () => {
    const first = op('visit.record', { household_id: door(1), outcome: 'SERVED', people: [{ age_band: '80+', skills: [] }] }, { state: 'booked' })
    const shown = { id: 'made-elsewhere', of: first.op_id, versions: 2, at: 5, outcome: 'SERVED_NO_DATA' as const, team: null, mine: true, comeback: null }
    expect(ownVisitAt([first], view([shown]), shown)).toMatchObject({ visit_id: first.op_id, complete: false, record: { outcome: 'SERVED_NO_DATA' } })
  })
})

describe('where the phone stood', () => {
  it('is true of the knock, and unknown of another door', () => {
    const was: VisitRecord = { household_id: door(1), outcome: 'NOT_HOME', near: 'elsewhere' }
    expect(nearAt(was, door(1))).toBe('elsewhere')
    expect(nearAt(was, door(2))).toBe('unknown')
    expect(nearAt({ household_id: door(1), outcome: 'NOT_HOME' }, door(2))).toBeUndefined()
  })
})

describe('what differs', () => {
  it('the order of skills does not, a level does', () => {
    const record = (skills: Array<[string, number]>): VisitRecord => ({
      household_id: door(1),
      outcome: 'SERVED',
      people: [{ age_band: '18-59', skills: skills.map(([skill, level]) => ({ skill, level })) }],
    })
    expect(sameRecord(record([['a', 1], ['b', 2]]), record([['b', 2], ['a', 1]]))).toBe(true)
    expect(sameRecord(record([['a', 1]]), record([['a', 2]]))).toBe(false)
    expect(sameRecord({ household_id: door(1), outcome: 'MOVED' }, { household_id: door(2), outcome: 'MOVED' })).toBe(false)
    expect(sameRecord({ household_id: door(1), outcome: 'MOVED', people: [] }, { household_id: door(1), outcome: 'MOVED' })).toBe(true)
  })
})
