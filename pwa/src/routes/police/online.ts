import { Problem, SessionEnded, Unreachable } from '$lib/api/client.ts'
import { t } from '$lib/i18n/messages.ts'

/** Why the ward did not take it, as a person reads it; what was typed stays. `fields` has words for those that a screen knows. */
export function troubleWord(error: unknown, fields: (pointer: string, code: string) => string | null = () => null): string {
  if (error instanceof SessionEnded) return t('police.online.signedOut')
  if (error instanceof Unreachable) return t('police.online.needed')
  if (error instanceof Problem) {
    for (const { pointer, code } of error.errors) {
      const word = fields(pointer, code)
      if (word) return word
    }
  }
  return t('police.online.failed')
}
