/** How the phone looks: by day, in the dark, or in full sun. A choice of this phone, not of an account. */
export const CHOICES = ['system', 'light', 'dark', 'sun'] as const
export type Choice = (typeof CHOICES)[number]
export type Look = Exclude<Choice, 'system'>

const KEY = 'gocua.theme'
/** The bar of the browser above the app. */
const BAR: Readonly<Record<Look, string>> = { light: '#0a56c8', dark: '#0c1322', sun: '#00308f' }

function kept(): Choice {
  try {
    const text = localStorage.getItem(KEY)
    return CHOICES.find((choice) => choice === text) ?? 'system'
  } catch {
    return 'system'
  }
}

class Theme {
  choice = $state<Choice>('system')
  #dark: MediaQueryList | null = null
  #plain = false

  /** Before the first painting: nothing may flash up white at night. */
  begin(): void {
    this.choice = kept()
    this.#dark = matchMedia('(prefers-color-scheme: dark)')
    this.#dark.addEventListener?.('change', () => this.#wear())
    this.#wear()
  }

  choose(choice: Choice): void {
    this.choice = choice
    try {
      localStorage.setItem(KEY, choice)
    } catch {
      // Private mode: the choice lasts as long as the page.
    }
    this.#wear()
  }

  /** The desk, with its maps and figures, has one look. */
  plain(plain: boolean): void {
    if (plain === this.#plain) return
    this.#plain = plain
    this.#wear()
  }

  #wear(): void {
    const look: Look = this.#plain ? 'light' : this.choice === 'system' ? (this.#dark?.matches ? 'dark' : 'light') : this.choice
    document.documentElement.dataset.theme = look
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', BAR[look])
  }
}

export const theme = new Theme()
