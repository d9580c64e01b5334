interface InstallPrompt extends globalThis.Event {
  prompt(): Promise<unknown>
}

/** Putting the app on the home screen: what keeps its storage from being swept away. */
class Install {
  #prompt: InstallPrompt | null = null
  ready = $state(false)
  installed = $state(false)
  onIos = false

  constructor() {
    if (typeof window === 'undefined') return
    this.onIos = /iPhone|iPad|iPod/.test(navigator.userAgent)
    this.installed = matchMedia('(display-mode: standalone)').matches
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault()
      this.#prompt = event as InstallPrompt
      this.ready = true
    })
    addEventListener('appinstalled', () => {
      this.installed = true
      this.ready = false
    })
  }

  async ask(): Promise<void> {
    this.ready = false
    await this.#prompt?.prompt()
  }
}

export const install = new Install()
