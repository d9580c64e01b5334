import { Dictionary } from './dictionary.svelte.ts'
import type { join } from './join.vi.ts'
import type { more } from './more.vi.ts'
import type { open } from './open.vi.ts'
import type { police } from './police.vi.ts'
import type { quality } from './quality.vi.ts'
import type { team } from './team.vi.ts'
import { vi } from './vi.ts'

type Words = typeof vi & typeof join & typeof more & typeof open & typeof police & typeof quality & typeof team

/** The words before the first step are in the bundle; `join.ts`, `more.ts`, `police.ts`, `quality.ts` and `team.ts` bring the others with their screens. */
export const messages = new Dictionary<Words>(vi, () => import('./en.ts').then((module) => module.en))

/** The phone's words. The desk has its own dictionary beside its screens. */
export const t = messages.t
export type MessageKey = keyof Words
