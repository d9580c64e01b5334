/** The screens behind the first step: one chunk, fetched as soon as the alley is on the screen. */
export { default as Coach } from './Coach.svelte'
export { default as Find } from './Find.svelte'
export { default as Mine } from './Mine.svelte'
export { default as Revisit } from './Revisit.svelte'
