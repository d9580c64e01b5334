/** What comes behind the first step, as one value that every part of the strip can look at. */
class Later {
  parts = $state.raw<typeof import('../more.ts') | null>(null)

  /** Fetches it when it is not there; null when that fails, as on a weak line. */
  async fetch(): Promise<typeof import('../more.ts') | null> {
    this.parts ??= await import('../more.ts').catch(() => null)
    return this.parts
  }
}

export const later = new Later()
