import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../../..')
const BINARY = process.env.GOCUA_BIN ?? join(ROOT, 'target/debug/gocua')
const APP = join(ROOT, 'pwa/dist/index.html')

/** One `gocua` with a book of its own: a made-up ward in a temporary folder. */
export class Server {
  readonly url: string
  /** What the console shows when the book is empty. */
  readonly setupCode: string | null
  readonly #folder: string
  #process: ChildProcess
  readonly #log: string[]

  private constructor({ url, setupCode, process }: Serving, folder: string, log: string[]) {
    this.url = url
    this.setupCode = setupCode
    this.#folder = folder
    this.#process = process
    this.#log = log
  }

  /** Fills a new book with the demonstration ward at this scale and serves it; with a scale of 0 the book stays empty. */
  static async start(scale: number): Promise<Server> {
    if (!existsSync(BINARY)) throw new Error(`no ${BINARY}: cargo build -p gocua-server`)
    if (!existsSync(APP)) throw new Error(`no ${APP}: npm --prefix pwa run build`)
    const folder = await mkdtemp(join(tmpdir(), 'gocua-e2e-'))
    if (scale > 0) await run(BINARY, [...at(folder), 'demo', '--scale', String(scale)])

    const log: string[] = []
    return new Server(await serve(folder, '127.0.0.1:0', log, scale === 0), folder, log)
  }

  /** Stops and starts anew at the same address, as a ward's computer does in the morning. */
  async restart(): Promise<void> {
    await this.#end()
    this.#process = (await serve(this.#folder, new URL(this.url).host, this.#log)).process
  }

  /** What `gocua verify` says about the open book: every visit counted again. Fails when a figure differs. */
  async verify(): Promise<string> {
    return (await run(BINARY, [...at(this.#folder), 'verify'])).stdout.trim()
  }

  /** Errors the server wrote to its log. */
  faults(): string[] {
    // The log is coloured: the codes between the words are cut away first.
    return this.#log.map((line) => line.replace(/\u001b\[\d*m/g, '')).filter((line) => / (ERROR|WARN) /.test(line))
  }

  async stop(): Promise<void> {
    await this.#end()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #end(): Promise<void> {
    const gone = new Promise((done) => this.#process.once('exit', done))
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM')
      await gone
    }
  }
}

interface Serving {
  url: string
  setupCode: string | null
  process: ChildProcess
}

/** Resolves when it listens, and with an empty book when it has said its set-up code. */
async function serve(folder: string, listen: string, log: string[], empty = false): Promise<Serving> {
  const child = spawn(BINARY, [...at(folder), 'serve', '--listen', listen], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GOCUA_DEMO: 'false' },
  })
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line))
  let url = ''
  const setupCode = await new Promise<string | null>((found, fail) => {
    // The port is the system's to choose; the server's first line says which it was.
    createInterface({ input: child.stdout }).on('line', (line) => {
      url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? url
      const code = /set-up code: ([A-Z2-9]{5}-[A-Z2-9]{5})/.exec(line)?.[1]
      if (empty ? code : url) found(code ?? null)
    })
    child.once('error', fail)
    child.once('exit', (code) => fail(new Error(`gocua serve ended with ${code}:\n${log.join('\n')}`)))
  })
  return { url, setupCode, process: child }
}

const at = (folder: string): string[] => [
  '--database-url',
  `sqlite:${join(folder, 'book.sqlite')}`,
  '--secret-file',
  join(folder, 'secret'),
]
