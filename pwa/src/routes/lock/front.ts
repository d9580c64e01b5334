/** The screens before the alleys: one small chunk, fetched while the phone looks who was here last. */
import '$lib/i18n/lock.ts'

export { default as Closed } from './Closed.svelte'
export { default as Lock } from './Lock.svelte'
export { default as NewPin } from './NewPin.svelte'
