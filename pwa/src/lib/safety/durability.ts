/** What can be done so that the browser keeps the data: ask it to, and watch the room there is. */
import type { Quota } from './types.ts'

/** When the room counts as short: either is enough. */
export const SHORT = { share: 0.8, leftBytes: 20 * 1024 * 1024 }

export type Storage = Partial<Pick<StorageManager, 'persist' | 'persisted' | 'estimate'>>

/** Whether the browser has promised; null when it cannot say. */
export async function promised(storage: Storage | undefined): Promise<boolean | null> {
  try {
    return (await storage?.persisted?.()) ?? null
  } catch {
    return null
  }
}

/** Asks for the promise, unless it was given. Browsers grant it more readily after a person did something. */
export async function askToKeep(storage: Storage | undefined): Promise<boolean | null> {
  if ((await promised(storage)) === true) return true
  try {
    return (await storage?.persist?.()) ?? null
  } catch {
    return null
  }
}

export async function roomLeft(storage: Storage | undefined): Promise<Quota | null> {
  try {
    const { usage, quota } = (await storage?.estimate?.()) ?? {}
    if (usage === undefined || quota === undefined || quota === 0) return null
    return { usage, quota, low: usage >= SHORT.share * quota || quota - usage < SHORT.leftBytes }
  } catch {
    return null
  }
}
