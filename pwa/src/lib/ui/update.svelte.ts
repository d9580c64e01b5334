/** The five lines that register the service worker under Trusted Types, and the offer of a new version. */
interface Policy {
  createScriptURL(url: string): string
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): Policy
}

class Update {
  ready = $state(false)
  #waiting: ServiceWorker | null = null

  async register(): Promise<void> {
    if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
    const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes
    const policy = types?.createPolicy('sw-url', { createScriptURL: (url) => (url === '/sw.js' ? url : '') })
    const registration = await navigator.serviceWorker.register(policy?.createScriptURL('/sw.js') ?? '/sw.js', { updateViaCache: 'none' })
    this.#offer(registration.waiting)
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing
      worker?.addEventListener('statechange', () => {
        // Without a controller this is the first install, not news.
        if (worker.state === 'installed' && navigator.serviceWorker.controller) this.#offer(worker)
      })
    })
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void registration.update().catch(() => undefined)
    })
  }

  /** Only ever on a tap. */
  take(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
    this.#waiting?.postMessage('take-over')
  }

  #offer(worker: ServiceWorker | null): void {
    if (!worker) return
    this.#waiting = worker
    this.ready = true
  }
}

export const update = new Update()
