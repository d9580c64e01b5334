import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import { keyOfOverlap, OverlapsDesk } from '../../src/lib/ward/overlaps-desk.svelte.ts'
import { formFault, isDone, writeAge, writeDue, writeEnd } from '../../src/lib/ward/withdrawals.ts'
import { WithdrawalsDesk } from '../../src/lib/ward/withdrawals-desk.svelte.ts'
import type { Ending, Overlap, Resident, Withdrawal, WithdrawalRequest } from '../../src/lib/ward/wire.ts'
import { NOON, place, registered } from './fixture.ts'

const refuse = (status: number) => new Problem({ type: 'about:blank', title: 'no', status, code: 'conflict' })
const TODAY = 20261122

function request(n: number, over: Partial<Withdrawal> = {}): Withdrawal {
  return {
    id: `w${n}`,
    number: n,
    household: place(n),
    channel: 'phone',
    received_on: TODAY,
    opened: { by: 'Cô Mai', at: NOON },
    answer_due: 20261125,
    stop_due: 20261207,
    answered: null,
    late: false,
    looks: [],
    end: null,
    ...over,
  }
}

const ended = (n: number, ending: Ending): Withdrawal =>
  request(n, { end: { ending, by: 'Cô Mai', at: NOON, visits: 1, rungs: 0, referrals: 0 } })

describe('a request, in words', () => {
  it('owes the answer first, then the end, and says what is late', () => {
    const answered = { by: 'Cô Mai', at: NOON }
    expect(writeDue(request(1))).toBe('Trả lời trước hết ngày 25/11/2026')
    expect(writeDue(request(1, { answered }))).toBe('Xóa trước hết ngày 07/12/2026')
    expect(writeDue(request(1, { late: true }))).toBe('Quá hạn trả lời: ngày 25/11/2026')
    expect(writeDue(request(1, { late: true, answered }))).toBe('Quá hạn xóa: ngày 07/12/2026')
    expect(writeDue(request(1, { answer_due: null }))).toBe('Không có hạn')
  })
  it('says how it ended, and whether somebody was forgotten', () => {
    const all: Ending[] = ['erased', 'already_gone', 'nobody_here', 'keeps_consent', 'mistake']
    expect(all.map((ending) => isDone(ended(1, ending)))).toEqual([true, true, false, false, false])
    for (const ending of all) expect(writeEnd(ended(1, ending).end!)).toContain('22/11/2026')
    expect([writeAge('60-79'), writeAge('80+')]).toEqual(['60–79 tuổi', 'từ 80 tuổi'])
  })
  it('names the first field that is not whole', () => {
    const whole = { channel: 'letter', received: null, household: 'h1' } as const
    expect(formFault(whole, TODAY)).toBeNull()
    expect(formFault({ ...whole, channel: null, household: null }, TODAY)).toBe('channel')
    expect(formFault({ ...whole, household: null }, TODAY)).toBe('household')
    const days = [20261122, 20261023, 20261022, 20261123].map((received) => formFault({ ...whole, received }, TODAY))
    expect(days).toEqual([null, null, 'received', 'received'])
  })
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the desk that answers residents', () => {
  const setUp = async (requests: Withdrawal[] = [request(1)]) => {
    const server = { requests, fail: null as unknown, opened: [] as WithdrawalRequest[], told: [] as unknown[], looks: 0 }
    const guard = (): void => {
      if (server.fail) throw server.fail
    }
    const end = (id: string, ending: Ending): Withdrawal => {
      const done = ended(Number(id.slice(1)), ending)
      server.requests = server.requests.map((w) => (w.id === id ? done : w))
      return done
    }
    const people: Resident[] = [{ learner_id: 'l1', call_name: 'Bà Lụa', age_band: '60-79' }]
    const desk = new WithdrawalsDesk(
      {
        withdrawals: async () => server.requests,
        openWithdrawal: async (asked) => {
          server.opened.push(asked)
          guard()
          const made = request(server.requests.length + 1)
          server.requests = [...server.requests, made]
          return made
        },
        residents: async () => {
          guard()
          server.looks += 1
          return people
        },
        answerWithdrawal: async (id) => {
          guard()
          return request(Number(id.slice(1)), { answered: { by: 'Cô Mai', at: NOON } })
        },
        carryOut: async (id, learner) => {
          guard()
          server.told.push([id, learner])
          return end(id, 'erased')
        },
        closeWithdrawal: async (id, reason) => {
          guard()
          return end(id, reason)
        },
        households: async () => [registered(1)],
      },
      () => NOON,
      () => true,
    )
    await desk.refresh()
    return { desk, server }
  }
  const fill = (desk: WithdrawalsDesk): void => {
    desk.channel = 'phone'
    desk.choose(registered(1))
  }

  it('keeps what was filled in until the server has it, and sends one request however often it is pressed', async () => {
    const { desk, server } = await setUp([])
    expect(await desk.submit()).toBe(false)
    expect([desk.fault, server.opened.length]).toEqual(['channel', 0])
    fill(desk)
    server.fail = new Unreachable('')
    expect(await desk.submit()).toBe(false)
    expect([desk.openFailure, desk.channel, desk.household?.id]).toEqual(['offline', 'phone', registered(1).id])
    server.fail = null
    expect(await desk.submit()).toBe(true)
    expect(server.opened[0]?.id, 'the lost answer and the next are one request').toBe(server.opened[1]?.id)
    expect([desk.channel, desk.household, desk.waiting]).toEqual([null, null, 1])
    fill(desk)
    await desk.submit()
    expect(server.opened[2]?.id).not.toBe(server.opened[1]?.id)
  })

  it('shows names when asked, and has none left when the request ends or the screen is left', async () => {
    const { desk, server } = await setUp([request(1), request(2)])
    expect([desk.residents.size, server.looks]).toEqual([0, 0])
    await desk.look('w1')
    await desk.look('w2')
    expect(desk.residents.get('w1')).toMatchObject({ is: 'ready', data: [{ call_name: 'Bà Lụa' }] })
    expect(await desk.carryOut('w1', 'l1')).toBe(true)
    expect(server.told).toEqual([['w1', 'l1']])
    expect([desk.residents.has('w1'), desk.last?.end?.ending, desk.waiting]).toEqual([false, 'erased', 1])
    desk.forgetNames()
    expect(desk.residents.size).toBe(0)
  })

  it('says that somebody else was first, and keeps the row when the server is busy', async () => {
    const { desk, server } = await setUp([request(1)])
    server.fail = refuse(503)
    expect(await desk.carryOut('w1', 'l1')).toBe(false)
    expect([desk.failures.get('w1'), desk.waiting]).toEqual(['busy', 1])
    server.fail = refuse(409)
    server.requests = [ended(1, 'keeps_consent')]
    expect(await desk.end('w1', 'nobody_here')).toBe(false)
    expect([desk.overtaken, desk.waiting, desk.ended.length]).toEqual([true, 0, 1])
  })

  it('asks again who lives there when the person is gone', async () => {
    const { desk, server } = await setUp()
    await desk.look('w1')
    server.fail = refuse(404)
    await desk.carryOut('w1', 'l9')
    expect([desk.failures.get('w1'), desk.residents.get('w1')]).toEqual(['missing', { is: 'none' }])
  })

  it('moves from the answer to the end in its place', async () => {
    const { desk } = await setUp([request(1), request(2)])
    await desk.answer('w2')
    expect(desk.pending.map((w) => [w.number, w.answered !== null])).toEqual([[1, false], [2, true]])
    expect(desk.last, 'nothing has ended').toBeNull()
  })
})

describe('two teams at one home', () => {
  const home: Overlap = {
    household: place(1),
    first: { team: { id: 't1', name: 'Đội Một' }, at: NOON },
    second: { team: { id: 't2', name: 'Đội Hai' }, at: NOON + 1_200_000 },
    seen_by: [],
  }
  it('leaves the list once the team has said that it knows, and stays when that was not heard', async () => {
    let homes = [home]
    let fail: unknown = new Unreachable('')
    const told: unknown[] = []
    const desk = new OverlapsDesk({
      overlaps: async () => homes,
      overlapKnown: async (...said) => {
        if (fail) throw fail
        told.push(said)
        homes = []
      },
    })
    await desk.open()
    expect(desk.homes.map(keyOfOverlap)).toEqual([keyOfOverlap(home)])
    await desk.know(home)
    expect([desk.failure, desk.homes.length, desk.known]).toEqual(['offline', 1, null])
    fail = null
    await desk.know(home)
    expect(told).toEqual([[home.household.id, NOON + 1_200_000]])
    expect([desk.failure, desk.homes.length, desk.known]).toEqual([null, 0, home])
  })
})
