/** The team behind the first step; part of the chunk of `more.ts`. */
import '$lib/i18n/team.ts'

export { default as Badge } from './Badge.svelte'
export { default as BadgeLink } from './BadgeLink.svelte'
export { default as ConsentPaper } from './ConsentPaper.svelte'
export { default as DoorTeam } from './DoorTeam.svelte'
export { default as InstallCard } from './InstallCard.svelte'
export { default as Paper } from './Paper.svelte'
export { default as WalkTools } from './WalkTools.svelte'
