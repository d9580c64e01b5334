/**
 * The hash router: `#/walk/:alleyId`. A hash never reaches the server, so no id lands in its logs,
 * and the shell opens at any depth in airplane mode.
 */
export interface Place {
  path: string
  /** Decoded segments of the path. */
  parts: string[]
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function read(hash: string): Place {
  const path = hash.replace(/^#/, '').split('?')[0] || '/'
  return { path, parts: path.split('/').filter(Boolean).map(decoded) }
}

class Navigation {
  place = $state.raw<Place>(read(typeof location === 'undefined' ? '' : location.hash))
  /** The list the present door was opened from; the door that replaces it keeps it. */
  from: string | null = null
  /** Steps of our own behind the present place; kept in the history so that a reload remembers. */
  #depth = 0

  constructor() {
    if (typeof window === 'undefined') return
    // A poster leads to /join#CODE; from here on the code is part of the place, and a reload keeps it.
    if (location.pathname === '/join') {
      history.replaceState(history.state, '', `/#/join/${location.hash.slice(1)}`)
      this.place = read(location.hash)
    }
    this.#depth = depthOf(history.state)
    window.addEventListener('popstate', () => {
      const known = typeof (history.state as { depth?: unknown } | null)?.depth === 'number'
      // A link was followed (no state yet) or the person went back or forth.
      if (!known) {
        this.#leaving()
        this.#depth += 1
        history.replaceState({ depth: this.#depth }, '')
      } else this.#depth = depthOf(history.state)
      this.place = read(location.hash)
    })
  }

  /** Opens a place; with `replace` the present one is forgotten (login, finished forms). */
  go(path: string, replace = false): void {
    if (replace) history.replaceState({ depth: this.#depth }, '', `#${path}`)
    else {
      this.#leaving()
      this.#depth += 1
      history.pushState({ depth: this.#depth }, '', `#${path}`)
    }
    this.place = read(location.hash)
  }

  /** Ends a form `steps` deep: what it was opened from comes back, or is replaced by `path`. */
  leave(path: string, steps: number): void {
    if (this.#depth < steps) return this.go(path, true)
    const arrived = (): void => {
      if (this.place.path !== path) this.go(path, true)
    }
    addEventListener('popstate', arrived, { once: true })
    history.go(-steps)
  }

  /** Back to where the person came from, or to `otherwise` when the app was opened right here. */
  back(otherwise: string): void {
    if (this.#depth > 0) history.back()
    else this.go(otherwise, true)
  }

  #leaving(): void {
    if (this.place.parts[0] !== 'door') this.from = this.place.path
  }
}

function depthOf(state: unknown): number {
  const depth = (state as { depth?: unknown } | null)?.depth
  return typeof depth === 'number' ? depth : 0
}

export const navigation = new Navigation()
