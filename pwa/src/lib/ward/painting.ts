/** How the groups are painted: by class of a figure, or by how they changed beside the rest of the ward. */
import type { GroupPaint } from '../map/picture.ts'
import type { Millis } from './day.ts'
import { NO_RATE, writeDecimal } from './figure.ts'
import { classOf, kindOf, readPlace, writeReading, type Measure } from './measure.ts'
import { aheadClass, type Change } from './past.ts'
import type { GroupCoverage } from './wire.ts'

/** A change with its sign: points of a share, or visits for each household. */
export function writeBy(measure: Measure, by: number | null): string {
  if (by === null) return NO_RATE
  const tenths = Math.round(by * (kindOf(measure) === 'each' ? 10 : 1000))
  return `${tenths > 0 ? '+' : ''}${writeDecimal(tenths / 10)}`
}

export function paintsOf(args: {
  measure: Measure
  groups: readonly GroupCoverage[]
  changes: { groups: Change[] } | null
  top: number
  now: Millis
}): Map<string, GroupPaint> {
  const { measure, groups, changes, top, now } = args
  if (changes) {
    return new Map(changes.groups.map((c) => [c.id, { id: c.id, cls: aheadClass(c.ahead), value: writeBy(measure, c.by) }]))
  }
  return new Map(
    groups.map((group) => {
      const reading = readPlace(measure, group, now)
      return [group.id, { id: group.id, cls: classOf(reading, top), value: writeReading(measure, reading) }]
    }),
  )
}
