import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import { troubleOf, WardApi, type Answer } from '../../src/lib/ward/api.ts'
import { changedGroups } from '../../src/lib/ward/change.ts'
import { CoverageDesk } from '../../src/lib/ward/coverage-desk.svelte.ts'
import type { Alley, Coverage, Team, Trend } from '../../src/lib/ward/wire.ts'
import { alley, coverage, group, NOON, tally, team, trend } from './fixture.ts'

const refuse = (status: number) => new Problem({ type: 'about:blank', request_id: 'r', title: 'no', status, code: status === 403 ? 'forbidden' : 'unavailable' })

/** The ward's server, as far as the desk can see it. */
class Server {
  coverage = coverage()
  trend = trend()
  alleys: Alley[] = []
  teams: Team[] = []
  fail: unknown = null
  asked: (string | null)[] = []
  say: ((text: string) => void) | null = null
  trendsOf: (string | null)[] = []
  alleysOf: string[] = []

  api(): WardApi {
    const self = this
    return {
      async coverage(etag: string | null): Promise<Answer<Coverage>> {
        self.asked.push(etag)
        if (self.fail) throw self.fail
        const tag = `"${self.coverage.seq}"`
        return etag === tag ? { fresh: false } : { fresh: true, data: self.coverage, etag: tag }
      },
      async trend(group: string | null): Promise<Trend> {
        self.trendsOf.push(group)
        return self.trend
      },
      boundary: async () => null,
      alleys: async (group: string) => (self.alleysOf.push(group), self.alleys),
      teams: async () => self.teams,
      async events(): Promise<Response> {
        return new Response(
          new ReadableStream({
            start(controller) {
              self.say = (text) => controller.enqueue(new TextEncoder().encode(text))
            },
          }),
        )
      },
    } as unknown as WardApi
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the coverage desk', () => {
  const open = async (server: Server, readsAlleys = true) => {
    const desk = new CoverageDesk(server.api(), () => NOON, readsAlleys)
    desk.open()
    await settle()
    return desk
  }

  it('reads once, and again only when the ward’s number has moved', async () => {
    const server = new Server()
    const desk = await open(server)
    expect(desk.coverage?.seq).toBe(7)
    server.say!('event: seq\ndata: {"seq":7}\n\n')
    await settle()
    expect(server.asked).toEqual([null])
    server.coverage = coverage({ seq: 8, groups: [group(1), group(2, { tally: tally({ hh_served: 11 }) })] })
    server.say!('event: seq\ndata: {"seq":8}\n\n')
    await settle()
    expect(server.asked).toEqual([null, '"7"'])
    expect([...desk.changed]).toEqual(['g2'])
    await vi.advanceTimersByTimeAsync(3000)
    expect(desk.changed.size).toBe(0)
    desk.close()
  })
  it('makes one more round of a storm, not a queue', async () => {
    const server = new Server()
    const desk = await open(server)
    for (let seq = 8; seq < 30; seq += 1) {
      server.coverage = coverage({ seq })
      server.say!(`event: seq\ndata: {"seq":${seq}}\n\n`)
    }
    await settle()
    expect(desk.coverage?.seq).toBe(29)
    expect(server.asked.length).toBeLessThanOrEqual(4)
    desk.close()
  })
  it('keeps the figures it has when the server is away', async () => {
    const server = new Server()
    const desk = await open(server)
    server.fail = new Unreachable()
    await desk.refresh()
    expect(desk.trouble).toBe('offline')
    expect(desk.coverage?.seq).toBe(7)
    server.fail = null
    await desk.refresh()
    expect(desk.trouble).toBeNull()
    desk.close()
  })
  it('tells a refusal from a bad line', async () => {
    const server = new Server()
    server.fail = refuse(403)
    const desk = await open(server)
    expect(desk.trouble).toBe('forbidden')
    expect([refuse(503), refuse(404), new Unreachable()].map(troubleOf)).toEqual(['busy', 'missing', 'offline'])
    const loud = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    expect(troubleOf(new TypeError('ours'))).toBe('broken')
    expect(loud).toHaveBeenCalledOnce()
    loud.mockRestore()
    desk.close()
  })
  it('draws the line and the alleys of the chosen group, and the ward’s again', async () => {
    const server = new Server()
    server.alleys = [alley('a', null)]
    const desk = await open(server)
    desk.choose('g1')
    await settle()
    expect(desk.alleys).toEqual({ is: 'ready', data: server.alleys })
    expect(desk.trendScope?.name).toBe('Tổ 1')
    expect(desk.trendPoints.at(-1)?.total).toBe(80)
    expect(server.trendsOf.at(-1)).toBe('g1')
    expect(desk.pace?.goal).toBe(160)
    desk.choose(null)
    await settle()
    expect(desk.alleys.is).toBe('none')
    expect(desk.trendScope?.name).toBe('Phường Chu Văn An')
    desk.close()
  })
  it('never asks for alleys where the reader may not see them', async () => {
    const server = new Server()
    const desk = await open(server, false)
    desk.choose('g1')
    await settle()
    server.coverage = coverage({ seq: 8, groups: [group(1, { tally: tally({ hh_served: 11 }) }), group(2)] })
    server.say!('event: seq\ndata: {"seq":8}\n\n')
    await settle()
    expect(desk.changed.has('g1')).toBe(true)
    expect([server.alleysOf, desk.alleys]).toEqual([[], { is: 'none' }])
    desk.close()
    const staff = await open(server)
    staff.choose('g1')
    await settle()
    expect(server.alleysOf).toEqual(['g1'])
    staff.close()
  })
  it('counts on after midnight even when nothing new came', async () => {
    const server = new Server()
    const desk = await open(server)
    expect(desk.today).toBe(20261122)
    desk.now = NOON + 86_400_000
    expect(desk.today).toBe(20261123)
    desk.close()
  })
  it('stands without a campaign and without a target', async () => {
    const server = new Server()
    server.coverage = coverage({ campaign: null, targets: [] })
    const desk = await open(server)
    expect(desk.span).toEqual({ from: 20261110, to: 20261122 })
    expect(desk.pace?.verdict).toBe('no_target')
    desk.close()
  })
  it('sees what moved', () => {
    expect(changedGroups(null, coverage())).toEqual([])
    expect(changedGroups(coverage(), coverage())).toEqual([])
    expect(changedGroups(coverage(), coverage({ groups: [group(1, { tally: tally({ visits: 76 }) }), group(3)] }))).toEqual(['g1'])
  })
})

describe('the calls', () => {
  it('ask for what the server knows, and nothing more', async () => {
    const calls: unknown[] = []
    const reply = { status: 200, data: { alley: {}, alleys: [], teams: [] }, etag: '"1"' }
    const api = new WardApi({
      call: async (path: string, call: unknown) => (calls.push([path, call]), reply as never),
      get: async (path: string, call: unknown) => (calls.push([path, call]), { ...reply.data, features: [] } as never),
      post: async (path: string, body: unknown) => (calls.push([path, body]), reply.data as never),
      raw: async (path: string, call: { timeoutMs?: number }) => (calls.push([path, call.timeoutMs]), new Response('')),
    })
    await api.coverage('"0"')
    await api.trend('g1')
    await api.teams()
    await api.events(new AbortController().signal)
    expect(await api.boundary()).toBeNull()
    expect(calls).toEqual([
      ['/coverage', { ifNoneMatch: '"0"' }],
      ['/coverage/trend', { query: { group: 'g1' } }],
      ['/teams', undefined],
      ['/events', 0],
      ['/coverage/boundary', { accept: 'application/geo+json, application/json' }],
    ])
  })
})
