/** The text a resident agrees to. The phone shows it only when it is, letter for letter, the one the ward published. */
import type { Purpose } from './learner.ts'

export interface Notice {
  /** Which text, for example `2026-11`. */
  version: string
  language: 'vi' | 'en'
  title: string
  body: string
  promise: string
  purposes: Array<{ code: Purpose; text: string }>
  rights: string
  /** SHA-256 of all of the above, in hex. */
  hash: string
}

/** What the hash is taken of. */
export const noticeText = ({ title, body, promise, purposes, rights }: Omit<Notice, 'hash' | 'version' | 'language'>): string =>
  [title, body, promise, ...purposes.map(({ code, text }) => `${code}:${text}`), rights].join('\n')

/** Is the text the one the hash was taken of? */
export async function holds(notice: Notice): Promise<boolean> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(noticeText(notice)))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('') === notice.hash
}

/** What a text is told by on paper, short enough to compare by eye: `2026-11 · 1a2b 3c4d`. */
export const noticeMark = ({ version, hash }: Pick<Notice, 'version' | 'hash'>): string => `${version} · ${hash.slice(0, 4)} ${hash.slice(4, 8)}`

/** The newest one in the language, or in Vietnamese where there is none; the newest stands first. */
export const noticeIn = (notices: readonly Notice[], language: Notice['language']): Notice | null =>
  notices.find((notice) => notice.language === language) ?? notices.find((notice) => notice.language === 'vi') ?? null
