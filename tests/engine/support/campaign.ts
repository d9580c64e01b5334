import { Schedule, type Report } from './schedule.ts'
import type { World } from './world.ts'

/** What became of many schedules. */
export class Campaign {
  readonly reports: Report[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  get kills(): number {
    return this.reports.reduce((sum, report) => sum + report.deaths.length, 0)
  }

  async play(seed: number): Promise<Report> {
    try {
      const report = await new Schedule(this.#world, seed).run()
      this.reports.push(report)
      return report
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error))
      cause.message = `seed ${seed}: ${cause.message}\n  again: GOCUA_SEEDS=${seed} npm --prefix tests/engine test -- ${this.#world.server.engine}`
      throw cause
    }
  }

  /** Where lives ended, the most frequent place first. */
  places(): Map<string, number> {
    const places = new Map<string, number>()
    for (const { deaths } of this.reports) for (const death of deaths) places.set(death.replace(' (power)', ''), (places.get(death.replace(' (power)', '')) ?? 0) + 1)
    return new Map([...places].sort((a, b) => b[1] - a[1]))
  }

  summary(): string {
    const sum = (of: (report: Report) => number): number => this.reports.reduce((all, report) => all + of(report), 0)
    const power = sum((report) => report.deaths.filter((death) => death.endsWith('(power)')).length)
    const fates = [...this.#world.line.fates].map(([fate, n]) => `${n} ${fate}`).join(', ')
    return [
      `${this.#world.server.engine}: ${this.reports.length} schedules, ${this.kills} lives of the app ended (${power} by power), at ${this.places().size} places; ${this.#world.server.kills} kills of the server`,
      `${sum((r) => r.ops)} operations, ${sum((r) => r.calls)} calls (${fates}), ${sum((r) => r.logins)} sign-ins, ${sum((r) => r.refreshes)} renewals`,
    ].join('\n')
  }
}
