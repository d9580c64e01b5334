import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The app's sources, with a slash at the end. */
export const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** What a file of the app needs at once: all that it names, and what that names, save what is fetched on demand. */
export function atOnce(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path) || !existsSync(path)) return seen
  seen.add(path)
  if (!/\.(ts|svelte)$/.test(path)) return seen
  for (const [, from] of readFileSync(path, 'utf8').matchAll(/^\s*(?:import|export) (?!type )(?:[^;'"]*? from )?'([^']+)'/gms)) {
    const next = from?.startsWith('$lib/') ? join(SRC, 'lib', from.slice(5)) : from?.startsWith('.') ? join(dirname(path), from) : null
    if (next) atOnce(next, seen)
  }
  return seen
}
