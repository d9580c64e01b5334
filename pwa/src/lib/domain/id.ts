import type { Clock } from './time.ts'

/** Bytes nobody can guess. Handed in, so that a test can repeat a run. */
export type Random = (n: number) => Uint8Array

export const systemRandom: Random = (n) => crypto.getRandomValues(new Uint8Array(n))

/** A UUID of version 7: the time leads, so a phone's own ids sort in the order they were made. */
export function newId(clock: Clock, random: Random = systemRandom): string {
  const bytes = new Uint8Array(16)
  bytes.set(random(10), 6)
  let ms = clock.now()
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = ms % 256
    ms = Math.floor(ms / 256)
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
