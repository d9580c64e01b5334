/** The map as a file: a picture that explains itself, or shapes with their figure for other programs. */
import type { WardShapes } from '../map/geometry.ts'
import { pathOf, planeOf } from '../map/geometry.ts'
import { BORDER, FILLS, GROUND, NO_DATA_FILL, NO_DATA_LINE, OUTLINE, type Palette } from '../map/palette.ts'
import { fillOf, inkOf, type GroupPaint } from '../map/picture.ts'
import { hatchTile } from '../map/hatch.ts'
import { placeLabels } from '../map/labels.ts'
import { INDICATOR, kindOf, readPlace, type Measure } from './measure.ts'
import type { Millis } from './day.ts'
import type { GroupCoverage } from './wire.ts'

/** Everything that stands on the picture. */
export interface Poster {
  title: string
  /** Below the title: what is shown, until when, of how many. */
  lines: string[]
  legend: { title: string; bounds: string[]; none: string }
  /** At the foot: where the figures and the outlines come from. */
  source: string
  shapes: WardShapes
  paints: ReadonlyMap<string, GroupPaint>
  palette: Palette
}

const WIDTH = 1600
const HEIGHT = 1200
const EDGE = 60

/** Writes words within a width, on as many lines as they need; gives back the height used. */
function write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, width: number, line: number): number {
  let row = ''
  let used = 0
  const flush = (): void => {
    pen.fillText(row, x, y + used)
    used += line
    row = ''
  }
  for (const word of text.split(' ')) {
    if (row && pen.measureText(`${row} ${word}`).width > width) flush()
    row = row ? `${row} ${word}` : word
  }
  if (row) flush()
  return used
}

/** Draws the poster; the page's own letters must be loaded. */
export function drawPoster(canvas: HTMLCanvasElement, poster: Poster): void {
  canvas.width = WIDTH
  canvas.height = HEIGHT
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  const family = getComputedStyle(document.body).fontFamily
  const font = (size: number, weight = 400): string => `${weight} ${size}px ${family}`
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, WIDTH, HEIGHT)
  pen.textBaseline = 'top'
  pen.fillStyle = '#14213d'
  pen.font = font(44, 600)
  let y = EDGE + write(pen, poster.title, EDGE, EDGE, WIDTH - 2 * EDGE, 54)
  pen.font = font(26)
  pen.fillStyle = '#46506a'
  for (const text of poster.lines) y += write(pen, text, EDGE, y, WIDTH - 2 * EDGE, 36)

  const foot = HEIGHT - EDGE - 70
  pen.fillStyle = GROUND
  pen.fillRect(EDGE, y + 16, WIDTH - 2 * EDGE, foot - y - 32)
  const plane = planeOf(poster.shapes.bounds, WIDTH, HEIGHT, { left: EDGE + 30, right: EDGE + 30, top: y + 46, bottom: HEIGHT - foot + 46 })
  const hatch = hatchOf(pen)
  pen.lineJoin = 'round'
  for (const group of poster.shapes.groups) {
    const path = new Path2D(pathOf(group.polygons, plane.project))
    const cls = poster.paints.get(group.id)?.cls ?? null
    pen.fillStyle = cls === null ? hatch : fillOf(cls, poster.palette)
    pen.fill(path, 'evenodd')
    pen.strokeStyle = BORDER
    pen.lineWidth = 2.5
    pen.stroke(path)
  }
  pen.strokeStyle = OUTLINE
  pen.lineWidth = 3
  pen.stroke(new Path2D(pathOf(poster.shapes.outline, plane.project)))
  drawLabels(pen, poster, plane.project, font)
  drawLegend(pen, poster, foot, font)
  pen.fillStyle = '#46506a'
  pen.font = font(20)
  write(pen, poster.source, EDGE, foot + 14, WIDTH - 2 * EDGE, 28)
}

function hatchOf(pen: CanvasRenderingContext2D): CanvasPattern | string {
  const { width, height, data } = hatchTile(16, 4, NO_DATA_FILL, NO_DATA_LINE)
  const tile = document.createElement('canvas')
  tile.width = width
  tile.height = height
  tile.getContext('2d')?.putImageData(new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0)
  return pen.createPattern(tile, 'repeat') ?? NO_DATA_FILL
}

function drawLabels(pen: CanvasRenderingContext2D, poster: Poster, project: ReturnType<typeof planeOf>['project'], font: (size: number, weight?: number) => string): void {
  const type = { size: 20, lineHeight: 24 }
  const names = new Map(poster.shapes.groups.map((group) => [group.id, group.name]))
  const places = placeLabels(
    poster.shapes.groups.map((group, i) => ({
      id: group.id,
      at: project(group.label),
      rings: group.polygons.flatMap((polygon) => polygon.map((ring) => ring.map(project))),
      name: group.name,
      value: poster.paints.get(group.id)?.value ?? '',
      must: false,
      weight: -i,
    })),
    type,
  )
  pen.textAlign = 'center'
  pen.lineWidth = 4
  for (const place of places) {
    const paint = poster.paints.get(place.id)
    const lines = [place.show === 'both' ? (names.get(place.id) ?? '') : '', paint?.value ?? ''].filter(Boolean)
    lines.forEach((line, i) => {
      const y = place.at.y + (i - lines.length / 2) * type.lineHeight
      pen.font = font(type.size, i === 0 && lines.length > 1 ? 600 : 400)
      pen.strokeStyle = fillOf(paint?.cls ?? null, poster.palette)
      pen.strokeText(line, place.at.x, y)
      pen.fillStyle = inkOf(paint?.cls ?? null, poster.palette)
      pen.fillText(line, place.at.x, y)
    })
  }
  pen.textAlign = 'left'
}

function drawLegend(pen: CanvasRenderingContext2D, poster: Poster, foot: number, font: (size: number, weight?: number) => string): void {
  const [x, width, height] = [EDGE + 20, 440, 150]
  const y = foot - height - 36
  pen.fillStyle = '#ffffff'
  pen.fillRect(x, y, width, height)
  pen.fillStyle = '#14213d'
  pen.font = font(22, 600)
  pen.fillText(poster.legend.title, x + 16, y + 12, width - 32)
  const bar = (width - 32) / 5
  FILLS[poster.palette].forEach((fill, i) => {
    pen.fillStyle = fill
    pen.fillRect(x + 16 + i * bar, y + 46, bar, 22)
  })
  pen.fillStyle = '#46506a'
  pen.font = font(18)
  poster.legend.bounds.forEach((bound, i) => {
    const share = i / Math.max(1, poster.legend.bounds.length - 1)
    pen.textAlign = share === 0 ? 'left' : share === 1 ? 'right' : 'center'
    pen.fillText(bound, x + 16 + share * (width - 32), y + 74)
  })
  pen.textAlign = 'left'
  pen.fillStyle = hatchOf(pen)
  pen.fillRect(x + 16, y + 108, 44, 22)
  pen.fillStyle = '#46506a'
  pen.fillText(poster.legend.none, x + 72, y + 108)
}

/** The groups with the figure on the screen and its parts, for other programs. */
export function featuresOf(args: {
  shapes: WardShapes
  groups: readonly GroupCoverage[]
  measure: Measure
  now: Millis
  asOf: string
}): GeoJSON.FeatureCollection & { measure: string; as_of: string; denominator: string } {
  const { shapes, groups, measure, now, asOf } = args
  const by = new Map(groups.map((group) => [group.id, group]))
  return {
    type: 'FeatureCollection',
    measure: INDICATOR[measure],
    as_of: asOf,
    denominator: 'HH_TOTAL',
    features: shapes.groups.map((shape) => {
      const group = by.get(shape.id)
      const reading = group ? readPlace(measure, group, now) : null
      return {
        type: 'Feature',
        id: shape.id,
        geometry: { type: 'MultiPolygon', coordinates: shape.polygons as unknown as GeoJSON.Position[][][] },
        properties: {
          code: shape.code,
          name: shape.name,
          outline_source: shape.source,
          measure: INDICATOR[measure],
          kind: kindOf(measure),
          part: reading?.part ?? null,
          whole: reading?.whole ?? null,
          value: reading?.ratio ?? null,
        },
      }
    }),
  }
}
