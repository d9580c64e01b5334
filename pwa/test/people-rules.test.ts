import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  EID_STATES, eidAfter, EVIDENCES, statesFrom, takenBack, waysTo, yields, type Device, type EidState, type EidStep, type EidWord, type Evidence,
} from '../src/lib/domain/eid.ts'
import { checkedConsent, inOrder, onlyMinors, type Consent } from '../src/lib/domain/learner.ts'
import { checkedNote } from '../src/lib/domain/note.ts'
import { holds, noticeIn, type Notice } from '../src/lib/domain/notice.ts'
import { otherForce, phoneDigits, toDo, type ReferralState, type ReturnWhy } from '../src/lib/domain/referral.ts'
import { coreOf, coreOfHousehold } from '../src/lib/domain/skill.ts'

const vectors = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), 'utf8')) as T
type Gives<T> = { ok: T } | { fault: string }

const { notices, cases: consents } = vectors<{ notices: Notice[]; cases: Array<{ with: Record<string, unknown>; gives: Gives<string> }> }>('consent')

describe('a consent', () => {
  const sound: Consent = {
    call_name: 'bác Lan', age_band: '60-79', purposes: ['learn'], notice_version: notices[0]!.version, notice_hash: notices[0]!.hash, language: 'vi',
  }
  // What the types of this side cannot even say is the reader's business on the other.
  const said = consents.filter(({ with: fields, gives }) => !('fault' in gives && gives.fault === 'unknown_field') && typeof (fields.call_name ?? '') === 'string')

  it('has cases, each of the faults among them', () => {
    const faults = new Set(said.flatMap(({ gives }) => ('fault' in gives ? [gives.fault] : [])))
    expect([...faults].sort()).toEqual(['guardian_needed', 'malformed_payload', 'number_in_text', 'text_too_long', 'too_young', 'unknown_notice'])
  })
  it.each(said.map((c) => [JSON.stringify(c.with), c] as const))('%s, as the server says', (_, { with: fields, gives }) => {
    expect(checkedConsent({ ...sound, ...fields }, notices)).toEqual(gives)
  })
})

describe('a notice', () => {
  it.each(notices.map((notice) => [notice.language, notice] as const))('in %s is what its hash was taken of, to the letter', async (_, notice) => {
    expect(await holds(notice)).toBe(true)
    for (const field of ['title', 'body', 'promise', 'rights'] as const) {
      expect(await holds({ ...notice, [field]: `${notice[field]} ` }), field).toBe(false)
    }
    expect(await holds({ ...notice, purposes: [...notice.purposes].reverse() }), 'the order of the purposes').toBe(false)
    expect(await holds({ ...notice, purposes: notice.purposes.map((each) => ({ ...each, text: `${each.text}!` })) })).toBe(false)
    expect(await holds({ ...notice, hash: notice.hash.toUpperCase() })).toBe(false)
  })
  it('is the newest of its language, or of Vietnamese', () => {
    const older = notices.map((notice) => ({ ...notice, version: '2026-01' }))
    expect(noticeIn([...notices, ...older], 'en')).toBe(notices[1])
    expect(noticeIn([notices[0]!], 'en')).toBe(notices[0])
    expect(noticeIn([], 'vi')).toBeNull()
  })
})

describe('words about a rung, and mistakes', () => {
  interface Said { id: number; at: number; team: 'a' | 'b'; state?: EidState; evidence?: Evidence; takes_back?: number }
  const histories = vectors<Array<{ why: string; said: Said[]; stands: [EidState, Evidence] | null; ours: boolean; back: [EidState, Evidence] | null }>>('eid-history')
  const short = (word: EidWord | undefined): [EidState, Evidence] | null => (word ? [word.state, word.evidence] : null)

  it.each(histories.map((c) => [c.why, c] as const))('%s, as the server says', (_, { said, stands, ours, back }) => {
    let now: EidWord | undefined
    for (const { id, at, team, state, evidence, takes_back } of said) {
      if (state && evidence) now = { id: String(id), at, state, evidence, ours: team === 'a' && yields({ state, evidence }), ...(now && { back: now }) }
      // What another team takes back of its own the phone hears from the book.
      else if (team === 'a') now = takenBack(now, String(takes_back))
    }
    expect({ stands: short(now), ours: now?.ours ?? false, back: now?.ours ? short(now.back) : null }).toEqual({ stands, ours, back })
  })
})

describe('the VNeID ladder', () => {
  const cases = vectors<Array<{ known: [EidState, Evidence] | null; device?: Device; sent: EidStep; gives: Gives<[EidState, Evidence]> }>>('eid')
  // What the types of this side cannot even say is the reader's business on the other.
  const known = cases.filter(({ gives }) => !('fault' in gives && (gives.fault === 'unknown_field' || gives.fault === 'malformed_payload')))

  it('has no step for which a smartphone is needed where there is none, until there is one', () => {
    const issued = { state: 'L2_ISSUED' as const, evidence: 'seen_on_screen' as const }
    expect(statesFrom({ ...issued, device: 'feature' })).not.toContain('L2_ACTIVE')
    expect(statesFrom(issued, 'none')).not.toContain('L2_ACTIVE')
    expect(waysTo('L2_ACTIVE', { ...issued, device: 'feature' })).toEqual([])
    expect(waysTo('L2_ACTIVE', { ...issued, device: 'feature' }, 'own_smartphone')).toEqual([{ evidence: 'seen_on_screen' }])
    expect(statesFrom(null, 'feature')).not.toContain('L2_IN_USE')
  })
  it('has cases', () => {
    expect(known.length).toBeGreaterThan(100)
    expect(new Set(known.flatMap(({ gives }) => ('fault' in gives ? [gives.fault] : []))).size).toBe(4)
  })
  it.each(known.map((c) => [`${JSON.stringify(c.known)} ${c.device ?? ''} ${JSON.stringify(c.sent)}`, c] as const))('%s, as the server says', (_, { known: at, device, sent, gives }) => {
    const answer = eidAfter(at && { state: at[0], evidence: at[1], ...(device && { device }) }, sent)
    expect('ok' in answer ? { ok: [answer.ok.state, answer.ok.evidence] } : answer).toEqual(gives)
  })

  it('offers a volunteer nothing that the server would send back', () => {
    for (const state of EID_STATES) {
      for (const evidence of EVIDENCES) {
        const at = { state, evidence }
        for (const to of statesFrom(at)) {
          for (const way of waysTo(to, at)) expect('ok' in eidAfter(at, { state: to, ...way }), `${state} ${evidence} -> ${to}`).toBe(true)
        }
        expect(statesFrom(at)).not.toContain('L2_CAPTURED')
        expect(statesFrom(at)).not.toContain('LOCKED')
      }
    }
  })
  it('takes a jump only as something had before and seen', () => {
    expect(waysTo('L2_ACTIVE', { state: 'CARD_ONLY', evidence: 'self_report' })).toEqual([{ evidence: 'seen_on_screen', before: true }])
    expect(waysTo('LEVEL1', { state: 'CARD_ONLY', evidence: 'self_report' })).toEqual([{ evidence: 'self_report' }, { evidence: 'seen_on_screen' }])
    expect(waysTo('CARD_ONLY', { state: 'L2_CAPTURED', evidence: 'police_confirmed' })).toHaveLength(2)
    expect(waysTo('NO_CARD', { state: 'L2_IN_USE', evidence: 'police_confirmed' })).toEqual([])
  })
  it('an approval and an open app must have been seen', () => {
    expect(waysTo('L2_ISSUED', null)).toEqual([{ evidence: 'seen_on_screen' }])
    expect(waysTo('L2_ACTIVE', { state: 'L2_ISSUED', evidence: 'police_confirmed' })).toEqual([{ evidence: 'seen_on_screen' }])
  })
})

describe('a note', () => {
  it.each(vectors<Array<{ text: string; gives: Gives<string> }>>('notes').map((c) => [c.text, c] as const))('%j, as the server says', (_, { text, gives }) => {
    expect(checkedNote(text)).toEqual(gives)
  })
})

describe('the five core skills', () => {
  const all = { 'DVC-01': 3, 'BUY-01': 3, 'PAY-02': 4, 'SEC-01': 3, 'SEC-02': 3, 'IDN-06': 3 }
  it('are done alone, each in one of its ways', () => {
    expect(coreOf(all)).toHaveLength(5)
    expect(coreOf({ ...all, 'SEC-02': 2 })).toEqual(['services', 'buying', 'paying', 'essentials'])
    expect(coreOf({ ...all, 'IDN-06': 2, 'LOC-01': 3 })).toHaveLength(5)
    expect(coreOf({ ...all, 'IDN-06': 0, 'IDN-01': 4 }), 'an account that was opened is not yet used').not.toContain('essentials')
    expect(coreOf({})).toEqual([])
  })
  it('have to be one person’s', () => {
    expect(coreOfHousehold([{ 'BUY-01': 3, 'DVC-02': 3 }, { 'PAY-01': 3 }])).toEqual(['services', 'buying'])
    expect(coreOfHousehold([])).toEqual([])
  })
})

it('children alone are neither asked nor coached, that day', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  const visit = { id: 'v', at: now - 3_600_000, outcome: 'ONLY_MINOR' as const }
  expect(onlyMinors([visit], now)).toBe(true)
  expect(onlyMinors([visit], now + 86_400_000)).toBe(false)
  expect(onlyMinors([visit, { id: 'w', at: now, outcome: 'SERVED' }], now)).toBe(false)
  expect(onlyMinors([], now)).toBe(false)
})

it('what is chosen keeps the order it is offered in', () => {
  expect(inOrder(['a', 'b', 'c'], ['c', 'a', 'c'])).toEqual(['a', 'c'])
})

describe('a number to call back', () => {
  // The cases of domain::referral.
  it('is digits alone, and never an identity card', () => {
    expect(phoneDigits('0000 000.001')).toBe('0000000001')
    expect(phoneDigits('+00 (00) 000-00\u00a01')).toBe('0000000001')
    for (const not of ['', '   ', '0000', '0000 000 00a', '0000 0000 0000', '0000000000000000', '０００００００００']) expect(phoneDigits(not), not).toBeNull()
    expect([phoneDigits('00000000'), phoneDigits('000000000000000')]).toEqual(['00000000', '000000000000000'])
  })
})

describe('what came back', () => {
  const DAY = 86_400_000
  const opened = Date.parse('2026-11-20T03:00:00Z')
  const it_ = (more: { learner_id?: string; state?: ReferralState; why?: ReturnWhy; at?: number; answered_on?: number } = {}) => ({
    learner_id: more.learner_id ?? 'lan', state: more.state ?? 'returned', opened_at: more.at ?? opened, why: more.why ?? ('papers_first' as ReturnWhy), answered_on: more.answered_on ?? 20261123,
  })

  it('is the team’s to do for some reasons, and for others nobody’s', () => {
    const left = (why: ReturnWhy) => toDo([it_({ why })], [], 20261124).length
    expect((['not_reached', 'papers_first', 'come_to_office', 'not_for_police', 'other'] as const).map(left)).toEqual([1, 1, 1, 1, 1])
    expect((['not_needed', 'twice'] as const).map(left)).toEqual([0, 0])
    for (const state of ['new', 'accepted', 'done', 'cancelled'] as const) expect(toDo([it_({ state })], [], 20261124)).toEqual([])
  })

  it('is done once it was passed on anew, once somebody was coached there, and after a month', () => {
    const back = it_()
    const anew = it_({ state: 'new', at: opened + 4 * DAY })
    expect(toDo([back, anew], [], 20261124)).toEqual([])
    expect(toDo([back, it_({ learner_id: 'hai', state: 'new', at: opened + 4 * DAY })], [], 20261124), 'for somebody else').toEqual([back])
    expect(toDo([back, { ...anew, state: 'cancelled' }], [], 20261124), 'taken back').toEqual([back])
    expect(toDo([back], [20261123], 20261124), 'on the day of the answer nobody knows what came first').toEqual([back])
    expect(toDo([back], [20261124], 20261125)).toEqual([])
    expect(toDo([back], [], 20261223)).toEqual([back])
    expect(toDo([back], [], 20261224)).toEqual([])
  })

  it('another force is told for two days', () => {
    expect([20261123, 20261124, 20261125, 20261126, 20261122].map((today) => otherForce(20261123, today))).toEqual([0, 1, 2, null, null])
    expect([otherForce(undefined, 20261123), otherForce(20261130, 20261202), otherForce(20260231, 20261123)]).toEqual([null, 2, null])
  })
})
