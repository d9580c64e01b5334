import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { contrast } from '$lib/map/palette.ts'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))
const css = readFileSync(join(SRC, 'tokens.css'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')

function block(selector: string): Record<string, string> {
  const at = css.indexOf(`${selector} {`)
  const body = css.slice(css.indexOf('{', at) + 1, css.indexOf('}', at))
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,8});/gi)].map(([, name, value]) => [name!, value!]))
}

/** `#rgb` as `#rrggbb`. */
const full = (colour: string): string => (colour.length === 4 ? `#${[...colour.slice(1)].map((c) => c + c).join('')}` : colour)

const light = block(':root')
const themes = { light, dark: { ...light, ...block(":root[data-theme='dark']") }, sun: { ...light, ...block(":root[data-theme='sun']") } }

const STATES = ['revisit', 'covered', 'refused', 'vacant'] as const
/** What is written on what. */
const TEXT: ReadonlyArray<readonly [string, string]> = [
  ...['ink', 'ink-2', 'ink-3'].flatMap((ink) => ['bg', 'surface'].map((ground) => [ink, ground] as const)),
  ...['ink', 'ink-2'].flatMap((ink) => [...STATES.map((state) => `${state}-tint`), 'untouched-tint', 'brand-tint', 'branch'].map((ground) => [ink, ground] as const)),
  ...STATES.flatMap((state) => [`${state}-tint`, 'surface', 'bg'].map((ground) => [state, ground] as const)),
  ...['bg', 'surface', 'branch', 'brand-tint'].map((ground) => ['brand', ground] as const),
  ...['brand-tint', 'branch', 'surface'].map((ground) => ['brand-ink', ground] as const),
  ['untouched-ink', 'untouched-tint'], ['untouched-ink', 'surface'],
  ...['brand', 'brand-ink', 'covered', 'revisit', 'refused'].map((ground) => ['on', ground] as const),
]
/** Shapes that carry meaning. */
const SHAPES: ReadonlyArray<readonly [string, string]> = [['field', 'surface'], ['untouched', 'surface'], ['brand', 'road']]

describe.each(Object.entries(themes))('the %s theme', (name, tokens) => {
  /** In full sun the plain text is held to AAA. */
  const least = name === 'sun' ? 7 : 4.5
  it.each(TEXT)('%s can be read on %s', (ink, ground) => {
    expect(contrast(full(tokens[ink]!), full(tokens[ground]!))).toBeGreaterThanOrEqual(least)
  })
  it.each(SHAPES)('%s is seen on %s', (shape, ground) => {
    expect(contrast(full(tokens[shape]!), full(tokens[ground]!))).toBeGreaterThanOrEqual(3)
  })
  it('white writes on a message over everything', () => {
    expect(contrast('#ffffff', full(tokens.toast!))).toBeGreaterThanOrEqual(7)
  })
})

it('every theme gives every colour of a state and of text a value of its own', () => {
  const own = { dark: block(":root[data-theme='dark']"), sun: block(":root[data-theme='sun']") }
  const must = ['ink', 'ink-2', 'ink-3', 'bg', 'surface', 'line', 'brand', 'brand-ink', 'brand-tint', 'field', 'untouched', ...STATES.flatMap((state) => [state, `${state}-fill`, `${state}-tint`])]
  for (const each of Object.values(own)) expect(must.filter((token) => !(token in each))).toEqual([])
})

/** A colour written into a screen stays as it is when the theme changes, and then cannot be read. */
it('no screen of the phone writes in a colour of its own', () => {
  const inked = (dir: string): string[] =>
    readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
      const path = join(dir, entry.name)
      if (entry.isDirectory()) return inked(path)
      if (!entry.name.endsWith('.svelte') || ['UndoToast.svelte', 'Drawing.svelte'].includes(entry.name)) return []
      const style = readFileSync(path, 'utf8').split('<style>')[1]?.split('@media print')[0] ?? ''
      return [...style.matchAll(/(?:^|[\s;{])(?:color|background|background-color):\s*(#(?:fff|000)[0-9a-f]*);/gim)].map(([, colour]) => `${path.slice(SRC.length)}: ${colour}`)
    })
  expect(inked(join(SRC, 'routes/phone'))).toEqual([])
})
