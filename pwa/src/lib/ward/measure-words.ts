/** What each measure is called, and how it is counted. */
import { kindOf, type Measure, type Reading } from './measure.ts'
import { writeCount } from './figure.ts'
import { t } from './words.ts'

export const measureTitle = (measure: Measure): string => t(`measure_${measure}`)
export const legendTitle = (measure: Measure): string => t(`legend_${measure}`)
export const measureFormula = (measure: Measure): string => t(`def_${measure === 'revisit' ? 'revisit' : measure}`)
export const columnTitle = (measure: Measure): string =>
  t(kindOf(measure) === 'days' ? 'col_reading_days' : kindOf(measure) === 'each' ? 'col_reading_coached' : 'col_reading')

/** What stands under the figure: of how many. */
export function fractionOf(measure: Measure, reading: Reading): string {
  const values = { part: writeCount(reading.part), whole: writeCount(reading.whole) }
  switch (kindOf(measure)) {
    case 'days':
      return reading.part === null ? t('last_never') : t('last_days', { n: values.part })
    case 'each':
      return t(measure === 'coached' ? 'card_fraction_coached' : 'card_fraction_each', values)
    case 'share':
      return t('card_fraction', values)
  }
}
