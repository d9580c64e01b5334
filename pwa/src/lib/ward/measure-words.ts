/** What each measure is called, and how it is counted. */
import { formatDay } from '../i18n/format.ts'
import { writeCount } from './figure.ts'
import { isIdentity, kindOf, type Measure, type Reading } from './measure.ts'
import type { GroupCoverage } from './wire.ts'
import { t } from './words.ts'

export const measureTitle = (measure: Measure): string => t(`measure_${measure}`)
export const legendTitle = (measure: Measure): string => t(`legend_${measure}`)
export const measureFormula = (measure: Measure): string => t(`def_${measure === 'revisit' ? 'revisit' : measure}`)
export const columnTitle = (measure: Measure): string =>
  t(kindOf(measure) === 'days' ? 'col_reading_days' : kindOf(measure) === 'each' ? 'col_reading_coached' : 'col_reading')

/** From which days and by which word the police's counts are; empty where nobody was counted. */
export function identityOrigin(groups: readonly Pick<GroupCoverage, 'identity'>[]): string {
  const known = groups.flatMap(({ identity }) => (identity ? [identity] : []))
  if (known.length === 0) return ''
  const days = known.map(({ as_of }) => as_of)
  const [from, to] = [Math.min(...days), Math.max(...days)]
  const source = [...new Set(known.map((one) => one.source))].join('; ')
  return from === to ? t('eid_origin_day', { day: formatDay(from), source }) : t('eid_origin', { from: formatDay(from), to: formatDay(to), source })
}

/** What stands under the figure: of how many. */
export function fractionOf(measure: Measure, reading: Reading): string {
  const values = { part: writeCount(reading.part), whole: writeCount(reading.whole) }
  if (isIdentity(measure)) return reading.ratio === null && !reading.kept ? t('eid_none') : t(measure === 'eid' ? 'card_fraction_l2' : 'card_fraction_people', values)
  switch (kindOf(measure)) {
    case 'days':
      return reading.part === null ? t('last_never') : t('last_days', { n: values.part })
    case 'each':
      return t(measure === 'coached' ? 'card_fraction_coached' : 'card_fraction_each', values)
    case 'share':
      return t('card_fraction', values)
  }
}
