export const vi = {
  'app.name': 'Gõ Cửa',
} as const
