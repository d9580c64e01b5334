import {
  NIL_ID, type Alley, type Door, type HelpLog, type HelpTakeBack, type OfficerBook, type DoorVisit, type HouseholdEdit, type HouseholdPropose, type OpResult, type PullAnswer, type PushRequest, type Reason,
  type SessionView, type VisitCorrect, type VisitRecord, type WireDoor, type WireOp, type Withdraw,
} from '../../src/lib/api/types.ts'
import { doorProposed } from '../../src/lib/data/overlay.ts'
import type { OutboxOp } from '../../src/lib/data/db.ts'
import { peopleAt } from '../../src/lib/data/people.ts'
import { EDIT_FIELDS, identity } from '../../src/lib/domain/edit.ts'
import { dayOf } from '../../src/lib/domain/time.ts'

interface Booked {
  seq: number
  account: string
  body: string
  result: OpResult
}

interface Visit {
  account: string
  door: string
  withdrawn: boolean
}

/** A ward's book in memory: exactly-once by op id, receipts, order by `after`, pull by seq. As docs/SYNC.md has it. */
export class FakeServer {
  now = 1_795_339_200_000
  seq = 0
  alleys: Alley[] = [alleyOf('a1', 'Ngõ 34', ['1', '2', '3', '4'])]
  /** Every op with a final answer, with the account whose token carried it. */
  book = new Map<string, Booked>()
  applied: string[] = []
  /** Ops that wait for the one before them. */
  held = new Map<string, { device_id: string; account: string; op: WireOp }>()
  deviceSeqs = new Map<string, string>()
  /** Doors that left the register: what is said of them goes before the ward. */
  deleted = new Set<string>()
  /** The account whose book is an officer's, and that book. */
  officer: { account: string; book: OfficerBook } | null = null
  /** Counts that stand, by id. */
  counts = new Map<string, HelpLog>()
  #counted = 0
  accounts = new Map([['trang', 'acc-trang'], ['minh', 'acc-minh']])
  /** The code on the team's poster. */
  code = 'SEN25K'
  tokens = new Map<string, string>()
  session: { account: string; alive: boolean } | null = null
  /** Most alleys of one page of a full pull, and most doors of one page of news. */
  pageAlleys = Infinity
  pageDoors = Infinity
  /** X-Gocua-Phone of each push and pull. */
  phones: string[] = []
  pushes: PushRequest[] = []
  #tokens = 0
  #visits = new Map<string, Visit>()
  #roots = new Map<string, string>()
  /** Doors and alleys by the number of their last change. */
  #changed = new Map<string, number>()
  #gone = new Map<string, number>()

  fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input), 'http://ward.test')
    const headers = new Headers(init?.headers)
    if (headers.get('x-gocua') !== '1') return this.#no(403, 'forbidden')
    const body = await bodyOf(init?.body, headers.get('content-encoding'))
    switch (url.pathname) {
      case '/api/v1/auth/login': {
        const { login, password } = body as { login: string; password: string }
        const account = this.accounts.get(login)
        if (!account || password !== 'mo cua') return this.#no(401, 'invalid_credentials')
        this.session = { account, alive: true }
        return this.#ok(this.#session(account))
      }
      case '/api/v1/auth/join': {
        const { code, name } = body as { code: string; name: string }
        if (code !== this.code) return this.#no(404, 'code_unknown')
        const account = `acc-${name}`
        this.accounts.set(name, account)
        this.session = { account, alive: true }
        return this.#ok(this.#session(account))
      }
      case '/api/v1/auth/refresh':
        if (!this.session?.alive) return this.#no(401, 'refresh_expired')
        return this.#ok(this.#session(this.session.account))
      case '/api/v1/auth/logout':
        this.session = null
        return new Response(null, { status: 204 })
    }
    const account = this.tokens.get((headers.get('authorization') ?? '').replace('Bearer ', ''))
    if (!account) return this.#no(401, 'token_invalid')
    this.phones.push(headers.get('x-gocua-phone') ?? '')
    if (url.pathname === '/api/v1/sync/push') return this.#ok(this.#push(account, body as PushRequest))
    if (url.pathname === '/api/v1/sync/pull') return this.#ok(this.#pull(account, url.searchParams.get('cursor')))
    return this.#no(404, 'not_found')
  }

  /** The access token runs out; the session may live on. */
  expireTokens(): void {
    this.tokens.clear()
  }

  /** The ward strikes a door off the register. */
  demolish(id: string): void {
    if (this.deleted.has(id)) return
    this.deleted.add(id)
    this.seq += 1
    for (const alley of this.alleys) alley.doors = alley.doors.filter((door) => door.id !== id)
    this.#gone.set(id, this.seq)
  }

  /** The ward puts a door back, and lets in what was kept for it. */
  restore(door: Door, ids: readonly string[]): void {
    this.deleted.delete(door.id)
    this.#gone.delete(door.id)
    this.alleys[0]!.doors = [...this.alleys[0]!.doors, door]
    for (const id of ids) {
      const { account, body } = this.book.get(id)!
      this.#apply(account, JSON.parse(body) as WireOp)
    }
    this.#touch(door.id)
  }

  /** The ward's register says that a door belongs to another alley. */
  move(id: string, to: string): void {
    const door = this.#door(id)
    const target = this.alleys.find((alley) => alley.id === to)
    if (!door || !target) return
    for (const alley of this.alleys) alley.doors = alley.doors.filter((each) => each !== door)
    target.doors = [...target.doors, door]
    this.#touch(id)
  }

  #door(id: string): Door | undefined {
    return this.alleys.flatMap((alley) => alley.doors).find((door) => door.id === id)
  }

  #touch(door: string): void {
    this.seq += 1
    this.#changed.set(door, this.seq)
  }

  #push(account: string, push: PushRequest): { received_at: number; results: OpResult[] } {
    this.pushes.push(push)
    return { received_at: this.now, results: push.ops.map((op) => this.#take(account, push.device_id, op)) }
  }

  #take(account: string, device_id: string, op: WireOp): OpResult {
    // What cannot be read has no id either.
    if ((op.payload as VisitRecord).household_id === 'mangled') {
      return { op_id: NIL_ID, outcome: 'rejected', reason: 'malformed_payload' }
    }
    const body = bodyText(op)
    const known = this.book.get(op.op_id)
    if (known) {
      if (known.body !== body) return { op_id: op.op_id, outcome: 'rejected', reason: 'op_id_reused' }
      return known.result.outcome === 'applied' ? { ...known.result, outcome: 'duplicate' } : known.result
    }
    if (op.after && !this.deviceSeqs.has(`${device_id}/${op.after}`)) {
      this.held.set(op.op_id, { device_id, account, op })
      return { op_id: op.op_id, outcome: 'held', reason: 'waits_for_earlier' }
    }
    this.held.delete(op.op_id)
    const result = this.#decide(account, device_id, op)
    for (const [id, waits] of [...this.held]) {
      if (this.held.has(id) && waits.device_id === device_id && waits.op.after === op.device_seq) this.#take(waits.account, device_id, waits.op)
    }
    return result
  }

  #decide(account: string, device_id: string, op: WireOp): OpResult {
    const place = `${device_id}/${op.device_seq}`
    const fate: Omit<OpResult, 'op_id'> = this.deviceSeqs.has(place)
      ? no('device_seq_reused')
      : this.#apply(account, op)
    this.deviceSeqs.set(place, op.op_id)
    const result: OpResult = { op_id: op.op_id, ...fate, ...(fate.outcome === 'rejected' ? {} : { seq: this.seq }) }
    this.book.set(op.op_id, { seq: this.seq, account, body: bodyText(op), result })
    if (result.outcome === 'applied') this.applied.push(op.op_id)
    return result
  }

  #apply(account: string, op: WireOp): Omit<OpResult, 'op_id'> {
    switch (op.kind) {
      case 'help.log':
        this.counts.set(op.op_id, op.payload as HelpLog)
        this.#counted = this.seq += 1
        return { outcome: 'applied' }
      case 'help.take_back':
        if (!this.counts.delete((op.payload as HelpTakeBack).help_id)) return { outcome: 'superseded', reason: 'nothing_to_withdraw' }
        this.#counted = this.seq += 1
        return { outcome: 'applied' }
      case 'shift.open':
      case 'shift.close':
        return { outcome: 'applied' }
      case 'visit.record': {
        const record = op.payload as VisitRecord
        if (this.deleted.has(record.household_id)) return this.#quarantine()
        const door = this.#door(record.household_id)
        if (!door) return no('out_of_reach')
        this.#visits.set(op.op_id, { account, door: door.id, withdrawn: false })
        door.visits = [...door.visits, { id: op.op_id, at: op.made_at, outcome: record.outcome, team: 'T', mine: true, comeback: record.comeback ?? null }]
        this.#touch(door.id)
        return { outcome: 'applied' }
      }
      case 'visit.withdraw': {
        const root = this.#rootOf((op.payload as Withdraw).visit_id)
        const visit = this.#visits.get(root)
        if (!visit || visit.withdrawn) return { outcome: 'superseded', reason: 'nothing_to_withdraw' }
        visit.withdrawn = true
        this.#remove(root)
        return { outcome: 'applied' }
      }
      case 'visit.correct': {
        const { visit_id, record } = op.payload as VisitCorrect
        const root = this.#rootOf(visit_id)
        const visit = this.#visits.get(root)
        if (!visit) return no('out_of_reach')
        if (visit.account !== account) return no('not_yours')
        if (visit.withdrawn) return no('visit_withdrawn')
        if (this.deleted.has(record.household_id)) return this.#quarantine()
        const door = this.#door(record.household_id)
        if (!door) return no('out_of_reach')
        const before = this.#remove(root)
        this.#roots.set(op.op_id, root)
        visit.door = door.id
        const next: DoorVisit = {
          id: op.op_id, of: root, versions: (before?.versions ?? 1) + 1, at: before?.at ?? op.made_at, outcome: record.outcome,
          team: 'T', mine: true, comeback: record.comeback ?? null,
        }
        door.visits = [...door.visits, next].sort((a, b) => a.at - b.at)
        this.#touch(door.id)
        return { outcome: 'applied' }
      }
      case 'household.edit': {
        const { household_id, set } = op.payload as HouseholdEdit
        if (this.deleted.has(household_id)) return this.#quarantine()
        const door = this.#door(household_id)
        if (!door) return no('out_of_reach')
        const flags: OpResult['flags'] = []
        for (const field of EDIT_FIELDS) {
          const value = set[field]
          if (value === undefined) continue
          const key = field === 'house_no' ? 'no' : field
          if (identity(field) && door[key] !== null && door[key] !== value) flags.push('to_inbox')
          else Object.assign(door, { [key]: value })
        }
        this.#touch(door.id)
        return { outcome: 'applied', ...(flags.length ? { flags } : {}) }
      }
      case 'household.propose': {
        const proposal = op.payload as HouseholdPropose
        const alley = this.alleys.find((each) => each.id === proposal.alley_id)
        if (!alley) return no('out_of_reach')
        alley.doors = [...alley.doors, doorProposed(proposal, alley)]
        this.#touch(proposal.household_id)
        return { outcome: 'applied' }
      }
      case 'household.same_as':
        this.seq += 1
        return { outcome: 'applied' }
      default: {
        const door = this.#door((op.payload as { household_id: string }).household_id)
        if (!door) return no('out_of_reach')
        const { people, flags, note, referrals } = peopleAt({ door, told: [{ ...op, state: 'local' } as OutboxOp], taught: [] })
        Object.assign(door, { people, flags, note: note ?? undefined, referrals })
        this.#touch(door.id)
        return { outcome: 'applied' }
      }
    }
  }

  #quarantine(): Omit<OpResult, 'op_id'> {
    this.seq += 1
    return { outcome: 'quarantined', reason: 'household_deleted' }
  }

  #rootOf(id: string): string {
    return this.#roots.get(id) ?? id
  }

  #remove(root: string): DoorVisit | undefined {
    for (const door of this.alleys.flatMap((alley) => alley.doors)) {
      const visit = door.visits.find((each) => (each.of ?? each.id) === root)
      if (!visit) continue
      door.visits = door.visits.filter((each) => each !== visit)
      this.#touch(door.id)
      return visit
    }
    return undefined
  }

  /** `c7`: everything up to 7 is there. `r7.2`: of all alleys as of 7, the first two are there. */
  #pull(account: string, cursor: string | null): PullAnswer {
    const base = { seq: this.seq, server_time: this.now }
    const full = cursor === null ? { seq: this.seq, from: 0 } : /^r(\d+)\.(\d+)$/.exec(cursor)
    if (full) {
      const [as_of, from] = Array.isArray(full) ? [Number(full[1]), Number(full[2])] : [full.seq, full.from]
      const alleys = this.alleys.slice(from, from + this.pageAlleys)
      const more = from + alleys.length < this.alleys.length
      const groups = [...new Set(alleys.map((alley) => alley.group_id))].map((id) => ({ id, code: id, name: `Nhóm ${id}`, outline: [] }))
      return {
        ...base, cursor: more ? `r${as_of}.${from + alleys.length}` : `c${as_of}`, reset: from === 0,
        alleys: alleys.map((alley) => ({ ...alley, doors: alley.doors.map(lean) })), groups, ...(more ? { more } : {}),
        ...this.#police(account),
        ...(from === 0 ? { skills: [], me: { account_id: account, name: account, role: 'volunteer', ward: { code: '1', name: 'P' } } } : {}),
      } as PullAnswer
    }
    const since = Number(cursor!.slice(1))
    const news = [...this.#changed, ...this.#gone].filter(([, seq]) => seq > since).sort((a, b) => a[1] - b[1])
    const page = news.slice(0, this.pageDoors)
    const more = page.length < news.length
    const ids = new Set(page.map(([id]) => id))
    const doors = this.alleys.flatMap((alley) => alley.doors.filter((door) => ids.has(door.id)).map((door) => ({ ...lean(door), alley_id: alley.id })))
    const gone = page.map(([id]) => id).filter((id) => this.deleted.has(id))
    return {
      ...base, cursor: `c${more ? page.at(-1)![1] : this.seq}`, reset: false, ...(more ? { more } : {}),
      ...(doors.length ? { doors } : {}), ...(gone.length ? { gone: { households: gone } } : {}),
      ...(this.#counted > since ? this.#police(account) : {}),
    }
  }

  /** An officer's book whole, with the counts that stand; nobody else is given it. */
  #police(account: string): { police?: OfficerBook } {
    if (this.officer?.account !== account) return {}
    const days = new Map<string, OfficerBook['days'][number]>()
    for (const { kind, channel, result, people = 1, minutes = 0 } of this.counts.values()) {
      const key = `${kind}|${channel}|${result}`
      const held = days.get(key) ?? { day: dayOf(this.now), kind, channel, result, n: 0, people: 0, minutes: 0 }
      days.set(key, { ...held, n: held.n + 1, people: held.people + people, minutes: held.minutes + minutes })
    }
    return { police: { ...structuredClone(this.officer.book), days: [...days.values()] } }
  }

  #session(account: string): SessionView {
    const name = account.replace('acc-', '')
    return {
      access_token: this.#token(account), expires_at: this.now + 900_000, session_id: `s-${account}-${this.#tokens}`,
      account: { id: account, login: name, name, role: 'volunteer', ward: { code: '1', name: 'P' }, team: { id: 't', name: 'T' } },
    } as SessionView
  }

  #token(account: string): string {
    this.#tokens += 1
    const token = `t${this.#tokens}`
    this.tokens.set(token, account)
    return token
  }

  #ok(body: unknown): Response {
    return Response.json(body)
  }

  #no(status: number, code: string): Response {
    return Response.json({ title: code, status, code }, { status, headers: { 'content-type': 'application/problem+json' } })
  }
}

export function alleyOf(id: string, name: string, numbers: readonly string[], group_id = 'g1'): Alley {
  return {
    id, group_id, parent_id: null, kind: 'lane', name, mouth: '34', sort: id,
    doors: numbers.map(
      (no): Door => ({
        id: `h${no}`, code: `C-${no}`, no, sort: `n${no}`, side: Number(no) % 2 ? 'odd' : 'even', head: 'Trần Thị Lan',
        members: 4, adults: 3, landmark: null, active: true, visits: [],
      }),
    ),
  }
}

const no = (reason: Reason): Omit<OpResult, 'op_id'> => ({ outcome: 'rejected', reason })

/** What makes two operations the same: whom one waits for is no part of it. */
const bodyText = ({ after: _, ...op }: WireOp): string => JSON.stringify(op)

/** What is empty is left out on the wire. */
function lean({ no, visits, ...door }: Door): WireDoor {
  const kept = Object.fromEntries(Object.entries(door).filter(([, value]) => value !== null)) as Partial<typeof door>
  return { ...kept, id: door.id, code: door.code, sort: door.sort, active: door.active, no: no ?? '', ...(visits.length ? { visits: structuredClone(visits) } : {}) } as WireDoor
}

async function bodyOf(body: BodyInit | null | undefined, encoding: string | null): Promise<unknown> {
  if (body === null || body === undefined) return undefined
  if (encoding !== 'gzip') return JSON.parse(String(body))
  const stream = new Blob([body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(stream).text())
}
