/**
 * Where in the register's list somebody is: `all`, `g/<group>` or `g/<group>/<alley>`, then, where only
 * some of its households are shown, `show/<which>`. Ids and a word: nothing in it names a person.
 */
import type { Show } from './text.ts'

export interface ListPlace {
  group: string | null
  alley: string | null
  /** As it stands in the address; who reads it knows which there are. */
  show: Show | null
}

/** Below `#/ward/register`. */
export function writeListPlace({ group, alley, show }: ListPlace): string {
  const ground = group === null ? ['all'] : ['g', group, ...(alley === null ? [] : [alley])]
  return [...ground, ...(show === null || show === 'all' ? [] : ['show', show])].map(encodeURIComponent).join('/')
}

export const listHref = (show: Show, group: string | null = null): string => `#/ward/register/${writeListPlace({ group, alley: null, show })}`

/** What the address below `#/ward/register` says of the list; a word it does not know shows everything. */
export function readListPlace(rest: readonly string[], shows: readonly Show[]): ListPlace {
  const at = rest.indexOf('show')
  const ground = at < 0 ? rest : rest.slice(0, at)
  const show = at < 0 ? null : (shows.find((known) => known === rest[at + 1]) ?? null)
  return ground[0] === 'g' ? { group: ground[1] ?? null, alley: ground[2] ?? null, show } : { group: null, alley: null, show }
}
