/** The map's style, whole and inline: no tile, glyph, sprite or style leaves or enters the ward's server. */
import type { GeoJSONSourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { GroupShape, WardShapes } from './geometry.ts'
import { BORDER, FILLS, GROUND, NO_DATA_FILL, OUTLINE, SELECTED, SELECTED_EDGE, type Palette } from './palette.ts'

export const HATCH = 'no-data'
export const GROUPS = 'groups'
export const OUTLINE_SOURCE = 'ward'
export const FILL_LAYER = 'group-fill'
export const BASEMAP = 'basemap'
/** What lies under the groups must shine through them. */
export const OVER_BASEMAP = 0.72

/** What a polygon shows; lives in feature state, so that a new figure redraws without re-reading shapes. */
export interface GroupState {
  /** 0 to 4, or -1 for the hatch. */
  cls: number
  selected: boolean
  hovered: boolean
  /** 1 right after a change, fading to 0. */
  pulse: number
}

export function groupCollection(groups: readonly GroupShape[]): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: groups.map((g) => ({
      type: 'Feature',
      properties: { id: g.id },
      geometry: { type: 'MultiPolygon', coordinates: g.polygons as unknown as GeoJSON.Position[][][] },
    })),
  }
}

const state = (name: keyof GroupState, otherwise: number | boolean) => ['coalesce', ['feature-state', name], otherwise]

/** The fill of a group by its class, in the colours of a palette. */
export function fillColour(palette: Palette): unknown {
  return ['match', state('cls', -1), ...FILLS[palette].flatMap((colour, cls) => [cls, colour]), NO_DATA_FILL]
}

export function styleOf(shapes: WardShapes): StyleSpecification {
  const groups: GeoJSONSourceSpecification = { type: 'geojson', promoteId: 'id', data: groupCollection(shapes.groups), tolerance: 0.1 }
  const ward: GeoJSONSourceSpecification = {
    type: 'geojson',
    tolerance: 0.1,
    data: {
      type: 'Feature',
      properties: {},
      geometry: { type: 'MultiPolygon', coordinates: shapes.outline as unknown as GeoJSON.Position[][][] },
    },
  }
  return {
    version: 8,
    sources: { [GROUPS]: groups, [OUTLINE_SOURCE]: ward },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': GROUND } },
      { id: 'ward-ground', type: 'fill', source: OUTLINE_SOURCE, paint: { 'fill-color': BORDER } },
      {
        id: FILL_LAYER,
        type: 'fill',
        source: GROUPS,
        paint: { 'fill-color': fillColour('level') as never, 'fill-antialias': false },
      },
      {
        id: 'group-hatch',
        type: 'fill',
        source: GROUPS,
        // A pattern cannot depend on feature state; its opacity can.
        paint: { 'fill-pattern': HATCH, 'fill-opacity': ['case', ['==', state('cls', -1), -1], 1, 0] as never },
      },
      {
        id: 'group-pulse',
        type: 'fill',
        source: GROUPS,
        paint: { 'fill-color': SELECTED, 'fill-opacity': ['*', 0.65, state('pulse', 0)] as never },
      },
      { id: 'group-border', type: 'line', source: GROUPS, paint: { 'line-color': BORDER, 'line-width': 1.5 } },
      { id: 'ward-border', type: 'line', source: OUTLINE_SOURCE, paint: { 'line-color': OUTLINE, 'line-width': 1.5 } },
      {
        id: 'group-hover',
        type: 'line',
        source: GROUPS,
        layout: { 'line-join': 'round' },
        paint: { 'line-color': SELECTED_EDGE, 'line-width': ['case', state('hovered', false), 2, 0] as never },
      },
      {
        id: 'group-selected-edge',
        type: 'line',
        source: GROUPS,
        layout: { 'line-join': 'round' },
        paint: { 'line-color': SELECTED_EDGE, 'line-width': ['case', state('selected', false), 6, 0] as never },
      },
      {
        id: 'group-selected',
        type: 'line',
        source: GROUPS,
        layout: { 'line-join': 'round' },
        paint: { 'line-color': SELECTED, 'line-width': ['case', state('selected', false), 3.5, 0] as never },
      },
    ],
  }
}
