import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../../src/lib/api/client.ts'
import { CountsDesk } from '../../src/lib/ward/identity/counts-desk.svelte.ts'
import { cellsOf, faultsOf, readCount } from '../../src/lib/ward/identity/grid.ts'
import { groupOf, readPaste, type Named } from '../../src/lib/ward/identity/paste.ts'
import { lastOf, periodOf, plusMonths, readDate, readMonth, writeDate, writeMonth } from '../../src/lib/ward/identity/period.ts'
import { changedGroups } from '../../src/lib/ward/change.ts'
import { classOf, readPlace, readSum, writeReading } from '../../src/lib/ward/measure.ts'
import { identityOrigin } from '../../src/lib/ward/measure-words.ts'
import type { CountsBook, IdentityApi } from '../../src/lib/ward/identity/api.ts'
import { coverage, group } from './fixture.ts'

const groups: Named[] = [
  { id: 'a', code: 'NGUYENTRAI1', name: 'Nguyễn Trãi 1', aliases: [] },
  { id: 'b', code: 'NGUYENTRAI12', name: 'Nguyễn Trãi 12', aliases: ['Tổ 12 cũ'] },
  { id: 'c', code: 'TO7', name: 'Tổ dân phố 7', aliases: [] },
  { id: 'd', code: 'TRAISEN', name: 'Trại Sen', aliases: ['Ninh Chấp'] },
]

describe('a group is found', () => {
  it.each([
    ['Nguyễn Trãi 1', 'a'],
    ['TDP Nguyen Trai 1', 'a'],
    ['tổ dân phố nguyễn trãi 12', 'b'],
    ['NGUYENTRAI12', 'b'],
    ['Tổ 7', 'c'],
    ['7', 'c'],
    ['ninh chap', 'd'],
    ['Trai Senn', 'd'],
    ['Nguyễn Trãi', null],
    ['Nguyễn Trãi 2', null],
    ['Tổ 8', null],
    ['', null],
  ])('%s is %s', (label, id) => expect(groupOf(label, groups)).toBe(id))
})

describe('a pasted table', () => {
  it('leaves out heads and sums, takes numbers as they are written, and asks about the rest', () => {
    const { rows, unknown } = readPaste(
      'STT\tTổ dân phố\tTừ 14 tuổi\tMức 2\tKích hoạt\r\n1\tNguyễn Trãi 1\t1.234\t1 000\t900\r\n2\tTrại Xen 9\t10\t9\t8\r\n3\tTổ 7\t50\tkhông rõ\t\r\nTổng cộng\t\t1294\t1009\t908\r\n\r\n',
      groups,
    )
    expect([...rows]).toEqual([
      ['a', { from_14: '1.234', l2_issued: '1 000', activated: '900' }],
      ['c', { from_14: '50', l2_issued: 'không rõ', activated: '' }],
    ])
    expect(unknown).toEqual([{ line: 3, label: 'Trại Xen 9', cells: { from_14: '10', l2_issued: '9', activated: '8' }, guesses: ['d', 'a', 'b'] }])
  })
  it('a group that stands twice is a question', () => {
    const { rows, unknown } = readPaste('Tổ 7\t5\t4\t3\nTổ 7\t6\t5\t4', groups)
    expect([rows.size, unknown.map(({ line }) => line)]).toEqual([1, [2]])
  })
  it('a number alone may be a group', () => {
    expect([...readPaste('7;50;40;30', groups).rows.keys()]).toEqual(['c'])
  })
})

describe('cells', () => {
  it('read what people and spreadsheets write', () => {
    expect(['12', ' 1.234 ', '1 234', '1,234', '1\u00a0234', '0'].map(readCount)).toEqual([12, 1234, 1234, 1234, 1234, 0])
    expect(['', '-1', '1,5', 'a', '12.34'].map(readCount)).toEqual([null, null, null, null, null])
  })
  it('say what is wrong, and nothing of an empty row', () => {
    const faults = (from_14: string, l2_issued: string, activated: string) => faultsOf({ from_14, l2_issued, activated })
    expect(faults('', '', '')).toEqual({})
    expect(faults('10', '5', '5')).toEqual({})
    expect(faults('10', '11', '3')).toEqual({ l2_issued: 'more_than_whole' })
    expect(faults('10', '5', '6')).toEqual({ activated: 'more_than_whole' })
    expect(faults('', '5', 'x')).toEqual({ from_14: 'missing', activated: 'not_number' })
    expect(faults('100001', '5', '1')).toEqual({ from_14: 'out_of_range' })
  })
})

describe('periods', () => {
  it('hold today and end with it', () => {
    expect(periodOf('week', 20261126)).toEqual({ from: 20261123, to: 20261126 })
    expect(periodOf('month', 20261126)).toEqual({ from: 20261101, to: 20261126 })
    expect(periodOf('quarter', 20261126)).toEqual({ from: 20261001, to: 20261126 })
    expect(periodOf('quarter', 20260331)).toEqual({ from: 20260101, to: 20260331 })
  })
  it('months are counted over the year', () => {
    expect([plusMonths(202612, 1), plusMonths(202601, -1), lastOf(202602)]).toEqual([202701, 202512, 20260228])
    expect([writeMonth(202611), readMonth('2026-11'), readMonth('x'), writeDate(20261103), readDate('2026-11-03'), readDate('')]).toEqual(['2026-11', 202611, null, '2026-11-03', 20261103, null])
  })
})

const book: CountsBook = {
  month: 202611,
  today: 20261123,
  groups: [
    { id: 'a', code: 'A', name: 'Tổ 1', aliases: [], own: { from_14: 10, l2_issued: 8, activated: 6, month: 202611, as_of: 20261120, source: 'BC', version: 1, by: 'Lan', at: 0 } },
    { id: 'b', code: 'B', name: 'Tổ 2', aliases: [] },
  ],
  sum: { counts: { from_14: 10, l2_issued: 8, activated: 6 }, groups: 1, lacking: 1 },
  months: [202611],
  seq: 3,
  definitions: [],
}

describe('the grid', () => {
  const calls = { counts: vi.fn(), save: vi.fn(), history: vi.fn() }
  let desk: CountsDesk
  beforeEach(async () => {
    vi.resetAllMocks()
    calls.counts.mockImplementation((month: number | null) => Promise.resolve({ ...book, month: month ?? book.month }))
    desk = new CountsDesk(calls as unknown as IdentityApi)
    await desk.load()
  })

  it('begins with what the book has and sends only what was touched', async () => {
    const [one, two] = book.groups
    expect([desk.asOf, desk.source, desk.rowOf(one!)]).toEqual(['2026-11-20', 'BC', cellsOf(one!.own!)])
    desk.paste('Tổ 2\t5\t4\t3')
    expect([desk.filled, desk.rowOf(two!)]).toEqual([1, { from_14: '5', l2_issued: '4', activated: '3' }])
    calls.save.mockResolvedValue(book)
    expect(await desk.save()).toBe(true)
    expect(calls.save).toHaveBeenCalledWith({ month: 202611, as_of: 20261120, source: 'BC', rows: [{ group_id: 'b', from_14: 5, l2_issued: 4, activated: 3 }] })
    expect([desk.dirty, desk.said]).toEqual([false, { is: 'saved', n: 1, unknown: 0 }])
  })

  it('keeps what was typed when the server refuses, and says it under the cell', async () => {
    desk.type(book.groups[1]!, 'from_14', '5')
    desk.type(book.groups[1]!, 'l2_issued', '4')
    desk.type(book.groups[1]!, 'activated', '3')
    calls.save.mockRejectedValue(
      new Problem({ type: 'about:blank', title: '', status: 422, code: 'invalid_field', errors: [{ pointer: '/rows/0/activated', code: 'more_than_whole' }, { pointer: '/source', code: 'secret_in_text' }] } as never),
    )
    expect(await desk.save()).toBe(false)
    expect([desk.faultOf('b', 'activated'), desk.originFaults.get('source'), desk.rowOf(book.groups[1]!).from_14]).toEqual(['more_than_whole', 'secret', '5'])
  })

  it('sends nothing while a line has no group, and nothing that is wrong', async () => {
    desk.paste('Tổ 9\t5\t4\t3')
    expect(await desk.save()).toBe(false)
    desk.place(desk.unknown[0]!, 'b')
    desk.type(book.groups[1]!, 'activated', '9')
    expect(await desk.save()).toBe(false)
    expect(desk.faultOf('b', 'activated')).toBe('more_than_whole')
    desk.type(book.groups[1]!, 'activated', '2')
    expect(desk.faultOf('b', 'activated')).toBe(null)
    expect(calls.save).not.toHaveBeenCalled()
  })

  it('what is typed of a month waits while another is looked at', async () => {
    desk.type(book.groups[1]!, 'from_14', '5')
    await desk.turn(202610)
    expect([desk.month, desk.filled]).toEqual([202610, 0])
    await desk.turn(202611)
    expect([desk.month, desk.filled]).toEqual([202611, 1])
  })
})

describe('the measure of the map', () => {
  const counted = (activated: number | null, l2_issued: number | null, as_of = 20261120) => ({ from_14: 100, l2_issued, activated, month: 202611, as_of, source: 'BC' })
  it('is of level 2 or of all from 14, and a hatch where nobody counted', () => {
    const known = group(1, { identity: counted(60, 80) })
    expect([readPlace('eid', known, 0).ratio, readPlace('eid14', known, 0).ratio]).toEqual([0.75, 0.6])
    const none = readPlace('eid', group(2), 0)
    expect([classOf(none), writeReading('eid', none)]).toEqual([null, '—'])
    const few = readPlace('eid', group(3, { identity: counted(null, 6) }), 0)
    expect([classOf(few), writeReading('eid', few)]).toEqual([null, '<5'])
    const nothing = readPlace('eid', group(4, { identity: counted(0, 0) }), 0)
    expect([classOf(nothing), writeReading('eid', nothing)]).toEqual([null, '—'])
  })
  it('of the ward is the sum of those counted, with its days and source', () => {
    const all = [group(1, { identity: counted(60, 80) }), group(2), group(3, { identity: counted(20, 20, 20261031) })]
    expect(readSum('eid', all)).toMatchObject({ part: 80, whole: 100, ratio: 0.8 })
    expect(identityOrigin(all)).toBe('Số Công an từ 31/10/2026 đến 20/11/2026. Nguồn: BC')
    expect([identityOrigin([group(2)]), readSum('eid', [group(2)]).ratio]).toEqual(['', null])
  })
  it('moves when counts are saved', () => {
    const before = coverage()
    const after = coverage({ groups: [group(1, { identity: counted(60, 80) }), before.groups[1]!] })
    expect(changedGroups(before, after)).toEqual(['g1'])
  })
})
