/** The words of the room where files leave the desk. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { exportVi } from '../../i18n/ward-export.vi.ts'

const messages = new Dictionary(exportVi, () => import('../../i18n/ward-export.en.ts').then((module) => module.exportEn))

export const t = messages.t
