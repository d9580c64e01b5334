/** What the map is told to show, the same for both ways of drawing it. */
import { FILLS, INKS, NO_DATA_FILL, NO_DATA_INK, type Palette } from './palette.ts'

/** How one group is painted. */
export interface GroupPaint {
  id: string
  /** 0 to 4, or null for the hatch. */
  cls: 0 | 1 | 2 | 3 | 4 | null
  /** What is written under the name. */
  value: string
}

export function fillOf(cls: GroupPaint['cls'], palette: Palette = 'level'): string {
  return cls === null ? NO_DATA_FILL : (FILLS[palette][cls] ?? NO_DATA_FILL)
}

export function inkOf(cls: GroupPaint['cls'], palette: Palette = 'level'): string {
  return cls === null ? NO_DATA_INK : (INKS[palette][cls] ?? NO_DATA_INK)
}
