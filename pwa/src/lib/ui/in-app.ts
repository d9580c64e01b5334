/**
 * Browsers inside chat apps keep no service worker and share no storage with the real one: work done
 * there is lost. They are told by their own words in the user agent.
 */
export function inAppBrowser(userAgent: string): boolean {
  return /\bZalo\b|FBAN|FBAV|FB_IAB|\bMessenger\b|Instagram|\bLine\/|MicroMessenger|TikTok|musical_ly|; wv\)/i.test(userAgent)
}
