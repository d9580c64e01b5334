import { Dictionary } from './dictionary.svelte.ts'
import { vi } from './vi.ts'

const messages = new Dictionary(vi, () => import('./en.ts').then((module) => module.en))

/** The phone's words. The desk has its own dictionary beside its screens. */
export const t = messages.t
export type MessageKey = keyof typeof vi
