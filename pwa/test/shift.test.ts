import { describe, expect, it } from 'vitest'
import type { OutboxOp } from '$lib/data/db.ts'
import type { Payload, VisitRecord } from '$lib/api/types.ts'
import { lay } from '$lib/data/overlay.ts'
import { eveningOf, openShift } from '../src/routes/phone/team/shift.ts'
import { FakeClock, Phone } from './fakes/phone.ts'
import { alleyOf, FakeServer } from './fakes/server.ts'

let seq = 0
const op = (kind: string, payload: unknown, made_at: number, state: OutboxOp['state'] = 'local'): OutboxOp => {
  seq += 1
  return { op_id: `op-${seq}`, account_id: 'a', device_seq: seq, made_at, kind: kind as OutboxOp['kind'], payload: payload as Payload, state, door: 'x' }
}
const knock = (household_id: string, outcome: VisitRecord['outcome'], made_at: number, more: Partial<VisitRecord> = {}): OutboxOp =>
  op('visit.record', { household_id, outcome, ...more }, made_at)

describe('the shift', () => {
  it('is the one opened last, until it is closed', () => {
    const first = op('shift.open', { shift_id: 's1', people: 2 }, 100)
    const second = op('shift.open', { shift_id: 's2', people: 3 }, 200)
    expect(openShift([])).toBeNull()
    expect(openShift([first])).toEqual({ shift_id: 's1', opened_at: 100, people: 2 })
    expect(openShift([first, second])).toEqual({ shift_id: 's2', opened_at: 200, people: 3 })
    expect(openShift([first, second, op('shift.close', { shift_id: 's2' }, 300)])).toBeNull()
  })
  it('is as open as before when the server sent the closing back, and was never open when it sent back the opening', () => {
    const opened = op('shift.open', { shift_id: 's1', people: 2 }, 100)
    expect(openShift([opened, op('shift.close', { shift_id: 's1' }, 300, 'rejected')])?.shift_id).toBe('s1')
    expect(openShift([{ ...opened, state: 'rejected' }])).toBeNull()
  })
  it('counts homes as they were left, from its beginning, and nobody else', () => {
    const undone = knock('h9', 'SERVED', 150)
    const ops = [
      knock('h0', 'SERVED', 50),
      knock('h1', 'NOT_HOME', 110),
      knock('h1', 'SERVED', 160),
      knock('h2', 'NOT_HOME', 120),
      knock('h3', 'APPOINTMENT', 130, { comeback: { on: 20261125, band: 'E' } }),
      knock('h4', 'PARTIAL', 140, { comeback: { on: 20261126, band: 'E' } }),
      knock('h5', 'MET_DECLINED', 145),
      undone,
      op('visit.withdraw', { visit_id: undone.op_id }, 151),
      op('referral.open', { household_id: 'h1', kind: 'CLASS' }, 161),
      op('referral.open', { household_id: 'h0', kind: 'CLASS' }, 60, 'booked'),
      op('shift.open', { shift_id: 's', people: 2 }, 100),
    ]
    expect(eveningOf(ops, 100)).toEqual({ homes: 5, notHome: 1, appointments: 2, referrals: 1, unsent: ops.length - 2 })
  })
  it('touches no door', () => {
    const alley = alleyOf('a1', 'Ngõ 34', ['1', '2'])
    const plain = lay([alley], [], 0)
    const after = lay([alley], [op('shift.open', { shift_id: 's', people: 2 }, 1), op('shift.close', { shift_id: 's' }, 2)], 0)
    expect([...after]).toEqual([...plain])
  })
})

it('the codes of the doors come with the book, stay without a network, and go with their group', async () => {
  const server = new FakeServer()
  const real = server.fetch
  let codes = [{ group_id: 'g1', day: 20261122, digits: '2048', animal: 'cat' }, { group_id: 'g1', day: 20261123, digits: '1632', animal: 'bee' }]
  server.fetch = async (input, init) => {
    const response = await real(input, init)
    if (!String(input).includes('/sync/pull')) return response
    const told = (await response.json()) as object
    return Response.json({ ...told, me: { account_id: 'a', name: 'Lan', role: 'volunteer' }, ...(codes.length > 0 ? { codes } : {}) })
  }
  const phone = new Phone(server, 'badge-1', new FakeClock())
  await phone.ready
  await phone.login()
  phone.engine.wake('person')
  await phone.engine.settled()
  await phone.turf.open(null)
  await phone.turf.open(phone.session.account!.id)
  expect(phone.turf.codes).toEqual(codes)
  codes = []
  phone.engine.wake('person')
  await phone.engine.settled()
  await phone.turf.reloadBook()
  expect(phone.turf.codes).toEqual([])
})
