/** What stands before the first step: fetched only by who is not signed in, or may not do so here. */
import '$lib/i18n/join.ts'

export { default as Join } from './Join.svelte'
export { default as Login } from './Login.svelte'
export { default as OtherBrowser } from './OtherBrowser.svelte'
