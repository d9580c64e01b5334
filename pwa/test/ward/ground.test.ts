import { describe, expect, it } from 'vitest'
import { Problem } from '../../src/lib/api/client.ts'
import { boundsOfDoors, countStatuses, MARKS, readDoors, STATUSES } from '../../src/lib/map/doors.ts'
import { contrast, CHANGE_FILL, CHANGE_INK } from '../../src/lib/map/palette.ts'
import { DoorMap } from '../../src/lib/ward/door-map.svelte.ts'
import { featuresOf } from '../../src/lib/ward/export.ts'
import type { FileTold, FileWish, Ground, GroundApi } from '../../src/lib/ward/ground/api.ts'
import { GroundDesk, LARGEST_FILE } from '../../src/lib/ward/ground/ground-desk.svelte.ts'
import { outlineLine } from '../../src/lib/ward/ground/outlines.ts'
import { crossesItself, Sketch } from '../../src/lib/ward/ground/sketch.svelte.ts'
import { group, NOON } from './fixture.ts'

describe('a sketch', () => {
  const square = [[0, 0], [1, 0], [1, 1], [0, 1]] as const
  it('is closed from three points on and written as a closed ring', () => {
    const sketch = new Sketch()
    sketch.close()
    expect(sketch.closed).toBe(false)
    for (const p of square) sketch.add(p)
    expect([sketch.mayClose, sketch.maySave]).toEqual([true, false])
    sketch.close()
    sketch.add([5, 5])
    expect(sketch.points, 'a closed outline takes no more points').toHaveLength(4)
    expect(sketch.geometry()).toEqual({ type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]] })
  })
  it('takes back the closing first, then point by point', () => {
    const sketch = new Sketch()
    sketch.take([...square, square[0]])
    expect([sketch.points.length, sketch.closed]).toEqual([4, true])
    sketch.undo()
    sketch.undo()
    expect([sketch.points.length, sketch.closed]).toEqual([3, false])
    sketch.close()
    sketch.remove(0)
    expect([sketch.points.length, sketch.closed]).toEqual([2, false])
    sketch.clear()
    expect(sketch.points).toEqual([])
  })
  it('is not saved while it crosses itself', () => {
    const sketch = new Sketch()
    sketch.take([...square, square[0]])
    sketch.move(0, [2, 0.5])
    expect([sketch.crosses, sketch.maySave]).toEqual([true, false])
    expect(crossesItself([[0, 0], [1, 1], [1, 0], [0, 1]], false)).toBe(true)
    expect(crossesItself(square, true)).toBe(false)
  })
})

describe('doors', () => {
  const told = {
    unplaced: 2,
    features: [
      { geometry: { type: 'LineString', coordinates: [[1, 2], [3, 4]] }, properties: { kind: 'way', name: 'Ngõ 12' } },
      { geometry: { type: 'Point', coordinates: [1, 2] }, properties: { kind: 'door', no: '12A', status: 'served', way: 'Ngõ 12' } },
      { geometry: { type: 'Point', coordinates: [3, 4] }, properties: { kind: 'door', no: '', status: 'new one', way: 'Ngõ 12' } },
    ],
  }
  it('are read with what the server tells and nothing more', () => {
    const shapes = readDoors(told)
    expect(shapes.ways).toEqual([{ name: 'Ngõ 12', line: [[1, 2], [3, 4]] }])
    expect(shapes.doors.map((d) => [d.no, d.status])).toEqual([['12A', 'served'], ['', 'not_visited']])
    expect(countStatuses(shapes.doors)).toEqual([{ status: 'served', n: 1 }, { status: 'not_visited', n: 1 }])
    const bounds = boundsOfDoors(shapes.doors)!
    expect([bounds.west < 1, bounds.east > 3, bounds.south < 2, bounds.north > 4]).toEqual([true, true, true, true])
    expect(boundsOfDoors([])).toBeNull()
  })
  it('have a shape and a colour of their own for each status', () => {
    expect(new Set(STATUSES.map((s) => MARKS[s].d)).size).toBe(STATUSES.length)
    expect(new Set(STATUSES.map((s) => MARKS[s].fill)).size).toBe(STATUSES.length)
  })
  it('of another group that came late are not shown for this one', async () => {
    const waits: Record<string, (value: unknown) => void> = {}
    const map = new DoorMap({ doors: (id) => new Promise((done) => (waits[id] = done as never)) })
    map.look('a')
    map.look('b')
    waits['b']!(told)
    await Promise.resolve()
    waits['a']!({ features: [] })
    await new Promise((done) => setTimeout(done))
    expect([map.group, map.doors?.doors.length]).toEqual(['b', 2])
    map.look(null)
    expect(map.doors).toBeNull()
  })
})

describe('the colours of a change', () => {
  it('carry their writing', () => {
    CHANGE_FILL.forEach((fill, i) => expect(contrast(fill, CHANGE_INK[i]!), fill).toBeGreaterThanOrEqual(4.5))
  })
})

describe('an export', () => {
  it('has the figure on the screen with its parts, and who made the outline', () => {
    const shapes = { outline: [], bounds: { west: 0, south: 0, east: 1, north: 1 }, basemap: null, groups: [{ id: 'g1', code: 'TO1', name: 'Tổ 1', label: [0, 0], polygons: [], source: 'derived' }] } as never
    const file = featuresOf({ shapes, groups: [group(1)], measure: 'served', now: NOON, asOf: 'hôm nay' })
    expect(file.features[0]!.properties).toEqual({
      code: 'TO1', name: 'Tổ 1', outline_source: 'derived', measure: 'COV_SERVED', kind: 'share', part: 40, whole: 100, value: 0.4,
    })
    expect([file.denominator, file.as_of]).toEqual(['HH_TOTAL', 'hôm nay'])
  })
  it('says in one line what outlines are made of', () => {
    expect(outlineLine([{ source: 'derived' }, { source: 'drawn' }, { source: 'derived' }, { source: null }])).toBe('Ranh giới: 1 tổ vẽ tay, 2 tổ suy ra từ cửa nhà')
    expect(outlineLine([])).toBe('')
  })
})

describe('the room of outlines', () => {
  const ground: Ground = { seq: 1, area_m2: 1, groups: [{ id: 'g1', code: 'TO1', name: 'Tổ 1', source: 'drawn', made_at: null, area_m2: 1, doors: 3, placed: 2 }] }
  const told = (fate: string, over: object = {}): FileTold =>
    ({ features: [{ place: 0, called: ['Tổ 1'], fate, groups: ['g1'], fault: null, area_m2: 1, replaces: 'drawn', ...over }], missing: [], written: false }) as never
  const calls: FileWish[] = []
  const api = (over: Partial<GroundApi>): GroundApi =>
    ({
      ground: async () => ground,
      shapes: async () => null,
      file: async (wish: FileWish) => (calls.push(wish), told(wish.picks.length > 0 ? 'matched' : 'ambiguous')),
      ...over,
    }) as never
  const file = (text: string, size = text.length): File => ({ name: 'to.geojson', size, text: async () => text }) as never

  it('looks at a file, lets the desk say which group a shape is, and writes only when told', async () => {
    let changed = 0
    const desk = new GroundDesk(api({}), () => (changed += 1))
    await desk.load()
    expect(desk.placed).toBe(2)
    await desk.bring(file('{}'))
    expect([desk.toWrite, changed]).toEqual([0, 0])
    await desk.pick(0, 'g1')
    expect([desk.toWrite, desk.lost, desk.faulty]).toEqual([1, 1, 0])
    expect(calls.every((wish) => !wish.commit)).toBe(true)
    expect(await desk.takeOver(true)).toBe(true)
    expect(calls.at(-1)).toMatchObject({ commit: true, replace: true, picks: [{ place: 0, group: 'g1' }] })
    expect([desk.brought, desk.said, changed]).toEqual([null, { is: 'file', n: 1 }, 1])
  })
  it('keeps the file when it could not be written', async () => {
    const desk = new GroundDesk(api({ file: async (wish) => { if (wish.commit) throw new Problem({ status: 503, code: 'unavailable' } as never, null); return told('matched') } }), () => undefined)
    await desk.bring(file('{}'))
    expect(await desk.takeOver(true)).toBe(false)
    expect([desk.brought?.name, desk.said]).toEqual(['to.geojson', { is: 'failed' }])
  })
  it('says what is wrong with a file before it is sent', async () => {
    const desk = new GroundDesk(api({}), () => undefined)
    await desk.bring(file('{', 5))
    expect(desk.fileTrouble).toBe('unreadable')
    await desk.bring(file('{}', LARGEST_FILE + 1))
    expect(desk.fileTrouble).toBe('too_large')
  })
  it('tells the fault of a drawing and keeps the drawing', async () => {
    const refused = new Problem({ status: 422, code: 'invalid_field', errors: [{ pointer: '/geometry', code: 'crosses_itself' }] } as never, null)
    const desk = new GroundDesk(api({ draw: async () => { throw refused } }), () => undefined)
    expect(await desk.draw(ground.groups[0]!, new Sketch() as never)).toBe(false)
    expect([desk.fault, desk.said]).toEqual(['crosses_itself', null])
  })
  it('makes no key without a name, and shows a new one once', async () => {
    const made = { id: 'k', label: 'QGIS', login: 'ban-do-x', key: 'AAAAAA', made_at: NOON }
    const desk = new GroundDesk(api({ makeKey: async () => made, keys: async () => [made], revokeKey: async () => undefined }), () => undefined)
    expect(await desk.makeKey('  ')).toBe(false)
    expect(desk.keyTrouble).toBe('need')
    expect(await desk.makeKey('QGIS')).toBe(true)
    expect([desk.newKey, desk.keyTrouble, desk.keys?.length]).toEqual([made, null, 1])
    await desk.revokeKey(made)
    expect([desk.newKey, desk.revoked]).toEqual([null, 'QGIS'])
  })
})
