/** The words of household lists on their way into the register. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { importVi } from '../../i18n/ward-import.vi.ts'

const messages = new Dictionary(importVi, () => import('../../i18n/ward-import.en.ts').then((module) => module.importEn))

export const t = messages.t
