/** The words of the settings room. */
import type { Role } from '../../api/types.ts'
import { Dictionary } from '../../i18n/dictionary.svelte.ts'
import { settingsVi } from '../../i18n/ward-settings.vi.ts'

const messages = new Dictionary(settingsVi, () => import('../../i18n/ward-settings.en.ts').then((module) => module.settingsEn))

export const t = messages.t

export const roleName = (role: Role): string => t(`role_${role}`)
