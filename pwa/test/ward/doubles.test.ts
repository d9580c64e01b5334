import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import type { ProblemCode } from '../../src/lib/api/types.ts'
import { addressOf, differs, likelyStays, mergePlan, MOST_CHOSEN, press, renewed, tellApart, whyNoMerge } from '../../src/lib/ward/doubles.ts'
import { DoublesDesk, TYPING_MS } from '../../src/lib/ward/doubles-desk.svelte.ts'
import type { RegisterHousehold } from '../../src/lib/ward/wire.ts'
import { registered } from './fixture.ts'

const refuse = (status: number, code: string) => new Problem({ type: 'about:blank', title: 'no', status, code: code as ProblemCode })
const [one, two, three] = [registered(1), registered(2), registered(3)]
const ids = (list: readonly RegisterHousehold[]) => list.map((h) => h.id)

describe('two households side by side', () => {
  it('are chosen by a press and left by another, up to a limit', () => {
    expect(ids(press(press([], one), two))).toEqual(['h1', 'h2'])
    expect(ids(press([one, two], one))).toEqual(['h2'])
    const many = Array.from({ length: MOST_CHOSEN }, (_, n) => registered(n + 10))
    expect(press(many, one)).toHaveLength(MOST_CHOSEN)
    expect(press(many, many[0]!)).toHaveLength(MOST_CHOSEN - 1)
  })
  it('follow what the server says of them', () => {
    expect(renewed([one, two], [registered(2, { state: 'removed' })]).map((h) => h.state)).toEqual(['active', 'removed'])
  })
  it('can be merged when both are in force and one is to stay', () => {
    expect(mergePlan([one, two], 'h2')).toEqual({ stays: two, goes: one })
    expect(mergePlan([one, two], null)).toBeNull()
    expect(mergePlan([one, two], 'h9')).toBeNull()
    expect(mergePlan([one, two, three], 'h1')).toBeNull()
    expect(mergePlan([one, registered(2, { state: 'merged' })], 'h1')).toBeNull()
  })
  it('say why they cannot be', () => {
    expect([[one], [one, two, three], [one, registered(2, { state: 'removed' })]].map(whyNoMerge)).toEqual([
      'Chọn thêm một nhà nữa để gộp.',
      'Chỉ gộp được hai nhà một lần.',
      'Chỉ gộp được hai nhà đang ở trong sổ.',
    ])
    expect(whyNoMerge([one, two])).toBeNull()
  })
  it('suggest the one with more knocks, and none when there is nothing to tell them by', () => {
    expect(likelyStays([one, two])).toBe('h2')
    expect(likelyStays([one, registered(2, { visits: 1 })])).toBeNull()
    expect(likelyStays([one])).toBeNull()
  })
  it('are named as briefly as they can be told apart', () => {
    expect(addressOf(one)).toBe('Số 1, Ngõ 34')
    expect(tellApart(one, two)).toEqual(['số 1', 'số 2'])
    expect(tellApart(one, registered(2, { no: '1', alley: { id: 'al2', name: 'Ngõ 36' } }))).toEqual(['Số 1, Ngõ 34', 'Số 1, Ngõ 36'])
    expect(tellApart(one, registered(2, { no: '1' }))).toEqual(['CVA-TO1-0001', 'CVA-TO1-0002'])
    expect(differs([one, two], (h) => h.group.name)).toBe(false)
    expect(differs([one, two], (h) => h.head)).toBe(true)
    expect(differs([one], (h) => h.head)).toBe(false)
    expect(differs([one, registered(2, { head: null })], (h) => h.head), 'what one lacks is no contradiction').toBe(false)
    expect(addressOf(registered(3, { no: null, landmark: 'sau nhà văn hóa' }))).toBe('Nhà sau nhà văn hóa, Ngõ 34')
  })
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the desk of the register', () => {
  const setUp = () => {
    const server = {
      households: [one, two, three],
      out: { merged: [] as RegisterHousehold[], removed: [] as RegisterHousehold[] },
      fail: null as unknown,
      asked: [] as string[],
      told: [] as unknown[][],
    }
    const tell = async (...told: unknown[]): Promise<void> => {
      if (server.fail) throw server.fail
      server.told.push(told)
    }
    const desk = new DoublesDesk({
      households: async (q) => {
        server.asked.push(q)
        return server.households
      },
      outOfRegister: async (state) => server.out[state],
      merge: (...a) => tell('merge', ...a),
      unmerge: (...a) => tell('unmerge', ...a),
      remove: (...a) => tell('remove', ...a),
      restore: (...a) => tell('restore', ...a),
    })
    return { server, desk }
  }
  const find = async (desk: DoublesDesk, text: string) => {
    desk.type(text)
    await vi.advanceTimersByTimeAsync(TYPING_MS)
  }

  it('asks when the typing pauses, not at every letter, and for nothing when there is none', async () => {
    const { server, desk } = setUp()
    for (const text of ['t', 'tr', 'tra']) {
      desk.type(text)
      await vi.advanceTimersByTimeAsync(TYPING_MS - 1)
    }
    expect(server.asked).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(server.asked).toEqual(['tra'])
    desk.type('  ')
    await vi.advanceTimersByTimeAsync(TYPING_MS * 2)
    expect(server.asked).toEqual(['tra'])
    expect(desk.found.is).toBe('none')
  })

  it('shows the answer to the last question, whatever comes late', async () => {
    const { desk } = setUp()
    const answers = new Map<string, (found: RegisterHousehold[]) => void>()
    const slow = new DoublesDesk({
      households: (q) => new Promise((done) => answers.set(q, done)),
      outOfRegister: async () => [],
      merge: async () => undefined,
      unmerge: async () => undefined,
      remove: async () => undefined,
      restore: async () => undefined,
    })
    await find(slow, 'a')
    await find(slow, 'b')
    answers.get('b')!([two])
    await vi.advanceTimersByTimeAsync(0)
    answers.get('a')!([one])
    await vi.advanceTimersByTimeAsync(0)
    expect(slow.found).toEqual({ is: 'ready', data: [two] })
    desk.close()
  })

  it('merges the one that goes into the one that stays, and takes it back', async () => {
    const { server, desk } = setUp()
    await find(desk, 'x')
    desk.press(one)
    desk.press(two)
    expect(desk.staysId).toBe('h2')
    desk.staysId = 'h1'
    await desk.merge()
    expect(server.told).toEqual([['merge', 'h2', 'h1']])
    expect(desk.chosen).toEqual([])
    expect(desk.done).toEqual({ did: 'merged', goes: two, stays: one })
    expect(server.asked, 'the list is read again').toEqual(['x', 'x'])
    await desk.unmerge(two)
    expect(server.told.at(-1)).toEqual(['unmerge', 'h2'])
    expect(desk.done).toEqual({ did: 'unmerged', household: two })
  })

  it('keeps the choice of who stays while the two stay the same', async () => {
    const { server, desk } = setUp()
    await find(desk, 'x')
    desk.press(one)
    desk.press(two)
    desk.staysId = 'h1'
    server.households = [registered(2, { visits: 9 })]
    await desk.search()
    expect(desk.staysId).toBe('h1')
    expect(desk.chosen[1]?.visits).toBe(9)
    desk.press(three)
    expect(desk.staysId).toBeNull()
  })

  it('removes and restores only what can be', async () => {
    const { server, desk } = setUp()
    const gone = registered(4, { state: 'removed' })
    desk.press(one)
    desk.press(gone)
    await desk.remove('demolished')
    expect(server.told).toEqual([['remove', ['h1'], 'demolished']])
    await desk.remove('error')
    await desk.restore()
    expect(server.told).toHaveLength(1)
    desk.press(gone)
    await desk.restore()
    expect(server.told.at(-1)).toEqual(['restore', ['h4']])
    expect(desk.done).toEqual({ did: 'restored', households: [gone] })
  })

  it('tells the brake on removals and a merge that cannot be from a failure, and keeps the choice', async () => {
    const { server, desk } = setUp()
    desk.press(one)
    desk.press(two)
    server.fail = refuse(422, 'mass_removal')
    await desk.remove('error')
    expect(desk.failure).toBe('mass_removal')
    server.fail = refuse(409, 'conflict')
    await desk.merge()
    expect(desk.failure).toBe('no_merge')
    await desk.remove('error')
    expect(desk.failure).toBe('conflict')
    server.fail = new Unreachable()
    await desk.merge()
    expect(desk.failure).toBe('offline')
    expect(ids(desk.chosen)).toEqual(['h1', 'h2'])
    expect(desk.done).toBeNull()
    desk.press(two)
    expect(desk.failure).toBeNull()
  })

  it('lists what left the register, and reads it anew after every change', async () => {
    const { server, desk } = setUp()
    desk.open()
    await vi.advanceTimersByTimeAsync(0)
    expect(desk.merged).toEqual({ is: 'ready', data: [] })
    server.out.merged = [registered(2, { state: 'merged', merged_into: { id: 'h1', code: 'CVA-TO1-0001' } })]
    desk.press(one)
    desk.press(two)
    await desk.merge()
    expect(desk.merged.is === 'ready' && ids(desk.merged.data)).toEqual(['h2'])
    desk.close()
  })
})
