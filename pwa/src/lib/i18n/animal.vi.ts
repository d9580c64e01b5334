/** The animals of the codes in Vietnamese, as a resident reads them aloud. */
export const animalVi = {
  buffalo: 'con trâu',
  rooster: 'con gà',
  cat: 'con mèo',
  dog: 'con chó',
  pig: 'con lợn',
  horse: 'con ngựa',
  duck: 'con vịt',
  fish: 'con cá',
  crab: 'con cua',
  snail: 'con ốc',
  turtle: 'con rùa',
  bee: 'con ong',
  butterfly: 'con bướm',
  rabbit: 'con thỏ',
  elephant: 'con voi',
  monkey: 'con khỉ',
} as const
