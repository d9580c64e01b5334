/**
 * Browsers inside chat apps keep no service worker and share no storage with the real one: work done
 * there is lost. They are told by their own words in the user agent.
 */
export type Host = 'Zalo' | 'Messenger' | 'Facebook' | 'Instagram' | 'TikTok' | 'Line' | 'WeChat' | 'other'

/** The first that fits names the app: Messenger also says what Facebook says. */
const HOSTS: ReadonlyArray<readonly [Host, RegExp]> = [
  ['Zalo', /\bZalo\b/i],
  ['Messenger', /\bMessenger\b|MessengerForiOS|MessengerLite|Orca-Android/i],
  ['Instagram', /\bInstagram\b/i],
  ['Facebook', /\bFBAN\b|\bFBAV\b|\bFB_IAB\b|\bFBIOS\b/i],
  ['TikTok', /TikTok|musical_ly|\btrill_|BytedanceWebview/i],
  ['Line', /\bLine\/\d/i],
  ['WeChat', /MicroMessenger/i],
  // What Android itself writes into every page shown inside an app: `; wv)`, and before that `Version/4.0 Chrome/`.
  ['other', /; wv\)|\bVersion\/4\.0 Chrome\/\d/],
]

/** The app a page is shown inside of; null in a browser of its own. */
export function inAppBrowser(userAgent: string): Host | null {
  return HOSTS.find(([, words]) => words.test(userAgent))?.[0] ?? null
}

/**
 * The same page in the browser the phone's owner has chosen: Android opens such an address outside
 * of the app. No package is named, so that it is not Chrome for whoever uses another.
 */
export function outwards(href: string): string {
  const { protocol, host, pathname, search, hash } = new URL(href)
  return `intent://${host}${pathname}${search}${hash}#Intent;scheme=${protocol.slice(0, -1)};action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end`
}
