/** What lies over the strip: one chunk, fetched when the first of it is asked for. */
import '$lib/i18n/more.ts'

export { default as AlleySheets } from './AlleySheets.svelte'
export { default as DoubleSheet } from './DoubleSheet.svelte'
export { default as PickBar } from './PickBar.svelte'
export { default as RoomMatrix } from './RoomMatrix.svelte'
