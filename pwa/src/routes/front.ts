/** What stands before the alleys, as one chunk: whoever signs in chooses a PIN next, and every start meets the lock. */
import '$lib/i18n/join.ts'
import '$lib/i18n/lock.ts'

export { default as Join } from './join/Join.svelte'
export { default as Login } from './join/Login.svelte'
export { default as OtherBrowser } from './join/OtherBrowser.svelte'
export { default as Closed } from './lock/Closed.svelte'
export { default as Lock } from './lock/Lock.svelte'
export { default as NewPin } from './lock/NewPin.svelte'
