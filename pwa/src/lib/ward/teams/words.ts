/** The words of the turf and teams rooms. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { wardTeamsVi } from '../../i18n/ward-teams.vi.ts'

const messages = new Dictionary(wardTeamsVi, () => import('../../i18n/ward-teams.en.ts').then((module) => module.wardTeamsEn))

export const t = messages.t
