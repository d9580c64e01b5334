import type { Alley, Door, DoorVisit, OpResult, PullAnswer, PushRequest, SessionView, VisitRecord, WireDoor, Withdraw } from '../../src/lib/api/types.ts'

/** A ward's book in memory: exactly-once by op id, receipts, pull by seq. As docs/SYNC.md has it. */
export class FakeServer {
  now = 1_795_339_200_000
  seq = 0
  alleys: Alley[] = [
    {
      id: 'a1', group_id: 'g1', parent_id: null, kind: 'lane', name: 'Ngõ 34', mouth: '34', sort: 'a',
      doors: ['1', '2', '3', '4'].map(
        (no): Door => ({
          id: `h${no}`, code: `C-${no}`, no, sort: `n${no}`, side: Number(no) % 2 ? 'odd' : 'even', head: 'Trần Thị Lan',
          members: 4, adults: 3, landmark: null, active: true, visits: [],
        }),
      ),
    },
  ]
  /** Every op ever applied, with the account whose token carried it. */
  book = new Map<string, { seq: number; account: string; body: string; result: OpResult }>()
  applied: string[] = []
  deviceSeqs = new Map<string, string>()
  accounts = new Map([['trang', 'acc-trang'], ['minh', 'acc-minh']])
  tokens = new Map<string, string>()
  session: { account: string; alive: boolean } | null = null
  #tokens = 0
  doorSeq = new Map<string, number>()

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
      case '/api/v1/auth/refresh':
        if (!this.session?.alive) return this.#no(401, 'refresh_expired')
        return this.#ok(this.#session(this.session.account))
      case '/api/v1/auth/logout':
        this.session = null
        return new Response(null, { status: 204 })
    }
    const account = this.tokens.get((headers.get('authorization') ?? '').replace('Bearer ', ''))
    if (!account) return this.#no(401, 'token_invalid')
    if (url.pathname === '/api/v1/sync/push') return this.#ok(this.#push(account, body as PushRequest))
    if (url.pathname === '/api/v1/sync/pull') return this.#ok(this.#pull(account, url.searchParams.get('cursor')))
    return this.#no(404, 'not_found')
  }

  /** The access token runs out; the session may live on. */
  expireTokens(): void {
    this.tokens.clear()
  }

  #push(account: string, push: PushRequest): { received_at: number; results: OpResult[] } {
    const results = push.ops.map((op): OpResult => {
      const body = JSON.stringify(op)
      const known = this.book.get(op.op_id)
      if (known) {
        if (known.body !== body) return { op_id: op.op_id, outcome: 'rejected', reason: 'op_id_reused' }
        return known.result.outcome === 'applied' ? { ...known.result, outcome: 'duplicate' } : known.result
      }
      const place = `${push.device_id}/${op.device_seq}`
      let result: OpResult
      if (this.deviceSeqs.has(place)) result = { op_id: op.op_id, outcome: 'rejected', reason: 'device_seq_reused' }
      else result = this.#apply(op.op_id, op.kind === 'visit.record' ? (op.payload as VisitRecord) : null, op.payload as Withdraw, op.made_at)
      this.deviceSeqs.set(place, op.op_id)
      this.book.set(op.op_id, { seq: result.seq ?? 0, account, body, result })
      if (result.outcome === 'applied') this.applied.push(op.op_id)
      return result
    })
    return { received_at: this.now, results }
  }

  #apply(op_id: string, record: VisitRecord | null, withdraw: Withdraw, at: number): OpResult {
    const doors = this.alleys.flatMap((alley) => alley.doors)
    if (record) {
      const door = doors.find((d) => d.id === record.household_id)
      if (!door) return { op_id, outcome: 'rejected', reason: 'out_of_reach' }
      this.seq += 1
      const visit: DoorVisit = { id: op_id, at, outcome: record.outcome, team: 'T', mine: true, comeback: record.comeback ?? null }
      door.visits = [...door.visits, visit]
      this.doorSeq.set(door.id, this.seq)
    } else {
      const door = doors.find((d) => d.visits.some((v) => v.id === withdraw.visit_id))
      if (!door) return { op_id, outcome: 'superseded', reason: 'nothing_to_withdraw', seq: this.seq }
      this.seq += 1
      door.visits = door.visits.filter((v) => v.id !== withdraw.visit_id)
      this.doorSeq.set(door.id, this.seq)
    }
    return { op_id, outcome: 'applied', seq: this.seq }
  }

  #pull(account: string, cursor: string | null): PullAnswer {
    const base = { cursor: `c${this.seq}`, seq: this.seq, server_time: this.now }
    if (cursor === null) {
      return {
        ...base, reset: true, alleys: this.alleys.map((a) => ({ ...a, doors: a.doors.map(lean) })), groups: [{ id: 'g1', code: 'G', name: 'Thái Học 2', outline: [] }], skills: [],
        me: { account_id: account, name: account, role: 'volunteer', ward: { code: '1', name: 'P' } },
      }
    }
    const from = Number(cursor.slice(1))
    const doors = this.alleys.flatMap((alley) =>
      alley.doors.filter((d) => (this.doorSeq.get(d.id) ?? 0) > from).map((d) => ({ ...lean(d), alley_id: alley.id })),
    )
    return { ...base, reset: false, ...(doors.length ? { doors } : {}) }
  }

  #session(account: string): SessionView {
    const name = account.replace('acc-', '')
    return {
      access_token: this.#token(account), expires_at: this.now + 900_000, session_id: `s-${account}-${this.#tokens}`,
      account: { id: account, login: name, name, role: 'volunteer', ward: { code: '1', name: 'P' }, team: { id: 't', name: 'T' } },
    }
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

/** What is empty is left out on the wire. */
function lean({ no, visits, ...door }: Door): WireDoor {
  const kept = Object.fromEntries(Object.entries(door).filter(([, value]) => value !== null)) as Partial<typeof door>
  return { ...kept, id: door.id, code: door.code, sort: door.sort, active: door.active, no: no ?? '', ...(visits.length ? { visits: structuredClone(visits) } : {}) }
}

async function bodyOf(body: BodyInit | null | undefined, encoding: string | null): Promise<unknown> {
  if (body === null || body === undefined) return undefined
  if (encoding !== 'gzip') return JSON.parse(String(body))
  const stream = new Blob([body as ArrayBuffer]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(stream).text())
}
