/** The screens behind the first step: one chunk, fetched as soon as the alley is on the screen. */
import '$lib/i18n/more.ts'

export { default as AlleyHours } from './AlleyHours.svelte'
export { default as BackupSheet } from './BackupSheet.svelte'
export { default as Coach } from './Coach.svelte'
export { default as CorrectSheet } from './CorrectSheet.svelte'
export { default as DoorProposal } from './DoorProposal.svelte'
export { default as EditSheet } from './EditSheet.svelte'
export { default as Find } from './Find.svelte'
export { default as LostCard } from './LostCard.svelte'
export { default as Mine } from './Mine.svelte'
export { default as Revisit } from './Revisit.svelte'
export { hoursWord, tonight } from './tonight.svelte.ts'
