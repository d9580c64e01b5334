/** The quality room in words: what was seen, what it may mean, how far answers agree. */
import { parseNo, sortOf, sortOfLandmark } from '../../domain/address.ts'
import { formatDay, weekdayOfDay } from '../../i18n/format.ts'
import type { IconName } from '../../ui/icons.ts'
import { dayOf, writeInstant, type Day, type Millis } from '../day.ts'
import type { Definition } from '../definition.ts'
import { writeCount, writeRate } from '../figure.ts'
import { writeOutcome } from '../inbox.ts'
import { byName } from '../order.ts'
import type { Check, CheckAnswer, CheckTally, DeskFlag, QualityKind, QualityTerms } from './wire.ts'
import { t } from './words.ts'

/** A sign for each kind: what it is about, never how grave it is. */
export const KIND_SIGN: Record<QualityKind, IconName> = {
  too_fast: 'clock',
  odd_hours: 'calendar',
  same_gaps: 'waiting',
  no_entry: 'door',
  jumps: 'turn',
  far_away: 'pin',
}

export const ANSWER_SIGN: Record<CheckAnswer, IconName> = { agree: 'tick', differ: 'change', unknown: 'unknown' }

/** 07:00 */
export const writeMinute = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** 420 of "07:00"; `null` for what is no time of the day. */
export function readMinute(text: string): number | null {
  const parts = /^(\d{1,2}):(\d{2})$/.exec(text)
  if (!parts) return null
  const [hour, minute] = [Number(parts[1]), Number(parts[2])]
  return hour < 24 && minute < 60 ? 60 * hour + minute : null
}

/** "12 trong 20 lượt …": one plain sentence of what was seen. */
export function seen(flag: Pick<DeskFlag, 'kind' | 'count' | 'of'>, terms: Pick<QualityTerms, 'from_minute' | 'to_minute'>): string {
  return t(`seen_${flag.kind}`, {
    n: writeCount(flag.count),
    of: writeCount(flag.of),
    from: writeMinute(terms.from_minute),
    to: writeMinute(terms.to_minute),
  })
}

/** "ngày 20/11" or "từ 18/11 đến 20/11". */
export const writeDays = (flag: Pick<DeskFlag, 'from_day' | 'to_day'>): string =>
  flag.from_day === flag.to_day
    ? t('days_one', { day: formatDay(flag.from_day) })
    : t('days_some', { from: formatDay(flag.from_day, Math.floor(flag.from_day / 10_000) !== Math.floor(flag.to_day / 10_000)), to: formatDay(flag.to_day) })

/** What the volunteer says about it, or that nothing has come yet. */
export function explained(flag: DeskFlag): { because: string | null; words: string | null; when: string } {
  if (flag.explained_at === null) return { because: null, words: null, when: t('explained_not', { day: formatDay(dayOf(flag.raised_at)) }) }
  return {
    because: flag.because === null ? null : t(`because_${flag.because}`),
    words: flag.words,
    when: t('explained_on', { day: formatDay(dayOf(flag.explained_at)) }),
  }
}

/** "Tối 20/11/2026", "Chủ nhật 22/11/2026": when the visit was. */
export function writeWhen(check: Pick<Check, 'day' | 'band'>): string {
  const day = formatDay(check.day)
  switch (check.band) {
    case 'M':
    case 'A':
    case 'E':
      return t(`when_${check.band}`, { day })
    case 'W':
      return t(weekdayOfDay(check.day) === 0 ? 'when_sunday' : 'when_saturday', { day })
  }
}

/** What was written down: the outcome, and how many people were coached. */
export const recorded = (check: Pick<Check, 'outcome' | 'people_count'>): string =>
  check.people_count > 0
    ? t('recorded_people', { outcome: writeOutcome(check.outcome), n: check.people_count })
    : writeOutcome(check.outcome)

/** The checks of one alley, in the order of the walk. */
export interface AlleyChecks {
  group: string
  alley: string
  checks: Check[]
}

/** "Số 15A": of a home without a number what it stands beside. */
export const writeHome = (check: Pick<Check, 'address'>): string =>
  check.address === '' ? t('home_unnumbered') : /^\d/.test(check.address) ? t('home_no', { no: check.address }) : t('home_landmark', { landmark: check.address })

/** Where a home comes on the walk. */
function orderOf({ address }: Check): string {
  const no = parseNo(address)
  return no ? sortOf(no) : sortOfLandmark(address)
}
const walked = (a: Check, b: Check): number => {
  const [x, y] = [orderOf(a), orderOf(b)]
  return x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1
}

/** By group and alley as people count them; within an alley in the order of its numbers. */
export function byAlley(checks: readonly Check[]): AlleyChecks[] {
  const alleys = new Map<string, AlleyChecks>()
  for (const check of checks) {
    const key = `${check.group_name}\n${check.alley_name}`
    const known = alleys.get(key)
    if (known) known.checks.push(check)
    else alleys.set(key, { group: check.group_name, alley: check.alley_name, checks: [check] })
  }
  for (const { checks: own } of alleys.values()) own.sort(walked)
  return [...alleys.values()].sort((a, b) => byName({ name: a.group }, { name: b.group }) || byName({ name: a.alley }, { name: b.alley }))
}

/** Answers that say yes or no: only they make a share. */
export const NEED_ANSWERS = 20

export interface Agreement {
  /** "92% (từ 74% đến 98%)" in parts, or `null` while there is too little to say so. */
  share: { value: string; low: number; mid: number; high: number } | null
  /** What it means, in a sentence. */
  means: string
}

export function agreementOf(tally: CheckTally, why: Check['why']): Agreement {
  const sure = tally.agree + tally.differ
  const { share, low, high } = tally
  if (share === null || low === null || high === null) {
    return { share: null, means: sure === 0 ? t('agree_none', { need: NEED_ANSWERS }) : t('agree_few', { n: writeCount(sure), need: NEED_ANSWERS }) }
  }
  return {
    share: { value: writeRate(share), low, mid: share, high },
    means: t(why === 'random' ? 'agree_random_means' : 'agree_weighted_means', {
      n: writeCount(sure),
      agree: writeCount(tally.agree),
      low: writeRate(low),
      high: writeRate(high),
    }),
  }
}

/** What the share of the random part means. */
export const defineAgreement = (random: CheckTally, asOf: Millis): Definition => ({
  title: t('agree_title'),
  code: 'CHECK_AGREE',
  formula: t('agree_formula'),
  whole: t('agree_whole', { n: writeCount(random.agree + random.differ) }),
  period: t('agree_period'),
  asOf: writeInstant(asOf),
  rules: ['CHECK_AGREE'],
})

/** Checks that stand on the list of a day: those open, and those answered that day, which may be put right. */
export const onList = (checks: readonly Check[], today: Day): Check[] => checks.filter((c) => c.answer === null || c.answered_on === today)

export const answeredBefore = (checks: readonly Check[], today: Day): Check[] => checks.filter((c) => c.answer !== null && c.answered_on !== today)
