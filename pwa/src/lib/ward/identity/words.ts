/** The words of the room of the police's counts and reports. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { identityVi } from '../../i18n/ward-identity.vi.ts'

const messages = new Dictionary(identityVi, () => import('../../i18n/ward-identity.en.ts').then((module) => module.identityEn))

export const t = messages.t
