import type { vi } from './vi.ts'

export const en: Record<keyof typeof vi, string> = {
  'app.name': 'Gõ Cửa',
}
