import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Alley, Door } from '../src/lib/api/types.ts'
import type { OutboxOp } from '../src/lib/data/db.ts'
import { lay } from '../src/lib/data/overlay.ts'
import { AREA, BY, CUES, Finder, PERSON, SHORT, SOFT, spansOf, type Answer } from '../src/lib/domain/find.ts'
import { foldWords, searchKey } from '../src/lib/domain/search.ts'
import { DoorIndex, type Held } from '../src/routes/phone/door-search.ts'

interface WardWay {
  id: string
  group: string
  name: string
  parent?: string
  /** `number|head|landmark`; a door goes by its way and its number, or its landmark where it has none. */
  doors: string[]
}

interface Case {
  rule: string
  q: string
  first?: string
  /** These and no others come first, in any order among themselves. */
  top?: string[]
  also?: string[]
  never?: string[]
  none?: true
  vague?: true
  any_order?: true
}

/** The lists that both languages have. */
interface Words {
  short: Array<[string, string]>
  cues: Array<[key: string, written: string]>
  soft: string[]
  person: string[]
  area: string[]
}

const { ways, words, cases } = JSON.parse(readFileSync(new URL('../../tests/vectors/find.json', import.meta.url), 'utf8')) as { ways: WardWay[]; words: Words; cases: Case[] }

const namesOf = (way: WardWay): string[] => [way.name, ...(way.parent ? namesOf(ways.find(({ id }) => id === way.parent)!) : [])]

function ward(): Finder<string> {
  const finder = new Finder<string>()
  for (const way of ways) {
    finder.put(
      way.id,
      { group: way.group, names: namesOf(way) },
      way.doors.map((line) => {
        const [no = '', head = '', landmark = ''] = line.split('|')
        return [{ no: no || null, head: head || null, landmark: landmark || null, code: '' }, `${way.id} ${no || landmark}`]
      }),
    )
  }
  finder.order(ways.map(({ id }) => id))
  return finder
}

const finder = ward()
const ALL = 10_000
const doors = (answer: Answer<string>): string[] => answer.hits.map(({ item }) => item)

function check(c: Case, text: string): void {
  const answer = finder.find(text, ALL)
  const found = doors(answer)
  if (c.first !== undefined) expect(found[0]).toBe(c.first)
  if (c.top) expect(found.slice(0, c.top.length).sort()).toEqual([...c.top].sort())
  for (const door of c.also ?? []) expect(found).toContain(door)
  for (const door of c.never ?? []) expect(found).not.toContain(door)
  if (c.none || c.vague) expect(found.slice(0, 3)).toEqual([])
  expect(answer.vague).toBe(c.vague ?? false)
  expect(answer.total).toBe(found.length)
}

const orders = (all: readonly string[]): string[] =>
  all.length < 2 ? [all.join(' ')] : all.flatMap((word, at) => orders([...all.slice(0, at), ...all.slice(at + 1)]).map((rest) => `${word} ${rest}`))

describe('what a person means', () => {
  it.each(cases)('$rule: $q', (c) => {
    check(c, c.q)
    if (c.any_order) for (const text of orders(c.q.split(' '))) check(c, text)
  })
  it('is told by three hundred cases or more, some of them in any order', () => {
    expect(cases.length).toBeGreaterThanOrEqual(300)
    expect(cases.filter(({ any_order }) => any_order).length).toBeGreaterThan(10)
  })
  it('is read with the same lists of words in both languages', () => {
    expect(Object.entries(SHORT)).toEqual(words.short)
    expect(Object.entries(CUES).map(([key, { marked }]) => [key, marked])).toEqual(words.cues.map(([key, written]) => [key, foldWords(written)[0]?.marked]))
    expect([...SOFT]).toEqual(words.soft)
    expect([...PERSON]).toEqual(words.person)
    expect(AREA).toEqual(words.area)
  })
})

/** Every door with a number on a way with a name, and how a person writes it on an envelope. */
const envelopes = ways.flatMap((way) =>
  way.doors.flatMap((line) => {
    const [no = '', head = ''] = line.split('|')
    return no === '' ? [] : [{ door: `${way.id} ${no}`, address: `${no} ${way.name}, ${way.group}`, head }]
  }),
)
const plainly = (text: string): string => searchKey(text)
const startsOf = (text: string): string[] => [...text].map((_, at) => text.slice(0, at + 1)).filter((start) => start.trim() === start)

describe('for any door', () => {
  it('its address typed whole finds it first', () => {
    for (const { door, address } of envelopes) {
      expect(finder.find(address, 1).hits[0]?.item, address).toBe(door)
      // A dash is lost without marks: `20-22` becomes two numbers.
      if (!address.includes('-')) expect(finder.find(plainly(address), 1).hits[0]?.item, plainly(address)).toBe(door)
    }
  })

  it('no letter on the way to its address or its name loses it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...envelopes), fc.boolean(), fc.boolean(), ({ door, address, head }, marked, named) => {
        const text = named ? `${head} ${address}` : address
        for (const start of startsOf(marked ? text : plainly(text))) {
          const answer = finder.find(start, ALL)
          if (!answer.vague) expect(doors(answer), start).toContain(door)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('a letter more never lets an unrelated door past it', () => {
    // A word that is whole somewhere in the book may bring other doors forward: `an` on the way to `anh`.
    const keysOf = (...texts: string[]): string[] => texts.flatMap((text) => foldWords(text).map(({ key }) => key))
    const whole = new Set(ways.flatMap(({ group, name, doors: lines }) => keysOf(group, name, ...lines)))
    const spoken = new Map<string, Set<string>>(ways.flatMap(({ id, group, name, doors: lines }) => lines.map((line) => [`${id} ${line.split('|')[0] || line.split('|')[2]}`, new Set(keysOf(group, name, line))] as const)))
    let compared = 0
    fc.assert(
      fc.property(fc.constantFrom(...envelopes), ({ door, address, head }) => {
        // By the name that counts most: a family name counts as much as a street.
        const text = plainly(`${head.split(' ').at(-1)} ${address}`)
        const starts = startsOf(text)
        const unrelated = (other: string): boolean => text.split(' ').every((word) => !spoken.get(other)!.has(word))
        for (const [at, start] of starts.entries()) {
          const next = starts[at + 1]
          const typed = start.split(' ').at(-1) ?? ''
          if (next === undefined || /\d/.test(next) || typed.length < 2 || whole.has(typed) || whole.has(next.split(' ').at(-1) ?? '')) continue
          const [before, after] = [doors(finder.find(start, ALL)), doors(finder.find(next, ALL))]
          if (!before.includes(door) || !after.includes(door)) continue
          compared += 1
          const ahead = new Set(before.slice(0, before.indexOf(door)))
          for (const other of after.slice(0, after.indexOf(door)).filter(unrelated)) expect(ahead, `${other} past ${door} at ${next}`).toContain(other)
        }
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(100)
  })

  it('the order is total: the same doors in the same order, however many are asked for', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.integer({ min: 0, max: 40 }), ({ q }, most) => {
        const all = finder.find(q, ALL)
        const some = finder.find(q, most)
        expect(doors(some)).toEqual(doors(all).slice(0, most))
        expect(some.total).toBe(all.total)
      }),
      { numRuns: 300 },
    )
  })

  it('any text at all has an answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const answer = finder.find(text, 5)
        expect(answer.hits.length).toBe(Math.min(5, answer.total))
        if (answer.query) expect(spansOf(answer.query, text).map((span) => span.text).join('')).toBe(text.normalize('NFC'))
      }),
    )
  })
})

describe('folding', () => {
  it('keeps of the marks what the key loses, with one writing for both places of a tone', () => {
    const marked = (text: string): string[] => foldWords(text).map((word) => word.marked)
    expect(marked('Hoà')).toEqual(marked('HÒA'))
    expect(marked('thuỷ')).toEqual(marked('thủy'))
    expect(marked('Lý')).toEqual(marked('lí'))
    expect(marked('Đường'.normalize('NFD'))).toEqual(marked('đường'))
    expect(marked('Hòa')).not.toEqual(marked('Hóa'))
    expect(marked('đo')).not.toEqual(marked('do'))
  })
  it('of what was folded changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = foldWords(text).map(({ key }) => key)
        expect(foldWords(once.join(' ')).map(({ key, marked }) => [key, marked])).toEqual(once.map((key) => [key, key]))
      }),
    )
  })
})

describe('why a door was found', () => {
  const shown = (text: string, words: string): string => {
    const { query } = finder.find(text, 1)
    return spansOf(query!, words)
      .map((span) => (span.hit ? `[${span.text}]` : span.text))
      .join('')
  }
  it('is underlined: whole words, beginnings of half-typed ones, numbers', () => {
    expect(shown('tran lan', 'Trần Thị Lan')).toBe('[Trần] Thị [Lan]')
    expect(shown('nguyen tr', 'Ngõ 34, Nguyễn Trãi')).toBe('Ngõ 34, [Nguyễn] [Tr]ãi')
    expect(shown('34/7', 'Ngõ 34, Nguyễn Trãi')).toBe('Ngõ [34], Nguyễn Trãi')
    expect(shown('7', 'Số 7A')).toBe('Số [7A]')
    expect(shown('2', 'Số 24')).toBe('Số [2]4')
  })
  it('is underlined in either writing of what has a short one, and after typos and raw strokes', () => {
    expect(shown('nvh trai sen', 'sau nhà văn hóa Trại Sen')).toBe('sau [nhà] [văn] [hóa] [Trại] [Sen]')
    expect(shown('nha van hoa', 'cạnh NVH Trại Sen')).toBe('cạnh [NVH] Trại Sen')
    expect(shown('traij sen', 'Trại Sen')).toBe('[Trại] [Sen]')
    expect(shown('nguyne trai', 'Nguyễn Trãi')).toBe('[Nguyễn] [Trãi]')
  })
  it('is told by the kind of place', () => {
    const by = (text: string): number | undefined => finder.find(text, 1).hits[0]?.by
    expect(by('7 nguyen trai')).toBe(BY.number | BY.way)
    expect(by('sau san bong')).toBe(BY.landmark)
    expect(by('quach thi nhan')).toBe(BY.head)
    expect(by('khu trai sen so 4')! & BY.number).toBe(BY.number)
    expect(by('80 thai hoc 2')).toBe(BY.number | BY.group)
  })
})

describe('the index of the phone', () => {
  const door = (id: string, no: string | null, head: string | null, more: Partial<Door> = {}): Door => ({
    id, code: `T-${id}`, no, sort: id, side: null, head, members: 1, adults: 1, landmark: null, active: true, visits: [], ...more,
  })
  const alley = (id: string, name: string, doors: Door[], more: Partial<Alley> = {}): Alley => ({
    id, group_id: 'g', parent_id: null, kind: 'lane', name, mouth: null, sort: id, doors, ...more,
  })
  const held = (alleys: Alley[], ops: OutboxOp[] = []): Held => ({
    alleys, ops, groups: [{ id: 'g', code: 'G', name: 'Trại Sen' }], doors: lay(alleys, ops, 1),
  })
  const edit = (household_id: string, head: string): OutboxOp => ({
    op_id: 'op', account_id: 'acc', device_seq: 1, after: 0, made_at: 0, kind: 'household.edit', payload: { household_id, set: { head }, was: {} }, state: 'local', door: '', waiting: 1,
  })
  const index = (): DoorIndex => new DoorIndex(() => 0, () => Promise.resolve())
  const ids = (at: DoorIndex, text: string): string[] => at.find(text, 10).hits.map(({ item }) => item)
  const one = alley('a1', 'Ngõ 34, Nguyễn Trãi', [door('d1', '7', 'Trần Thị Lan'), door('d2', '9', 'Lê Văn Sửu'), door('d3', '11', 'Vũ Thị Cúc', { active: false })])
  const two = alley('a2', 'Ngõ 56, Nguyễn Trãi', [door('d4', '7', 'Phạm Thị Mão'), door('d5', null, null, { landmark: 'sau chợ' })])

  it('knows the doors in reach, without those that are closed', async () => {
    const at = index()
    expect(ids(at, 'lan')).toEqual([])
    await at.follow(held([one, two]))
    expect(ids(at, 'lan')).toEqual(['d1'])
    expect(ids(at, '7')).toEqual(['d1', 'd4'])
    expect(ids(at, 'sau cho')).toEqual(['d5'])
    expect(ids(at, 'cuc')).toEqual([])
    expect(ids(at, 'T-d4')).toEqual(['d4'])
    expect(ids(at, 'trai sen').sort()).toEqual(['d1', 'd2', 'd4', 'd5'])
  })

  it('reads again only the alley that has changed', async () => {
    const put = vi.spyOn(Finder.prototype, 'put')
    const at = index()
    await at.follow(held([one, two]))
    put.mockClear()
    // The same book, read from the disk once more.
    await at.follow(held(structuredClone([one, two])))
    expect(put).not.toHaveBeenCalled()
    await at.follow(held([one, { ...two, doors: [...two.doors, door('d6', '9', 'Ngô Thị Tý')] }]))
    expect(put.mock.calls.map(([id]) => id)).toEqual(['a2'])
    expect(ids(at, 'ty')).toEqual(['d6'])
    put.mockRestore()
  })

  it('knows what this phone has changed, and forgets it when it is taken back', async () => {
    const at = index()
    await at.follow(held([one, two], [edit('d2', 'Lê Văn Tỵ')]))
    expect(ids(at, 'le van ty')).toEqual(['d2'])
    expect(ids(at, 'suu')).toEqual([])
    await at.follow(held([one, two]))
    expect(ids(at, 'suu')).toEqual(['d2'])
  })

  it('lets go of an alley that was handed back, and of all when nobody is signed in', async () => {
    const at = index()
    await at.follow(held([one, two]))
    await at.follow(held([two]))
    expect(ids(at, 'lan')).toEqual([])
    expect(ids(at, 'mao')).toEqual(['d4'])
    const gone = at.follow({ alleys: [], groups: [], ops: [], doors: new Map() })
    expect(ids(at, 'mao')).toEqual([])
    await gone
    expect(ids(at, 'mao')).toEqual([])
  })

  it('follows the last turf when they come faster than they can be read', async () => {
    let let_in: () => void = () => undefined
    const at = new DoorIndex(() => 0, () => new Promise((done) => (let_in = done)))
    const first = at.follow(held([one]))
    const second = at.follow(held([two]))
    expect(second).toBe(first)
    while (ids(at, 'mao').length === 0) {
      let_in()
      await Promise.resolve()
    }
    await first
    expect(ids(at, 'lan')).toEqual([])
    expect(ids(at, 'mao')).toEqual(['d4'])
  })

  it('answers while it reads, and lets a thumb in between two alleys', async () => {
    let now = 0
    let at: DoorIndex | null = null
    const seen: string[][] = []
    at = new DoorIndex(
      () => (now += 100),
      () => {
        if (at) seen.push(ids(at, '7'))
        return Promise.resolve()
      },
    )
    await at.follow(held([one, two]))
    expect(seen).toEqual([[], ['d1'], ['d1', 'd4']])
  })

  it('shows a door once that stands in two alleys between two pages of the book', async () => {
    const at = index()
    const both = held([one, alley('a3', 'Ngõ 60', [door('d1', '7', 'Trần Thị Lan')])])
    await at.follow(both)
    expect(at.views(at.find('lan', 10), lay([...both.alleys], [], 1)).map(({ view }) => view.door.id)).toEqual(['d1'])
  })
})
