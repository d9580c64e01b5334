/** The words of the set-up page, and those it shares with the ward's settings: indicators and what is wrong with a field. */
import { Dictionary } from '../i18n/dictionary.svelte.ts'
import { setupVi } from '../i18n/setup.vi.ts'

const messages = new Dictionary(setupVi, () => import('../i18n/setup.en.ts').then((module) => module.setupEn))

export const t = messages.t

/** The name of an indicator; its code where nobody has named it. */
export function indicatorName(code: string): string {
  const key = `ind_${code}`
  return key in setupVi ? t(key as keyof typeof setupVi & `ind_${string}`) : code
}

/** What is wrong with a field, by the server's code: what to do next, not only that it is wrong. */
export function faultText(code: string): string {
  const key = `bad_${code}`
  return key in setupVi ? t(key as keyof typeof setupVi & `bad_${string}`) : t('bad_invalid_field')
}
