import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../../..')
const BINARY = process.env.GOCUA_BIN ?? join(ROOT, 'target/debug/gocua')
const APP = join(ROOT, 'pwa/dist/index.html')

type Serving = ChildProcessByStdio<null, Readable, Readable>

/** One `gocua` with a book of its own: a made-up ward in a temporary folder. */
export class Server {
  readonly url: string
  /** What the console shows when the book is empty. */
  readonly setupCode: string | null
  readonly #folder: string
  #process: Serving
  readonly #log: string[]

  private constructor(url: string, setupCode: string | null, folder: string, process: Serving, log: string[]) {
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
    const child = serve(folder, '127.0.0.1:0', log)
    let url = ''
    const setupCode = await new Promise<string | null>((found, fail) => {
      // The port is the system's to choose; the server's first line says which it was.
      createInterface({ input: child.stdout }).on('line', (line) => {
        url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? url
        const code = /set-up code: ([A-Z2-9]{5}-[A-Z2-9]{5})/.exec(line)?.[1]
        if (scale > 0 ? url : code) found(code ?? null)
      })
      child.once('error', fail)
      child.once('exit', (code) => fail(new Error(`gocua serve ended with ${code}:\n${log.join('\n')}`)))
    })
    return new Server(url, setupCode, folder, child, log)
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

  /** The same book at the same address, as after a power cut: what a server does when it begins, it does again. */
  async restart(): Promise<void> {
    await this.#end()
    this.#process = serve(this.#folder, new URL(this.url).host, this.#log)
    await new Promise<void>((found, fail) => {
      createInterface({ input: this.#process.stdout }).on('line', (line) => line.includes(this.url) && found())
      this.#process.once('exit', (code) => fail(new Error(`gocua serve ended with ${code}:\n${this.#log.join('\n')}`)))
    })
  }

  async #end(): Promise<void> {
    const gone = new Promise((done) => this.#process.once('exit', done))
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM')
      await gone
    }
  }

  async stop(): Promise<void> {
    await this.#end()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Serves the book of a folder; what it says of trouble goes to the log. */
function serve(folder: string, listen: string, log: string[]): Serving {
  const child = spawn(BINARY, [...at(folder), 'serve', '--listen', listen], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GOCUA_DEMO: 'false' },
  })
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line))
  return child
}

const at = (folder: string): string[] => [
  '--database-url',
  `sqlite:${join(folder, 'book.sqlite')}`,
  '--secret-file',
  join(folder, 'secret'),
]
