import { createServer, request as ask, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

/** What the line does to one call. */
export type Fate =
  | 'through'
  /** The request never arrives. */
  | 'request lost'
  /** The server has done it and its answer never arrives. */
  | 'answer lost'
  /** The phone gives up at once; the server gets it later, after what the phone does next. */
  | 'ghost'
  /** It arrives twice at the same time. */
  | 'twice'
  /** It arrives again later. */
  | 'echo'
  | 'late request'
  | 'late answer'
  | 'slow answer'
  | 'request cut'
  | 'answer cut'
  /** The server is busy. */
  | 'busy'
  /** A gateway's own page of error. */
  | 'gateway'
  /** A hotel's page that asks to sign in, with status 200. */
  | 'captive'

/** The header by which a phone says what is to become of its call; it never reaches the server. */
export const FATE = 'x-line'

export interface Result {
  op_id: string
  outcome: string
  seq?: number
  reason?: string
  flags?: string[]
}

/** One thing the server said of one operation: its word is durable from then on. */
export interface Word extends Result {
  account: string | undefined
  device: string
}

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** One call as it passed: bodies unpacked, null when there was none or it was no JSON. */
export interface Talk {
  method: string
  path: string
  headers: Record<string, string>
  sent: unknown
  status: number
  said: unknown
}

const nap = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** The network between the phones and the server, and the witness of all the server said. */
export class Line {
  /** Everything the server said of an operation, in the order it said it. */
  readonly words = new Map<string, Word[]>()
  readonly fates = new Map<Fate, number>()
  /** Told of every call that the server answered. */
  ontalk: (talk: Talk) => void = () => undefined
  readonly #http: HttpServer
  readonly #to: () => number
  readonly #accounts = new Map<string, string>()
  readonly #under = new Set<Promise<unknown>>()
  url = ''

  private constructor(to: () => number) {
    this.#to = to
    this.#http = createServer((req, res) => {
      const carried = this.#carry(req, res).finally(() => this.#under.delete(carried))
      this.#under.add(carried)
    })
    this.#http.on('connection', (socket: Socket) => socket.on('error', () => undefined))
    this.#http.keepAliveTimeout = 0
  }

  static async lay(to: () => number): Promise<Line> {
    const line = new Line(to)
    await new Promise<void>((ready) => line.#http.listen(0, '127.0.0.1', ready))
    line.url = `http://127.0.0.1:${(line.#http.address() as AddressInfo).port}`
    return line
  }

  /** Resolves when nothing is on the way any more, ghosts included. */
  async quiet(): Promise<void> {
    while (this.#under.size > 0) await Promise.allSettled(this.#under)
  }

  async cut(): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((done) => this.#http.close(done))
    await this.quiet()
  }

  async #carry(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const socket = req.socket as Socket
    const [fate = 'through', wait = '0'] = String(req.headers[FATE] ?? 'through').split(';') as [Fate, string]
    const ms = Number(wait)
    this.fates.set(fate, (this.fates.get(fate) ?? 0) + 1)
    const chunks: Buffer[] = []
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const body = Buffer.concat(chunks)
    const forward = (): Promise<Answer | null> => this.#forward(req, body)
    switch (fate) {
      case 'request lost':
        socket.destroy()
        return
      case 'answer lost':
        await forward()
        socket.destroy()
        return
      case 'ghost':
        socket.destroy()
        await nap(ms)
        await forward()
        return
      case 'twice': {
        const [one, other] = await Promise.all([forward(), forward()])
        return give(res, ms % 2 === 0 ? one : other)
      }
      case 'echo':
        give(res, await forward())
        await nap(ms)
        await forward()
        return
      case 'late request':
        await nap(ms)
        return give(res, await forward())
      case 'late answer': {
        const answer = await forward()
        await nap(ms)
        return give(res, answer)
      }
      case 'slow answer': {
        const answer = await forward()
        if (!answer) return give(res, null)
        res.writeHead(answer.status, answer.headers)
        for (let at = 0, part = Math.ceil(answer.body.length / 5) || 1; at < answer.body.length; at += part) {
          res.write(answer.body.subarray(at, at + part))
          await nap(Math.ceil(ms / 5))
        }
        res.end()
        return
      }
      case 'request cut':
        await this.#half(req, body)
        socket.destroy()
        return
      case 'answer cut': {
        const answer = await forward()
        if (!answer || answer.body.length < 2) return void socket.destroy()
        res.writeHead(answer.status, answer.headers)
        res.write(answer.body.subarray(0, answer.body.length >> 1), () => socket.destroy())
        return
      }
      case 'busy':
        return give(res, {
          status: 503,
          headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
          body: Buffer.from('{"type":"about:blank","title":"busy","status":503,"code":"unavailable"}'),
        })
      case 'gateway':
        return give(res, { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from('<h1>502 Bad Gateway</h1>') })
      case 'captive':
        return give(res, { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<title>Wi-Fi</title>') })
      case 'through':
        return give(res, await forward())
    }
  }

  /** Null when the server was not there, or went away before it had answered. */
  #forward(req: IncomingMessage, body: Buffer): Promise<Answer | null> {
    return new Promise((done) => {
      const call = this.#dial(req, body.length, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', () => done(null))
        answer.on('end', () => {
          const { connection: _, 'transfer-encoding': __, ...headers } = answer.headers
          const whole = { status: answer.statusCode ?? 0, headers, body: Buffer.concat(chunks) }
          if (answer.complete) this.#witness(req, body, whole)
          done(answer.complete ? whole : null)
        })
      })
      call.on('error', () => done(null))
      call.end(body)
    })
  }

  /** Half of the request reaches the server, then the line is dead. */
  #half(req: IncomingMessage, body: Buffer): Promise<void> {
    return new Promise((done) => {
      const call = this.#dial(req, body.length, (answer) => answer.resume())
      call.on('error', () => undefined)
      call.on('close', () => done())
      call.write(body.subarray(0, body.length >> 1), () => call.destroy())
      if (body.length < 2) call.destroy()
    })
  }

  #dial(req: IncomingMessage, length: number, heard: (answer: IncomingMessage) => void): ReturnType<typeof ask> {
    const { [FATE]: _, host: __, connection: ___, 'transfer-encoding': ____, ...headers } = req.headers
    return ask(
      { host: '127.0.0.1', port: this.#to(), method: req.method, path: req.url, headers: { ...headers, 'content-length': length }, agent: false },
      heard,
    )
  }

  #witness(req: IncomingMessage, body: Buffer, answer: Answer): void {
    const [sent, said] = [json(body, req.headers['content-encoding']), json(answer.body, answer.headers['content-encoding'])]
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]))
    this.ontalk({ method: req.method ?? '', path: req.url ?? '', headers, sent, status: answer.status, said })
    if (answer.status !== 200 || said === null) return
    if (typeof said.access_token === 'string') {
      this.#accounts.set(said.access_token, (said.account as { id: string }).id)
    }
    if (!req.url?.endsWith('/sync/push')) return
    const push = sent as { device_id: string }
    const account = this.#accounts.get((req.headers.authorization ?? '').replace('Bearer ', ''))
    for (const result of said.results as Result[]) {
      const words = this.words.get(result.op_id) ?? []
      words.push({ ...result, account, device: push.device_id })
      this.words.set(result.op_id, words)
    }
  }
}

function give(res: ServerResponse, answer: Answer | null): void {
  if (!answer) return void res.socket?.destroy()
  const { 'content-length': _, ...headers } = answer.headers
  res.writeHead(answer.status, headers)
  res.end(answer.body)
}

function json(bytes: Buffer, encoding: string | string[] | undefined): Record<string, unknown> | null {
  if (bytes.length === 0) return null
  const plain = encoding === 'gzip' ? gunzipSync(bytes) : encoding === 'br' ? brotliDecompressSync(bytes) : bytes
  try {
    return JSON.parse(plain.toString()) as Record<string, unknown>
  } catch {
    return null
  }
}
