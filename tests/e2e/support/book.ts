import { randomUUID, webcrypto } from 'node:crypto'

/** The password of every demonstration account. */
export const PASSWORD = 'di-tung-ngo-go-tung-nha'

export interface Tally {
  hh_total: number
  hh_visited: number
  hh_contacted: number
  hh_served: number
  hh_revisit: number
  hh_declined: number
  hh_unreachable: number
  hh_vacant: number
  visits: number
  coach_occ: number
  coach_people: number
  coach_people_60: number
}

export interface Coverage {
  seq: number
  total: Tally
  groups: Array<{ id: string; name: string; tally: Tally; alleys: number; alleys_assigned: number }>
}

/** Signs in on a device that nobody has seen before. */
export async function enter(url: string, login: string): Promise<{ access_token: string; device_id: string }> {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', pair.publicKey)
  const device_id = randomUUID()
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'X-Gocua': '1', 'Content-Type': 'application/json' },
    body: JSON.stringify({ login, password: PASSWORD, device: { device_id, public_key: { kty, crv, x, y }, name: 'e2e' } }),
  })
  if (!answer.ok) throw new Error(`login of ${login}: ${answer.status} ${await answer.text()}`)
  const { access_token } = (await answer.json()) as { access_token: string }
  return { access_token, device_id }
}

/** The ward's book through its API, past every screen: what the server itself says is so. */
export class Book {
  readonly #url: string
  readonly #headers: Record<string, string>

  private constructor(url: string, token: string) {
    this.#url = url
    this.#headers = { 'X-Gocua': '1', Authorization: `Bearer ${token}` }
  }

  static async open(url: string, login: string): Promise<Book> {
    return new Book(url, (await enter(url, login)).access_token)
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, { headers: this.#headers })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, {
      method: 'POST',
      headers: { ...this.#headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    const text = await answer.text()
    return (text ? JSON.parse(text) : null) as T
  }

  coverage(): Promise<Coverage> {
    return this.get('/coverage')
  }
}

/** What changed between two readings, by group; groups that stood still and figures that did are left out. */
export function moved(before: Coverage, after: Coverage): Record<string, Partial<Tally>> {
  const was = new Map(before.groups.map((group) => [group.id, group.tally]))
  const moves = after.groups.map((group): [string, Partial<Tally>] => [group.name, difference(was.get(group.id), group.tally)])
  return Object.fromEntries(moves.filter(([, tally]) => Object.keys(tally).length > 0))
}

export function difference(before: Tally | undefined, after: Tally): Partial<Tally> {
  if (!before) throw new Error('a group appeared')
  const keys = Object.keys(after) as Array<keyof Tally>
  return Object.fromEntries(keys.map((key) => [key, after[key] - before[key]]).filter(([, n]) => n !== 0))
}
