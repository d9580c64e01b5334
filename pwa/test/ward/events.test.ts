import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoff, EventLink, EventParser, seqOf, SILENCE_MS, type LinkState } from '../../src/lib/ward/events.ts'

const whole = 'event: seq\r\ndata: {"seq":40213}\r\n\r\n: keep\n\nevent: seq\ndata: {"seq":40214}\n\ndata: a\ndata:b\rid: 7\r\r'

describe('event stream', () => {
  it('gives the same events however the bytes are cut', () => {
    const once = new EventParser().feed(whole)
    expect(once).toEqual([
      { event: 'seq', data: '{"seq":40213}', id: null },
      { event: 'seq', data: '{"seq":40214}', id: null },
      { event: 'message', data: 'a\nb', id: '7' },
    ])
    for (let size = 1; size < 12; size += 1) {
      const parser = new EventParser()
      const events = []
      for (let i = 0; i < whole.length; i += size) events.push(...parser.feed(whole.slice(i, i + size)))
      expect(events).toEqual(once)
    }
  })
  it('drops comments, unknown fields, a byte order mark and an unfinished event', () => {
    expect(new EventParser().feed('\uFEFF: hello\nretry: 10\nfoo\n\ndata: x')).toEqual([])
  })
  it('reads the seq and nothing else', () => {
    const of = (event: string, data: string) => seqOf({ event, data, id: null })
    expect(of('seq', '{"seq":3}')).toBe(3)
    expect([of('other', '{"seq":3}'), of('seq', 'no'), of('seq', '{"seq":"3"}'), of('seq', 'null')]).toEqual([null, null, null, null])
  })
  it('waits longer and longer, never beyond half a minute', () => {
    expect([0, 1, 2, 5, 50].map((n) => backoff(n, () => 1))).toEqual([1000, 2000, 4000, 30_000, 30_000])
    expect(backoff(0, () => 0)).toBe(500)
  })
})

describe('event link', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function setUp(open: (n: number, signal: AbortSignal) => Promise<Response>) {
    const states: LinkState[] = []
    const seqs: number[] = []
    let n = 0
    const link = new EventLink({
      open: (signal) => open(n++, signal),
      final: (error) => error instanceof Error && error.message === 'forbidden',
      onSeq: (seq) => seqs.push(seq),
      onState: (state) => states.push(state),
      random: () => 1,
    })
    return { link, states, seqs, tries: () => n }
  }
  const stream = (...chunks: string[]) => {
    let end: () => void = () => undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const c of chunks) controller.enqueue(new TextEncoder().encode(c))
        end = () => controller.close()
      },
    })
    return { response: new Response(body), end: () => end() }
  }
  const settle = () => vi.advanceTimersByTimeAsync(0)

  it('reports each seq and comes back after a lost line', async () => {
    const first = stream('event: seq\ndata: {"seq":1}\n\n', 'event: seq\ndata: {"seq":2}\n\n')
    const second = stream('event: seq\ndata: {"seq":5}\n\n')
    const { link, states, seqs } = setUp(async (n) => (n === 0 ? first : second).response)
    link.start()
    await settle()
    expect(seqs).toEqual([1, 2])
    first.end()
    await settle()
    // An orderly end is the server's way to have the token renewed: nothing to alarm anybody with.
    expect(states).toEqual(['connecting', 'live'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(seqs).toEqual([1, 2, 5])
    expect(states).not.toContain('lost')
    link.stop()
  })
  it('says so when the line breaks, or ends without a word', async () => {
    const mute = stream()
    const { link, states } = setUp(async (n) => {
      if (n === 0) return new Response(new ReadableStream({ start: (c) => c.error(new TypeError('reset')) }))
      return n === 1 ? mute.response : stream('data: x\n\n').response
    })
    link.start()
    await settle()
    expect(states).toEqual(['connecting', 'live', 'lost'])
    await vi.advanceTimersByTimeAsync(1000)
    mute.end()
    await settle()
    expect(states).toEqual(['connecting', 'live', 'lost', 'live', 'lost'])
    link.stop()
  })
  it('doubles the wait while nobody answers, and wakes at once when told', async () => {
    const { link, tries } = setUp(async () => {
      throw new TypeError('network')
    })
    link.start()
    await settle()
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000)
    expect(tries()).toBe(4)
    link.wake()
    await settle()
    expect(tries()).toBe(5)
    link.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(tries()).toBe(5)
  })
  it('stops for good when refused', async () => {
    const { link, states, tries } = setUp(async () => {
      throw new Error('forbidden')
    })
    link.start()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(states).toEqual(['connecting', 'refused'])
    expect(tries()).toBe(1)
  })
  it('takes a long silence for a dead line', async () => {
    const { link, states } = setUp(async () => stream('event: seq\ndata: {"seq":1}\n\n').response)
    link.start()
    await settle()
    await vi.advanceTimersByTimeAsync(SILENCE_MS + 10)
    expect(states).toEqual(['connecting', 'live', 'lost'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(states.at(-1)).toBe('live')
    link.stop()
  })
  it('aborts the open stream when stopped, and says nothing after', async () => {
    let seen: AbortSignal | undefined
    const { link, states } = setUp(async (_, signal) => {
      seen = signal
      return stream('data: x\n\n').response
    })
    link.start()
    await settle()
    link.stop()
    expect(seen?.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(SILENCE_MS * 2)
    expect(states).toEqual(['connecting', 'live'])
  })
})
