import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import { ImportApi, type FileToRead, type Page } from '../../src/lib/ward/import/api.ts'
import { countOf, DraftDesk, nextOf, PAGE_ROWS } from '../../src/lib/ward/import/draft-desk.svelte.ts'
import { ImportDesk, MAX_FILE_BYTES } from '../../src/lib/ward/import/import-desk.svelte.ts'
import type { Column, Draft, FileReading, ImportLine, Row, RowAct, Show, Undo } from '../../src/lib/ward/import/wire.ts'
import { NOON } from './fixture.ts'

const refuse = (status: number, code: Problem['code'], errors: Problem['errors'] = []) => new Problem({ type: 'about:blank', title: 'no', status, code, errors })
const file = (size = 10): File => new File([new Uint8Array(size)], 'ho.xlsx')

const column = (at: number, over: Partial<Column> = {}): Column => ({ at, label: `C${at}`, field: null, why: 'unknown', forbidden: false, samples: [], ...over })
const reading = (columns: Column[]): FileReading => ({
  file: 'ho.xlsx',
  rows: 3,
  sheets: [{ name: 'Tổ 1', taken: true, header: [3, 3], households: 3, group: 'Tổ 1', letters: null, faults: [], columns }],
})
const line = (id: string, over: Partial<ImportLine> = {}): ImportLine => ({
  id,
  file: 'ho.xlsx',
  by: 'Cô Mai',
  at: NOON,
  undo_until: NOON + 1,
  added: 2,
  confirmed: 0,
  updated: 1,
  unchanged: 0,
  heads_differ: 0,
  repeated: 0,
  left_out: 0,
  groups: 0,
  alleys: 0,
  undone: null,
  ...over,
})

describe('a file on its way in', () => {
  const setUp = (fail: unknown = null) => {
    const server = { fail, asked: [] as FileToRead[], undone: [] as string[], kept: 0 }
    const guard = (): void => {
      if (server.fail) throw server.fail
    }
    const desk = new ImportDesk(
      {
        read: async (asked) => {
          server.asked.push(asked)
          guard()
          return reading([column(0, { field: 'address', why: null }), column(1), column(2, { why: 'birth', forbidden: true })])
        },
        keep: async (asked) => {
          guard()
          server.kept += 1
          return { id: asked.id, rows: 3 }
        },
        imports: async () => ({ drafts: [], imports: [line('i1')] }),
        discard: async () => ({ drafts: [], imports: [] }),
        undoOutlook: async (id) => {
          guard()
          return { import: line(id), households: 2, counts: 1, points: 0, proposals: 0, alleys: 0, groups: 0, staying: 0, stays: [] } satisfies Undo
        },
        undo: async (id) => {
          guard()
          server.undone.push(id)
          return line(id, { undone: { by: 'Cô Mai', at: NOON, stayed: 0 } })
        },
      },
      () => `id${server.asked.length}`,
    )
    return { desk, server }
  }

  it('is not sent when it is empty or too large', async () => {
    const { desk, server } = setUp()
    await desk.choose(file(0))
    expect(desk.failure).toEqual({ file: 'empty_file' })
    await desk.choose(file(MAX_FILE_BYTES + 1))
    expect(desk.failure).toEqual({ file: 'too_large' })
    expect(server.asked).toEqual([])
  })
  it('is read again with what a person knows better, under the same id', async () => {
    const { desk, server } = setUp()
    await desk.choose(file())
    await desk.say(0, { header_row: 4 })
    await desk.sayColumn(0, 1, 'address')
    expect(server.asked.map(({ sheets }) => sheets)).toEqual([{}, { 0: { header_row: 4 } }, { 0: { header_row: 4, columns: { 0: null, 1: 'address' } } }])
    expect(new Set(server.asked.map(({ id }) => id)).size).toBe(1)
    expect(await desk.keep()).toBe(true)
    expect(server.kept).toBe(1)
  })
  it('gets a sentence of its own when it cannot be read, and is let go', async () => {
    const { desk } = setUp(refuse(422, 'unreadable_file', [{ pointer: '/file', code: 'pdf' }]))
    await desk.choose(file())
    expect(desk.failure).toEqual({ file: 'pdf' })
    expect(desk.file).toBeNull()
  })
  it('is kept at hand while the network is away', async () => {
    const { desk, server } = setUp(new Unreachable())
    await desk.choose(file())
    expect(desk.failure).toEqual({ trouble: 'offline' })
    server.fail = null
    await desk.say(0, {})
    expect(desk.reading?.rows).toBe(3)
    server.fail = new Unreachable()
    expect(await desk.keep()).toBe(false)
    expect(desk.file).not.toBeNull()
  })
  it('travels in the body, behind one line of words about it', async () => {
    const sent: { path: string; body: Blob | undefined }[] = []
    const api = new ImportApi({
      call: async (path, call) => {
        sent.push({ path, body: call?.file })
        return { status: 200, data: null, etag: null }
      },
      get: async () => null as never,
      post: async () => null as never,
    })
    await api.read({ file: new File(['a,b\n'], 'tổ 5.csv'), id: 'i1', sheets: { 0: { skip: true } } })
    expect(sent[0]?.path).toBe('/imports/read')
    expect(await sent[0]?.body?.text()).toBe('{"id":"i1","name":"tổ 5.csv","sheets":{"0":{"skip":true}}}\na,b\n')
  })
  it('is taken back only after it was said what stays', async () => {
    const { desk, server } = setUp()
    await desk.refresh()
    await desk.undo()
    expect(server.undone).toEqual([])
    await desk.askUndo('i1')
    expect(desk.undoing?.households).toBe(2)
    server.fail = refuse(409, 'conflict')
    await desk.undo()
    expect(desk.undoFailure).toBe('conflict')
    server.fail = null
    await desk.undo()
    expect(server.undone).toEqual(['i1'])
    expect(desk.undoing).toBeNull()
  })
})

const row = (at: number, over: Partial<Row> = {}): Row => ({
  at,
  place: { sheet: null, row: at + 2 },
  group: 'Tổ 1',
  written: `${at} ngõ 4O`,
  steps: [],
  head: 'Lê Văn Mẫu',
  members: 4,
  adults: null,
  point: null,
  doubts: ['letter_for_digit'],
  suggestions: [`${at} ngõ 40`],
  fate: 'new',
  look: true,
  settled: false,
  first: null,
  book: null,
  ...over,
})

describe('a draft that is looked through', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const setUp = async (rows: Row[] = [row(0), row(1), row(2, { fate: 'no_group', group: null })]) => {
    const server = { rows, fail: null as unknown, acts: [] as [number, RowAct][], pages: [] as Page[], commits: 0, addresses: [] as string[] }
    const guard = (): void => {
      if (server.fail) throw server.fail
    }
    const answer = ({ show, from }: Page): Draft => {
      const shown = server.rows.filter((r) => show !== 'look' || r.look)
      const of = (test: (r: Row) => boolean): number => server.rows.filter(test).length
      return {
        id: 'd1',
        file: 'ho.xlsx',
        by: 'Cô Mai',
        created_at: NOON,
        touched_at: NOON,
        ends_at: NOON,
        rows: shown.slice(from, from + PAGE_ROWS),
        sheets: [],
        counts: {
          all: server.rows.length,
          look: of((r) => r.look),
          new: of((r) => r.fate === 'new'),
          updated: 0,
          same: 0,
          confirmed: 0,
          head_differs: 0,
          repeated: 0,
          left_out: of((r) => r.fate === 'left_out'),
          blocked: of((r) => r.fate === 'no_group'),
          absent: 0,
        },
        doubts: [],
        unknown_groups: [],
        founds: [],
        alleys: 0,
        show: show as Show,
        from,
        of: shown.length,
        absent: [],
      }
    }
    const desk = new DraftDesk(
      {
        draft: async (_, page) => {
          server.pages.push(page)
          guard()
          return answer(page)
        },
        act: async (_, at, act, page) => {
          guard()
          server.acts.push([at, act])
          server.rows = server.rows.map((r) =>
            r.at !== at ? r : { ...r, look: false, settled: true, ...(act.act === 'leave_out' ? { fate: 'left_out' as const } : {}), ...(act.act === 'write' ? { group: act.group ?? null, fate: 'new' as const } : {}) },
          )
          return answer(page)
        },
        actOnMany: async (_, __, ___, page) => {
          guard()
          server.rows = server.rows.map((r) => ({ ...r, look: false }))
          return answer(page)
        },
        found: async (_, __, page) => answer(page),
        address: async (text) => {
          server.addresses.push(text)
          return { steps: [`ngõ ${text}`], doubts: [], suggestions: [] }
        },
        commit: async () => {
          server.commits += 1
          guard()
          return line('d1')
        },
      },
      'd1',
    )
    await desk.load()
    return { desk, server }
  }

  it('goes from one row that wants a look to the next', async () => {
    const { desk, server } = await setUp()
    desk.edit(desk.draft!.rows[1]!)
    desk.form.address = '1 ngõ 40'
    await desk.save()
    expect(server.acts).toEqual([[1, { act: 'write', address: '1 ngõ 40', group: 'Tổ 1', head: 'Lê Văn Mẫu', members: 4, adults: null }]])
    expect(desk.openAt, 'the one below first').toBe(2)
    desk.form.group = 'Tổ 1'
    await desk.save()
    expect(desk.openAt, 'then from the beginning').toBe(0)
    await desk.save()
    expect(desk.openAt).toBeNull()
    expect(nextOf([], 3)).toBeNull()
  })
  it('takes what a row may have meant, accepts and leaves out', async () => {
    const { desk, server } = await setUp()
    await desk.take(desk.draft!.rows[0]!, '0 ngõ 40')
    await desk.settle(row(1))
    await desk.leaveOut(row(2))
    expect(server.acts.map(([at, { act }]) => [at, act])).toEqual([[0, 'write'], [1, 'settle'], [2, 'leave_out']])
    expect([desk.draft?.counts.look, desk.ready, desk.taken]).toEqual([0, true, 2])
  })
  it('names the field the server would not keep, and keeps what was typed', async () => {
    const { desk, server } = await setUp()
    desk.edit(desk.draft!.rows[0]!)
    desk.form.members = 'bốn'
    await desk.save()
    expect([desk.fault, server.acts.length]).toEqual(['members', 0])
    desk.form.members = '4'
    desk.form.address = 'gõ sai'
    server.fail = refuse(422, 'invalid_field', [{ pointer: '/address', code: 'invalid_field' }])
    await desk.save()
    expect([desk.fault, desk.openAt, desk.form.address, desk.failure]).toEqual(['address', 0, 'gõ sai', null])
    server.fail = new Unreachable()
    await desk.save()
    expect([desk.fault, desk.openAt, desk.failure]).toEqual([null, 0, 'offline'])
    expect([countOf(''), countOf(' 12 '), countOf('-1'), countOf('100')]).toEqual([null, 12, undefined, undefined])
  })
  it('says while one types how the address is understood, for the last letter only', async () => {
    const { desk, server } = await setUp()
    desk.edit(desk.draft!.rows[0]!)
    desk.type('1')
    desk.type('12')
    await vi.runAllTimersAsync()
    expect(server.addresses).toEqual(['12'])
    expect(desk.understood?.steps).toEqual(['ngõ 12'])
    desk.shut()
    expect(desk.understood).toBeNull()
  })
  it('goes into the book only when nothing would be lost', async () => {
    const { desk, server } = await setUp()
    await desk.commit()
    expect(server.commits).toBe(0)
    await desk.leaveOut(row(2))
    server.fail = refuse(409, 'conflict')
    await desk.commit()
    expect([desk.done, desk.show, server.commits]).toEqual([null, 'blocked', 1])
    server.fail = null
    await desk.load('look')
    await desk.commit()
    expect(desk.done?.added).toBe(2)
  })
  it('turns to the page before when the last row of a page is done with', async () => {
    const { desk } = await setUp(Array.from({ length: PAGE_ROWS + 1 }, (_, at) => row(at)))
    await desk.load('look', PAGE_ROWS)
    expect(desk.draft?.rows.map(({ at }) => at)).toEqual([PAGE_ROWS])
    await desk.settle(desk.draft!.rows[0]!)
    expect([desk.from, desk.draft?.rows.length, desk.pages]).toEqual([0, PAGE_ROWS, 1])
  })
  it('says that a draft is gone', async () => {
    const { desk, server } = await setUp()
    server.fail = refuse(404, 'not_found')
    await desk.load()
    expect(desk.trouble).toBe('missing')
  })
})
