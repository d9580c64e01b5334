/** What a figure means: a number on this desk is a door. */
import { formatDay } from '../i18n/format.ts'
import { writeInstant, type Day, type Millis } from './day.ts'
import { writeCount, writeRate } from './figure.ts'
import { INDICATOR, isIdentity, readPlace, readSum, type Measure } from './measure.ts'
import { fractionOf, identityOrigin, measureFormula, measureTitle } from './measure-words.ts'
import { SPEED_DAYS, type Pace } from './pace.ts'
import { listHref } from './register/place.ts'
import type { Show } from './register/text.ts'
import type { Coverage, Tally } from './wire.ts'
import { t } from './words.ts'

export interface Definition {
  title: string
  code: string
  formula: string
  whole: string
  period: string
  asOf: string
  /** Codes of the catalogue the figure is made of: how the book counts each is asked of the server. */
  rules?: readonly string[]
  /** What it is made of, for those who may see households. */
  list?: { href: string; name: string }
}

/** The households of the register behind a figure. */
export const behind = (show: Show, n: number | null, group: string | null = null): { href: string; name: string } => ({
  href: listHref(show, group),
  name: t('def_list', { n: writeCount(n) }),
})

interface Frame {
  coverage: Coverage
  /** First and last day of the campaign. */
  span: { from: Day; to: Day }
  checkedAt: Millis | null
  /** Whose figures: the ward's unless told. */
  of?: { group: string; tally: Tally }
  /** Figures of an earlier day: the register lists the households of today. */
  past?: boolean
}

const tallyOf = (frame: Frame): Tally => frame.of?.tally ?? frame.coverage.total
const asOf = (frame: Frame): string => writeInstant(frame.checkedAt ?? frame.coverage.as_of)
const sinceStart = (frame: Frame): string => t('def_period_cumulative', { from: formatDay(frame.span.from) })
const households = (frame: Frame): string =>
  t('def_whole_households', { n: writeCount(tallyOf(frame).hh_total) })

/** Which households of the register stand behind a measure, and how many they are. */
const BEHIND: { [M in Measure]?: [show: Show, count: (tally: Tally) => number | null] } = {
  visited: ['ever_visited', (tally) => tally.hh_visited],
  served: ['ever_served', (tally) => tally.hh_served],
  contacted: ['ever_contacted', (tally) => tally.hh_contacted],
  revisit: ['revisit', (tally) => tally.hh_revisit],
  unreachable: ['unreachable', (tally) => tally.hh_unreachable],
  declined: ['declined', (tally) => tally.hh_declined],
  vacant: ['vacant', (tally) => tally.hh_vacant],
  visits: ['ever_visited', (tally) => tally.hh_visited],
  coached: ['ever_served', (tally) => tally.hh_served],
  people: ['ever_served', (tally) => tally.hh_served],
  people60: ['ever_served', (tally) => tally.hh_served],
}

/** The indicators a measure is made of, its denominator with them. */
const RULES: Record<Measure, readonly string[]> = {
  visited: ['HH_VISITED', 'HH_TOTAL'],
  served: ['HH_SERVED', 'HH_TOTAL'],
  contacted: ['HH_CONTACTED', 'HH_TOTAL'],
  revisit: ['HH_REVISIT', 'HH_TOTAL'],
  unreachable: ['HH_UNREACH', 'HH_TOTAL'],
  declined: ['HH_DECLINED', 'HH_TOTAL'],
  vacant: ['HH_VACANT', 'HH_TOTAL'],
  visits: ['VISITS', 'HH_TOTAL'],
  coached: ['COACH_OCC', 'HH_TOTAL'],
  people: ['COACH_PER', 'HH_TOTAL'],
  people60: ['COACH_60', 'HH_TOTAL'],
  idle: ['VISITS'],
  eid: ['EID_ACT_RATE', 'EID_ACT', 'EID_L2'],
  eid14: ['EID_ACT_RATE', 'EID_ACT', 'EID_14'],
}

function listOf(measure: Measure, frame: Frame): Pick<Definition, 'list'> {
  const found = BEHIND[measure]
  return !found || frame.past ? {} : { list: behind(found[0], found[1](tallyOf(frame)), frame.of?.group ?? null) }
}

/** What the police counted: of the group, or the sum of those that were counted. */
function defineIdentity(measure: 'eid' | 'eid14', frame: Frame): Definition {
  const group = frame.of && frame.coverage.groups.find(({ id }) => id === frame.of?.group)
  const reading = group ? readPlace(measure, group, 0) : readSum(measure, frame.coverage.groups)
  return {
    title: measureTitle(measure),
    code: INDICATOR[measure],
    formula: measureFormula(measure),
    whole: fractionOf(measure, reading),
    period: identityOrigin(group ? [group] : frame.coverage.groups) || t('eid_none'),
    asOf: asOf(frame),
    rules: RULES[measure],
  }
}

export function defineMeasure(measure: Measure, frame: Frame, week?: { from: Day } | null): Definition {
  if (isIdentity(measure)) return defineIdentity(measure, frame)
  return {
    title: measureTitle(measure),
    code: INDICATOR[measure],
    formula: measureFormula(measure),
    whole: households(frame),
    period: week
      ? t('def_period_week', { from: formatDay(frame.span.from), monday: formatDay(week.from) })
      : sinceStart(frame),
    asOf: asOf(frame),
    rules: RULES[measure],
    ...listOf(measure, frame),
  }
}

export function defineRevisit(frame: Frame): Definition {
  return {
    title: t('fig_revisit'),
    code: 'HH_REVISIT',
    formula: t('def_revisit'),
    whole: t('def_whole_visited', { n: writeCount(tallyOf(frame).hh_visited) }),
    period: sinceStart(frame),
    asOf: asOf(frame),
    rules: ['HH_REVISIT', 'HH_VISITED'],
    ...listOf('revisit', frame),
  }
}

export function definePeople(frame: Frame): Definition {
  return { title: t('fig_people'), code: 'COACH_PER', formula: `${t('def_people')} ${t('def_people_60', { n: writeCount(tallyOf(frame).coach_people_60) })}`, whole: t('def_whole_none'), period: sinceStart(frame), asOf: asOf(frame), rules: ['COACH_PER', 'COACH_60'], ...listOf('people', frame) }
}

export function defineVisits(frame: Frame): Definition {
  return {
    title: t('fig_visits'),
    code: 'VISITS',
    formula: t('def_visits'),
    whole: t('def_whole_visited', { n: writeCount(tallyOf(frame).hh_visited) }),
    period: sinceStart(frame),
    asOf: asOf(frame),
    rules: ['VISITS', 'HH_VISITED'],
    ...listOf('visits', frame),
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
    rules: ['COV_SERVED', 'HH_SERVED'],
    ...listOf('served', frame),
  }
}
