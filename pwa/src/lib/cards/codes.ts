/** The skills that have a coaching card, by their codes in the catalogue. Known before the cards are fetched. */
export const CARD_CODES = [
  'DEV-01', 'DEV-02', 'DEV-03', 'INF-01', 'INF-02', 'INF-03', 'COM-01', 'COM-02',
  'IDN-01', 'IDN-02', 'IDN-03', 'IDN-04', 'IDN-05', 'IDN-06', 'DVC-01', 'DVC-02', 'DVC-03',
  'PAY-01', 'PAY-02', 'PAY-03', 'BUY-01', 'BUY-02', 'SEC-01', 'SEC-02', 'SEC-03', 'LOC-01', 'LOC-02',
] as const
export type CardCode = (typeof CARD_CODES)[number]

/** A ward may have skills of its own in its catalogue: those have no card. */
export const hasCard = (skill: string): skill is CardCode => (CARD_CODES as readonly string[]).includes(skill)
