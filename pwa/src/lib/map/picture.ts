/** What the map is told to show, the same for both ways of drawing it. */
import { CLASS_FILL, CLASS_INK, NO_DATA_FILL, NO_DATA_INK } from './palette.ts'

/** How one group is painted. */
export interface GroupPaint {
  id: string
  /** 0 to 4, or null for the hatch. */
  cls: 0 | 1 | 2 | 3 | 4 | null
  /** What is written under the name. */
  value: string
}

export function fillOf(cls: GroupPaint['cls']): string {
  return cls === null ? NO_DATA_FILL : CLASS_FILL[cls]
}

export function inkOf(cls: GroupPaint['cls']): string {
  return cls === null ? NO_DATA_INK : CLASS_INK[cls]
}
