import type { Exported } from '$lib/safety/types.ts'

/**
 * Browsers let a page share only kinds of files they know, and text is one of them: the sealed file
 * is JSON, so under a text's name it is what it says.
 */
const asShared = ({ blob, name }: Exported): File[] => [
  new File([blob], name, { type: 'application/json' }),
  new File([blob], `${name}.txt`, { type: 'text/plain' }),
]

const shareable = (made: Exported): File | undefined =>
  typeof navigator.canShare === 'function' ? asShared(made).find((file) => navigator.canShare({ files: [file] })) : undefined

export const canShare = (made: Exported): boolean => shareable(made) !== undefined

/** Hands the file to another app. False when the person thought better of it. */
export async function share(made: Exported, title: string): Promise<boolean> {
  const file = shareable(made)
  if (!file) return false
  try {
    await navigator.share({ files: [file], title })
    return true
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false
    throw error
  }
}
