/** The words of the one-stop desk. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { wardOnestopVi } from '../../i18n/ward-onestop.vi.ts'

const messages = new Dictionary(wardOnestopVi, () => import('../../i18n/ward-onestop.en.ts').then((module) => module.wardOnestopEn))

export const t = messages.t
