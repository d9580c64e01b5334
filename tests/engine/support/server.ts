import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)
const BINARY = resolve(process.env.GOCUA_BIN ?? join(import.meta.dirname, '../../../target/debug/gocua'))

export type Engine = 'sqlite' | 'postgres'

/** The real program over a made-up ward, which may be killed at any time and comes back on the same port. */
export class Server {
  readonly engine: Engine
  readonly #folder: string
  readonly #database: string
  readonly #log: string[] = []
  #process: ChildProcess | null = null
  #port = 0
  kills = 0

  private constructor(engine: Engine, folder: string, database: string) {
    this.engine = engine
    this.#folder = folder
    this.#database = database
  }

  static async start(engine: Engine): Promise<Server> {
    if (!existsSync(BINARY)) throw new Error(`no ${BINARY}: cargo build -p gocua-server`)
    const folder = await mkdtemp(join(tmpdir(), 'gocua-engine-'))
    const database = engine === 'sqlite' ? `sqlite:${join(folder, 'book.sqlite')}` : await postgres(folder)
    const server = new Server(engine, folder, database)
    await run(BINARY, [...server.#at, 'demo', '--scale', '0.02'])
    await server.up()
    return server
  }

  get #at(): string[] {
    return ['--database-url', this.#database, '--secret-file', join(this.#folder, 'secret')]
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async up(): Promise<void> {
    const child = spawn(BINARY, [...this.#at, 'serve', '--listen', `127.0.0.1:${this.#port}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GOCUA_DEMO: 'false' },
    })
    this.#process = child
    createInterface({ input: child.stderr }).on('line', (line) => this.#log.push(line))
    this.#port = await new Promise<number>((found, fail) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1]
        if (port) found(Number(port))
      })
      child.once('error', fail)
      child.once('exit', (code) => fail(new Error(`gocua serve ended with ${code}:\n${this.#log.join('\n')}`)))
    })
  }

  /** As the power would: no goodbye, nothing finished. */
  async kill(): Promise<void> {
    this.kills += 1
    await this.#down('SIGKILL')
  }

  /** What `gocua verify` says: every visit counted again. Fails when a figure differs. */
  async verify(): Promise<string> {
    return (await run(BINARY, [...this.#at, 'verify'])).stdout.trim()
  }

  /** Errors the server wrote to its log. */
  faults(): string[] {
    return this.#log.map((line) => line.replace(/\u001b\[\d*m/g, '')).filter((line) => / ERROR /.test(line))
  }

  async stop(): Promise<void> {
    await this.#down('SIGTERM')
    if (this.engine === 'postgres') await sql(`DROP DATABASE ${nameOf(this.#database)} WITH (FORCE)`)
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#process
    this.#process = null
    if (!child || child.exitCode !== null) return
    const gone = new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await gone
  }
}

const nameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

function cluster(): string {
  const url = process.env.GOCUA_TEST_PG
  if (!url) throw new Error('GOCUA_TEST_PG is not set: run under scripts/with-postgres.sh')
  return url
}

async function postgres(folder: string): Promise<string> {
  const name = folder.slice(folder.lastIndexOf('/') + 1).replace(/\W/g, '_').toLowerCase()
  await sql(`CREATE DATABASE ${name}`)
  return `${cluster().slice(0, cluster().lastIndexOf('/'))}/${name}`
}

async function sql(statement: string): Promise<void> {
  await run('psql', [cluster(), '-qX', '-v', 'ON_ERROR_STOP=1', '-c', statement])
}
