/** Every card's drawings, by skill code; made when asked for. */
import type { CardCode } from './codes.ts'
import type { Scene } from './drawing.ts'
import { moneyScenes, tryAlone } from './scenes-money.ts'
import { phoneScenes } from './scenes-phone.ts'
import { wardScenes } from './scenes-ward.ts'

export const scenes: Record<CardCode, () => readonly Scene[]> = { ...phoneScenes, ...wardScenes, ...moneyScenes }
export { tryAlone }
