/** What the outlines on a map are made of, in one line. */
import type { GroupShape, OutlineSource } from '../../map/geometry.ts'
import { g } from './words.ts'

export const sourceName = (source: OutlineSource | null): string => g(source === null ? 'source_none' : `source_${source}`)

export function outlineLine(groups: readonly Pick<GroupShape, 'source'>[]): string {
  const parts = (['drawn', 'uploaded', 'derived'] as const)
    .map((source) => ({ source, n: groups.filter((group) => group.source === source).length }))
    .filter(({ n }) => n > 0)
    .map(({ source, n }) => g('source_part', { n, source: sourceName(source) }))
  return parts.length === 0 ? '' : g('source_line', { parts: parts.join(', ') })
}
