/** The messages of the register room. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { wardRegisterVi } from '../../i18n/ward-register.vi.ts'

const messages = new Dictionary(wardRegisterVi, () => import('../../i18n/ward-register.en.ts').then((module) => module.wardRegisterEn))

export const t = messages.t
