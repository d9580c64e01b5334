import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { Alley, ConsentGive, DoorVisit, Learner, Payload, PeopleKind, Referral } from '$lib/api/types.ts'
import type { Database, OutboxOp } from '$lib/data/db.ts'
import { draftOf } from '$lib/data/drafts.ts'
import { Grace } from '$lib/data/grace.svelte.ts'
import { Knocks, UNDO_MS } from '$lib/data/knocks.svelte.ts'
import { append, letGoOfNumbers, opsOf, queueOf, settle } from '$lib/data/outbox.ts'
import { lay } from '$lib/data/overlay.ts'
import { Locked } from '$lib/data/keyring.ts'
import { letGoOfNames, levelsOf, peopleAt, type DoorPeople } from '$lib/data/people.ts'
import { deviceOf, remember } from '$lib/data/session.ts'
import type { Notice } from '$lib/domain/notice.ts'
import '$lib/i18n/more.ts'
import { CoachForm } from '../src/routes/phone/coach-form.svelte.ts'
import { ConsentForm } from '../src/routes/phone/people/consent-form.svelte.ts'
import { EidForm } from '../src/routes/phone/people/eid-form.svelte.ts'
import { nextWord, peopleDid, referralWord, termWord } from '../src/routes/phone/people/words.ts'
import { unlocked } from './fakes/keys.ts'
import { alleyOf } from './fakes/server.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const lan: Learner = {
  id: 'lan', call_name: 'bà Lan', age_band: '60-79', purposes: ['learn'], agreed_at: NOW - 9e8,
  skills: [{ skill: 'SEC-01', level: 2, at: NOW - 9e8 }], eid: { state: 'LEVEL1', evidence: 'seen_on_screen', at: NOW - 9e8 },
}
const { notices } = JSON.parse(readFileSync(new URL('../../tests/vectors/consent.json', import.meta.url), 'utf8')) as { notices: Notice[] }
const notice = notices[0]!

const give: ConsentGive = {
  household_id: 'h7', learner_id: 'hai', call_name: 'anh Hải', age_band: '18-59', purposes: ['learn', 'refer'],
  notice_version: notice.version, notice_hash: notice.hash, language: 'vi', method: 'tap',
}

let seq = 0
function op(kind: OutboxOp['kind'], payload: Payload, more: Partial<OutboxOp> = {}): OutboxOp {
  seq += 1
  return { op_id: `op${seq}`, account_id: 'a', device_seq: seq, made_at: NOW + seq, kind, payload, state: 'local', door: 'Số 7', waiting: seq, ...more }
}

/** The door at number 7 with these people in the book and these operations on the phone. */
function at(ops: readonly OutboxOp[], book: Partial<Alley['doors'][number]> = { people: [lan] }, reached = 0): DoorPeople {
  const alley = alleyOf('a1', 'Ngõ 34', ['7'])
  Object.assign(alley.doors[0]!, book)
  return peopleAt(lay([alley], ops, reached).get('h7')!)
}

describe('what was just entered at a door', () => {
  it('somebody who agreed is there at once, and is gone again when the server says no', () => {
    expect(at([op('consent.give', give)]).people.map((it) => it.call_name)).toEqual(['bà Lan', 'anh Hải'])
    expect(at([op('consent.give', give)]).waiting.has('hai')).toBe(true)
    expect(at([op('consent.give', give, { state: 'rejected', reason: 'unknown_notice' })]).people).toEqual([lan])
  })

  it('a newer choice of purposes keeps what is known of the person', () => {
    const [again] = at([op('consent.give', { ...give, learner_id: 'lan', call_name: 'bà Lan', age_band: '60-79' })]).people
    expect(again).toMatchObject({ id: 'lan', purposes: ['learn', 'refer'], eid: lan.eid, skills: lan.skills })
  })

  it('who withdrew is gone, and no referral names them any more', () => {
    const referral: Referral = { id: 'r', learner_id: 'lan', kind: 'POLICE_L2', state: 'new', opened_at: NOW, due_on: 20261127 }
    const left = at([op('consent.withdraw', { household_id: 'h7', learner_id: 'lan' })], { people: [lan], referrals: [referral] })
    expect(left.people).toEqual([])
    expect(left.referrals).toEqual([{ id: 'r', kind: 'POLICE_L2', state: 'new', opened_at: NOW, due_on: 20261127 }])
  })

  it('what comes of an operation is the book’s business once the book reaches it', () => {
    const booked = op('consent.withdraw', { household_id: 'h7', learner_id: 'lan' }, { state: 'booked', seq: 5 })
    expect(at([booked], undefined, 4).people, 'a receipt, and a book that is older').toEqual([])
    expect(at([booked], undefined, 5).people, 'agreed again since, on another phone').toEqual([lan])
    expect(at([booked], undefined, 4).waiting.size, 'nothing of it is on this phone only').toBe(0)
  })

  it('a VNeID step stands with what belongs to it, and the better evidence of the same rung stays', () => {
    const step = { household_id: 'h7', learner_id: 'lan', state: 'LEVEL1' as const, evidence: 'self_report' as const, blockers: ['SIM_OTHER_NAME' as const] }
    expect(at([op('learner.eid', step)]).people[0]?.eid).toMatchObject({ state: 'LEVEL1', evidence: 'seen_on_screen', blockers: ['SIM_OTHER_NAME'] })
    expect(at([op('learner.eid', step)]).people[0]?.eid).not.toHaveProperty('household_id')
    expect(at([op('learner.eid', { ...step, state: 'L2_ACTIVE', evidence: 'seen_on_screen' })]).people[0]?.eid, 'no such step').toEqual(lan.eid)
    expect(at([op('learner.eid', { ...step, learner_id: 'nobody' })]).people).toEqual([lan])
  })

  it('a mistaken step is taken back without a network, to what was known before with all that belongs to it', () => {
    const book = { people: [{ ...lan, eid: { ...lan.eid!, id: 'old', ours: false, blockers: ['SIM_OTHER_NAME' as const] } }] }
    const said = op('learner.eid', { household_id: 'h7', learner_id: 'lan', state: 'L2_ACTIVE', evidence: 'seen_on_screen', before: true })
    const eid = at([said], book).people[0]?.eid
    expect(eid).toMatchObject({ id: said.op_id, state: 'L2_ACTIVE', ours: true, back: { state: 'LEVEL1' } })
    const mistake = op('learner.eid_withdraw', { household_id: 'h7', learner_id: 'lan', eid_id: said.op_id, why: 'mistap' })
    const after = at([said, mistake], book)
    expect(after.people[0]?.eid).toEqual(book.people[0]?.eid)
    expect(after.waiting.has('lan')).toBe(true)
    // A word of the book, and nothing known before it.
    const first = { people: [{ ...lan, eid: { ...lan.eid!, id: 'old', ours: true } }] }
    const gone = op('learner.eid_withdraw', { household_id: 'h7', learner_id: 'lan', eid_id: 'old', why: 'mistap' })
    expect(at([gone], first).people[0]).not.toHaveProperty('eid')
    expect(at([gone], book).people[0]?.eid, 'not ours').toEqual(book.people[0]?.eid)
    expect(at([{ ...gone, state: 'rejected', reason: 'not_yours' }], first).people[0]?.eid).toEqual(first.people[0]?.eid)
  })

  it('needs are replaced whole, and forgotten half a year later', () => {
    const flags = [{ code: 'NEED_HOME' as const, until: 20270101 }]
    expect(at([op('household.flags', { household_id: 'h7', flags: ['PREF_SLOW'] })], { flags }).flags).toEqual([{ code: 'PREF_SLOW', until: 20270521 }])
    expect(at([op('household.flags', { household_id: 'h7', flags: [] })], { flags }).flags).toEqual([])
    expect(at([], { flags }).flags).toEqual(flags)
  })

  it('a note is the last one written, an empty one takes it away', () => {
    const note = { text: 'có chó', at: NOW, mine: false }
    expect(at([op('household.note', { household_id: 'h7', text: 'cửa sau' })], { note }).note).toMatchObject({ text: 'cửa sau', mine: true })
    expect(at([op('household.note', { household_id: 'h7', text: '' })], { note }).note).toBeNull()
    expect(at([op('household.note', { household_id: 'h7', text: 'mật khẩu' }, { state: 'rejected', reason: 'secret_in_text' })], { note }).note).toEqual(note)
  })

  it('a referral bears the id of its operation, once, and can be taken back while nobody took it up', () => {
    const opened = op('referral.open', { household_id: 'h7', learner_id: 'lan', kind: 'POLICE_L2' })
    expect(at([opened]).referrals).toEqual([{ id: opened.op_id, learner_id: 'lan', kind: 'POLICE_L2', state: 'new', opened_at: opened.made_at }])
    const known: Referral = { id: opened.op_id, learner_id: 'lan', kind: 'POLICE_L2', state: 'new', opened_at: opened.made_at, due_on: 20261127 }
    expect(at([opened], { people: [lan], referrals: [known] }).referrals).toEqual([known])
    const cancel = op('referral.cancel', { household_id: 'h7', referral_id: opened.op_id })
    expect(at([opened, cancel]).referrals[0]?.state).toBe('cancelled')
    expect(at([cancel], { referrals: [{ ...known, state: 'accepted' }] }).referrals[0]?.state).toBe('accepted')
  })

  it('levels are those of the latest visit, until it is taken back', () => {
    const people = [{ age_band: '60-79' as const, learner_id: 'lan', skills: [{ skill: 'SEC-01', level: 3 }, { skill: 'PAY-01', level: 1 }] }]
    const visit = op('visit.record', { household_id: 'h7', outcome: 'SERVED', people })
    expect(levelsOf(at([visit]).people[0]!)).toEqual({ 'SEC-01': 3, 'PAY-01': 1 })
    expect(levelsOf(at([visit, op('visit.withdraw', { visit_id: visit.op_id })]).people[0]!)).toEqual({ 'SEC-01': 2 })
    const less = op('visit.correct', { visit_id: visit.op_id, why: 'mistap', record: { household_id: 'h7', outcome: 'SERVED', people: [{ ...people[0]!, skills: [{ skill: 'SEC-01', level: 1 }] }] } })
    expect(levelsOf(at([visit, less]).people[0]!)).toEqual({ 'SEC-01': 1 })
    const newer: Learner = { ...lan, skills: [{ skill: 'SEC-01', level: 4, at: NOW + 9e8 }] }
    expect(levelsOf(at([visit], { people: [newer] }).people[0]!), 'somebody came after').toEqual({ 'SEC-01': 4, 'PAY-01': 1 })
    const known: DoorVisit = { id: visit.op_id, at: visit.made_at, outcome: 'SERVED', team: 'T', mine: true, comeback: null }
    expect(levelsOf(at([visit], { people: [lan], visits: [known] }).people[0]!), 'the book knows the visit, and folds it itself').toEqual({ 'SEC-01': 2 })
  })
})

describe('ten seconds of grace', () => {
  const databases: Database[] = []
  afterEach(() => databases.splice(0).forEach((db) => db.close()))
  const clock = { now: () => NOW }

  function phone(db = unlocked(`grace-${Math.random()}`), account = 'a'): { db: Database; grace: Grace; knocks: Knocks; shown: Set<string>; ops: () => Promise<OutboxOp[]> } {
    databases.push(db)
    const shown = new Set<string>()
    const knocks = new Knocks(
      { db, clock, account_id: () => account }, (ops) => ops.forEach((it) => shown.add(it.op_id)), (ids) => ids.forEach((id) => shown.delete(id)),
    )
    const grace = new Grace({
      db, account_id: () => account,
      begin: (kind, payload, door, knock) => knocks.tellSoon(kind, payload, door, knock),
      undo: (op) => knocks.untell(op),
      tell: (kind, payload, door, op_id) => knocks.tell(kind, payload, door, op_id),
    })
    return { db, grace, knocks, shown, ops: () => opsOf(db, account) }
  }
  async function ready(): Promise<ReturnType<typeof phone>> {
    const it = phone()
    await deviceOf(it.db, () => 'device')
    return it
  }
  const withdrawal = ['consent.withdraw', { household_id: 'h7', learner_id: 'lan' }, 'Số 7'] as const
  const eid = ['learner.eid', { household_id: 'h7', learner_id: 'hai', state: 'LEVEL1', evidence: 'self_report' }, 'Số 7'] as const
  const leaving = async (db: Database, now = NOW): Promise<string[]> => (await queueOf(db, 'a', 10, now)).queue.map((it) => it.kind)

  it('an act is shown at once and leaves the phone when its time is up', async () => {
    const { db, grace, shown, ops } = await ready()
    await grace.begin(...withdrawal)
    expect(await ops()).toMatchObject([{ op_id: [...shown][0], kind: 'consent.withdraw', device_seq: 1 }])
    expect([await leaving(db), await leaving(db, NOW + UNDO_MS - 1), await leaving(db, NOW + UNDO_MS)]).toEqual([[], [], ['consent.withdraw']])
    expect(grace.offer).toMatchObject({ act: { kind: 'consent.withdraw' }, until: NOW + UNDO_MS })
    grace.dismiss()
  })

  it('taken back it leaves no trace, and what was written meanwhile does not miss it', async () => {
    const { db, grace, knocks, shown, ops } = await ready()
    await grace.begin(...withdrawal)
    const note = await knocks.tell('household.note', { household_id: 'h7', text: '' }, '')
    await grace.undo()
    expect([grace.offer, [...shown], (await ops()).map((it) => [it.kind, it.after])]).toEqual([null, [note.op_id], [['household.note', 0]]])
    expect(await leaving(db)).toEqual(['household.note'])
  })

  it('the next act is the one on offer; the one before goes its way', async () => {
    const { db, grace } = await ready()
    await grace.begin(...withdrawal)
    await grace.begin(...eid)
    expect(grace.offer?.act.kind).toBe('learner.eid')
    await grace.undo()
    expect(await leaving(db, NOW + UNDO_MS)).toEqual(['consent.withdraw'])
  })

  it('an app that is closed within the ten seconds loses nothing, and writes it once', async () => {
    const { db, grace, ops } = await ready()
    await grace.begin(...withdrawal)
    const anew = phone(db)
    await anew.grace.look()
    expect((await ops()).map((it) => it.kind)).toEqual(['consent.withdraw'])
    expect(await leaving(db, NOW + UNDO_MS)).toEqual(['consent.withdraw'])
    grace.dismiss()
  })

  it('tried again after the disk fell silent it is still one act', async () => {
    const { db, grace, ops } = await ready()
    const write = db.writeStrict.bind(db)
    db.writeStrict = async (...args) => {
      await write(...args)
      throw new Error('silent')
    }
    await expect(grace.begin(...withdrawal)).rejects.toThrow('silent')
    expect(grace.offer).toBeNull()
    db.writeStrict = write
    await grace.begin(...withdrawal)
    expect(await ops()).toHaveLength(1)
    await grace.undo()
    expect(await ops()).toEqual([])
  })

  it('a locked phone takes no act, and says so', async () => {
    const { db, grace, ops } = await ready()
    db.keys.of = () => null
    await expect(grace.begin(...withdrawal)).rejects.toBeInstanceOf(Locked)
    expect([grace.offer, await ops()]).toEqual([null, []])
  })

  it('what the release before kept beside the outbox counts, once, and for whoever began it', async () => {
    const { db, grace, ops } = await ready()
    await remember(db, 'turf:a:grace', { op_id: 'old', account_id: 'a', made_at: NOW, kind: withdrawal[0], payload: withdrawal[1], door: withdrawal[2] })
    await phone(db, 'b').grace.look()
    expect(await ops()).toEqual([])
    await grace.look()
    await grace.look()
    expect(await ops()).toMatchObject([{ op_id: 'old', kind: 'consent.withdraw' }])
    expect(await leaving(db)).toEqual(['consent.withdraw'])
  })
})

it('a name the book has is kept in no record of the phone', async () => {
  const db = unlocked(`names-${Math.random()}`)
  await deviceOf(db, () => 'device')
  const written = await append(db, { op_id: 'c1', account_id: 'a', made_at: NOW, kind: 'consent.give', payload: give, door: 'Số 7' })
  expect(await letGoOfNames(db, [written], 9), 'it has no receipt').toEqual([])
  const [booked] = await settle(db, 'a', [{ op_id: 'c1', outcome: 'applied', seq: 5 }], NOW)
  expect(await letGoOfNames(db, [booked!], 4), 'the screen still shows it from here').toEqual([])
  const [bare] = await letGoOfNames(db, [booked!], 5)
  expect((bare!.payload as ConsentGive).call_name).toBe('')
  expect(JSON.stringify(await opsOf(db, 'a'))).not.toContain('Hải')
  expect(await letGoOfNames(db, [bare!], 5), 'once').toEqual([])
  db.close()
})

describe('a consent, step by step', () => {
  const asked = (band: '60-79' | '14-17' = '60-79'): ConsentForm => {
    const form = new ConsentForm(notice)
    form.name = ' bà  Lan '
    form.band = band
    form.guardianHere = band === '14-17'
    form.hand()
    return form
  }

  it('begins with nothing ticked, and agreeing to nothing explains', () => {
    const form = asked()
    expect([form.step, form.ticked]).toEqual(['asked', []])
    expect(form.agree()).toBe('explain')
    expect(form.explain).toBe(true)
    form.toggle('learn')
    expect(form.explain).toBe(false)
  })

  it('writes down each purpose that was ticked and no other, under the notice that was shown', () => {
    const form = asked()
    form.toggle('refer')
    expect(form.agree()).toEqual({
      agreed: { call_name: 'bà Lan', age_band: '60-79', purposes: ['refer'], notice_version: notice.version, notice_hash: notice.hash, language: 'vi', method: 'tap' },
    })
  })

  it('a number to call back goes together with passing on to the police, and never alone', () => {
    const form = asked()
    expect(form.tied).toBe(true)
    form.toggle('call')
    expect(form.ticked).toEqual(['refer', 'call'])
    form.toggle('call')
    expect(form.ticked, 'no number, and passed on all the same').toEqual(['refer'])
    form.toggle('call')
    form.toggle('learn')
    form.toggle('refer')
    expect(form.ticked).toEqual(['learn'])
    const minor = asked('14-17')
    minor.toggle('learn')
    minor.agree()
    expect(minor.tied, 'a guardian who left both out').toBe(false)
    const later = new ConsentForm(notice, { ...lan, purposes: ['learn', 'refer'] }, ['call'])
    later.hand()
    expect([later.tied, later.offered.map(({ code }) => code)]).toEqual([false, ['call']])
    later.toggle('call')
    expect(later.agree()).toMatchObject({ agreed: { purposes: ['learn', 'refer', 'call'] } })
  })

  it('nobody under 14, nobody from 14 to 17 without a guardian, nobody without a name', () => {
    const form = new ConsentForm(notice)
    form.band = '6-13'
    form.name = 'cháu Minh'
    form.guardianHere = true
    expect([form.tooYoung, form.ready]).toEqual([true, false])
    form.hand()
    expect(form.step).toBe('prepare')
    form.band = '14-17'
    form.guardianHere = false
    expect([form.guardian, form.ready]).toEqual([true, false])
    form.guardianHere = true
    expect(form.ready).toBe(true)
    form.name = 'Minh 0123'
    expect([form.nameFault, form.ready]).toEqual(['number_in_text', false])
    form.name = ''
    expect([form.nameFault, form.ready]).toEqual([null, false])
  })

  it('from 14 to 17 two agree one after the other, and what one leaves out the other is not asked', () => {
    const form = asked('14-17')
    expect(form.turn).toBe('guardian')
    form.toggle('learn')
    expect(form.agree()).toBe('next')
    expect([form.turn, form.ticked, form.offered.map(({ code }) => code)]).toEqual(['person', [], ['learn']])
    expect(form.agree()).toBe('explain')
    form.toggle('learn')
    expect(form.agree()).toMatchObject({ agreed: { purposes: ['learn'], guardian: true, age_band: '14-17' } })
  })

  it('what was signed on paper is copied: nothing ticked before, each purpose apart, the paper in hand', () => {
    const form = asked()
    form.toggle('learn')
    form.step = 'back'
    form.onPaper()
    expect([form.step, form.ticked, form.paperHere, form.signed]).toEqual(['paper', [], false, false])
    form.paperHere = true
    expect([form.signed, form.copy()], 'a paper that says nothing').toEqual([false, 'explain'])
    form.toggle('refer')
    expect(form.copy()).toEqual({
      agreed: { call_name: 'bà Lan', age_band: '60-79', purposes: ['refer'], notice_version: notice.version, notice_hash: notice.hash, language: 'vi', method: 'paper' },
    })
    form.paperHere = false
    expect(form.copy(), 'nobody has the paper').toBe('explain')
  })

  it('on paper too two sign from 14 to 17, and nobody under 14', () => {
    const form = new ConsentForm(notice)
    form.name = 'em Na'
    form.band = '6-13'
    form.onPaper()
    expect(form.step).toBe('prepare')
    form.band = '14-17'
    form.onPaper()
    form.toggle('learn')
    form.paperHere = true
    expect([form.step, form.copy()], 'one signature').toEqual(['paper', 'explain'])
    form.bothSigned = true
    expect(form.copy()).toMatchObject({ agreed: { purposes: ['learn'], guardian: true, method: 'paper' } })
  })

  it('one purpose more may be signed for as well', () => {
    const form = new ConsentForm(notice, lan, ['refer'])
    form.onPaper()
    expect(form.offered.map(({ code }) => code)).toEqual(['refer'])
    form.toggle('refer')
    form.paperHere = true
    expect(form.copy()).toMatchObject({ agreed: { purposes: ['learn', 'refer'], method: 'paper' } })
  })

  it('one purpose more is asked for alone, and adds to what was agreed to', () => {
    const form = new ConsentForm(notice, lan, ['refer'])
    form.hand()
    expect(form.offered.map(({ code }) => code)).toEqual(['refer'])
    expect(form.ticked).toEqual([])
    form.toggle('refer')
    expect(form.agree()).toMatchObject({ agreed: { call_name: 'bà Lan', purposes: ['learn', 'refer'] } })
  })
})

describe('who is coached', () => {
  const parts = async (): Promise<{ form: CoachForm; db: Database }> => {
    const db = unlocked(`coach-${Math.random()}`)
    return { db, form: new CoachForm({ db, clock: { now: () => NOW }, account_id: 'a', household_id: 'h7' }) }
  }

  it('somebody written down is there once, and in the draft by id only', async () => {
    const { form, db } = await parts()
    form.add('60-79', 'lan')
    form.add('18-59')
    form.add('60-79', 'lan')
    expect([form.people.length, form.current]).toEqual([2, 0])
    form.set('SEC-01', 3)
    await form.kept()
    const draft = await draftOf(db, 'a', 'h7')
    expect(draft?.people).toEqual([{ age_band: '60-79', learner_id: 'lan', skills: [{ skill: 'SEC-01', level: 3 }] }, { age_band: '18-59', skills: [] }])
    const again = new CoachForm({ db, clock: { now: () => NOW }, account_id: 'a', household_id: 'h7' })
    await again.look()
    again.restore()
    expect(again.coached()).toEqual(draft?.people)
    db.close()
  })

  it('who thinks better of it before the visit is saved is counted without a name', async () => {
    const { form, db } = await parts()
    form.add('60-79', 'lan')
    form.add('18-59', 'hai')
    expect(form.coached(new Set(['hai'])).map((it) => it.learner_id)).toEqual([undefined, 'hai'])
    await form.kept()
    db.close()
  })
})

describe('a look at somebody’s VNeID', () => {
  it('offers what a volunteer may write down from there, and sends the whole picture', () => {
    const form = new EidForm({ ...lan, eid: { state: 'L2_IN_USE', evidence: 'seen_on_screen', at: NOW, device: 'own_smartphone' } }, 'ACCESS_LOST')
    expect(form.states).not.toContain('LOCKED')
    form.toggleBlocker('NFC_FAIL')
    form.toggleBlocker('OLD_DEVICE_CODE')
    form.toggleBlocker('NFC_FAIL')
    const [way] = form.ways
    expect(form.payload('h7', way!)).toEqual({
      household_id: 'h7', learner_id: 'lan', state: 'ACCESS_LOST', evidence: 'self_report', device: 'own_smartphone', blockers: ['OLD_DEVICE_CODE'],
    })
  })

  it('leaves to the police what is theirs', () => {
    expect(new EidForm(lan, 'L2_CAPTURED').ways).toEqual([])
    const confirmed = new EidForm({ ...lan, eid: { state: 'L2_ACTIVE', evidence: 'police_confirmed', at: NOW } }, 'NO_CARD')
    expect([confirmed.ways, confirmed.fault]).toEqual([[], 'weaker_evidence'])
    expect(new EidForm({ ...lan, eid: { state: 'LOCKED', evidence: 'police_confirmed', at: NOW } }, 'LOCKED').ways).toEqual([])
  })
})

describe('words', () => {
  it('of a record name no person and no note', () => {
    const told: Array<[PeopleKind, Payload]> = [
      ['consent.give', give],
      ['consent.withdraw', { household_id: 'h7', learner_id: 'lan' }],
      ['learner.eid', { household_id: 'h7', learner_id: 'lan', state: 'LEVEL1', evidence: 'self_report' }],
      ['household.flags', { household_id: 'h7', flags: ['PREF_SLOW'] }],
      ['household.note', { household_id: 'h7', text: 'cửa sau' }],
      ['referral.open', { household_id: 'h7', learner_id: 'lan', kind: 'TELCO_SIM' }],
      ['referral.cancel', { household_id: 'h7', referral_id: 'r' }],
    ]
    const words = told.map(([kind, payload]) => peopleDid({ kind, payload }))
    expect(new Set(words).size).toBe(told.length)
    for (const word of words) expect(word).not.toMatch(/Hải|cửa sau|people\./)
    expect(peopleDid({ kind: 'visit.record', payload: { household_id: 'h7', outcome: 'NOT_HOME' } })).toBeNull()
  })

  it('of a referral say where it stands, and the day only while one is owed', () => {
    const referral: Referral = { id: 'r', kind: 'POLICE_L2', state: 'accepted', opened_at: NOW, due_on: 20261127 }
    expect(referralWord(referral)).toBe('đã nhận · hẹn trước 27/11')
    expect(referralWord({ ...referral, state: 'done' })).toBe('đã xong')
    expect(termWord('POLICE_L2', [{ code: 'POLICE_L2', unit: 'working_days', amount: 3 }])).toBe('trả lời trong 3 ngày làm việc')
    expect(termWord('CLASS', [])).toBe('')
  })
})

describe('a number to call back', () => {
  const NUMBER = '0000000001'
  const open = { household_id: 'h7', learner_id: 'lan', kind: 'POLICE_L2' as const, phone: NUMBER }
  const write = async (): Promise<Database> => {
    const db = unlocked(`number-${Math.random()}`)
    await deviceOf(db, () => 'device')
    await append(db, { op_id: 'r1', account_id: 'a', made_at: NOW, kind: 'referral.open', payload: open, door: 'Số 7' })
    return db
  }

  it('lies in its box until it is sent, and the receipt cuts it out', async () => {
    const db = await write()
    const raw = await db.read(['outbox'], (tx) => tx.objectStore('outbox').getAll())
    expect(JSON.stringify(raw.map(({ box: _, sealed: __, ...clear }) => clear)), 'in clear there is nothing of it').not.toContain(NUMBER)
    expect((await queueOf(db, 'a', 9)).queue[0]?.payload, 'what leaves has it').toEqual(open)
    const [booked] = await settle(db, 'a', [{ op_id: 'r1', outcome: 'applied', seq: 5 }], NOW, await opsOf(db, 'a'))
    expect(booked).toMatchObject({ state: 'booked', payload: { household_id: 'h7', learner_id: 'lan', kind: 'POLICE_L2' } })
    expect(JSON.stringify(booked)).not.toContain(NUMBER)
    expect(JSON.stringify(await opsOf(db, 'a'))).not.toContain(NUMBER)
    expect((await db.read(['outbox'], (tx) => tx.objectStore('outbox').get('r1')))?.sealed, 'no sealed copy either').toBeUndefined()
    db.close()
  })

  it.each(['duplicate', 'superseded', 'quarantined', 'rejected'] as const)('goes with every other answer too: %s', async (outcome) => {
    const db = await write()
    await settle(db, 'a', [{ op_id: 'r1', outcome, ...(outcome === 'rejected' ? { reason: 'consent_needed' as const } : { seq: 5 }) }], NOW, await opsOf(db, 'a'))
    expect(JSON.stringify(await opsOf(db, 'a'))).not.toContain(NUMBER)
    db.close()
  })

  it('stays while there is no answer', async () => {
    const db = await write()
    for (const outcome of ['held', 'applied'] as const) await settle(db, 'a', [{ op_id: 'r1', outcome }], NOW, await opsOf(db, 'a'))
    expect((await opsOf(db, 'a'))[0]?.payload, 'held, then a word without a receipt').toEqual(open)
    expect(await letGoOfNumbers(db, await opsOf(db, 'a'))).toEqual([])
    db.close()
  })

  it('that a lock left behind goes at the next door', async () => {
    const db = await write()
    const [held] = await opsOf(db, 'a')
    await db.write(['outbox'], async (tx) => {
      const row = await tx.objectStore('outbox').get('r1')
      await tx.objectStore('outbox').put({ ...row!, state: 'booked', seq: 5, booked_at: NOW })
    })
    const [bare] = await letGoOfNumbers(db, [{ ...held!, state: 'booked', seq: 5 }])
    expect(bare?.payload).toEqual({ household_id: 'h7', learner_id: 'lan', kind: 'POLICE_L2' })
    expect(JSON.stringify(await opsOf(db, 'a'))).not.toContain(NUMBER)
    expect(await letGoOfNumbers(db, [bare!]), 'once').toEqual([])
    db.close()
  })

  it('is in no line that the phone shows', () => {
    const said = op('referral.open', open)
    expect(JSON.stringify([peopleDid(said), at([said]).referrals])).not.toContain(NUMBER)
  })
})

describe('the answer to a referral', () => {
  const referral = (more: Partial<Referral>): Referral => ({ id: 'r', learner_id: 'lan', kind: 'POLICE_L2', state: 'new', opened_at: NOW, due_on: 20261127, ...more })

  it('is told with its day, its hour and its reason', () => {
    expect(referralWord(referral({ state: 'accepted', appointment: { on: 20261126, minute: 1170 } }))).toBe('đã nhận · hẹn ngày 26/11 lúc 19:30')
    expect(referralWord(referral({ state: 'accepted', appointment: { on: 20261126 } }))).toBe('đã nhận · hẹn ngày 26/11')
    expect(referralWord(referral({ state: 'accepted' }))).toBe('đã nhận · hẹn trước 27/11')
    expect(referralWord(referral({ state: 'done', answered_on: 20261125 }))).toBe('đã xong ngày 25/11')
    expect(referralWord(referral({ state: 'returned', answered_on: 20261125, why: 'papers_first' }))).toBe('bị trả lại ngày 25/11: cần chuẩn bị giấy tờ trước')
  })

  it('says what the team does next, whatever code comes', () => {
    expect(nextWord({ state: 'returned', why: 'papers_first' })).toContain('chuẩn bị giấy tờ')
    expect(nextWord({ state: 'returned', why: 'of a newer release' as 'other' })).toContain('đội trưởng')
    expect(nextWord({ state: 'accepted' })).toBe('')
  })
})
