/** The board in words: what stands in the answer, said as one says it at the ward. */
import { formatDay } from '../../i18n/format.ts'
import type { IconName } from '../../ui/icons.ts'
import { writeCount, writeDecimal } from '../figure.ts'
import type { Board, BoardGroup, BoardOpen, Slot, Step, Why } from '../wire.ts'
import { t } from './words.ts'

export type Tone = 'plain' | 'good' | 'warn'

/** "buổi tối", "sáng cuối tuần". A band that is the weekend itself does not come here. */
export function when(slot: Slot): string {
  const band = slot.band === 'W' ? 'M' : slot.band
  return slot.weekend ? t(`at_${band}_weekend`) : t(`at_${band}`)
}

/** Households a day: one decimal while they are few. */
export const perDay = (n: number): string => (n < 10 ? writeDecimal(n) : writeCount(n))

export interface Answer {
  title: string
  tone: Tone
  /** A shape beside the colour. */
  icon: IconName
  /** When it ends if it goes on like this, or why nobody can say. */
  ends: string
  /** What is reached by the deadline. */
  due: string | null
}

function ends(board: Board): string {
  const f = board.forecast
  if (f) {
    const { p10, p90 } = f.reached
    const n = f.days
    if (p10 === null) return t('ends_never', { n })
    // The year is told only when it is another one.
    const write = (day: number) => formatDay(day, Math.floor(day / 10_000) !== Math.floor(board.today / 10_000))
    if (p90 === null) return t('ends_from', { n, from: write(p10) })
    return p10 === p90 ? t('ends_on', { n, day: write(p10) }) : t('ends_between', { n, from: write(p10), to: write(p90) })
  }
  const no = board.no_forecast
  switch (no?.why) {
    case 'no_target':
      return t('no_no_target')
    case 'reached':
      return t('no_reached', { goal: writeCount(board.pace.goal) })
    case 'too_few_days':
      return t('no_too_few_days', { have: no.have ?? 0, need: no.need ?? 0 })
    case 'no_pace':
      return t('no_no_pace')
    case 'not_begun':
    case undefined:
      return t('no_not_begun')
  }
}

function due(board: Board): string | null {
  const at = board.forecast?.at_due
  if (!at) return null
  const goal = writeCount(board.pace.goal)
  return at.p10 === at.p90
    ? t('due_same', { n: writeCount(at.p50), goal })
    : t('due_between', { from: writeCount(at.p10), to: writeCount(at.p90), goal })
}

export function answerOf(board: Board): Answer {
  const n = board.pace.days
  const rest = { ends: ends(board), due: due(board) }
  switch (board.pace.verdict) {
    case 'behind':
      return { title: t('ans_behind', { n }), tone: 'warn', icon: 'alert', ...rest }
    case 'overdue':
      return { title: t('ans_overdue', { n }), tone: 'warn', icon: 'alert', ...rest }
    case 'ahead':
      return { title: t('ans_ahead', { n }), tone: 'good', icon: 'check', ...rest }
    case 'on_track':
      return { title: t('ans_on_track'), tone: 'good', icon: 'check', ...rest }
    case 'reached':
      return { title: t('ans_reached'), tone: 'good', icon: 'check', ...rest }
    case 'not_started':
      return { title: t('ans_not_started', { n }), tone: 'plain', icon: 'waiting', ...rest }
    case 'no_target':
      return { title: t('ans_no_target'), tone: 'plain', icon: 'unknown', ...rest }
  }
}

/** The main reason of a group, in one line. */
export function reasonOf(group: BoardGroup): string {
  const { why, shares, missed_at } = group.lag
  const n = writeCount(shares[0]?.households ?? 0)
  switch (why) {
    case 'idle':
      return t('why_idle', { n, days: group.idle_days ?? 0 })
    case 'wrong_hour':
      return missed_at ? t('why_wrong_hour', { n, when: when(missed_at) }) : t('why_nobody_home', { n })
    case 'nothing':
      return t('why_nothing')
    default:
      return t(`why_${why}`, { n })
  }
}

/** Of the other reasons as many are told: the rest are a handful of homes. */
const OTHERS = 3

/** The other reasons with their counts, "" when there is none. */
export function othersOf(group: BoardGroup): string {
  const others = group.lag.shares.slice(1, 1 + OTHERS)
  if (others.length === 0) return ''
  const list = others.map(({ why, households }) => t(`short_${why as Exclude<Why, 'nothing'>}`, { n: writeCount(households) })).join(' · ')
  return t('also', { list })
}

export interface Move {
  text: string
  /** Where it is done; `null` when it is done on foot, or by others than this reader. */
  href: string | null
}

const AT_THE_DESK: { [S in Step]?: (group: string) => string } = {
  assign: (group) => `#/ward/assign/${encodeURIComponent(group)}`,
  call_team: (group) => `#/ward/assign/${encodeURIComponent(group)}`,
  decide: () => '#/ward/doors',
}

export function moveOf(group: BoardGroup, mayAct: boolean): Move {
  const { step, at } = group.lag
  const text = step === 'go_at' ? (at ? t('step_go_at', { when: when(at) }) : t('step_other_hour')) : t(`step_${step}`)
  return { text, href: mayAct ? (AT_THE_DESK[step]?.(group.id) ?? null) : null }
}

/** A sign for each reason: none shows by colour alone. */
export const WHY_SIGN: Record<Why, IconName> = {
  unassigned: 'give',
  idle: 'waiting',
  never_tried: 'footprints',
  wrong_hour: 'clock',
  nobody_home: 'door',
  waits_for_ward: 'inbox',
  unreachable: 'closed',
  met_only: 'hand',
  declined: 'minus',
  nothing: 'check',
}

export const OPEN_HREF: Record<BoardOpen['what'], string> = {
  doors: '#/ward/doors',
  doubles: '#/ward/doors',
  inbox: '#/ward/inbox',
  withdrawals: '#/ward/withdrawals',
  quality: '#/ward/quality',
  checks: '#/ward/quality/checks',
}

/** What the register probably lacks, in one sentence. */
export function missingOf(board: Board): string {
  const { missing, both, need_in_both } = board.register
  if (missing === null) return t('reg_too_few', { have: writeCount(both), need: need_in_both })
  if (missing.homes > 0) return t('reg_missing', { n: writeCount(missing.homes), from: writeCount(missing.low), to: writeCount(missing.high) })
  return missing.high > 0 ? t('reg_missing_some', { to: writeCount(missing.high) }) : t('reg_missing_none')
}

/** The card on the map: facts of a group, the most useful first. */
export function cardLines(group: BoardGroup): string[] {
  const { tally } = group
  if (tally.hh_total === 0) return [`${t('card_empty')}.`]
  const n = writeCount(Math.max(0, tally.hh_total - tally.hh_visited))
  const lines: string[] = []
  if (group.alleys > 0 && group.alleys_assigned === 0) lines.push(`${t('card_line', { n })}.`, `${t('card_no_team')}.`)
  else if (group.walkers !== null) lines.push(`${t('card_walkers', { n, people: writeCount(group.walkers) })}.`)
  else lines.push(`${t('card_line', { n })}.`)
  const missed = group.mostly_missed
  if (missed) lines.push(`${t('card_missed', { percent: missed.percent, when: when(missed.at) })}.`)
  lines.push(`${reasonOf(group)}.`)
  return lines
}
