/** The desk's messages. */
import { Dictionary } from '../i18n/dictionary.svelte.ts'
import { wardVi } from '../i18n/ward.vi.ts'

const messages = new Dictionary(wardVi, () => import('../i18n/ward.en.ts').then((module) => module.wardEn))

export const t = messages.t
