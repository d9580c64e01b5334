/** Which six digits may be a PIN. */
export const PIN_LENGTH = 6

/** same: one digit · run: a row of neighbours · pattern: two or three digits over and over. */
export type Weak = 'same' | 'run' | 'pattern'

/** Why this PIN is one of the first that anybody would try; null when it is not. */
export function weakness(pin: string): Weak | null {
  if (/^(\d)\1*$/.test(pin)) return 'same'
  const steps = new Set([...pin].slice(1).map((digit, at) => (Number(digit) - Number(pin[at]) + 10) % 10))
  if (steps.size === 1 && (steps.has(1) || steps.has(9))) return 'run'
  return /^(\d\d)\1\1$|^(\d{3})\2$/.test(pin) ? 'pattern' : null
}
