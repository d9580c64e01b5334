import type { ProblemBody, ProblemCode } from './types.ts'

/** The server answered, and said no. */
export class Problem extends Error {
  readonly status: number
  readonly code: ProblemCode
  readonly errors: NonNullable<ProblemBody['errors']>
  readonly requestId: string | null
  /** Milliseconds the server asked us to wait, or null. */
  readonly retryAfterMs: number | null

  constructor(body: ProblemBody, retryAfterMs: number | null = null) {
    super(body.title)
    this.name = 'Problem'
    this.status = body.status
    this.code = body.code
    this.errors = body.errors ?? []
    this.requestId = body.request_id ?? null
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * The session is over: the server refused to renew it. A single 401 is not that; a token may be
 * refused while the session lives.
 */
export class SessionEnded extends Problem {
  constructor() {
    super({ type: 'about:blank', title: 'session expired', status: 401, code: 'session_expired' })
    this.name = 'SessionEnded'
  }
}

/** No answer came: no network, a broken one, or one too slow. Whether the call took effect is unknown. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super('no answer', { cause })
    this.name = 'Unreachable'
  }
}

/** The call was not made: the account it was meant for is no longer the one signed in. */
export class Superseded extends Error {
  constructor() {
    super('another account signed in')
    this.name = 'Superseded'
  }
}

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is, in place of a body: a file. */
  file?: Blob
  query?: Record<string, string | number | boolean | null | undefined>
  accept?: string
  headers?: Readonly<Record<string, string>>
  ifNoneMatch?: string | null
  signal?: AbortSignal
  /** How long to wait for an answer; 30 s unless told, 0 for ever (streams). */
  timeoutMs?: number
  /** Compress a body that is worth it. */
  gzip?: boolean
  /**
   * Asked at the last moment before the bytes leave, after every wait: false stops the call. A visit
   * must never travel under the token of whoever signed in meanwhile.
   */
  guard?: () => boolean
  /** Needs no access token (login, refresh). */
  open?: boolean
  /** The token of a session that is no longer the present one; it is never renewed. */
  bearer?: string
  /** Goes on when the app is closed meanwhile; for small bodies only. */
  keepalive?: boolean
}

export interface Reply<T> {
  status: number
  /** Null with 204 and 304. */
  data: T | null
  etag: string | null
}

export interface ApiParts {
  fetch: typeof fetch
  /** The access token in memory, or null when there is none. */
  token: () => string | null
  /**
   * Gets a fresh access token. Resolves to false when the session has ended; throws [Unreachable]
   * when nobody could say.
   */
  renew: () => Promise<boolean>
}

const BASE = '/api/v1'
/** Below this a gzip header and the pause cost more than they save. */
const WORTH_PACKING = 2048

/** The one door to the server: adds the token, renews it once, turns refusals into [Problem]. */
export class Api {
  readonly #parts: ApiParts

  constructor(parts: ApiParts) {
    this.#parts = parts
  }

  async get<T>(path: string, call: Omit<Call, 'method' | 'body'> = {}): Promise<T> {
    return (await this.call<T>(path, call)).data as T
  }

  async post<T>(path: string, body?: unknown, call: Omit<Call, 'method' | 'body'> = {}): Promise<T> {
    return (await this.call<T>(path, { ...call, method: 'POST', body })).data as T
  }

  async call<T>(path: string, call: Call = {}): Promise<Reply<T>> {
    const response = await this.raw(path, call)
    const empty = response.status === 204 || response.status === 304
    let data: T | null = null
    if (!empty) {
      try {
        data = (await response.json()) as T
      } catch (cause) {
        // The line broke inside the body: the call may well have been done.
        throw new Unreachable(cause)
      }
    }
    return { status: response.status, data, etag: response.headers.get('etag') }
  }

  /** The response itself, for streams and files; refusals are thrown as [Problem] all the same. */
  async raw(path: string, call: Call = {}): Promise<Response> {
    const present = !call.open && call.bearer === undefined
    if (present && this.#parts.token() === null && !(await this.#parts.renew())) throw new SessionEnded()
    let response = await this.#send(path, call)
    if (response.status === 401 && present) {
      if (!(await this.#parts.renew())) throw new SessionEnded()
      response = await this.#send(path, call)
    }
    if (response.ok || response.status === 304) return response
    throw await problemOf(response)
  }

  async #send(path: string, call: Call): Promise<Response> {
    const headers = new Headers({ ...call.headers, 'X-Gocua': '1', Accept: call.accept ?? 'application/json' })
    if (call.ifNoneMatch) headers.set('If-None-Match', call.ifNoneMatch)
    let body: BodyInit | null = null
    if (call.body !== undefined) {
      headers.set('Content-Type', 'application/json')
      body = JSON.stringify(call.body)
      if (call.gzip && body.length > WORTH_PACKING && typeof CompressionStream === 'function') {
        body = await pack(body)
        headers.set('Content-Encoding', 'gzip')
      }
    }

    if (call.file) {
      headers.set('Content-Type', 'application/octet-stream')
      body = call.file
    }

    const token = call.open ? null : (call.bearer ?? this.#parts.token())
    if (token) headers.set('Authorization', `Bearer ${token}`)
    if (call.guard && !call.guard()) throw new Superseded()

    const abort = new AbortController()
    const giveUp = (): void => abort.abort()
    call.signal?.addEventListener('abort', giveUp, { once: true })
    if (call.signal?.aborted) giveUp()
    const limit = call.timeoutMs ?? 30_000
    const timer = limit > 0 ? setTimeout(giveUp, limit) : undefined
    try {
      return await this.#parts.fetch(`${BASE}${path}${queryOf(call.query)}`, {
        method: call.method ?? 'GET',
        headers,
        body,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        keepalive: call.keepalive ?? false,
        signal: abort.signal,
      })
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason
      throw new Unreachable(cause)
    } finally {
      clearTimeout(timer)
    }
  }
}

function queryOf(query: Call['query']): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined) params.set(name, String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

async function pack(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return await new Response(stream).arrayBuffer()
}

async function problemOf(response: Response): Promise<Problem> {
  const after = Number(response.headers.get('retry-after') ?? NaN)
  const retryAfterMs = Number.isFinite(after) ? after * 1000 : null
  let body: Partial<ProblemBody> = {}
  try {
    body = (await response.json()) as Partial<ProblemBody>
  } catch {
    // A proxy's page instead of ours: only the status is known.
  }
  return new Problem(
    {
      type: 'about:blank',
      ...body,
      title: body.title ?? response.statusText,
      status: response.status,
      code: body.code ?? (response.status === 503 ? 'unavailable' : 'internal'),
    },
    retryAfterMs ?? (typeof body.retry_after === 'number' ? body.retry_after * 1000 : null),
  )
}
