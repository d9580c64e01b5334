/** Doors that ask the same, answered together. */
import { troubleOf } from '../api.ts'
import type { Part } from '../coverage-desk.svelte.ts'
import type { Day } from '../day.ts'
import type { AskedDoor, DoorDecision, DoorQuestion } from '../wire.ts'
import { Acting } from './acting.svelte.ts'
import type { RegisterApi } from './api.ts'
import { t } from './words.ts'

export const QUESTIONS: readonly DoorQuestion[] = ['moved', 'vacant', 'not_found', 'non_residential', 'new_house', 'double']
/** The most the server takes at once. */
export const AT_MOST = 500

export interface AlleyOfDoors {
  name: string
  doors: AskedDoor[]
}

export class BulkDesk extends Acting {
  list = $state.raw<Part<AskedDoor[]>>({ is: 'loading' })
  question = $state<DoorQuestion>('moved')
  group = $state<string | null>(null)
  chosen = $state.raw<ReadonlySet<string>>(new Set())

  readonly #all: AskedDoor[] = $derived(this.list.is === 'ready' ? this.list.data : [])
  readonly counts: ReadonlyMap<DoorQuestion, number> = $derived(
    new Map(QUESTIONS.map((question) => [question, this.#all.filter((d) => d.question === question).length])),
  )
  readonly groups: string[] = $derived([...new Set(this.#all.filter((d) => d.question === this.question).map((d) => d.household.group))].sort((a, b) => a.localeCompare(b, 'vi')))
  readonly shown: AskedDoor[] = $derived(this.#all.filter((d) => d.question === this.question && (this.group === null || d.household.group === this.group)))
  readonly alleys: AlleyOfDoors[] = $derived.by(() => {
    const by = new Map<string, AlleyOfDoors>()
    for (const door of this.shown) {
      const name = `${door.household.alley}, ${door.household.group}`
      const alley = by.get(name)
      if (alley) alley.doors.push(door)
      else by.set(name, { name, doors: [door] })
    }
    return [...by.values()].sort((a, b) => b.doors.length - a.doors.length || a.name.localeCompare(b.name, 'vi'))
  })
  readonly picked: AskedDoor[] = $derived(this.shown.filter((d) => this.chosen.has(d.household.id)))

  readonly #api: RegisterApi

  constructor(api: RegisterApi) {
    super()
    this.#api = api
  }

  async load(): Promise<void> {
    try {
      const first = this.list.is !== 'ready'
      this.list = { is: 'ready', data: await this.#api.askedDoors() }
      // The question most ask is the one this page was opened for.
      if (first) this.question = [...QUESTIONS].sort((a, b) => (this.counts.get(b) ?? 0) - (this.counts.get(a) ?? 0))[0] ?? 'moved'
    } catch (error) {
      if (this.list.is !== 'ready') this.list = { is: 'failed', trouble: troubleOf(error) }
    }
  }

  ask(question: DoorQuestion): void {
    this.question = question
    this.group = null
    this.clear()
  }

  of(group: string | null): void {
    this.group = group
    this.clear()
  }

  clear(): void {
    this.chosen = new Set()
  }

  toggle(doors: readonly AskedDoor[], on: boolean): void {
    const next = new Set(this.chosen)
    for (const { household } of doors) {
      if (!on) next.delete(household.id)
      else if (next.size < AT_MOST) next.add(household.id)
    }
    this.chosen = next
  }

  async decide(decision: DoorDecision['decision'], reason: string, day: Day | null): Promise<boolean> {
    const doors = this.picked.map((d) => ({ id: d.household.id, question: d.question, at: d.at }))
    const leaves = decision === 'approve' && this.question !== 'new_house'
    let [n, late] = [0, 0]
    const taken = await this.act(
      async () => {
        const answer = await this.#api.decideMany({ doors, decision, reason, ...(leaves && day !== null ? { date: day } : {}) })
        ;[n, late] = [answer.done.length, answer.late.length]
      },
      () => ({ text: late > 0 ? t('doors_late', { n, late }) : t('doors_done', { n }) }),
    )
    if (taken) this.clear()
    await this.load()
    return taken
  }
}
