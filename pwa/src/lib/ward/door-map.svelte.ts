/** The doors of the group one looks at closely. Only those who may see them have one of these. */
import { readDoors, type DoorShapes } from '../map/doors.ts'
import { troubleOf, type Trouble, type WardApi } from './api.ts'

export class DoorMap {
  /** The group whose doors are on the map. */
  group = $state<string | null>(null)
  doors = $state.raw<DoorShapes | null>(null)
  trouble = $state<Trouble | null>(null)
  /** Somebody asked to be brought to this group's doors. */
  wanted = $state<string | null>(null)

  readonly #api: Pick<WardApi, 'doors'>

  constructor(api: Pick<WardApi, 'doors'>) {
    this.#api = api
  }

  /** The map looks at this group closely, or (`null`) from afar. */
  look(group: string | null): void {
    if (group === this.group) return
    this.group = group
    this.doors = null
    if (group !== null) void this.load()
  }

  /** Brings the map to the doors of a group. */
  async goTo(group: string): Promise<void> {
    this.group = group
    await this.load()
    this.wanted = group
  }

  async load(): Promise<void> {
    const group = this.group
    if (group === null) return
    try {
      const answer = await this.#api.doors(group)
      if (this.group !== group) return
      this.doors = readDoors(answer)
      this.trouble = null
    } catch (error) {
      if (this.group === group) this.trouble = troubleOf(error)
    }
  }
}
