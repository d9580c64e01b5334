/** The words of the room of trust. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { wardTrustVi } from '../../i18n/ward-trust.vi.ts'

const messages = new Dictionary(wardTrustVi, () => import('../../i18n/ward-trust.en.ts').then((module) => module.wardTrustEn))

export const t = messages.t
