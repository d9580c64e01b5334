/** Coming back, in words. */
import { turf } from '$lib/app.ts'
import type { Fading, Proposal } from '$lib/domain/comeback.ts'
import type { Day, TimeBand } from '$lib/domain/time.ts'
import { language } from '$lib/i18n/dictionary.svelte.ts'
import { t } from '$lib/i18n/messages.ts'
import { comebackWord } from './words.ts'

/** `buổi tối`, `cuối tuần`: as it stands after a verb. */
export const bandPhrase = (band: TimeBand): string => t(`comeback.band.${band}`)

/** What the rule proposes, in one line; null when there is nothing to say that the door does not say already. */
export function proposalWord({ next, on, band }: Proposal, today: Day): string | null {
  switch (next) {
    case 'late':
      return t('comeback.say.late')
    case 'finish':
    case 'retry':
    case 'unreachable':
      return on !== null && band !== null ? t(`comeback.say.${next}`, { when: comebackWord(on, band, today).toLocaleLowerCase('vi') }) : null
    case 'lead':
    case 'office':
      return t(`comeback.say.${next}`)
    default:
      return null
  }
}

const skillWord = (code: string): string => {
  const skill = turf.skills.find((one) => one.code === code)
  return skill ? (language.current === 'en' ? skill.en : skill.vi) : code
}

/** `chuyển tiền bằng QR, trả tiền điện`: what somebody is about to forget, each skill once. */
export function fadesWord(fades: readonly Fading[]): string {
  const skills = [...new Set(fades.flatMap(({ skill }) => (skill === null ? [] : [skillWord(skill)])))]
  if (skills.length === 0) return t('comeback.fades.plain')
  const more = skills.length - 2
  return t('comeback.fades', { skills: skills.slice(0, 2).join(', ') }) + (more > 0 ? ` ${t('comeback.fades.more', { n: more })}` : '')
}

/** 1110 is `18:30`. */
export const minuteWord = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
