import { t } from '$lib/i18n/messages.ts'

/** What to do when the phone itself could not write. Nothing entered is thrown away for it. */
export function saveFault(error: unknown): string {
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? t('door.quota') : t('door.saveFailed')
}
