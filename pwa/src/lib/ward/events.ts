/**
 * The ward's change events. `EventSource` cannot carry a bearer token, and a token in a query string
 * would end in the server's log, so the stream is read from a fetch.
 */

export interface StreamEvent {
  event: string
  data: string
  id: string | null
}

/** Takes the text of an event stream in pieces of any size and gives its events. */
export class EventParser {
  #line = ''
  #event = ''
  #data: string[] = []
  #id: string | null = null
  #started = false
  #skipFeed = false

  feed(chunk: string): StreamEvent[] {
    const events: StreamEvent[] = []
    let text = chunk
    if (!this.#started && text !== '') {
      this.#started = true
      if (text.startsWith('\uFEFF')) text = text.slice(1)
    }
    for (const char of text) {
      // CR, LF and CRLF end a line; a CRLF may be cut between two chunks.
      if (char === '\n' && this.#skipFeed) {
        this.#skipFeed = false
        continue
      }
      this.#skipFeed = char === '\r'
      if (char !== '\n' && char !== '\r') {
        this.#line += char
        continue
      }
      const event = this.#take(this.#line)
      this.#line = ''
      if (event) events.push(event)
    }
    return events
  }

  #take(line: string): StreamEvent | null {
    if (line === '') {
      const event = this.#data.length > 0 ? { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id } : null
      this.#event = ''
      this.#data = []
      return event
    }
    const colon = line.indexOf(':')
    if (colon === 0) return null
    const field = colon < 0 ? line : line.slice(0, colon)
    const rest = colon < 0 ? '' : line.slice(colon + 1)
    const value = rest.startsWith(' ') ? rest.slice(1) : rest
    if (field === 'event') this.#event = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return null
  }
}

/** The ward's `seq` out of an event, or `null` when it is another kind of event. */
export function seqOf(event: StreamEvent): number | null {
  if (event.event !== 'seq') return null
  try {
    const body: unknown = JSON.parse(event.data)
    const seq = typeof body === 'object' && body !== null && 'seq' in body ? body.seq : null
    return typeof seq === 'number' && Number.isSafeInteger(seq) ? seq : null
  } catch {
    return null
  }
}

/** Wait before the n-th try (from 0): 1 s doubling to 30 s, spread so that desks do not return at once. */
export function backoff(attempt: number, random: () => number): number {
  const most = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 10))
  return Math.round(most / 2 + (random() * most) / 2)
}

/** The server writes a comment every 15 s; more than two missing means a dead line that looks open. */
export const SILENCE_MS = 40_000

export type LinkState = 'connecting' | 'live' | 'lost' | 'refused'

export interface EventLinkOptions {
  /** Opens the stream with a fresh token. */
  open(signal: AbortSignal): Promise<Response>
  /** Is this a refusal that no new try will change? */
  final(error: unknown): boolean
  onSeq(seq: number): void
  onState(state: LinkState): void
  random?: () => number
  setTimer?: (run: () => void, ms: number) => unknown
  clearTimer?: (timer: unknown) => void
}

/** Keeps one event stream open until stopped. */
export class EventLink {
  readonly #options: Required<EventLinkOptions>
  #stop: AbortController | null = null
  #attempt = 0
  #retry: unknown = null
  #running = false

  constructor(options: EventLinkOptions) {
    this.#options = {
      random: Math.random,
      setTimer: (run, ms) => setTimeout(run, ms),
      clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
      ...options,
    }
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#attempt = 0
    void this.#connect()
  }

  stop(): void {
    this.#running = false
    this.#cancelRetry()
    this.#stop?.abort()
    this.#stop = null
  }

  /** The network is back or the page was brought to the front: do not sit out the wait. */
  wake(): void {
    if (!this.#running || this.#retry === null) return
    this.#cancelRetry()
    this.#attempt = 0
    void this.#connect()
  }

  #cancelRetry(): void {
    if (this.#retry !== null) this.#options.clearTimer(this.#retry)
    this.#retry = null
  }

  async #connect(): Promise<void> {
    const stop = new AbortController()
    this.#stop = stop
    if (this.#attempt === 0) this.#options.onState('connecting')
    let refused = false
    // The server ends a healthy stream every few minutes, so that each has a token that is good:
    // that is no loss to speak of, only a reason to come back at once.
    let ended = false
    try {
      const response = await this.#options.open(stop.signal)
      if (response.body) {
        this.#options.onState('live')
        ended = (await this.#read(response.body, stop)) && !stop.signal.aborted
      }
    } catch (error) {
      refused = this.#options.final(error)
    }
    if (!this.#running || this.#stop !== stop) return
    if (refused) {
      this.#running = false
      this.#options.onState('refused')
      return
    }
    if (!ended) this.#options.onState('lost')
    this.#retry = this.#options.setTimer(() => {
      this.#retry = null
      void this.#connect()
    }, backoff(this.#attempt, this.#options.random))
    this.#attempt += 1
  }

  /** True when the stream gave something and then ended in order. */
  async #read(body: ReadableStream<Uint8Array>, stop: AbortController): Promise<boolean> {
    const reader = body.getReader()
    const decoder = new TextDecoder()
    const parser = new EventParser()
    let silence: unknown = null
    let heard = false
    const listen = () => {
      if (silence !== null) this.#options.clearTimer(silence)
      silence = this.#options.setTimer(() => {
        stop.abort()
        // A stream that ignores its signal must not hold the loop.
        reader.cancel().catch(() => undefined)
      }, SILENCE_MS)
    }
    try {
      listen()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || stop.signal.aborted) return heard
        heard = true
        // Only bytes that arrived prove the line; a stream that opens and closes at once keeps waiting longer.
        this.#attempt = 0
        listen()
        for (const event of parser.feed(decoder.decode(value, { stream: true }))) {
          const seq = seqOf(event)
          if (seq !== null) this.#options.onSeq(seq)
        }
      }
    } finally {
      if (silence !== null) this.#options.clearTimer(silence)
      reader.cancel().catch(() => undefined)
    }
  }
}
