import { webcrypto, randomUUID } from 'node:crypto'
import { Line } from './line.ts'
import { PASSWORD } from './phone.ts'
import { Server, type Engine } from './server.ts'

/** A rule that was broken. */
export class Broken extends Error {
  override name = 'Broken'
}

/** What the hand of the test did on a phone, and what must come of it. */
export interface Made {
  op_id: string
  account: string
  phone: string
  kind: string
  /** The reasons for which the server may refuse it; none for honest work. */
  refusable: readonly string[]
}

/** One server, one line to it, and all that was ever done on its ward. */
export class World {
  readonly server: Server
  readonly line: Line
  readonly made = new Map<string, Made>()
  #desk: string | null = null

  private constructor(server: Server, line: Line) {
    this.server = server
    this.line = line
  }

  static async begin(engine: Engine): Promise<World> {
    const server = await Server.start(engine)
    return new World(server, await Line.lay(() => server.port))
  }

  async end(): Promise<void> {
    await this.line.cut()
    await this.server.stop()
  }

  /** Visits the ward counts, as its desk sees them. */
  async visits(): Promise<number> {
    const answer = await this.#ask('/coverage')
    return (answer as { total: { visits: number } }).total.visits
  }

  /** The ward's number. */
  async seq(): Promise<number> {
    return ((await this.#ask('/coverage')) as { seq: number }).seq
  }

  async #ask(path: string): Promise<unknown> {
    for (;;) {
      this.#desk ??= await this.#signIn()
      const answer = await fetch(`${this.server.url}/api/v1${path}`, { headers: { 'X-Gocua': '1', Authorization: `Bearer ${this.#desk}` } })
      if (answer.ok) return answer.json()
      if (answer.status !== 401) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      this.#desk = null
    }
  }

  async #signIn(): Promise<string> {
    const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', pair.publicKey)
    const answer = await fetch(`${this.server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'X-Gocua': '1', 'Content-Type': 'application/json' },
      body: JSON.stringify({ login: 'canbo1', password: PASSWORD, device: { device_id: randomUUID(), public_key: { kty, crv, x, y }, name: 'desk' } }),
    })
    if (!answer.ok) throw new Error(`the desk's sign-in: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { access_token: string }).access_token
  }
}
