import type { animalVi } from './animal.vi.ts'

/** The animals of the codes in English. */
export const animalEn: Record<keyof typeof animalVi, string> = {
  buffalo: 'buffalo',
  rooster: 'rooster',
  cat: 'cat',
  dog: 'dog',
  pig: 'pig',
  horse: 'horse',
  duck: 'duck',
  fish: 'fish',
  crab: 'crab',
  snail: 'snail',
  turtle: 'turtle',
  bee: 'bee',
  butterfly: 'butterfly',
  rabbit: 'rabbit',
  elephant: 'elephant',
  monkey: 'monkey',
}
