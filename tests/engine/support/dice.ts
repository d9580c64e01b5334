/** Chance from one number: the same seed throws the same dice. */
export class Dice {
  readonly seed: number
  #state: number

  constructor(seed: number) {
    this.seed = seed
    this.#state = (seed * 0x9e3779b1) >>> 0
  }

  /** From 0 up to 1. */
  next = (): number => {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(p: number): boolean {
    return this.next() < p
  }

  one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Error('nothing to choose from')
    return of[Math.floor(this.next() * of.length)] as T
  }

  /** One of the keys, by weight. */
  weighted<K extends string>(weights: Record<K, number>): K {
    const all = Object.entries(weights) as Array<[K, number]>
    let left = this.next() * all.reduce((sum, [, w]) => sum + w, 0)
    for (const [key, weight] of all) if ((left -= weight) < 0) return key
    return (all[all.length - 1] as [K, number])[0]
  }

  /** Dice of their own for a part, so that what one part throws moves no other. */
  split(name: string): Dice {
    let hash = 0x811c9dc5
    for (const c of `${this.seed}/${name}`) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193) >>> 0
    return new Dice(hash)
  }
}
