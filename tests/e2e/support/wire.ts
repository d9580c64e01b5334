import { randomBytes } from 'node:crypto'
import { enter } from './book.ts'
import type { PushAnswer } from './phone.ts'

export interface WireDoor {
  id: string
  code: string
  no?: string
  head?: string
  alley: string
}

/** What a phone says of itself with every call. */
export interface State {
  /** Operations that wait on it. */
  queued: number
  /** Syncs that failed since the last that worked. */
  failed: number
}

const WELL: State = { queued: 0, failed: 0 }

/** A phone without a screen: what it sends is written by the test, to bring the ward into a situation. */
export class Wire {
  readonly device: string
  readonly #url: string
  readonly #token: string
  #seq = 0

  private constructor(url: string, token: string, device: string) {
    this.#url = url
    this.#token = token
    this.device = device
  }

  static async open(url: string, login: string): Promise<Wire> {
    const { access_token, device_id } = await enter(url, login)
    return new Wire(url, access_token, device_id)
  }

  /** `skew`: how far this phone's clock runs ahead, in milliseconds. */
  async push(kind: string, payload: unknown, state: State = WELL, skew = 0): Promise<PushAnswer['results'][number]> {
    const now = Date.now() + skew
    this.#seq += 1
    const answer = await this.#call<PushAnswer>('/sync/push', state, {
      device_id: this.device,
      app_version: '0.2.0',
      sent_at: now,
      queued: state.queued,
      failed: state.failed,
      ops: [{ op_id: uuid7(now), device_seq: this.#seq, made_at: now, kind, payload }],
    })
    const [result] = answer.results
    if (!result) throw new Error('a push without a result')
    return result
  }

  /** The whole answer to a first pull. */
  book<T>(): Promise<T> {
    return this.#call<T>('/sync/pull', WELL)
  }

  /** What the server tells this volunteer about the own records. */
  async flags(): Promise<Array<{ id: string; kind: string }>> {
    return (await this.#call<{ quality?: Array<{ id: string; kind: string }> }>('/sync/pull', WELL)).quality ?? []
  }

  /** The doors in this phone's reach; the ward hears of its state by the way. */
  async pull(state: State = WELL): Promise<WireDoor[]> {
    const { alleys = [] } = await this.#call<{ alleys?: Array<{ name: string; doors: Omit<WireDoor, 'alley'>[] }> }>('/sync/pull', state)
    return alleys.flatMap(({ name, doors }) => doors.map((door) => ({ ...door, alley: name })))
  }

  async #call<T>(path: string, { queued, failed }: State, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'X-Gocua': '1',
        'X-Gocua-Phone': `v=0.2.0; q=${queued}; f=${failed}`,
        Authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
}

/** Ids that phones make tell the time in their first 48 bits. */
function uuid7(now: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
