/** What the board's figures mean: whose definition, of how many, since when. */
import { formatDay } from '../../i18n/format.ts'
import { writeInstant } from '../day.ts'
import { behind, type Definition } from '../definition.ts'
import { writeCount, writeRate } from '../figure.ts'
import type { Board } from '../wire.ts'
import { answerOf } from './tell.ts'
import { t } from './words.ts'

export type Told =
  | 'answer'
  | 'needed'
  | 'speed'
  | 'done'
  | 'untried'
  | 'due'
  | 'why'
  | 'hours'
  | 'help'
  | 'silent'
  | 'queued'
  | 'open'
  | 'total'
  | 'register'
  | 'foot'
  | 'new'
  | 'left'
  | 'missing'

/** The indicators of the catalogue each figure is made of. What the board reckons itself has none. */
const RULES: { [W in Told]?: readonly string[] } = {
  answer: ['COV_SERVED', 'HH_SERVED'],
  needed: ['COV_SERVED', 'HH_SERVED'],
  speed: ['HH_SERVED'],
  done: ['HH_SERVED', 'HH_TOTAL'],
  untried: ['HH_TOTAL', 'HH_VISITED'],
  due: ['HH_SERVED', 'HH_TOTAL'],
  why: ['HH_SERVED', 'HH_TOTAL'],
  hours: ['HH_CONTACTED', 'VISITS'],
  total: ['HH_TOTAL'],
  register: ['HH_TOTAL'],
  foot: ['HH_VISITED', 'HH_TOTAL'],
  new: ['HH_TOTAL'],
  left: ['HH_TOTAL'],
}

/** Where what a figure is made of can be looked at. */
function listOf(what: Told, board: Board): Definition['list'] | null {
  const { total } = board
  switch (what) {
    case 'answer':
    case 'done':
    case 'due':
      return behind('ever_served', total.hh_served)
    case 'needed':
    case 'why':
      return { href: '#/ward/register/all', name: t('list_register') }
    case 'untried':
      return behind('not_visited', Math.max(0, total.hh_total - total.hh_visited))
    case 'foot':
      return behind('ever_visited', total.hh_visited)
    case 'hours':
      return behind('ever_visited', total.hh_visited)
    case 'total':
    case 'register':
      return behind('all', total.hh_total)
    case 'new':
    case 'left':
      return { href: '#/ward/register/ledger', name: t('list_ledger') }
    case 'help':
    case 'silent':
    case 'queued':
      return { href: '#/ward/phones', name: t('list_phones') }
    case 'open':
      return { href: '#/ward/inbox', name: t('list_inbox') }
    case 'speed':
    case 'missing':
      return null
  }
}

export function define(what: Told, board: Board): Definition {
  const [rules, list] = [RULES[what], listOf(what, board)]
  return { ...explain(what, board), ...(rules && { rules }), ...(list && { list }) }
}

function explain(what: Told, board: Board): Definition {
  const asOf = writeInstant(board.as_of)
  const total = writeCount(board.total.hh_total)
  const households = t('whole_households', { n: total })
  const goal = board.target
    ? t('whole_goal', { percent: writeRate(board.target.value / 100), n: total, goal: writeCount(board.pace.goal), source: board.target.source })
    : t('whole_no_target')
  const since = t('period_since', { from: formatDay(board.starts_on) })
  const line = board.target ? t('period_line', { from: formatDay(board.starts_on), due: formatDay(board.target.due_on) }) : since
  const now = t('period_now')
  const phones = t('whole_phones', { n: writeCount(board.phones.phones) })
  const r = board.register
  switch (what) {
    case 'answer': {
      const f = board.forecast
      const formula = f ? `${t('def_pace')} ${t('def_forecast', { days: f.days })}` : t('def_pace')
      return { title: answerOf(board).title, code: 'COV_SERVED', formula, whole: goal, period: line, asOf }
    }
    case 'needed':
      return { title: t('fig_needed'), code: 'COV_SERVED', formula: t('def_needed'), whole: goal, period: line, asOf }
    case 'speed':
      return { title: t('fig_speed'), code: 'HH_SERVED', formula: t('def_speed'), whole: t('whole_count'), period: t('period_days', { n: 7 }), asOf }
    case 'done':
      return { title: t('fig_done'), code: 'HH_SERVED', formula: t('def_done'), whole: households, period: since, asOf }
    case 'untried':
      return { title: t('fig_untried'), code: 'HH_VISITED', formula: t('def_untried'), whole: households, period: since, asOf }
    case 'due':
      return { title: t('fig_due'), code: 'HH_SERVED', formula: t('def_forecast', { days: board.forecast?.days ?? 0 }), whole: goal, period: line, asOf }
    case 'why':
      return { title: t('why_title'), code: 'HH_SERVED', formula: t('def_why', { days: board.idle_days }), whole: households, period: since, asOf }
    case 'hours':
      return { title: t('hours_title'), code: 'CONTACT_RATE', formula: t('def_hours', { n: board.need_visits }), whole: t('whole_visits', { n: writeCount(board.total.visits) }), period: since, asOf }
    case 'help':
      return { title: t('phones_help'), code: 'PHONES', formula: t('def_help'), whole: phones, period: now, asOf }
    case 'silent':
      return { title: t('phones_silent'), code: 'PHONES', formula: t('def_silent'), whole: phones, period: now, asOf }
    case 'queued':
      return { title: t('phones_queued'), code: 'PHONES', formula: t('def_queued'), whole: phones, period: now, asOf }
    case 'open':
      return { title: t('open_title'), code: 'OPEN', formula: t('def_open'), whole: t('whole_count'), period: now, asOf }
    case 'total':
      return { title: t('reg_total'), code: 'HH_TOTAL', formula: t('def_total'), whole: t('whole_count'), period: now, asOf }
    case 'register':
      return { title: t('reg_register'), code: 'HH_TOTAL', formula: t('def_register'), whole: households, period: now, asOf }
    case 'foot':
      return { title: t('reg_foot'), code: 'HH_VISITED', formula: t('def_foot'), whole: t('whole_lists', { n: writeCount(r.register + r.on_foot - r.both) }), period: since, asOf }
    case 'new':
      return { title: t('reg_new'), code: 'HH_TOTAL', formula: t('def_foot'), whole: t('whole_count'), period: since, asOf }
    case 'left':
      return { title: t('reg_left'), code: 'HH_TOTAL', formula: t('def_left'), whole: t('whole_count'), period: since, asOf }
    case 'missing':
      return {
        title: t('reg_title'),
        code: 'CHAPMAN',
        formula: t('def_missing', { n1: writeCount(r.register), n2: writeCount(r.on_foot), m: writeCount(r.both), need: r.need_in_both }),
        whole: t('whole_lists', { n: writeCount(r.register + r.on_foot - r.both) }),
        period: since,
        asOf,
      }
  }
}
