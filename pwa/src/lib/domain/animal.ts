/** The animals beside the digits of a group's code, in the order of domain::trust. */
export const ANIMALS = [
  'buffalo', 'rooster', 'cat', 'dog', 'pig', 'horse', 'duck', 'fish', 'crab', 'snail', 'turtle', 'bee', 'butterfly', 'rabbit', 'elephant', 'monkey',
] as const
export type Animal = (typeof ANIMALS)[number]

/** The animal of a code; null for one of a newer release. */
export const animalOf = (code: string): Animal | null => ANIMALS.find((animal) => animal === code) ?? null
