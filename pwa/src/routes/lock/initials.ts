/** Trần Thị Lan: TTL. What the lock screen shows unless the person wants it otherwise. */
export const initials = (name: string): string =>
  name.split(/\s+/).filter((word) => /^\p{L}/u.test(word)).map((word) => [...word][0]?.toUpperCase()).slice(-3).join('')
