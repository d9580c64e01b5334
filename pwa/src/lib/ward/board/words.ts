/** The board's messages. */
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { boardVi } from '../../i18n/ward-board.vi.ts'

const messages = new Dictionary(boardVi, () => import('../../i18n/ward-board.en.ts').then((module) => module.boardEn))

export const t = messages.t
