import { describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '../../src/lib/api/client.ts'
import { keepDraft, readDraft } from '../../src/lib/ward/teams/draft.ts'
import { RosterDesk, type RosterApi } from '../../src/lib/ward/teams/roster-desk.svelte.ts'
import { lookOfSheet, papersOf } from '../../src/lib/ward/teams/sheets.ts'
import { handsByGroup, loadsOf, markOf, meant, stillMeant, TEAM_FILL } from '../../src/lib/ward/teams/turf.ts'
import { TurfDesk, type TurfApi } from '../../src/lib/ward/teams/turf-desk.svelte.ts'
import type { GiveRequest, Member, Proposal, Roster, Sheet, Turf, TurfAlley, TurfMove, TurfTeam } from '../../src/lib/ward/teams/wire.ts'
import { NOON } from './fixture.ts'

function way(id: string, over: Partial<TurfAlley> = {}): TurfAlley {
  return { id, group_id: 'g1', parent_id: null, kind: 'lane', name: `Ngõ ${id}`, sort: id, households: 10, remaining: 8, work: 20, team_id: null, ...over }
}

function crew(id: string, over: Partial<TurfTeam> = {}): TurfTeam {
  return { id, name: `Đội ${id}`, people: 5, lead: 'Đội trưởng', doors_per_evening: 12, evenings: 5, capacity: 600, ...over }
}

function ground(over: Partial<Turf> = {}): Turf {
  return {
    seq: 1,
    alleys: [way('a', { team_id: 't1' }), way('b', { team_id: 't1', parent_id: 'a' }), way('c'), way('d', { group_id: 'g2', team_id: 't2' })],
    teams: [crew('t1'), crew('t2')],
    last: null,
    ...over,
  }
}

const step = (alley_id: string, from: string | null, to: string): TurfMove => ({ alley_id, from, to, why: 'even_out' })
const refusal = (status: number, errors: { pointer: string; code: string }[] = []) =>
  new Problem({ type: 'about:blank', title: 'no', status, code: status === 409 ? 'conflict' : 'invalid_field', errors })

class Shelf {
  kept = new Map<string, string>()
  getItem = (key: string): string | null => this.kept.get(key) ?? null
  setItem = (key: string, value: string): void => void this.kept.set(key, value)
  removeItem = (key: string): void => void this.kept.delete(key)
}

/** The ward's server, as far as this desk can see it. */
class Server {
  turf = ground()
  proposal: Proposal = { seq: 1, moves: [], questions: [], left: [], loads: [] }
  given: GiveRequest[] = []
  undone: string[] = []
  fail: Error | null = null

  api(): TurfApi {
    return {
      turf: async () => this.turf,
      propose: async () => this.proposal,
      halve: async () => this.proposal,
      give: async (request) => {
        this.given.push(request)
        if (this.fail) throw this.fail
        const to = new Map(request.hands.map((hand) => [hand.alley_id, hand.to ?? null]))
        this.turf = {
          ...this.turf,
          alleys: this.turf.alleys.map((alley) => (to.has(alley.id) ? { ...alley, team_id: to.get(alley.id) ?? null } : alley)),
          last: { id: request.id, at: NOON, alleys: request.hands.length },
        }
      },
      undoGive: async (id) => {
        this.undone.push(id)
        if (this.fail) throw this.fail
        this.turf = ground()
      },
      sheets: async () => [],
    }
  }
}

async function open(server = new Server(), shelf = new Shelf()) {
  const changed = vi.fn()
  const desk = new TurfDesk({ api: server.api(), ward: '99999', shelf, clock: () => NOON, changed })
  await desk.load()
  return { desk, server, shelf, changed }
}

describe('how the ward is shared out', () => {
  it('gives each team its load against an even share, the draft included', () => {
    const turf = ground()
    const [one, two] = loadsOf(turf, new Map())
    // 80 half knocks are left, so an even share is 40 each.
    expect([one!.ratio, two!.ratio]).toEqual([1, 0.5])
    expect([one!.alleys, one!.households, one!.evenings]).toEqual([2, 20, 1])
    const [after, other] = loadsOf(turf, new Map([['b', 't2'], ['c', 't2']]))
    expect([after!.households, after!.before, other!.households]).toEqual([10, 20, 30])
    const nobody = loadsOf({ ...turf, teams: [crew('t1', { people: 0, capacity: 0 })] }, new Map())
    expect([nobody[0]!.ratio, nobody[0]!.evenings]).toEqual([null, null])
  })
  it('says who holds a group, and what is left over', () => {
    const hands = handsByGroup(ground(), new Map([['b', 't2']]))
    expect(hands.get('g1')).toEqual({ teams: ['t1', 't2'], alleys: 3, free: 1, moving: true })
    expect(hands.get('g2')).toEqual({ teams: ['t2'], alleys: 1, free: 0, moving: false })
  })
  it('tells any two teams apart without colour', () => {
    const marks = Array.from({ length: 60 }, (_, i) => markOf(i))
    expect(new Set(marks.map((mark) => mark.letter)).size).toBe(60)
    expect(new Set(marks.slice(0, TEAM_FILL.length * 3).map((mark) => mark.fill + mark.texture)).size).toBe(TEAM_FILL.length * 3)
  })
  it('means nothing that is so already', () => {
    const turf = ground()
    const draft = meant(new Map(), turf.alleys.slice(0, 3), 't1')
    expect([...draft]).toEqual([['c', 't1']])
    expect(meant(draft, [turf.alleys[2]!], null).size).toBe(0)
    expect([...stillMeant(new Map([['c', 't1'], ['a', 'gone'], ['x', 't1'], ['b', 't1']]), turf)]).toEqual([['c', 't1']])
  })
})

describe('the draft in this browser', () => {
  it('is there after the page was loaded anew, and gone once given', async () => {
    const { desk, server, shelf } = await open()
    desk.openGroup('g1')
    desk.chooseFree()
    desk.mean('t2')
    const again = await open(server, shelf)
    expect([...again.desk.draft]).toEqual([['c', 't2']])
    expect(await again.desk.give()).toBe(true)
    expect(shelf.kept.size).toBe(0)
  })
  it('survives a shelf that holds nonsense, or refuses', () => {
    const shelf = new Shelf()
    for (const bad of ['{', '{}', '[1,["a"],["b",3]]']) {
      shelf.setItem('gocua.turf.1', bad)
      expect(readDraft(shelf, '1').size).toBe(0)
    }
    expect(readDraft(null, '1').size).toBe(0)
    const full = { ...shelf, setItem: () => { throw new Error('full') } }
    expect(() => keepDraft(full as never, '1', new Map([['a', null]]))).not.toThrow()
  })
})

describe('the desk that shares the ward out', () => {
  it('means first, and gives all of it in one act with what it believes', async () => {
    const { desk, server, changed } = await open()
    desk.choose(new Set(['a', 'c']))
    desk.mean('t2')
    expect(server.given).toEqual([])
    expect(desk.chosen.size).toBe(0)
    expect(desk.loadById.get('t2')?.households).toBe(30)
    expect(await desk.give()).toBe(true)
    expect(server.given[0]?.hands).toEqual([
      { alley_id: 'a', from: 't1', to: 't2' },
      { alley_id: 'c', from: null, to: 't2' },
    ])
    expect(desk.told).toEqual({ is: 'given', alleys: 2, households: 20 })
    expect(desk.draft.size).toBe(0)
    expect(changed).toHaveBeenCalledTimes(1)
  })
  it('sends the same act again when the answer was lost', async () => {
    const { desk, server } = await open()
    desk.handOver('t1', 't2')
    server.fail = new Unreachable()
    expect(await desk.give()).toBe(false)
    expect([desk.failure, desk.draft.size]).toEqual(['offline', 2])
    server.fail = null
    expect(await desk.give()).toBe(true)
    expect(server.given[0]?.id).toBe(server.given[1]?.id)
  })
  it('names what changed hands meanwhile, and keeps the draft', async () => {
    const { desk, server } = await open()
    desk.choose(new Set(['a', 'c']))
    desk.mean('t2')
    server.fail = refusal(409, [{ pointer: '/hands/1', code: 'changed' }])
    server.turf = ground({ alleys: ground().alleys.map((alley) => (alley.id === 'c' ? { ...alley, team_id: 't1' } : alley)) })
    expect(await desk.give()).toBe(false)
    expect(desk.overtaken.map((alley) => alley.id)).toEqual(['c'])
    expect([...desk.draft]).toEqual([['a', 't2'], ['c', 't2']])
    server.fail = null
    expect(await desk.give()).toBe(true)
    expect(server.given[1]?.hands[1]).toEqual({ alley_id: 'c', from: 't1', to: 't2' })
    expect(server.given[1]?.id).not.toBe(server.given[0]?.id)
  })
  it('takes the draft back step by step, then the last act', async () => {
    const { desk, server } = await open()
    desk.handOver('t1', null)
    desk.choose(new Set(['c']))
    desk.mean('t1')
    expect(desk.undoes).toBe('draft')
    await desk.undo()
    expect([...desk.draft.keys()]).toEqual(['a', 'b'])
    await desk.undo()
    expect([desk.draft.size, desk.undoes]).toEqual([0, null])
    desk.handOver('t1', 't2')
    await desk.give()
    expect(desk.undoes).toBe('given')
    expect(await desk.undo()).toBe(true)
    expect(server.undone).toEqual([server.given[0]!.id])
    expect(desk.told).toEqual({ is: 'undone', alleys: 2 })
  })
  it('looks again when the last act can be taken back no more', async () => {
    const { desk, server } = await open()
    desk.handOver('t1', 't2')
    await desk.give()
    server.fail = refusal(409)
    server.turf = { ...server.turf, last: null }
    expect(await desk.undo()).toBe(false)
    expect([desk.failure, desk.undoes]).toEqual(['conflict', null])
  })
  it('asks before anything goes into another team’s group', async () => {
    const { desk, server } = await open()
    server.proposal = { ...server.proposal, moves: [step('c', null, 't1')], questions: [step('d', 't2', 't1'), step('a', 't1', 't2'), step('b', 't1', 't2')] }
    expect(await desk.propose('balance')).toBe(true)
    expect(desk.told).toEqual({ is: 'proposed', moves: 1, questions: 3, left: 0 })
    expect([...desk.draft]).toEqual([['c', 't1']])
    expect(desk.asked.map(({ groupId, from, to, alleys }) => [groupId, from, to, alleys.length])).toEqual([['g2', 't2', 't1', 1], ['g1', 't1', 't2', 2]])
    desk.answer(desk.asked[0]!, false)
    expect(desk.draft.size).toBe(1)
    desk.answer(desk.asked[0]!, true)
    expect([...desk.draft]).toEqual([['c', 't1'], ['a', 't2'], ['b', 't2']])
    expect(desk.questions).toEqual([])
    await desk.undo()
    expect(desk.questions.map((question) => question.alley_id)).toEqual(['a', 'b'])
    desk.answerAll(true)
    expect(desk.draft.size).toBe(3)
  })
  it('says when there is nothing to change', async () => {
    const { desk } = await open()
    await desk.propose('fill')
    expect([desk.told, desk.steps]).toEqual([{ is: 'nothing_to_propose' }, 0])
  })
  it('halves a turf as the server proposes', async () => {
    const { desk, server } = await open()
    server.proposal = { ...server.proposal, moves: [step('b', 't1', 't2')] }
    await desk.halve('t1', 't2')
    expect([...desk.draft]).toEqual([['b', 't2']])
  })
  it('leaves no alley out of sight: each is a team’s or nobody’s', async () => {
    const { desk } = await open()
    desk.handOver('t1', null)
    expect(desk.all).toEqual({ teams: 2, people: 10, households: 10, freeAlleys: 3, freeGroups: 1 })
  })
})

describe('the sheets', () => {
  const sheet = (id: string, over: Partial<Sheet> = {}): Sheet => ({
    id, parent_id: null, kind: 'lane', name: `Ngõ ${id}`, mouth: null, sort: id, group: 'Tổ 1', team: null,
    doors: [{ id: `${id}1`, code: 'x', no: '1', side: 'odd', sort: '1', landmark: null, head: null, status: 'not_visited', visits: 0, revisit: false, quiet_until: null }],
    ...over,
  })
  it('are one for each way that is walked in one go', () => {
    const sheets = [sheet('street', { kind: 'street' }), sheet('lane', { parent_id: 'street' }), sheet('ngach', { parent_id: 'lane', kind: 'alley' }), sheet('empty', { doors: [] })]
    const papers = papersOf(sheets)
    expect(papers.map((paper) => paper.sheet.id)).toEqual(['street', 'lane'])
    expect(papers[1]!.tree.children.map((child) => child.alley.id)).toEqual(['ngach'])
  })
  it('show how a door was met, as the strip does', () => {
    const look = (status: Sheet['doors'][number]['status'], revisit = false, visits = 1) => lookOfSheet({ status, revisit, visits })
    expect([look('not_visited', false, 0), look('attempted', true), look('served'), look('served', true), look('declined'), look('vacant'), look('unreachable', true)]).toEqual([
      'untouched', 'revisit', 'covered', 'revisit', 'refused', 'vacant', 'revisit',
    ])
  })
})

describe('the teams’ desk', () => {
  const person = (id: string, over: Partial<Member> = {}): Member => ({ id, name: `Người ${id}`, role: 'volunteer', team_id: 't1', disabled: false, phones: [], ...over })
  const roster = (over: Partial<Roster> = {}): Roster => ({
    teams: ['t1', 't2'].map((id) => ({ id, name: `Đội ${id}`, alleys: 2, households: 20, doors_per_evening: null, evenings: 0 })),
    members: [person('lead', { role: 'team_lead' }), person('a'), person('left', { disabled: true }), person('b', { team_id: 't2' }), person('c', { team_id: 'closed' })],
    plans: [],
    terms: { doors_per_evening: 12, evenings: 5 },
    ...over,
  })
  const calls: unknown[][] = []
  const open = async (fail: Error | null = null) => {
    calls.length = 0
    const note = (name: string) => async (...args: unknown[]): Promise<void> => {
      calls.push([name, ...args])
      if (fail) throw fail
    }
    const api: RosterApi = {
      roster: async () => roster(),
      found: note('found'), change: note('change'), close: note('close'), changeMember: note('changeMember'), memberLeft: note('memberLeft'),
      memberBack: note('memberBack'), plan: note('plan'), callOff: note('callOff'), setTerms: note('setTerms'),
    }
    const desk = new RosterDesk(api, () => NOON)
    await desk.load()
    return desk
  }
  it('shows each team with its people, and who is in none', async () => {
    const desk = await open()
    const card = desk.cardOf('t1')!
    expect([card.people.map((p) => p.id), card.gone.map((p) => p.id), card.leads.map((p) => p.id)]).toEqual([['lead', 'a'], ['left'], ['lead']])
    expect([desk.people, desk.leaderless, desk.adrift.map((p) => p.id)]).toEqual([3, 1, ['c']])
  })
  it('founds one team however often the answer is lost', async () => {
    const desk = await open(new Unreachable())
    expect(await desk.found('Đội 3')).toBeNull()
    expect(await desk.found('Đội 3')).toBeNull()
    expect(desk.failure).toBe('offline')
    expect(calls[0]?.[1]).toBe(calls[1]?.[1])
  })
  it('says which field is at fault, and when a name is taken', async () => {
    const taken = await open(refusal(409))
    await taken.found('Đội t1')
    expect([...taken.wrong]).toEqual(['/name/taken'])
    const wrong = await open(refusal(422, [{ pointer: '/to', code: 'invalid_field' }]))
    await wrong.plan({ team_id: 't1', day: 20261124, from: 1260, to: 1170, place: 'x' })
    expect([[...wrong.wrong], wrong.failure]).toEqual([['/to'], null])
  })
  it('moves a person, makes a lead, and says so', async () => {
    const desk = await open()
    const [lead, a] = desk.cardOf('t1')!.people
    await desk.move(a!, desk.cardOf('t2')!.team)
    expect(desk.said).toEqual({ is: 'moved', name: 'Người a', team: 'Đội t2' })
    await desk.lead(lead!, false)
    expect(calls).toEqual([
      ['changeMember', 'a', { team_id: 't2' }],
      ['changeMember', 'lead', { role: 'volunteer' }],
    ])
  })
})
