import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import { fromField, keyOfDoor, leaves, reasonFault, toField, writeDecided, writeNo, writeQuestion, writeYes } from '../../src/lib/ward/doors.ts'
import { AT_ONCE, DoorsDesk, type DoorVerdict } from '../../src/lib/ward/doors-desk.svelte.ts'
import { InvitesDesk, linkOf, spell } from '../../src/lib/ward/invites-desk.svelte.ts'
import type { AskedDoor, NewInvite } from '../../src/lib/ward/wire.ts'
import { askedDoor, NOON, place } from './fixture.ts'

const refuse = (status: number) => new Problem({ type: 'about:blank', title: 'no', status, code: 'conflict' })
const TODAY = 20261122

describe('a door that waits, in words', () => {
  it('says what a yes and a no will do, question by question', () => {
    const left = askedDoor(1)
    expect([writeQuestion(left), leaves(left)]).toEqual(['Đã chuyển đi', true])
    expect(writeYes(left)).toContain('ra khỏi số hộ')
    expect(writeNo(left)).toContain('ở lại trong sổ')
    const fresh = askedDoor(2, { question: 'new_house' })
    expect([writeQuestion(fresh), leaves(fresh)]).toEqual(['Nhà mới', false])
    expect(writeYes(fresh)).toContain('vào sổ')
    expect(writeNo(fresh)).toContain('rời khỏi máy')
    const double = askedDoor(3, { question: 'double', of: place(9) })
    expect([writeYes(double), leaves(double)]).toEqual(['Gộp vào Số 9, Ngõ 34, mọi lượt tính cho nhà đó.', false])
    expect(leaves(askedDoor(3, { question: 'double' })), 'nobody said of which').toBe(true)
  })
  it('says what was decided', () => {
    expect(writeDecided(askedDoor(1), 'approve', 20261101)).toBe('Số 1, Ngõ 34 ra khỏi số hộ từ ngày 01/11/2026.')
    expect(writeDecided(askedDoor(1), 'refuse', TODAY)).toBe('Số 1, Ngõ 34 ở lại trong sổ như cũ.')
    expect(writeDecided(askedDoor(1, { question: 'new_house' }), 'approve', TODAY)).toBe('Số 1, Ngõ 34 đã vào sổ.')
    expect(writeDecided(askedDoor(1, { question: 'double', of: place(9) }), 'approve', TODAY)).toContain('gộp vào Số 9')
  })
  it('asks for a reason without anybody’s number in it', () => {
    expect(['', '  ', 'Tổ trưởng xác nhận ngày 20/11'].map(reasonFault)).toEqual(['empty', 'empty', null])
    expect(reasonFault('gọi ' + '9'.repeat(9))).toBe('number')
    expect(reasonFault('số ' + '12 34.56-78 9')).toBe('number')
    expect(reasonFault('a'.repeat(201))).toBe('long')
  })
  it('turns a day into a date field and back', () => {
    expect(toField(20260105)).toBe('2026-01-05')
    expect([fromField('2026-01-05'), fromField(''), fromField('5/1/2026')]).toEqual([20260105, null, null])
  })
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the desk that approves', () => {
  const setUp = async (doors: AskedDoor[] = [askedDoor(1), askedDoor(2, { question: 'new_house' })]) => {
    const server = { doors, fail: null as unknown, told: [] as unknown[], asked: 0 }
    const act = async (...told: unknown[]): Promise<void> => {
      if (server.fail) throw server.fail
      server.told.push(told)
    }
    const api = {
      askedDoors: async () => {
        server.asked += 1
        return server.doors
      },
      decideDoor: act,
      restore: act,
    }
    const desk = new DoorsDesk(api, () => NOON, () => true)
    await desk.refresh()
    return { server, desk, shown: () => (desk.doors.is === 'ready' ? desk.doors.data.map((d) => d.household.id) : null) }
  }
  const yes: DoorVerdict = { decision: 'approve', reason: ' tổ trưởng xác nhận ', date: 20261101 }

  it('sends what was on screen, so that an answer sent twice falls on no other question', async () => {
    const { server, desk, shown } = await setUp()
    expect(await desk.decide(askedDoor(1), yes)).toBe(true)
    expect(server.told).toEqual([
      ['h1', { decision: 'approve', reason: 'tổ trưởng xác nhận', question: 'moved', at: NOON - 60_000, date: 20261101 }],
    ])
    expect([shown(), desk.waiting, desk.decided?.back]).toEqual([['h2'], 1, true])
    // The list that was on its way meanwhile still has it.
    await desk.refresh()
    expect(shown()).toEqual(['h2'])
  })
  it('shows a long list by parts and by kinds', async () => {
    const many = Array.from({ length: AT_ONCE + 6 }, (_, n) => askedDoor(n + 1))
    const { desk } = await setUp([...many, askedDoor(90, { question: 'new_house' }), askedDoor(91, { question: 'double', of: place(1) })])
    expect([desk.shown.length, desk.more, desk.waiting]).toEqual([AT_ONCE, 8, AT_ONCE + 8])
    expect((['all', 'new', 'double', 'left'] as const).map((kind) => desk.countOf(kind))).toEqual([AT_ONCE + 8, 1, 1, AT_ONCE + 6])
    desk.limit += AT_ONCE
    expect([desk.shown.length, desk.more]).toEqual([AT_ONCE + 8, 0])
    desk.pick('new')
    expect([desk.shown.map((d) => d.household.id), desk.limit]).toEqual([['h90'], AT_ONCE])
  })
  it('names no day where none belongs', async () => {
    const { server, desk } = await setUp()
    await desk.decide(askedDoor(2, { question: 'new_house' }), yes)
    await desk.decide(askedDoor(1), { ...yes, decision: 'refuse' })
    expect(server.told.flat().filter((told) => typeof told === 'object' && told !== null && 'date' in told)).toEqual([])
    expect(desk.decided?.back).toBe(false)
  })
  it('is asked again about what was seen later', async () => {
    const { server, desk, shown } = await setUp()
    await desk.decide(askedDoor(1), { ...yes, decision: 'refuse' })
    server.doors = [askedDoor(1, { at: NOON })]
    await desk.refresh()
    expect(shown()).toEqual(['h1'])
    expect(keyOfDoor(askedDoor(1))).not.toBe(keyOfDoor(askedDoor(1, { at: NOON })))
  })
  it('brings a household back that has just left, once', async () => {
    const { server, desk } = await setUp()
    expect(await desk.takeBack(), 'nothing was decided').toBe(false)
    await desk.decide(askedDoor(1), yes)
    expect(await desk.takeBack()).toBe(true)
    expect(server.told.at(-1)).toEqual([['h1']])
    expect([desk.decided, desk.undone?.household.id]).toEqual([null, 'h1'])
    expect(await desk.takeBack()).toBe(false)
  })
  it('keeps the row when the line is down, and lets it go when another desk was faster', async () => {
    const { server, desk, shown } = await setUp()
    server.fail = new Unreachable()
    expect(await desk.decide(askedDoor(1), yes)).toBe(false)
    expect([shown(), desk.failures.get(keyOfDoor(askedDoor(1))), desk.decided]).toEqual([['h1', 'h2'], 'offline', null])
    server.fail = refuse(409)
    server.doors = [askedDoor(2)]
    expect(await desk.decide(askedDoor(1), yes)).toBe(false)
    expect([shown(), desk.overtaken]).toEqual([['h2'], true])
  })
})

describe('invitations', () => {
  const made: NewInvite = { id: 'i1', code: 'ABCD23', team: { id: 't1', name: 'Đội 1' }, expires_on: TODAY, uses_left: 20 }
  const setUp = () => {
    const server = { fail: null as unknown, told: [] as unknown[] }
    const act = <T>(answer: T) => async (...told: unknown[]): Promise<T> => {
      if (server.fail) throw server.fail
      server.told.push(told)
      return answer
    }
    const api = { invites: async () => [], invite: act(made), revokeInvite: act(undefined), teams: async () => [] }
    return { server, desk: new InvitesDesk(api, true) }
  }
  it('stand behind the # of a link, where no server writes them down', () => {
    expect(linkOf('https://gocua.example', 'ABCD23')).toBe('https://gocua.example/join#ABCD23')
    expect(new URL(linkOf('https://gocua.example', 'ABCD23')).pathname).toBe('/join')
    expect(spell('ABCD23')).toBe('ABC D23')
  })
  it('show their code until they are taken back', async () => {
    const { server, desk } = setUp()
    expect(await desk.make(null, 14, 20)).toBe(true)
    expect([server.told, desk.made?.code]).toEqual([[[{ team_id: null, days: 14, uses: 20 }]], 'ABCD23'])
    expect(await desk.revoke('i1')).toBe(true)
    expect(desk.made).toBe(null)
  })
  it('say when they could not be made', async () => {
    const { server, desk } = setUp()
    server.fail = new Unreachable()
    expect(await desk.make(null, 14, 20)).toBe(false)
    expect([desk.failure, desk.made, desk.busy]).toEqual(['offline', null, false])
  })
})
