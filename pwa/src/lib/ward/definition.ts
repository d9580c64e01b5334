/** What a figure means: a number on this desk is a door. */
import { formatDay } from '../i18n/format.ts'
import { writeInstant, type Day, type Millis } from './day.ts'
import { writeCount, writeRate } from './figure.ts'
import { INDICATOR, type Measure } from './measure.ts'
import { measureFormula, measureTitle } from './measure-words.ts'
import { SPEED_DAYS, type Pace } from './pace.ts'
import type { Coverage, Tally } from './wire.ts'
import { t } from './words.ts'

export interface Definition {
  title: string
  code: string
  formula: string
  whole: string
  period: string
  asOf: string
}

interface Frame {
  coverage: Coverage
  /** First and last day of the campaign. */
  span: { from: Day; to: Day }
  checkedAt: Millis | null
  /** Whose figures: the ward's unless told. */
  tally?: Tally
}

const asOf = (frame: Frame): string => writeInstant(frame.checkedAt ?? frame.coverage.as_of)
const sinceStart = (frame: Frame): string => t('def_period_cumulative', { from: formatDay(frame.span.from) })
const households = (frame: Frame): string =>
  t('def_whole_households', { n: writeCount((frame.tally ?? frame.coverage.total).hh_total) })

export function defineMeasure(measure: Measure, frame: Frame, week?: { from: Day } | null): Definition {
  return {
    title: measureTitle(measure),
    code: INDICATOR[measure],
    formula: measureFormula(measure),
    whole: households(frame),
    period: week
      ? t('def_period_week', { from: formatDay(frame.span.from), monday: formatDay(week.from) })
      : sinceStart(frame),
    asOf: asOf(frame),
  }
}

export function defineRevisit(frame: Frame): Definition {
  const tally = frame.tally ?? frame.coverage.total
  return {
    title: t('fig_revisit'),
    code: 'HH_REVISIT',
    formula: t('def_revisit'),
    whole: t('def_whole_visited', { n: writeCount(tally.hh_visited) }),
    period: sinceStart(frame),
    asOf: asOf(frame),
  }
}

export function definePeople(frame: Frame): Definition {
  return { title: t('fig_people'), code: 'COACH_PER', formula: `${t('def_people')} ${t('def_people_60', { n: writeCount((frame.tally ?? frame.coverage.total).coach_people_60) })}`, whole: t('def_whole_none'), period: sinceStart(frame), asOf: asOf(frame) }
}

export function defineVisits(frame: Frame): Definition {
  const tally = frame.tally ?? frame.coverage.total
  return {
    title: t('fig_visits'),
    code: 'VISITS',
    formula: t('def_visits'),
    whole: t('def_whole_visited', { n: writeCount(tally.hh_visited) }),
    period: sinceStart(frame),
    asOf: asOf(frame),
  }
}

export function definePace(pace: Pace | null, frame: Frame): Definition {
  const target = pace?.target
  const total = frame.coverage.total.hh_total
  return {
    title: t('fig_pace_plain'),
    code: INDICATOR.served,
    formula: t('def_pace', { days: SPEED_DAYS }),
    whole: target
      ? t('def_whole_goal', { target: writeRate(target.value / 100), n: writeCount(total), goal: writeCount(pace.goal) })
      : t('def_whole_no_target', { code: INDICATOR.served }),
    period: t('def_period_line', {
      from: formatDay(frame.span.from),
      due: formatDay(target?.due_on ?? frame.span.to),
    }),
    asOf: asOf(frame),
  }
}
