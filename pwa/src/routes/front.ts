/** What stands before the alleys and is seldom met, as one chunk: whoever signs in chooses a PIN next. Every start meets the lock; it is in the shell. */
import '$lib/i18n/join.ts'

export { default as Login } from './join/Login.svelte'
export { default as OtherBrowser } from './join/OtherBrowser.svelte'
export { default as Closed } from './lock/Closed.svelte'
export { default as NewPin } from './lock/NewPin.svelte'

/** Once in a server's life; no phone fetches it ahead. */
export const setup = () => import('./setup/Setup.svelte')
/** Once in a phone's life, and only on those that come by a poster. */
export const join = () => import('./join/Join.svelte')
/** Once in an account's life. */
export const openAccount = () => import('./join/OpenAccount.svelte')
