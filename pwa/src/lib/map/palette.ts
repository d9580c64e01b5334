/** The colours of the map. Five blues that a colour-blind reader and a grey printer keep apart. */

/** Fill of each class, least to most. */
export const CLASS_FILL = ['#dbe7fb', '#a9c9f6', '#6fa5ec', '#1c66d0', '#063b8c'] as const
/** Writing on each class, AA on its fill (held by a test). */
export const CLASS_INK = ['#14213d', '#14213d', '#14213d', '#ffffff', '#ffffff'] as const

/** Difference to the rest of the ward, from far behind to far ahead; the middle is as the rest. */
export const CHANGE_FILL = ['#a84f00', '#f2b56b', '#f1f1ec', '#7fb2ec', '#0b4fae'] as const
export const CHANGE_INK = ['#ffffff', '#14213d', '#14213d', '#14213d', '#ffffff'] as const

/** Which five colours the map wears. */
export type Palette = 'level' | 'change'
export const FILLS: Record<Palette, readonly string[]> = { level: CLASS_FILL, change: CHANGE_FILL }
export const INKS: Record<Palette, readonly string[]> = { level: CLASS_INK, change: CHANGE_INK }

export const NO_DATA_FILL = '#eef1f7'
export const NO_DATA_LINE = '#8c98b0'
export const NO_DATA_INK = '#14213d'

/** Alleys among the doors. */
export const WAY_COLOUR = '#5b6478'

export const GROUND = '#f7f9fd'
export const BORDER = '#ffffff'
export const OUTLINE = '#8592ab'
export const SELECTED = '#f2a116'
/** Under the amber, so that the border stays visible on pale blue and on white paper. */
export const SELECTED_EDGE = '#14213d'

function channel(n: number): number {
  const c = n / 255
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
}

/** Relative luminance of #rrggbb. */
export function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => channel(Number.parseInt(colour.slice(i, i + 2), 16)))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}
