/** The room of the coaching cards and the door script: one chunk, fetched when somebody opens either. */
export { default as CardSheet } from './CardSheet.svelte'
export { default as DoorScript } from './DoorScript.svelte'
