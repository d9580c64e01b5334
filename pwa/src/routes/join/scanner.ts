/** Reads the code off a poster. Nothing of the picture is kept or sent. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<Array<{ rawValue: string }>>
}
type DetectorClass = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> }

/** How long to wait between two looks, in milliseconds: an old phone needs the pause. */
const LOOK_MS = 180

async function detector(): Promise<Detector | null> {
  const made = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  if (!made || typeof navigator.mediaDevices?.getUserMedia !== 'function') return null
  try {
    return (await made.getSupportedFormats()).includes('qr_code') ? new made({ formats: ['qr_code'] }) : null
  } catch {
    return null
  }
}

/** `no_reader`: this browser cannot; `refused`: no camera, or it may not be used. */
export type ScanFault = 'no_reader' | 'refused'

export class Scanner {
  #stream: MediaStream | null = null
  #detector: Detector | null = null

  /** Opens the camera. A fault is a word, not an error: the person then types. */
  async open(): Promise<ScanFault | null> {
    this.#detector = await detector()
    if (!this.#detector) return 'no_reader'
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
      return null
    } catch {
      return 'refused'
    }
  }

  /** Shows what the camera sees in `video` and tells every text it reads, until closed. */
  async watch(video: HTMLVideoElement, read: (text: string) => void): Promise<void> {
    video.srcObject = this.#stream
    await video.play()
    while (this.#stream && this.#detector) {
      const found = await this.#detector.detect(video).catch(() => [])
      for (const { rawValue } of found) read(rawValue)
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop()
    this.#stream = null
  }
}
