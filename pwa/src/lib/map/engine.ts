/** MapLibre behind a few verbs. Imported only when a map with WebGL is wanted: it is the heavy chunk. */
import { Map as GlMap, setWorkerCount, setWorkerUrl, type GeoJSONSource, type MapGeoJSONFeature } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Bounds, Margin, Point, Position, WardShapes } from './geometry.ts'
import { MARKS, STATUSES, type DoorShape, type DoorShapes } from './doors.ts'
import { hatchTile } from './hatch.ts'
import { NO_DATA_FILL, NO_DATA_LINE, WAY_COLOUR, type Palette } from './palette.ts'
import { BASEMAP, FILL_LAYER, fillColour, GROUPS, HATCH, OVER_BASEMAP, styleOf, type GroupState } from './style.ts'

export interface EngineWords {
  map: string
  twoFingers: string
  ctrlScroll: string
  cmdScroll: string
}

export interface EngineOptions {
  container: HTMLElement
  /** Address of MapLibre's worker. */
  workerUrl: string
  shapes: WardShapes
  words: EngineWords
  /** On a small page a finger or a wheel scrolls the page; the map asks for two fingers or Ctrl. */
  cooperative: boolean
  /** Asked again whenever the map is fitted: it changes with the window. */
  padding: () => Margin
  onMove(): void
  onHover(id: string | null, at: Point | null): void
  onPick(id: string | null): void
  /** The map came to rest: how close it looks, and at which group. */
  onView(zoom: number, group: string | null): void
  onDoor(door: DoorShape | null): void
  onLost(): void
}

export interface Engine {
  project(position: Position): Point
  paint(id: string, state: Partial<GroupState>): void
  zoom(step: 1 | -1): void
  home(): void
  /** Brings these bounds on the screen. */
  fit(bounds: Bounds): void
  palette(palette: Palette): void
  /** Shows doors and alleys, or none. */
  doors(shapes: DoorShapes | null): void
  destroy(): void
}

const WAYS = 'ways'
const DOORS = 'doors'
/** Pixels of a door's mark. */
const MARK = 20

const PULSE_MS = 1600

/** Resolves when the first picture stands; rejects when WebGL, the worker or the style failed. */
export function startEngine(options: EngineOptions): Promise<Engine> {
  const { container, shapes, words } = options
  const { west, south, east, north } = shapes.bounds
  setWorkerUrl(options.workerUrl)
  // One ward is a few dozen polygons: a second worker would only cost memory.
  setWorkerCount(1)
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  const fit = (animate: boolean) => ({ padding: options.padding(), animate })
  const w = east - west
  const h = north - south
  const map = new GlMap({
    container,
    style: styleOf(shapes),
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: fit(false),
    maxBounds: [[west - w, south - h], [east + w, north + h]],
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: options.cooperative,
    fadeDuration: 0,
    maxZoom: 19,
    locale: {
      'Map.Title': words.map,
      'CooperativeGesturesHandler.MobileHelpText': words.twoFingers,
      'CooperativeGesturesHandler.WindowsHelpText': words.ctrlScroll,
      'CooperativeGesturesHandler.MacHelpText': words.cmdScroll,
    },
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()

  const hatch = hatchTile(8 * Math.ceil(devicePixelRatio), 2 * Math.ceil(devicePixelRatio), NO_DATA_FILL, NO_DATA_LINE)
  let moved = false
  const pulses = new Map<string, number>()
  let frame = 0
  /** Those who painted may clear their marks after the map is gone; the library throws at them then. */
  let removed = false
  const beat = (now: number): void => {
    for (const [id, from] of pulses) {
      const left = Math.max(0, 1 - (now - from) / PULSE_MS)
      map.setFeatureState({ source: GROUPS, id }, { pulse: left })
      if (left === 0) pulses.delete(id)
    }
    frame = pulses.size > 0 ? requestAnimationFrame(beat) : 0
  }

  let shown: readonly DoorShape[] = []
  const doorAt = (point: Point): DoorShape | null => {
    if (!map.getLayer(DOORS)) return null
    const near: [[number, number], [number, number]] = [[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]]
    const hit = map.queryRenderedFeatures(near, { layers: [DOORS] })[0]
    return hit ? (shown[Number(hit.properties['i'])] ?? null) : null
  }
  const groupAt = (point: Point): string | null => {
    const hit: MapGeoJSONFeature | undefined = map.queryRenderedFeatures([point.x, point.y], { layers: [FILL_LAYER] })[0]
    return hit?.id === undefined ? null : String(hit.id)
  }

  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      map.remove()
      reject(error instanceof Error ? error : new Error('map failed'))
    }
    const timer = setTimeout(() => fail(new Error('map took too long')), 20_000)
    const broke = (event: { error?: unknown }): void => {
      clearTimeout(timer)
      fail(event.error)
    }
    map.on('error', broke)
    map.setMissingStyleImageResolver((id) => {
      if (id === HATCH && !map.hasImage(HATCH)) map.addImage(HATCH, hatch, { pixelRatio: Math.ceil(devicePixelRatio) })
    })
    map.once('load', () => {
      clearTimeout(timer)
      map.off('error', broke)
      map.on('move', options.onMove)
      map.on('movestart', (event) => {
        if ('originalEvent' in event && event.originalEvent) moved = true
      })
      map.on('resize', () => {
        // A window that changes its size must still show the whole ward, unless somebody has zoomed in.
        if (!moved) map.fitBounds([[west, south], [east, north]], fit(false))
        options.onMove()
      })
      map.on('mousemove', (event) => {
        const id = groupAt(event.point)
        map.getCanvas().style.cursor = id || doorAt(event.point) ? 'pointer' : ''
        options.onHover(id, id ? { x: event.point.x, y: event.point.y } : null)
      })
      map.on('mouseout', () => options.onHover(null, null))
      map.on('click', (event) => {
        const door = doorAt(event.point)
        options.onDoor(door)
        if (!door) options.onPick(groupAt(event.point))
      })
      const rest = (): void => {
        const { width, height } = map.getCanvas().getBoundingClientRect()
        options.onView(map.getZoom(), groupAt({ x: width / 2, y: height / 2 }))
      }
      map.on('moveend', rest)
      void underlay(map, shapes.basemap)
      map.getCanvas().addEventListener('webglcontextlost', () => options.onLost())
      resolve({
        project: ([lon, lat]) => map.project([lon, lat]),
        paint: (id, state) => {
          if (removed) return
          const { pulse, ...rest } = state
          map.setFeatureState({ source: GROUPS, id }, rest)
          if (pulse === undefined || calm.matches) return
          pulses.set(id, performance.now())
          if (frame === 0) frame = requestAnimationFrame(beat)
        },
        zoom: (step) => {
          moved = true
          map.zoomTo(map.getZoom() + step * 0.7, { animate: !calm.matches })
        },
        home: () => {
          moved = false
          map.fitBounds([[west, south], [east, north]], fit(!calm.matches))
        },
        fit: (bounds) => {
          moved = true
          map.fitBounds([[bounds.west, bounds.south], [bounds.east, bounds.north]], { ...fit(!calm.matches), maxZoom: 18 })
        },
        palette: (palette) => {
          if (!removed) map.setPaintProperty(FILL_LAYER, 'fill-color', fillColour(palette) as never)
        },
        doors: (doors) => {
          if (!removed) {
            showDoors(map, doors)
            // Marks must stand out from the colour of their group.
            map.setPaintProperty(FILL_LAYER, 'fill-opacity', doors ? 0.3 : map.getSource(BASEMAP) ? OVER_BASEMAP : 1)
          }
          shown = doors?.doors ?? []
        },
        destroy: () => {
          removed = true
          cancelAnimationFrame(frame)
          map.remove()
        },
      })
    })
  })
}

/** A door's mark as pixels, from the same drawing as in the key. */
function drawMark(status: (typeof STATUSES)[number]): ImageData {
  const ratio = Math.ceil(devicePixelRatio)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = MARK * ratio
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  const { d, fill, line } = MARKS[status]
  const path = new Path2D(d)
  pen.scale(ratio, ratio)
  pen.fillStyle = fill
  pen.fill(path)
  pen.lineWidth = 1.5
  pen.strokeStyle = line
  pen.stroke(path)
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

function showDoors(map: GlMap, shapes: DoorShapes | null): void {
  const ways: GeoJSON.FeatureCollection = {
    type: 'FeatureCollection',
    features: (shapes?.ways ?? [])
      .filter((way) => way.line.length > 1)
      .map((way) => ({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: way.line as unknown as GeoJSON.Position[] } })),
  }
  const doors: GeoJSON.FeatureCollection = {
    type: 'FeatureCollection',
    features: (shapes?.doors ?? []).map((door, i) => ({
      type: 'Feature',
      properties: { i, mark: `door-${door.status}` },
      geometry: { type: 'Point', coordinates: door.at as unknown as GeoJSON.Position },
    })),
  }
  const [lines, points] = [map.getSource(WAYS), map.getSource(DOORS)]
  if (lines && points) {
    ;(lines as GeoJSONSource).setData(ways)
    ;(points as GeoJSONSource).setData(doors)
    return
  }
  for (const status of STATUSES) map.addImage(`door-${status}`, drawMark(status), { pixelRatio: Math.ceil(devicePixelRatio) })
  map.addSource(WAYS, { type: 'geojson', data: ways })
  map.addSource(DOORS, { type: 'geojson', data: doors })
  map.addLayer({ id: WAYS, type: 'line', source: WAYS, layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': WAY_COLOUR, 'line-width': 2 } })
  map.addLayer({
    id: DOORS,
    type: 'symbol',
    source: DOORS,
    layout: { 'icon-image': ['get', 'mark'], 'icon-allow-overlap': true, 'icon-size': ['interpolate', ['linear'], ['zoom'], 14, 0.45, 17, 1] },
  })
}

/** A base map under the groups, if this server has one: fetched only then, and only from this server. */
async function underlay(map: GlMap, address: string | null): Promise<void> {
  if (address === null) return
  const { layBasemap } = await import('./basemap.ts')
  await layBasemap(map, address).catch((error: unknown) => console.warn('base map', error))
}
