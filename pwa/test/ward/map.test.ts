import { readFileSync } from 'node:fs'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'
import { boundsOf, inside, pathOf, planeOf, readShapes, type Polygon } from '../../src/lib/map/geometry.ts'
import { hatchTile } from '../../src/lib/map/hatch.ts'
import { placeLabels, sizeOf, type LabelWish } from '../../src/lib/map/labels.ts'
import { CLASS_FILL, CLASS_INK, contrast, luminance, NO_DATA_FILL, NO_DATA_INK, NO_DATA_LINE } from '../../src/lib/map/palette.ts'
import { fillOf, inkOf } from '../../src/lib/map/picture.ts'
import { TEAM_FILL } from '../../src/lib/ward/teams/turf.ts'
import { HATCH, styleOf } from '../../src/lib/map/style.ts'

const square = (x: number, y: number, size: number): Polygon => [
  [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]],
]
const collection = {
  features: [
    { geometry: { type: 'MultiPolygon', coordinates: [square(106.3, 21, 0.1)] }, properties: { kind: 'ward' } },
    { geometry: { type: 'Polygon', coordinates: square(106.3, 21, 0.04) }, properties: { kind: 'group', id: 'g1', code: 'TO1', name: 'Tổ 1', label: [106.32, 21.02] } },
    { geometry: { type: 'Polygon', coordinates: square(106.36, 21, 0.04) }, properties: { kind: 'group', id: 'g2', code: 'TO2', name: 'Tổ 2' } },
    { geometry: null, properties: { kind: 'group', id: 'g3', name: 'Không hình' } },
  ],
}

describe('shapes', () => {
  const shapes = readShapes(collection)!
  it('are read from the boundary answer', () => {
    expect(shapes.groups.map((g) => g.id)).toEqual(['g1', 'g2'])
    expect(shapes.groups[0]!.label).toEqual([106.32, 21.02])
    expect(shapes.groups[1]!.label[0]).toBeCloseTo(106.38)
    expect(shapes.groups[1]!.label[1]).toBeCloseTo(21.02)
    expect(shapes.bounds).toMatchObject({ west: 106.3, south: 21 })
    expect(readShapes({ features: [] })).toBeNull()
  })
  it('are drawn whole inside the box, north up and not stretched', () => {
    const plane = planeOf(shapes.bounds, 500, 310, { top: 10, right: 10, bottom: 20, left: 10 })
    const nw = plane.project([106.3, 21.1])
    const se = plane.project([106.4, 21])
    expect(nw.y).toBeCloseTo(10)
    expect(se.y).toBeCloseTo(290)
    // At 21° north a degree of latitude is 1 / cos 21° longer on the map than one of longitude.
    expect((se.y - nw.y) / (se.x - nw.x)).toBeCloseTo(1 / Math.cos((21.05 * Math.PI) / 180), 3)
    const d = pathOf(shapes.groups[0]!.polygons, plane.project)
    expect(d.match(/M/g)).toHaveLength(1)
    expect(d.endsWith('Z')).toBe(true)
  })
  it('know what is inside, holes left out', () => {
    const ring = (s: number, o: number) => [{ x: o, y: o }, { x: o + s, y: o }, { x: o + s, y: o + s }, { x: o, y: o + s }]
    expect(inside({ x: 5, y: 5 }, [ring(10, 0)])).toBe(true)
    expect(inside({ x: 5, y: 5 }, [ring(10, 0), ring(4, 3)])).toBe(false)
    expect(inside({ x: 15, y: 5 }, [ring(10, 0)])).toBe(false)
    expect(boundsOf([])).toBeNull()
  })
})

describe('the style', () => {
  const style = styleOf(readShapes(collection)!)
  it('is valid and asks nobody for anything', () => {
    expect(validateStyleMin(style)).toEqual([])
    expect(JSON.stringify(style)).not.toMatch(/https?:|glyphs|sprite"/)
    expect(Object.values(style.sources).every((s) => s.type === 'geojson')).toBe(true)
  })
  it('hatches what has no class and carries no figure in the shapes', () => {
    expect(JSON.stringify(style)).toContain(HATCH)
    expect(JSON.stringify(style.sources)).not.toContain('Tổ')
  })
})

describe('colours', () => {
  it('carry their writing at AA', () => {
    CLASS_FILL.forEach((fill, i) => expect(contrast(fill, CLASS_INK[i]!)).toBeGreaterThanOrEqual(4.5))
    expect(contrast(NO_DATA_FILL, NO_DATA_INK)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(NO_DATA_LINE, NO_DATA_INK)).toBeGreaterThanOrEqual(4.5)
    for (const fill of TEAM_FILL) expect(contrast(fill, '#14213d')).toBeGreaterThanOrEqual(4.5)
  })
  it('grow darker step by step, so that a grey print still reads', () => {
    const light = CLASS_FILL.map(luminance)
    light.slice(1).forEach((l, i) => expect(light[i]! / l).toBeGreaterThan(1.25))
  })
  it('are the tokens of the house where they name the same thing', () => {
    const tokens = readFileSync(new URL('../../src/tokens.css', import.meta.url), 'utf8')
    for (const colour of ['#063b8c', '#f2a116', '#14213d', '#eef1f7', '#8592ab']) expect(tokens).toContain(colour)
  })
})

describe('the hatch', () => {
  it('repeats without a seam', () => {
    const tile = hatchTile(8, 2, '#ffffff', '#000000')
    const black = (x: number, y: number) => tile.data[((y % 8) * 8 + (x % 8)) * 4] === 0
    for (let i = 0; i < 16; i += 1) expect(black(i, 8 - (i % 8))).toBe(black(0, 0))
    expect(tile.data.filter((v, i) => i % 4 === 0 && v === 0)).toHaveLength(16)
  })
})

describe('labels', () => {
  const type = { size: 13, lineHeight: 16 }
  const box = (x: number, y: number, w: number, h: number) => [[{ x, y }, { x: x + w, y }, { x: x + w, y: y + h }, { x, y: y + h }]]
  const wish = (id: string, x: number, y: number, w: number, h: number, weight = 1): LabelWish => ({
    id, weight, must: false, at: { x: x + w / 2, y: y + h / 2 }, rings: box(x, y, w, h), name: 'Tổ 12', value: '57,7%',
  })
  it('stand where there is room, shorter where there is less, and nowhere else', () => {
    const places = placeLabels([wish('wide', 0, 0, 100, 80), wish('low', 0, 100, 100, 24), wish('tiny', 0, 200, 12, 12)], type)
    expect(places.map((p) => [p.id, p.show])).toEqual([['wide', 'both'], ['low', 'value']])
  })
  it('never cover each other; the heavier one stays', () => {
    const places = placeLabels([wish('a', 0, 0, 100, 80, 1), wish('b', 10, 10, 100, 80, 2)], type)
    expect(places.map((p) => p.id)).toEqual(['b'])
  })
  it('of the chosen group stands even where it does not fit', () => {
    const places = placeLabels([{ ...wish('chosen', 0, 0, 12, 12, 9), must: true }, wish('beside', -44, -34, 100, 80)], type)
    expect(places.map((p) => [p.id, p.show])).toEqual([['chosen', 'both']])
  })
  it('need more room for longer names', () => {
    expect(sizeOf({ name: 'Ninh Chấp 5', value: '9,0%' }, 'both', type).width).toBeGreaterThan(sizeOf({ name: 'Tổ 4', value: '9,0%' }, 'both', type).width)
  })
})

describe('the labels’ style sheet', () => {
  it('has a readable ink on every fill of every palette', () => {
    for (const palette of ['level', 'change'] as const) {
      for (const cls of [0, 1, 2, 3, 4, null] as const) {
        expect(contrast(fillOf(cls, palette), inkOf(cls, palette)), `${palette} ${cls}`).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})
