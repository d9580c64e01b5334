/** The messages of the ground: outlines, doors, days, exports. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { groundVi } from '../../i18n/ward-ground.vi.ts'

const messages = new Dictionary(groundVi, () => import('../../i18n/ward-ground.en.ts').then((module) => module.groundEn))

export const g = messages.t
