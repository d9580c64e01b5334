/** The words of the quality room. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { wardQualityVi } from '../../i18n/ward-quality.vi.ts'

const messages = new Dictionary(wardQualityVi, () => import('../../i18n/ward-quality.en.ts').then((module) => module.wardQualityEn))

export const t = messages.t
