/**
 * A base map in one file (PMTiles) on the ward's own server, read in ranges. Only shapes, no writing:
 * letters would need glyph files that this server does not carry.
 */
import { addProtocol, type Map as GlMap } from 'maplibre-gl'
import { PMTiles, Protocol, TileType } from 'pmtiles'
import { BASEMAP as SOURCE, FILL_LAYER, OVER_BASEMAP } from './style.ts'

let protocol: Protocol | null = null

/** Vector layers of the usual schema (Protomaps), from the ground up; a file without one lacks that drawing. */
const SHAPES = [
  { layer: 'water', kind: 'fill', paint: { 'fill-color': '#c9dff5' } },
  { layer: 'landuse', kind: 'fill', paint: { 'fill-color': '#e3eadf', 'fill-opacity': 0.6 } },
  { layer: 'buildings', kind: 'fill', paint: { 'fill-color': '#d5dae3' } },
  { layer: 'roads', kind: 'line', paint: { 'line-color': '#8c98b0', 'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.5, 16, 3] } },
] as const

export async function layBasemap(map: GlMap, address: string): Promise<void> {
  if (!protocol) {
    protocol = new Protocol()
    addProtocol('pmtiles', protocol.tile)
  }
  const url = new URL(address, location.href).href
  const archive = new PMTiles(url)
  protocol.add(archive)
  const { tileType, maxZoom } = await archive.getHeader()
  if (tileType === TileType.Mvt) {
    map.addSource(SOURCE, { type: 'vector', url: `pmtiles://${url}`, maxzoom: maxZoom })
    for (const { layer, kind, paint } of SHAPES) {
      map.addLayer({ id: `base-${layer}`, type: kind, source: SOURCE, 'source-layer': layer, paint } as never, FILL_LAYER)
    }
  } else {
    map.addSource(SOURCE, { type: 'raster', url: `pmtiles://${url}`, tileSize: 256, maxzoom: maxZoom })
    map.addLayer({ id: 'base-picture', type: 'raster', source: SOURCE }, FILL_LAYER)
  }
  map.setPaintProperty(FILL_LAYER, 'fill-opacity', OVER_BASEMAP)
}
