import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Alley, Door } from '$lib/api/types.ts'
import type { Database } from '$lib/data/db.ts'
import { Laid } from '$lib/data/ghosts.svelte.ts'
import { AlreadySent, Knocks } from '$lib/data/knocks.svelte.ts'
import { append, markSent, opsOf } from '$lib/data/outbox.ts'
import { deviceOf } from '$lib/data/session.ts'
import { Turf } from '$lib/data/turf.svelte.ts'
import { applyPull } from '$lib/data/book.ts'
import { parseNo, sideOf } from '$lib/domain/address.ts'
import { deriveState } from '$lib/domain/household.ts'
import { blockOf, faultOf, MOST_ROOMS, planRooms } from '$lib/domain/rooms.ts'
import { haunt, nearest } from '$lib/domain/ghosts.ts'
import { countLooks, layOut, nextDoor, ownPlace, plant, roomsOf, walkOrder, type Spot, type Strip } from '$lib/domain/walk.ts'
import { typedNo } from '../src/routes/phone/alley/typed.ts'
import { unlocked } from './fakes/keys.ts'
import { FakeClock } from './fakes/phone.ts'

const door = (no: string, more: Partial<Door> = {}): Door => {
  const read = parseNo(no)
  const n = Number(no.split('/').at(-1)?.match(/\d+/)?.[0] ?? 0)
  return {
    id: `d-${no}`, code: '', no, sort: `n${String(n).padStart(5, '0')}${no}`, side: read && sideOf(read), head: null, members: null, adults: null,
    landmark: null, active: true, visits: [], ...more,
  }
}
const alley = (id: string, doors: Door[], more: Partial<Alley> = {}): Alley => ({
  id, group_id: 'g', parent_id: null, kind: 'lane', name: id, mouth: null, sort: id, doors, ...more,
})
const spots = (strip: Strip): Spot[] => strip.rows.flatMap((row) => [row.left, row.right]).filter((spot) => spot !== null)
const ghosts = (numbers: string[], more: Alley[] = [], missing = (_: string): boolean => true): string[] =>
  spots(layOut(plant([alley('a', numbers.map((no) => door(no))), ...more])[0]!, (columns, tree) => haunt(columns, tree, missing))).flatMap((spot) => (spot.kind === 'ghost' ? spot.ghost.numbers : []))

describe('ghosts', () => {
  it('stand for the numbers missing between two neighbours, on their own side', () => {
    expect(ghosts(['1', '3', '7', '2', '4', '6'])).toEqual(['5'])
    expect(ghosts(['7', '11', '2', '8'])).toEqual(['4', '6', '9'])
    const strip = layOut(plant([alley('a', ['7', '11'].map((no) => door(no)))])[0]!, (columns, tree) => haunt(columns, tree, () => true))
    const [ghost] = spots(strip).filter((spot) => spot.kind === 'ghost')
    expect(ghost).toMatchObject({ ghost: { numbers: ['9'], between: ['7', '11'] } })
  })
  it('stand for no wide gap, no other way of counting, no lane mouth, no far end of a double house and nothing laid', () => {
    expect(ghosts(['1', '3', '5', '21', '23'])).toEqual([])
    expect(ghosts(['12/3', '14/7'])).toEqual([])
    expect(ghosts(['12/3', '12/7'])).toEqual(['12/5'])
    expect(ghosts(['1', '3', '7', '9'], [alley('s', [door('1')], { parent_id: 'a', mouth: '5' })]), 'the lane at 5').toEqual([])
    expect(ghosts(['10', '12-14', '16'])).toEqual([])
    expect(ghosts(['1', '5', '7', '11'], [], (no) => no !== '9')).toEqual(['3'])
    expect(ghosts(['Kiốt 1 chợ Sao Đỏ', 'Kiốt 5 chợ Sao Đỏ'])).toEqual([])
  })
  it('are never more than the doors, none of which is lost or is a ghost too', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 }), (numbers) => {
        const found = ghosts(numbers.map(String))
        expect(found.length).toBeLessThanOrEqual(numbers.length)
        expect(found.filter((no) => numbers.includes(Number(no)))).toEqual([])
        const strip = layOut(plant([alley('a', numbers.map((n) => door(String(n))))])[0]!, (columns, tree) => haunt(columns, tree, () => true))
        expect(spots(strip).filter((spot) => spot.kind === 'door')).toHaveLength(numbers.length)
      }),
    )
  })
})

describe('rooms', () => {
  it('are numbered as people number them, and fit the field of the book', () => {
    expect(planRooms('12', 2, 2)).toEqual([
      { floor: 1, rooms: ['P101 nhà 12', 'P102 nhà 12'] },
      { floor: 2, rooms: ['P201 nhà 12', 'P202 nhà 12'] },
    ])
    expect(planRooms(null, 1, 2)[0]!.rooms).toEqual(['Phòng 1 nhà trọ', 'Phòng 2 nhà trọ'])
    expect(faultOf(planRooms('12', 10, 10))).toBeNull()
    expect(faultOf(planRooms('12', 10, 11))).toBe('too_many')
    expect(faultOf(planRooms('12A/345B/678', 3, 3))).toBe('too_long')
    expect(MOST_ROOMS).toBe(100)
  })
  it('stand floor by floor behind the number of their building, and are walked there', () => {
    const rooms = planRooms('4', 2, 2).flatMap((floor) => floor.rooms)
    const tree = plant([alley('a', ['1', '2', '4', '6', ...rooms].map((no) => door(no)))])[0]!
    const strip = layOut(tree)
    const block = spots(strip).flatMap((spot) => (spot.kind === 'block' ? [spot.block] : []))[0]!
    expect(block).toMatchObject({ name: blockOf('4') })
    expect(block.floors.map((floor) => [floor.floor, floor.rooms.map((room) => room.no)])).toEqual([
      [1, ['P101 nhà 4', 'P102 nhà 4']],
      [2, ['P201 nhà 4', 'P202 nhà 4']],
    ])
    expect(strip.loose).toEqual([])
    expect(walkOrder(tree).map((step) => step.door.no)).toEqual(['1', '2', '4', ...rooms, '6'])
  })
  it('of a building without a number stand after the numbered doors', () => {
    const tree = plant([alley('a', [door('2'), door('P302 tầng 3 nhà A')])])[0]!
    expect(layOut(tree).blocks.map(roomsOf)).toMatchObject([[{ no: 'P302 tầng 3 nhà A' }]])
  })
})

describe('where the feet are', () => {
  const tree = plant([alley('a', ['1', '2', '3', '4', '5', '6'].map((no) => door(no)))])[0]!
  const steps = walkOrder(tree)
  it('is where the own hand knocked last, whatever the others did meanwhile', () => {
    const at = new Map([['d-5', 9], ['d-2', 5]])
    const state = (id: string) => deriveState(at.has(id) ? [{ id, at: at.get(id)!, outcome: 'NOT_HOME' }] : [])
    const own = (id: string): number | null => (id === 'd-2' ? 5 : null)
    expect(nextDoor(steps, state)?.door.no).toBe('6')
    expect(nextDoor(steps, state, own)?.door.no).toBe('3')
    expect(ownPlace(steps, own)?.door.no).toBe('2')
    expect(ownPlace(steps, () => null)).toBeNull()
    expect(nextDoor(steps, state, () => null)?.door.no, 'nobody knocked here: behind the others').toBe('6')
  })
  it('is found by the number on the wall', () => {
    expect(nearest(steps, '4')?.door.no).toBe('4')
    expect(nearest(steps, '9')?.door.no).toBe('6')
    expect(nearest(steps, 'sau chợ')).toBeNull()
  })
  it('reads numbers as they are typed in a hurry', () => {
    for (const text of ['12a', 'so 12A', 'soos 12a', 'SỐ 12 A', 'nhà số 12A']) expect(typedNo(text), text).toMatchObject({ kind: 'house', head: { number: 12, suffix: 'A' } })
    expect(typedNo('chợ')).toBeNull()
  })
  it('does not count what the ward has not taken in yet', () => {
    const with_ = walkOrder(plant([alley('a', [door('1'), door('3', { active: false, proposed: true }), door('5', { active: false })])])[0]!)
    expect(with_.map((step) => step.door.no)).toEqual(['1', '3'])
    expect(countLooks(with_, () => undefined)).toMatchObject({ total: 1, untouched: 1 })
  })
})

describe('what is put forward', () => {
  let n = 0
  let db: Database
  let turf: Turf
  let knocks: Knocks
  let rests: number[]
  const clock = new FakeClock()
  const book = [alley('a', [door('7', { sort: 'hn00034ma00000n00007ea00000' }), door('11', { sort: 'hn00034ma00000n00011ea00000' })])]

  beforeEach(async () => {
    db = unlocked(`alley-${(n += 1)}`)
    await deviceOf(db, () => 'device-1')
    const wire = book.map(({ parent_id: _p, mouth: _m, ...it }) => ({ ...it, doors: it.doors.map(({ id, code, no, sort, side, active }) => ({ id, code, no: no!, sort, side: side!, active })) }))
    await applyPull(db, 'a', null, { cursor: 'c', reset: true, seq: 5, server_time: 1, alleys: wire }, 1)
    turf = new Turf(db)
    await turf.open('a')
    rests = []
    knocks = new Knocks({ db, clock, account_id: () => 'a' }, (ops, rest) => (rests.push(rest), turf.take(ops)), (ids) => turf.drop(ids))
  })
  const shown = (): Array<string | null> => walkOrder(plant(turf.alleys)[0]!).map((step) => step.door.no)

  it('stands at its place at once, takes visits, survives the app, and rests while it can be taken back', async () => {
    const [op] = await knocks.propose([{ place: { alley_id: 'a', house_no: '9' }, door: 'Số 9' }])
    expect(rests).toEqual([10_000])
    expect(shown()).toEqual(['7', '9', '11'])
    const id = (op!.payload as { household_id: string }).household_id
    await knocks.record({ household_id: id, outcome: 'NOT_HOME' }, 'Số 9')
    expect(turf.doors.get(id)).toMatchObject({ door: { proposed: true, active: false, side: 'odd' }, state: { visits: 1 }, unsent: 1 })
    const again = new Turf(db)
    await again.open('a')
    expect(again.doors.get(id)?.state.visits).toBe(1)
    expect(again.alleys[0]!.doors.map((it) => it.no)).toContain('9')
  })

  it('goes as one, a hundred rooms with one tap', async () => {
    const rooms = planRooms('7', 10, 10).flatMap((floor) => floor.rooms)
    await knocks.propose(rooms.map((house_no) => ({ place: { alley_id: 'a', house_no }, door: house_no })))
    expect(shown()).toHaveLength(102)
    await knocks.undo()
    expect(shown()).toEqual(['7', '11'])
    expect(await opsOf(db, 'a')).toEqual([])
    // The next one follows what came before, and no number is used twice.
    const op = await knocks.record({ household_id: 'd-7', outcome: 'NOT_HOME' }, 'Số 7')
    expect(op).toMatchObject({ device_seq: 101, after: 0 })
  })

  it('is not taken back once it has left, nor out of the middle', async () => {
    const [op] = await knocks.propose([{ place: { alley_id: 'a', house_no: '9' }, door: 'Số 9' }])
    await markSent(db, 'a', [op!.op_id])
    await expect(knocks.undo()).rejects.toBeInstanceOf(AlreadySent)
    expect(shown()).toContain('9')
    const [second] = await knocks.propose([{ place: { alley_id: 'a', house_no: '13' }, door: 'Số 13' }])
    await append(db, { op_id: 'later', account_id: 'a', made_at: 1, kind: 'visit.record', payload: { household_id: (second!.payload as { household_id: string }).household_id, outcome: 'NOT_HOME' }, door: '' })
    await expect(knocks.undo()).rejects.toBeInstanceOf(AlreadySent)
  })

  it('gives way to the book, by its own id', async () => {
    const [op] = await knocks.propose([{ place: { alley_id: 'a', house_no: '9' }, door: 'Số 9' }])
    const id = (op!.payload as { household_id: string }).household_id
    const { settle } = await import('$lib/data/outbox.ts')
    turf.take(await settle(db, 'a', [{ op_id: op!.op_id, outcome: 'applied', seq: 6 }], 2))
    expect(shown(), 'booked, and the pulled book does not reach it yet').toEqual(['7', '9', '11'])
    const wire = { id, code: 'CVA-9', no: '9', sort: 'hn00034ma00000n00009ea00000', side: 'odd' as const, active: false, proposed: true, alley_id: 'a' }
    await applyPull(db, 'a', 'c', { cursor: 'd', reset: false, seq: 6, server_time: 2, doors: [wire] }, 2)
    await turf.reloadBook()
    expect(shown()).toEqual(['7', '9', '11'])
    expect(turf.doors.get(id)?.door.code).toBe('CVA-9')
  })

  it('leaves when the ward says no', async () => {
    const [op] = await knocks.propose([{ place: { alley_id: 'a', landmark: 'sau chợ' }, door: 'Nhà sau chợ' }])
    expect(shown()).toHaveLength(3)
    const { settle } = await import('$lib/data/outbox.ts')
    turf.take(await settle(db, 'a', [{ op_id: op!.op_id, outcome: 'rejected', reason: 'out_of_reach' }], 2))
    expect(shown()).toEqual(['7', '11'])
  })

  it('a row of doors is written whole, one operation each, and undone by one tap', async () => {
    await knocks.recordAll(['d-7', 'd-11'].map((household_id) => ({ record: { household_id, outcome: 'NOT_HOME' as const }, door: household_id })))
    expect((await opsOf(db, 'a')).map((op) => [op.kind, op.device_seq, op.after])).toEqual([['visit.record', 1, 0], ['visit.record', 2, 1]])
    await knocks.undo()
    expect((await opsOf(db, 'a')).map((op) => op.kind)).toEqual(['visit.record', 'visit.record', 'visit.withdraw', 'visit.withdraw'])
    expect([...turf.doors.values()].map((view) => view.state.visits)).toEqual([0, 0])
  })

  it('a double is a visit and a pair; undone, the visit is withdrawn and the pair was never said', async () => {
    await knocks.double('d-7', 'd-11', 'Số 7')
    expect(turf.doors.get('d-7')?.state.last_outcome).toBe('DUPLICATE')
    await knocks.undo()
    expect((await opsOf(db, 'a')).map((op) => op.kind)).toEqual(['visit.record', 'visit.withdraw'])
    expect(turf.doors.get('d-7')?.state.visits).toBe(0)
  })

  it('a number that is not there stays away, for whoever looked', async () => {
    const laid = new Laid(db)
    await laid.open('a')
    await laid.lay('a', '9')
    const later = new Laid(db)
    await later.open('a')
    expect([later.has('a', '9'), later.has('b', '9')]).toEqual([true, false])
    await later.open('b')
    expect(later.has('a', '9')).toBe(false)
  })
})
