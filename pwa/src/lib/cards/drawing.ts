/**
 * The drawings of the coaching cards: a kit of shapes that every scene is put together from, so that
 * a hundred drawings look like one hand's and weigh little. A scene is plain data; routes/phone/cards/Drawing.svelte
 * makes SVG elements of it, so no markup is ever parsed from a string.
 */

/** The paper every scene is drawn on, in units of its own; Drawing.svelte has the same. */
export const WIDTH = 320
export const HEIGHT = 240

/** Colours by what they are for; Drawing.svelte says how each looks by day and in the dark. */
export type Paint =
  | 'ink' | 'ground' | 'paper' | 'soft' | 'tint' | 'brand' | 'ok' | 'warn' | 'bad' | 'on'
  | 'skin' | 'hair' | 'grey' | 'warm' | 'leaf' | 'shade'

export interface Path {
  d: string
  fill?: Paint
  line?: Paint
  width?: number
}
export interface Word {
  word: string
  x: number
  y: number
  /** Height of the letters, in units of the scene. */
  size: number
  fill: Paint
}
export interface Group {
  /** As the transform of an SVG group; empty where nothing moves. */
  move: string
  of: Scene
}
export type Piece = Path | Word | Group
export type Scene = readonly Piece[]

/** Coordinates are kept short: a tenth of a unit is finer than any screen shows. */
const n = (value: number): string => String(Math.round(value * 10) / 10)

// --- Plain shapes -----------------------------------------------------------------------------

const THICK = 3.5

function rect(x: number, y: number, w: number, h: number, r = 0): string {
  if (r === 0) return `M${n(x)} ${n(y)}h${n(w)}v${n(h)}h${n(-w)}z`
  const a = `a${n(r)} ${n(r)} 0 0 1 `
  return `M${n(x + r)} ${n(y)}h${n(w - 2 * r)}${a}${n(r)} ${n(r)}v${n(h - 2 * r)}${a}${n(-r)} ${n(r)}h${n(2 * r - w)}${a}${n(-r)} ${n(-r)}v${n(2 * r - h)}${a}${n(r)} ${n(-r)}z`
}

const round = (x: number, y: number, r: number): string =>
  `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0z`

/** A box with an outline. */
export const box = (x: number, y: number, w: number, h: number, fill: Paint = 'paper', r = 8, width = THICK): Path => ({
  d: rect(x, y, w, h, r), fill, line: 'ink', width,
})
/** A box without one: what is only a patch of colour. */
export const patch = (x: number, y: number, w: number, h: number, fill: Paint, r = 4): Path => ({ d: rect(x, y, w, h, r), fill })
export const disc = (x: number, y: number, r: number, fill: Paint = 'paper', width = THICK): Path => ({ d: round(x, y, r), fill, line: 'ink', width })
export const spot = (x: number, y: number, r: number, fill: Paint): Path => ({ d: round(x, y, r), fill })
export const stroke = (d: string, line: Paint = 'ink', width = THICK): Path => ({ d, line, width })
export const shape = (d: string, fill: Paint, width = THICK): Path => ({ d, fill, line: 'ink', width })
export const say = (word: string, x: number, y: number, size = 16, fill: Paint = 'ink'): Word => ({ word, x, y, size, fill })

export const at = (x: number, y: number, of: Scene, scale = 1, turn = 0): Group => ({
  move: `translate(${n(x)} ${n(y)})${turn ? ` rotate(${turn})` : ''}${scale === 1 ? '' : ` scale(${scale})`}`,
  of,
})
/** The same, seen in a mirror. */
const mirrored = (x: number, y: number, of: Scene, scale = 1): Group => ({ move: `translate(${n(x)} ${n(y)}) scale(${-scale} ${scale})`, of })

/** Lines of writing that nobody is meant to read. */
export const lines = (x: number, y: number, w: number, count = 2, fill: Paint = 'soft', gap = 13): Path => ({
  d: Array.from({ length: count }, (_, i) => rect(x, y + i * gap, i === count - 1 && count > 1 ? w * 0.65 : w, 7, 3.5)).join(''),
  fill,
})

// --- Signs ------------------------------------------------------------------------------------

/** Signs on a grid of 24, drawn with one stroke width. */
const SIGNS = {
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13a6.5 6.5 0 0 0 0 13M15.5 15.5L21 21',
  wifi: 'M2.5 9.5a14 14 0 0 1 19 0M6 13.5a9 9 0 0 1 12 0M9.5 17a4 4 0 0 1 5 0M12 20.5v.01',
  bars: 'M4 20v-3M9.5 20v-7M15 20V9M20.5 20V4',
  gear: 'M12 15.5a3.5 3.5 0 1 0 0-7a3.5 3.5 0 0 0 0 7M12 6.5v-4M12 21.5v-4M6.5 12h-4M21.5 12h-4M8.1 8.1L5.3 5.3M18.7 18.7l-2.8-2.8M8.1 15.9l-2.8 2.8M18.7 5.3l-2.8 2.8',
  lock: 'M5.5 11h13v9.5h-13zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  key: 'M8 16.5a4.5 4.5 0 1 0 0-9a4.5 4.5 0 0 0 0 9M12.5 12H22M18 12v4M21.5 12v3',
  bell: 'M6 17v-6a6 6 0 0 1 12 0v6l2 1.5H4zM10 21.5h4',
  camera: 'M3 8h4l2-3h6l2 3h4v12H3zM12 17.5a4 4 0 1 0 0-8a4 4 0 0 0 0 8',
  video: 'M3 7h12v10H3zM15 11l6-3.5v9L15 13',
  mic: 'M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7',
  tick: 'M4.5 12.5l5 5l10-10.5',
  cross: 'M6 6l12 12M18 6L6 18',
  bang: 'M12 4.5v9M12 19.5v.01',
  ask: 'M8 8.5a4 4 0 1 1 6 3.5c-1.4.8-2 1.6-2 3M12 19.5v.01',
  clock: 'M12 21a9 9 0 1 0 0-18a9 9 0 0 0 0 18M12 7v5l3.5 2',
  heart: 'M12 20.5C5 15.5 3 12 3 8.8A4.6 4.6 0 0 1 12 7a4.6 4.6 0 0 1 9 1.8c0 3.2-2 6.7-9 11.7z',
  bolt: 'M13 2.5L5 14h6l-1 7.5L18.5 10h-6z',
  drop: 'M12 2.5c4 5 6.5 8 6.5 11.5a6.5 6.5 0 0 1-13 0C5.5 10.5 8 7.5 12 2.5z',
  home: 'M3 11.5l9-8l9 8M5.5 9.5v11h13v-11',
  star: 'M12 3l2.7 5.8l6.3.8l-4.6 4.3l1.2 6.3l-5.6-3.1l-5.6 3.1l1.2-6.3L3 9.6l6.3-.8z',
  cart: 'M2.5 4h3l2.5 11h10.5l2.5-8H6.5M9.5 19.5v.01M16.5 19.5v.01',
  parcel: 'M3.5 7.5L12 3l8.5 4.5v9L12 21l-8.5-4.5zM3.5 7.5L12 12l8.5-4.5M12 12v9',
  chat: 'M3.5 5h17v11.5h-9l-5 4v-4h-3z',
  sparkle: 'M12 3l2.2 6.8L21 12l-6.8 2.2L12 21l-2.2-6.8L3 12l6.8-2.2z',
  sim: 'M6 3h8l4.5 4.5V21H6zM9 12h6.5v5.5H9zM12.25 12v5.5',
  waves: 'M6 9a5 5 0 0 1 0 6M10.5 6.5a10 10 0 0 1 0 11M15 4a15 15 0 0 1 0 16',
  plane: 'M12 2.5c1 0 1.5 1.5 1.5 3v4l8 5v2l-8-2.5v4l2.5 2v1.5l-4-1l-4 1V20l2.5-2v-4l-8 2.5v-2l8-5v-4c0-1.5.5-3 1.5-3z',
  power: 'M12 3v9M6.5 6.5a8 8 0 1 0 11 0',
  book: 'M12 6c-2-1.5-5-2-9-2v14c4 0 7 .5 9 2c2-1.5 5-2 9-2V4c-4 0-7 .5-9 2zM12 6v14',
  play: 'M8 5l11 7l-11 7z',
  sound: 'M4 9.5v5h3.5l5 4.5V5l-5 4.5zM16 9a4 4 0 0 1 0 6M18.5 6a8 8 0 0 1 0 12',
  call: 'M6 3h4l1.5 5L9 10c1 2.5 2.5 4 5 5l2-2.5l5 1.5v4c0 1.5-1 3-3 3C10 20.5 3.5 14 3 6c0-2 1.5-3 3-3z',
  link: 'M9.5 14.5l5-5M11 7l2.5-2.5a4.2 4.2 0 0 1 6 6L17 13M13 17l-2.5 2.5a4.2 4.2 0 0 1-6-6L7 11',
  eye: 'M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7M12 15a3 3 0 1 0 0-6a3 3 0 0 0 0 6',
  pin: 'M12 21.5c-5-6-7-8.5-7-12a7 7 0 0 1 14 0c0 3.5-2 6-7 12M12 12a2.5 2.5 0 1 0 0-5a2.5 2.5 0 0 0 0 5',
  share: 'M14 5l7 7l-7 7v-4c-6 0-9 1.5-11 5c0-6 3-11 11-11z',
  print: 'M5 12a7 7 0 0 1 14 0v3M8 19c1-2 1-4 1-7a3 3 0 0 1 6 0c0 4-.5 6-1.5 9M12 12c0 4-.5 6-2 9M18.5 18.5l-1 2.5M5 16v-1',
  wallet: 'M3 7h16a2 2 0 0 1 2 2v10H5a2 2 0 0 1-2-2zM3 7V5.5l14-2V7M16 13.5h5',
  bag: 'M4 8h16l-1.5 13h-13zM8.5 8a3.5 3.5 0 0 1 7 0',
  calendar: 'M4 6h16v15H4zM4 10.5h16M8.5 3v4M15.5 3v4',
  money: 'M2.5 6.5h19v11h-19zM12 15a3 3 0 1 0 0-6a3 3 0 0 0 0 6M6 9.5v.01M18 14.5v.01',
  pill: 'M5.5 18.5a5 5 0 0 1 0-7l6-6a5 5 0 0 1 7 7l-6 6a5 5 0 0 1-7 0M8.5 8.5l7 7',
  scales: 'M12 3v18M7 21h10M5 6.5h14M5 6.5L2 14h6zM19 6.5L16 14h6z',
  moon: 'M20 14.5A8.5 8.5 0 1 1 9.5 4A7 7 0 0 0 20 14.5z',
  shield: 'M12 2.5l8 3v6c0 5-3.5 8.5-8 10c-4.5-1.5-8-5-8-10v-6z',
  download: 'M12 3v12M6.5 10l5.5 5.5l5.5-5.5M4 20.5h16',
  refresh: 'M20 12a8 8 0 1 1-2.5-5.8M20.5 3v5h-5',
  exit: 'M14 4H5v16h9M10 12h11M17 7.5l4.5 4.5l-4.5 4.5',
  mark: 'M6 3h12v18l-6-5l-6 5z',
  paper: 'M6 2.5h8l4.5 4.5v14.5H6zM9 12h6M9 16h6',
  send: 'M3 11l18-8l-7 18l-3-7.5zM11 13.5L21 3',
  plus: 'M12 5v14M5 12h14',
  down: 'M12 4v15M5.5 12.5L12 19l6.5-6.5',
  up: 'M12 20V5M5.5 11.5L12 5l6.5 6.5',
  right: 'M4 12h15M12.5 5.5L19 12l-6.5 6.5',
  hang: 'M2.5 14c5-5.5 14-5.5 19 0l-2 3.5l-4-1.5v-3c-2-1-5-1-7 0v3l-4 1.5z',
} as const
export type Sign = keyof typeof SIGNS

/** A sign whose middle is at x, y. */
export const sign = (name: Sign, x: number, y: number, size = 24, line: Paint = 'ink', width = 2.4): Group => ({
  move: `translate(${n(x - size / 2)} ${n(y - size / 2)}) scale(${Math.round((size / 24) * 100) / 100})`,
  of: [{ d: SIGNS[name], line, width }],
})
/** The same, filled: for hearts, stars, drops. */
export const solid = (name: Sign, x: number, y: number, size: number, fill: Paint): Group => ({
  move: `translate(${n(x - size / 2)} ${n(y - size / 2)}) scale(${Math.round((size / 24) * 100) / 100})`,
  of: [{ d: SIGNS[name], fill, line: 'ink', width: 2 }],
})
/** A round badge with a sign on it. */
export const badge = (name: Sign, x: number, y: number, r: number, fill: Paint): Group =>
  at(x, y, [disc(0, 0, r, fill), sign(name, 0, 0, r * 1.3, 'on', 3)])
export const yes = (x: number, y: number, r = 18): Group => badge('tick', x, y, r, 'ok')
export const no = (x: number, y: number, r = 18): Group => badge('cross', x, y, r, 'bad')
export const mind = (x: number, y: number, r = 18): Group => badge('bang', x, y, r, 'warn')
/** A square tile of an app, with a sign. */
export const tile = (name: Sign, x: number, y: number, size: number, fill: Paint = 'brand', line: Paint = 'on'): Group =>
  at(x, y, [box(0, 0, size, size, fill, size / 4, 3), sign(name, size / 2, size / 2, size * 0.66, line, 2.6)])

/** Forbidden: a red ring with a bar over what is beneath. */
export const ban = (x: number, y: number, r: number): Path => ({
  d: `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-2 * r)} 0M${n(x - r * 0.7)} ${n(y - r * 0.7)}l${n(r * 1.4)} ${n(r * 1.4)}`,
  line: 'bad', width: 7,
})
/** A bright line with a dark edge: seen on light and dark alike, also by weak eyes. */
const edged = (d: string, line: Paint, width: number): Group => ({ move: '', of: [{ d, line: 'ink', width: width + 5 }, { d, line, width }] })
/** Nobody else looks: an eye struck out. */
export const unseen = (x: number, y: number, size = 56): Scene => [
  sign('eye', x, y, size, 'ink', 2.4),
  stroke(`M${n(x - size * 0.42)} ${n(y + size * 0.36)}l${n(size * 0.84)} ${n(-size * 0.72)}`, 'bad', 7),
]
/** One of several to choose. */
export const radio = (x: number, y: number, on: boolean): Scene => [disc(x, y, 9, on ? 'ok' : 'paper', 3), ...(on ? [sign('tick', x, y, 14, 'on', 4)] : [])]
/** Look here. */
export const ring = (x: number, y: number, w: number, h: number, line: Paint = 'warn'): Group => edged(rect(x, y, w, h, 12), line, 5)
export const arrow = (x1: number, y1: number, x2: number, y2: number, line: Paint = 'brand', width = 6): Group => {
  const a = Math.atan2(y2 - y1, x2 - x1)
  const wing = (turn: number): string => `M${n(x2)} ${n(y2)}L${n(x2 - 15 * Math.cos(a + turn))} ${n(y2 - 15 * Math.sin(a + turn))}`
  return edged(`M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}${wing(0.6)}${wing(-0.6)}`, line, width)
}

// --- Things -----------------------------------------------------------------------------------

/** A phone; what it shows lies in 112 x 176 units from the corner of its screen. */
export function phone(x: number, y: number, of: Scene, turn = 0, scale = 1, back: Paint = 'paper'): Group {
  return at(x, y, [
    box(0, 0, 128, 216, back, 20, 6),
    spot(64, 12, 3, 'ink'),
    patch(48, 204, 32, 4, 'grey', 2),
    at(8, 22, of),
  ], scale, turn)
}
/** The resident's finger, its tip at x, y. `from` is the side the hand comes from. */
export function tap(x: number, y: number, scale = 0.85, from: 'right' | 'left' = 'right'): Group {
  const hand: Scene = [
    at(0, 0, [
      shape('M-5 86h44v52h-44z', 'warm'),
      shape('M-8 10a8 8 0 0 1 16 0v26a7 7 0 0 1 14 1v3a7 7 0 0 1 14 1v3a6 6 0 0 1 12 1v20c0 17-10 27-26 27h-12c-10 0-17-4-22-11l-17-25c-4-7 5-13 11-7l10 10z', 'skin'),
      stroke('M8 36v13M22 40v11M36 44v9', 'ink', 3),
    ], 1, -22),
  ]
  return from === 'right' ? at(x, y, hand, scale) : mirrored(x, y, hand, scale)
}
/** A hand held up: stop, or not for your eyes. */
export const palm = (x: number, y: number, scale = 1): Group =>
  at(x, y, [
    shape('M-14 44h28v40h-28z', 'warm'),
    shape('M-20 6v-22a5 5 0 0 1 10 0v-10a5 5 0 0 1 10 0v2a5 5 0 0 1 10 0v6a5 5 0 0 1 10 0v34l8-9c5-5 12 1 8 7l-14 22c-4 6-9 9-16 9h-8c-11 0-18-8-18-19z', 'skin'),
    stroke('M-10-16v16M0-22v20M10-16v16', 'ink', 2.5),
  ], scale)

/** A button; with a word when the word is what the finger looks for. */
export const button = (x: number, y: number, w: number, h: number, fill: Paint = 'brand', word = '', size = 14): Group =>
  at(x, y, [box(0, 0, w, h, fill, Math.min(h / 2, 10), 3), word ? say(word, w / 2, h / 2 + size * 0.36, size, fill === 'paper' || fill === 'soft' || fill === 'tint' ? 'ink' : 'on') : patch(w * 0.22, h / 2 - 3.5, w * 0.56, 7, 'on', 3.5)])
export const field = (x: number, y: number, w: number, h = 24): Path => box(x, y, w, h, 'tint', 7, 3)
/** What is typed and hidden. */
export const dots = (x: number, y: number, count = 6, gap = 13, r = 4): Path => ({ d: Array.from({ length: count }, (_, i) => round(x + i * gap, y, r)).join(''), fill: 'ink' })
/** A row of a list: a coloured mark and two lines. */
export const row = (y: number, fill: Paint = 'soft', name?: Sign, w = 112): Group =>
  at(0, y, [box(0, 0, 30, 30, fill, 8, 2.5), ...(name ? [sign(name, 15, 15, 21, fill === 'soft' || fill === 'paper' || fill === 'tint' ? 'ink' : 'on', 2.5)] : []), lines(38, 5, w - 40, 2, 'soft', 13)])
/** The coloured head of a page. */
export const head = (fill: Paint = 'brand', name?: Sign): Group => at(0, 0, [patch(-1, 0, 114, 32, fill, 8), ...(name ? [sign(name, 18, 16, 22, 'on', 2.6)] : []), patch(name ? 36 : 12, 12, 58, 8, 'on', 4)])

/** What is said or written by somebody; the tail points to the speaker. */
export function bubble(x: number, y: number, w: number, h: number, tail: 'left' | 'right' | 'down' = 'left', fill: Paint = 'paper', of: Scene = []): Group {
  const tails = {
    left: `M16 ${n(h - 2)}l-12 20l34-20`,
    right: `M${n(w - 16)} ${n(h - 2)}l12 20l-34-20`,
    down: `M${n(w / 2 - 12)} ${n(h - 2)}l12 18l12-18`,
  }
  return at(x, y, [box(0, 0, w, h, fill, 14), { d: tails[tail], fill, line: 'ink', width: THICK }, ...of])
}
export const paper = (x: number, y: number, w: number, h: number, of: Scene = [], turn = 0): Group =>
  at(x, y, [shape(`M0 0h${n(w - 16)}l16 16v${n(h - 16)}h${n(-w)}z`, 'paper'), stroke(`M${n(w - 16)} 0v16h16`, 'ink', 3), ...of], 1, turn)
/** A card that could be anybody's: a face nobody knows, a chip, lines. */
export const idCard = (x: number, y: number, scale = 1, turn = 0): Group =>
  at(x, y, [
    box(0, 0, 92, 58, 'paper', 8),
    patch(2, 2, 88, 12, 'leaf', 5),
    box(9, 22, 22, 27, 'tint', 4, 2.5),
    spot(20, 31, 5.5, 'skin'),
    { d: 'M11.5 48c0-8 4-10.5 8.5-10.5s8.5 2.5 8.5 10.5z', fill: 'warm' },
    lines(40, 23, 42, 2, 'soft', 11),
    box(40, 43, 13, 9, 'warn', 2, 2),
  ], scale, turn)
export const bankCard = (x: number, y: number, scale = 1, turn = 0): Group =>
  at(x, y, [box(0, 0, 84, 54, 'brand', 8), box(10, 18, 16, 12, 'warn', 3, 2.5), lines(10, 39, 44, 1, 'on')], scale, turn)
export const coin = (x: number, y: number, r = 13): Group => at(x, y, [disc(0, 0, r, 'warn', 3), say('đ', 0, r * 0.42, r * 1.25, 'ink')])

/** It looks like a QR code and says nothing. */
const QR = (() => {
  const eye = (x: number, y: number): string => `M${x} ${y}h7v7h-7zM${x + 1} ${y + 1}v5h5v-5zM${x + 2} ${y + 2}h3v3h-3z`
  let d = eye(0, 0) + eye(14, 0) + eye(0, 14)
  let seed = 7
  for (let y = 0; y < 21; y += 1) {
    for (let x = 0; x < 21; x += 1) {
      seed = (seed * 73 + 41) % 997
      const corner = (x < 8 && y < 8) || (x > 12 && y < 8) || (x < 8 && y > 12)
      if (!corner && seed % 5 < 2) d += `M${x} ${y}h1v1h-1z`
    }
  }
  return d
})()
export const qr = (x: number, y: number, size: number): Group =>
  at(x, y, [box(-size * 0.1, -size * 0.1, size * 1.2, size * 1.2, 'on', 5, 3), { move: `scale(${Math.round((size / 21) * 100) / 100})`, of: [{ d: QR, fill: 'shade' }] }])

export const house = (x: number, y: number, scale = 1, wall: Paint = 'paper'): Group =>
  at(x, y, [
    box(10, 38, 84, 62, wall, 2),
    shape('M0 42L52 4l52 38z', 'bad'),
    box(40, 62, 24, 38, 'warm', 2),
    spot(58, 82, 2.5, 'ink'),
    box(18, 54, 15, 16, 'tint', 2, 2.5), box(71, 54, 15, 16, 'tint', 2, 2.5),
  ], scale)
/** An office of the ward: steps, columns, a flagless roof. */
export const office = (x: number, y: number, scale = 1, fill: Paint = 'leaf', name: Sign = 'shield'): Group =>
  at(x, y, [
    box(6, 40, 108, 64, 'paper', 2),
    shape('M0 42L60 8l60 34z', fill),
    solid(name, 60, 30, 20, 'warn'),
    box(48, 66, 24, 38, 'tint', 2),
    { d: rect(18, 50, 12, 54) + rect(90, 50, 12, 54), fill: 'soft', line: 'ink', width: 2.5 },
    shape('M-4 104h128v10h-128z', 'soft'),
  ], scale)
export const shop = (x: number, y: number, scale = 1): Group =>
  at(x, y, [
    box(6, 34, 108, 74, 'paper', 2),
    shape('M0 10h120v20a12 12 0 0 1-24 0a12 12 0 0 1-24 0a12 12 0 0 1-24 0a12 12 0 0 1-24 0a12 12 0 0 1-24 0z', 'warn'),
    { d: 'M24 10v20a12 12 0 0 0 24 0V10zM72 10v20a12 12 0 0 0 24 0V10z', fill: 'paper', line: 'ink', width: 3 },
    shape('M0 82h120v10H0z', 'warm'),
  ], scale)
/** Scrap paper with a hidden secret, put away. */
export const envelope = (x: number, y: number, scale = 1): Group =>
  at(x, y, [box(0, 0, 76, 50, 'warm', 5), stroke('M3 4l35 26L73 4'), sign('lock', 38, 31, 22, 'ink', 2.6)], scale)

// --- People -----------------------------------------------------------------------------------

export type Who = 'granny' | 'grandpa' | 'woman' | 'man' | 'volunteer' | 'officer' | 'stranger' | 'doctor' | 'seller' | 'child' | 'clerk'
const SHIRT: Record<Who, Paint> = {
  granny: 'warm', grandpa: 'tint', woman: 'warm', man: 'soft', volunteer: 'brand', officer: 'leaf', stranger: 'shade', doctor: 'paper', seller: 'ok', child: 'warn', clerk: 'paper',
}
const HAIR: Partial<Record<Who, string>> = {
  granny: 'M-22 30C-25 11-13 2 0 2s25 9 22 28c-4-10-11-15-22-15s-18 5-22 15z',
  grandpa: 'M-22 30c-3-10 0-18 6-22c-1 6-1 9-2 12zM22 30c3-10 0-18-6-22c1 6 1 9 2 12z',
  woman: 'M-22 58C-28 20-18 2 0 2s28 18 22 56c-6 0-9-4-9-10l6-20C10 26-4 22-8 14c-3 6-8 10-11 14l6 20c0 6-3 10-9 10z',
  man: 'M-22 26C-24 10-13 1 1 1s24 9 21 25c-2-6-4-9-7-11c-8 3-22 3-29-3c-4 4-6 8-8 14z',
  volunteer: 'M-22 26C-24 10-13 1 1 1s24 9 21 25c-2-6-4-9-7-11c-8 3-22 3-29-3c-4 4-6 8-8 14z',
  doctor: 'M-22 26C-24 10-13 1 1 1s24 9 21 25c-2-6-4-9-7-11c-8 3-22 3-29-3c-4 4-6 8-8 14z',
  seller: 'M-22 58C-28 20-18 2 0 2s28 18 22 56c-6 0-9-4-9-10l6-20C10 26-4 22-8 14c-3 6-8 10-11 14l6 20c0 6-3 10-9 10z',
  child: 'M-22 28C-25 10-13 0 0 0s25 10 22 28c-3-5-4-8-5-12c-9 3-25 3-34 0c-1 4-2 7-5 12z',
  clerk: 'M-22 58C-28 20-18 2 0 2s28 18 22 56c-6 0-9-4-9-10l6-20C10 26-4 22-8 14c-3 6-8 10-11 14l6 20c0 6-3 10-9 10z',
}
const MOUTH = { smile: 'M-8 37c4 5 12 5 16 0', flat: 'M-6 39h12', worry: 'M-7 41c4-5 10-5 14 0', talk: 'M-5 36h10c0 9-10 9-10 0z' }
/** Head and shoulders; the top of the head at y, the middle at x; 80 wide and 96 high. */
export function person(who: Who, x: number, y: number, mood: keyof typeof MOUTH = 'smile', scale = 1): Group {
  const hair = HAIR[who]
  const old = who === 'granny' || who === 'grandpa'
  const long = who === 'woman' || who === 'seller' || who === 'clerk'
  if (who === 'stranger') {
    // No face: it may be anybody.
    return at(x, y, [
      shape('M-40 98c0-32 14-44 40-44s40 12 40 44z', 'shade'),
      shape('M-26 58C-32 18-20-2 0-2s32 20 26 60c-14 6-38 6-52 0z', 'shade'),
      { d: 'M-17 34c-2-16 6-24 17-24s19 8 17 24c-2 14-9 20-17 20s-15-6-17-20z', fill: 'grey', line: 'ink', width: 3 },
      { d: 'M-16 25h32v8c0 6-12 6-14 0h-4c-2 6-14 6-14 0z', fill: 'shade' },
      stroke('M-6 45h12', 'ink', 3),
    ], scale)
  }
  return at(x, y, [
    ...(who === 'granny' ? [disc(0, 2, 9, 'grey')] : []),
    ...(long ? [{ d: 'M-23 60C-30 20-20 2 0 2s30 18 23 58z', fill: 'hair', line: 'ink', width: THICK } as const] : []),
    shape('M-40 98c0-30 13-42 40-42s40 12 40 42z', SHIRT[who]),
    shape('M-8 44v12c0 9 16 9 16 0V44z', 'skin'),
    disc(0, 29, 21, 'skin'),
    ...(hair ? [{ d: long ? 'M-21 32C-22 12-12 3 1 3s22 9 20 29C12 29-2 24-6 15c-3 7-9 12-15 17z' : hair, fill: old ? 'grey' : 'hair', line: 'ink', width: 3 } as const] : []),
    ...(who === 'officer'
      ? [shape('M-23 17h46l4-8C27-2 14-6 0-6s-27 4-27 15z', 'leaf'), shape('M-23 15c12 4 34 4 46 0v5c-12 6-34 6-46 0z', 'shade', 2.5), spot(0, 5, 4, 'warn')]
      : []),
    { d: round(-8, 30, 2.6) + round(8, 30, 2.6), fill: 'ink' },
    { d: MOUTH[mood], line: 'ink', width: 3, ...(mood === 'talk' ? { fill: 'bad' as const } : {}) },
    ...(who === 'grandpa' ? [{ d: 'M-9 36c3-3 6-3 9-1c3-2 6-2 9 1', line: 'grey', width: 4 } as const] : []),
    ...(who === 'volunteer' ? [stroke('M-14 60L0 80l14-20', 'on', 3), box(-9, 78, 18, 15, 'on', 3, 2.5), spot(0, 85, 3, 'brand')] : []),
    ...(who === 'officer' ? [{ d: 'M-30 66l10-5M30 66l-10-5', line: 'warn', width: 4 } as const, stroke('M0 66v30', 'ink', 2.5)] : []),
    ...(who === 'doctor' ? [stroke('M-12 58c-2 16 24 16 24 0', 'brand', 3.5), { d: 'M20 76h10M25 71v10', line: 'bad', width: 4 } as const] : []),
    ...(who === 'seller' ? [shape('M-18 70h36v28h-36z', 'paper', 3), stroke('M-18 70l-4-12M18 70l4-12', 'ink', 3)] : []),
    ...(who === 'clerk' ? [shape('M-9 57L0 68l9-11', 'brand', 3), box(-30, 74, 18, 12, 'tint', 2, 2.5)] : []),
  ], scale)
}

/** A volunteer who has turned round: the back of a head. */
export const away = (x: number, y: number, scale = 1): Group =>
  at(x, y, [
    shape('M-40 98c0-30 13-42 40-42s40 12 40 42z', 'brand'),
    shape('M-8 44v14c0 6 16 6 16 0V44z', 'skin'),
    disc(0, 28, 22, 'hair'),
    stroke('M-30 66l-6 32M30 66l6 32', 'ink', 2.5),
  ], scale)
