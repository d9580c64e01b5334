/**
 * Calls when somebody looks again: the network is back, or the page is in sight. What a list missed
 * meanwhile it asks for then. Answers how to stop.
 */
export function onWake(call: () => void): () => void {
  const wake = (): void => {
    if (document.visibilityState === 'visible') call()
  }
  addEventListener('online', wake)
  document.addEventListener('visibilitychange', wake)
  return () => {
    removeEventListener('online', wake)
    document.removeEventListener('visibilitychange', wake)
  }
}
