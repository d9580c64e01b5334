/** What a thumb feels without looking. Each has its own rhythm, in milliseconds on, off, on .. */
const RHYTHM = { save: [12], undo: [8, 60, 8], refusal: [40, 50, 40] } as const
export type Feel = keyof typeof RHYTHM

const KEY = 'gocua.still'

class Haptics {
  /** False where the phone does not tremble for pages, as on every iPhone. */
  readonly able = typeof navigator !== 'undefined' && typeof navigator.vibrate === 'function'
  still = $state(false)

  constructor() {
    try {
      this.still = typeof localStorage !== 'undefined' && localStorage.getItem(KEY) === '1'
    } catch {
      // Not to be asked: then it trembles.
    }
  }

  feel(what: Feel): void {
    if (this.able && !this.still) navigator.vibrate([...RHYTHM[what]])
  }

  quiet(still: boolean): void {
    this.still = still
    try {
      if (still) localStorage.setItem(KEY, '1')
      else localStorage.removeItem(KEY)
    } catch {
      // Private mode: the choice lasts as long as the page.
    }
  }
}

export const haptics = new Haptics()
