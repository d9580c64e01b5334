/**
 * MapLibre's worker under the ward's policy. It is a file of our own origin (`worker-src 'self'`), and
 * under Trusted Types `new Worker(url)` takes only an address a policy has vouched for; MapLibre hands
 * over a string. So while its workers are being made, `Worker` vouches for this one file and no other.
 */
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

/** The policy's name, to be listed in the `trusted-types` directive. */
export const WORKER_POLICY = 'map-worker'

interface TrustedTypesHost {
  trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown }
  }
}

export { workerUrl }

let blessed: unknown

/**
 * Puts the vouching `Worker` in place and gives back what takes it away. Throws when the policy may
 * not be made: the caller then draws the map without WebGL.
 */
export function blessWorker(): () => void {
  const host = globalThis as unknown as TrustedTypesHost
  if (!host.trustedTypes) return () => undefined
  // A policy of one name can be made once in a page's life.
  blessed ??= host.trustedTypes
    .createPolicy(WORKER_POLICY, {
      createScriptURL: (url) => {
        if (url !== workerUrl) throw new TypeError('not the map worker')
        return url
      },
    })
    .createScriptURL(workerUrl)
  const Native = globalThis.Worker
  class BlessedWorker extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url === workerUrl ? (blessed as string) : url, options)
    }
  }
  globalThis.Worker = BlessedWorker
  return () => {
    if (globalThis.Worker === BlessedWorker) globalThis.Worker = Native
  }
}
