/**
 * The hash router: `#/walk/:alleyId`. A hash never reaches the server, so no id lands in its logs,
 * and the shell opens at any depth in airplane mode.
 */
export interface Place {
  path: string
  /** Decoded segments of the path. */
  parts: string[]
}

function read(hash: string): Place {
  const path = hash.replace(/^#/, '').split('?')[0] || '/'
  return { path, parts: path.split('/').filter(Boolean).map(decodeURIComponent) }
}

class Navigation {
  place = $state.raw<Place>(read(typeof location === 'undefined' ? '' : location.hash))
  #depth = 0

  constructor() {
    if (typeof window === 'undefined') return
    window.addEventListener('hashchange', () => {
      this.place = read(location.hash)
    })
  }

  /** Opens a place; with `replace` the present one is forgotten (login, finished forms). */
  go(path: string, replace = false): void {
    if (replace) {
      history.replaceState(null, '', `#${path}`)
      this.place = read(location.hash)
    } else {
      this.#depth += 1
      location.hash = path
    }
  }

  /** Back to where the person came from, or to `otherwise` when the app was opened right here. */
  back(otherwise: string): void {
    if (this.#depth > 0) {
      this.#depth -= 1
      history.back()
    } else {
      this.go(otherwise, true)
    }
  }
}

export const navigation = new Navigation()
