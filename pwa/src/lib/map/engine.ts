/** MapLibre behind a few verbs. Imported only when a map with WebGL is wanted: it is the heavy chunk. */
import { Map as GlMap, setWorkerCount, setWorkerUrl, type MapGeoJSONFeature } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Margin, Point, Position, WardShapes } from './geometry.ts'
import { hatchTile } from './hatch.ts'
import { NO_DATA_FILL, NO_DATA_LINE } from './palette.ts'
import { FILL_LAYER, GROUPS, HATCH, styleOf, type GroupState } from './style.ts'

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
  onLost(): void
}

export interface Engine {
  project(position: Position): Point
  paint(id: string, state: Partial<GroupState>): void
  zoom(step: 1 | -1): void
  home(): void
  destroy(): void
}

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
    maxZoom: 18,
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
        map.getCanvas().style.cursor = id ? 'pointer' : ''
        options.onHover(id, id ? { x: event.point.x, y: event.point.y } : null)
      })
      map.on('mouseout', () => options.onHover(null, null))
      map.on('click', (event) => options.onPick(groupAt(event.point)))
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
        destroy: () => {
          removed = true
          cancelAnimationFrame(frame)
          map.remove()
        },
      })
    })
  })
}
