import type { Language } from '$lib/i18n/dictionary.svelte.ts'

/** The part of the platform that speaks; a test puts its own in place. */
export interface Speaker {
  getVoices(): ReadonlyArray<{ lang: string; localService: boolean }>
  speak(utterance: SpeechSynthesisUtterance): void
  cancel(): void
  addEventListener(type: 'voiceschanged', listener: () => void): void
  removeEventListener(type: 'voiceschanged', listener: () => void): void
}

/** Slower than a newsreader: whoever listens also looks at the picture. */
const PACE = 0.9

const platform = (): Speaker | undefined => (typeof speechSynthesis === 'undefined' ? undefined : speechSynthesis)

/**
 * Reads a step aloud. Only with a voice that lives on this phone: one from the network would be silent
 * in an alley without signal, and would send what is read to somebody else's machine.
 */
export class ReadAloud {
  /** Where there is no voice for the language there is nothing to offer. */
  possible = $state(false)
  speaking = $state(false)
  readonly #speaker: Speaker | undefined
  readonly #language: Language
  readonly #utter: (text: string) => SpeechSynthesisUtterance
  /** Held on to: a browser may collect what it is still saying, and then never says that it ended. */
  #saying: SpeechSynthesisUtterance | null = null

  constructor(language: Language, speaker = platform(), utter = (text: string) => new SpeechSynthesisUtterance(text)) {
    this.#language = language
    this.#speaker = speaker
    this.#utter = utter
    this.#look()
    // Most browsers know their voices only a moment after they were asked.
    speaker?.addEventListener('voiceschanged', this.#look)
  }

  speak(text: string): void {
    const voice = this.#voice()
    if (!this.#speaker || !voice) return
    this.stop()
    const saying = this.#utter(text)
    saying.voice = voice as SpeechSynthesisVoice
    saying.lang = voice.lang
    saying.rate = PACE
    const over = (): void => {
      if (this.#saying === saying) this.#settle()
    }
    saying.onend = over
    saying.onerror = over
    this.#saying = saying
    this.speaking = true
    this.#speaker.speak(saying)
  }

  stop(): void {
    if (!this.#saying) return
    this.#settle()
    this.#speaker?.cancel()
  }

  /** Nothing goes on talking behind a closed card. */
  leave(): void {
    this.stop()
    this.#speaker?.removeEventListener('voiceschanged', this.#look)
  }

  #settle(): void {
    this.#saying = null
    this.speaking = false
  }

  /** Android writes `vi_VN`, everybody else `vi-VN`. */
  #voice(): { lang: string; localService: boolean } | undefined {
    return this.#speaker?.getVoices().find(({ lang, localService }) => localService && lang.toLowerCase().split(/[-_]/)[0] === this.#language)
  }

  readonly #look = (): void => {
    this.possible = this.#voice() !== undefined
  }
}
