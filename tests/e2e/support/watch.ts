import type { BrowserContext, ConsoleMessage } from '@playwright/test'

/** The browser's own word for what a test does to the network on purpose. */
const OFFLINE = /net::ERR_INTERNET_DISCONNECTED/

/**
 * Listens to every page and worker of a test: a script that throws, a line on the error console, a
 * breach of the content policy or a request to another host is a fault, whatever the screen shows.
 */
export class Watch {
  readonly faults: string[] = []
  readonly #origin: string
  readonly #expected: RegExp[] = [OFFLINE]

  constructor(origin: string) {
    this.#origin = origin
  }

  /** An error line this test provokes: the browser reports refused and lost requests by itself. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern)
  }

  async follow(context: BrowserContext): Promise<void> {
    // Not every browser writes breaches of the policy to the console, and never those of a report-only one.
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`)
      })
    })
    const heard = (message: ConsoleMessage): void => {
      if (message.type() === 'error') this.#fault(`console: ${message.text()} (${message.location().url})`)
    }
    context.on('console', heard)
    context.on('serviceworker', (worker) => worker.on('console', heard))
    context.on('weberror', (error) => this.#fault(`uncaught: ${error.error().stack ?? error.error().message}`))
    context.on('request', (request) => {
      const url = new URL(request.url())
      if (/^https?:|^wss?:/.test(url.protocol) && url.origin !== this.#origin) this.#fault(`request to another host: ${url.href}`)
    })
  }

  #fault(what: string): void {
    if (!this.#expected.some((pattern) => pattern.test(what))) this.faults.push(what)
  }
}
