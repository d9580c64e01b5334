/** Drawings of the animals: few shapes, told apart across a room and on a photocopy. On a square of 64. */
import type { Animal } from '../domain/animal.ts'

export interface Shape {
  d: string
  /** Filled light with an outline, filled dark, filled light without one, or only a line. */
  as: 'body' | 'dark' | 'light' | 'line'
}

const n = (value: number): string => String(Math.round(value * 10) / 10)

/** An ellipse, turned by some degrees. */
function oval(cx: number, cy: number, rx: number, ry: number, turn = 0): string {
  const [x, y] = [rx * Math.cos((turn * Math.PI) / 180), rx * Math.sin((turn * Math.PI) / 180)]
  return `M${n(cx - x)} ${n(cy - y)}a${n(rx)} ${n(ry)} ${turn} 1 0 ${n(2 * x)} ${n(2 * y)}a${n(rx)} ${n(ry)} ${turn} 1 0 ${n(-2 * x)} ${n(-2 * y)}z`
}
const body = (d: string): Shape => ({ d, as: 'body' })
const dark = (d: string): Shape => ({ d, as: 'dark' })
const light = (d: string): Shape => ({ d, as: 'light' })
const line = (d: string): Shape => ({ d, as: 'line' })
const eyes = (left: number, right: number, y: number, r = 2.4): Shape[] => [dark(oval(left, y, r, r)), dark(oval(right, y, r, r))]

export const DRAWINGS: Record<Animal, readonly Shape[]> = {
  buffalo: [
    dark('M26 24C14 24 5 17 4 4c6 8 13 12 24 12zM38 24c12 0 21-7 22-20-6 8-13 12-24 12z'),
    body(oval(14, 31, 7, 4, 20)), body(oval(50, 31, 7, 4, -20)),
    body('M19 26c0-10 26-10 26 0 0 10-3 16-4 22-1 12-17 12-18 0-1-6-4-12-4-22z'),
    ...eyes(25, 39, 31), body(oval(32, 51, 11, 8)), ...eyes(28, 36, 50, 2),
  ],
  rooster: [
    body('M23 30c-2 14-9 22-11 31h36c0-9-3-15-5-23z'),
    dark('M22 17c-4-9 4-12 7-7 1-8 9-8 10 0 4-4 10 1 5 9z'),
    dark('M44 38c7 2 7 15 1 15-5 0-6-9-4-15z'), dark('M44 24l15 5-15 6z'),
    body(oval(34, 28, 13, 13)), dark(oval(37, 25, 2.6, 2.6)),
  ],
  cat: [
    body('M14 30L11 6l16 11zM50 30L53 6 37 17z'), body(oval(32, 36, 22, 20)), ...eyes(24, 40, 32, 2.8),
    dark('M28 39h8l-4 5z'), line('M32 44c0 6-7 6-8 3M32 44c0 6 7 6 8 3M4 36l13 3M5 47l12-3M60 36l-13 3M59 47l-12-3'),
  ],
  dog: [
    body(oval(32, 33, 20, 21)), dark(oval(11, 31, 6, 16, 14)), dark(oval(53, 31, 6, 16, -14)), ...eyes(25, 39, 28, 2.8),
    light(oval(32, 43, 12, 10)), dark(oval(32, 38, 5, 4)), line('M32 42v6c-2 4-8 3-9-1M32 48c2 4 8 3 9-1'), dark('M28 51h8v5c0 5-8 5-8 0z'),
  ],
  pig: [
    body('M13 26L9 7l17 8zM51 26l4-19-17 8z'), body(oval(32, 35, 23, 22)), ...eyes(22, 42, 30),
    light(oval(32, 41, 12, 9)), line(oval(32, 41, 12, 9)), dark(oval(28, 41, 2.2, 4)), dark(oval(36, 41, 2.2, 4)), line('M26 54c4 2 8 2 12 0'),
  ],
  horse: [
    body('M18 61c0-18 4-29 10-37L30 6l8 10c10 4 15 15 20 25 3 6-3 12-9 9-4-3-8-3-11-5-2 6 2 11 4 16z'),
    dark('M30 6C18 12 7 30 8 61h10c0-18 4-29 10-37z'), dark(oval(39, 27, 2.6, 2.6)), dark(oval(53, 43, 1.8, 1.8)),
  ],
  duck: [
    dark('M14 23L1 27c3 5 9 6 15 5z'), body('M13 22c0-18 24-18 24 0 0 6-4 8-4 12 0 4 6 5 11 4 6-1 10-4 15-8 2 18-10 24-26 24-16 0-22-7-22-16 0-6 5-9 5-12-1-2-3-2-3-4z'),
    dark(oval(22, 18, 2.6, 2.6)), line('M27 45c6 5 15 4 20-2'), line('M3 60c5-4 9-4 14 0 5-4 9-4 14 0 5-4 9-4 14 0 5-4 9-4 14 0'),
  ],
  fish: [
    dark('M46 33l16-14c-3 10-3 18 0 28z'), dark('M22 18c6-9 16-9 20-2z'), body(oval(27, 33, 24, 16)), dark(oval(14, 29, 3, 3)),
    line('M22 21c5 8 5 16 0 24M31 26c3 5 3 9 0 14M39 28c2 4 2 7 0 10'),
  ],
  crab: [
    line('M18 44L5 49M19 49L8 58M24 53l-6 9M46 44l13 5M45 49l11 9M40 53l6 9M20 33l-7-10M44 33l7-10M27 29V19M37 29V19'),
    dark('M13 25C1 24 2 7 11 5c-2 5-1 8 2 10 2-3 5-4 8-4 3 6-1 14-8 14zM51 25c12-1 11-18 2-20 2 5 1 8-2 10-2-3-5-4-8-4-3 6 1 14 8 14z'),
    body(oval(32, 42, 18, 13)), dark(oval(27, 18, 3.6, 3.6)), dark(oval(37, 18, 3.6, 3.6)), line('M25 46c4 4 10 4 14 0'),
  ],
  snail: [
    line('M11 40L5 25M18 39l1-15'), dark(oval(5, 24, 3, 3)), dark(oval(19, 23, 3, 3)),
    body('M6 43c0-8 14-8 14 1 0 5 4 6 8 6h24c6 0 9 3 10 8H18C9 58 6 51 6 43z'), body(oval(40, 33, 19, 18)),
    line('M40 51c-14 0-17-20-4-23 11-2 15 13 5 15-7 1-8-8-2-8'),
  ],
  turtle: [
    body(oval(55, 38, 8, 7)), dark(oval(57, 36, 2.2, 2.2)), dark('M12 46h10v11H12zM38 46h10v11H38zM10 44L1 49l10 1z'),
    body('M7 46c0-36 44-36 44 0z'), line('M29 20v12M29 32l-10 6M29 32l10 6M19 38l-3 8M39 38l3 8M19 38l-7-7M39 38l7-7'),
  ],
  bee: [
    body(oval(23, 17, 8, 14, -28)), body(oval(42, 17, 8, 14, 28)), body(oval(34, 40, 21, 14)),
    dark('M27 27h7v26h-7zM41 28h6v23h-6z'), dark('M55 36l8 4-8 4z'), dark(oval(19, 38, 2.6, 2.6)), line('M16 30L8 20M20 28l-3-12'),
  ],
  butterfly: [
    body(oval(17, 22, 16, 13, 35)), body(oval(47, 22, 16, 13, -35)), body(oval(20, 46, 12, 10, -35)), body(oval(44, 46, 12, 10, 35)),
    dark(oval(16, 21, 5, 5)), dark(oval(48, 21, 5, 5)), dark(oval(20, 46, 3.5, 3.5)), dark(oval(44, 46, 3.5, 3.5)),
    dark(oval(32, 35, 3.4, 20)), line('M31 16L24 3M33 16l7-13'),
  ],
  rabbit: [
    body(oval(23, 17, 6.5, 16, -8)), body(oval(41, 17, 6.5, 16, 8)), dark(oval(23, 17, 2.4, 10, -8)), dark(oval(41, 17, 2.4, 10, 8)),
    body(oval(32, 43, 19, 18)), ...eyes(25, 39, 39, 2.8), dark('M29 45h6l-3 4z'), line('M32 49v3M26 54c3 1 5 0 6-2 1 2 3 3 6 2M5 44l12 2M59 44l-12 2M6 54l11-4M58 54l-11-4'),
  ],
  elephant: [
    body(oval(12, 27, 11, 18)), body(oval(52, 27, 11, 18)), body('M17 24c0-22 30-22 30 0 0 10-4 14-6 18-1 6 0 10 5 9 3-1 4-3 4-6l6 2c0 8-5 13-12 13-9 0-12-7-13-15-1 6-2 9-5 9-4 0-4-8-3-12-3-4-6-8-6-18z'),
    ...eyes(25, 39, 24), line('M30 40h9M31 46h8'),
  ],
  monkey: [
    dark(oval(9, 33, 8, 9)), dark(oval(55, 33, 8, 9)), dark(oval(32, 32, 23, 24)),
    light('M32 24c3-9 17-7 15 4-1 5-4 6-4 8 3 3 5 6 5 9 0 11-32 11-32 0 0-3 2-6 5-9 0-2-3-3-4-8-2-11 12-13 15-4z'),
    ...eyes(25, 39, 28, 2.6), dark(oval(29, 39, 1.4, 1.6)), dark(oval(35, 39, 1.4, 1.6)), line('M24 46c5 5 11 5 16 0'),
  ],
}
