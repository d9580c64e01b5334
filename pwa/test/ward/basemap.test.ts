import { PMTiles, TileType, type RangeResponse, type Source } from 'pmtiles'
import { describe, expect, it } from 'vitest'

/** An archive of one tile at zoom 0, written by hand as the specification (version 3) says. */
function archive(tile: Uint8Array): Uint8Array {
  // One entry: tile id 0, run of 1, its length, offset 0 (written as 1).
  const root = Uint8Array.of(1, 0, 1, tile.length, 1)
  const metadata = new TextEncoder().encode('{}')
  const [rootAt, metaAt] = [127, 127 + root.length]
  const dataAt = metaAt + metadata.length
  const bytes = new Uint8Array(dataAt + tile.length)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode('PMTiles'))
  view.setUint8(7, 3)
  const long = (at: number, n: number): void => view.setBigUint64(at, BigInt(n), true)
  ;[rootAt, root.length, metaAt, metadata.length, dataAt, 0, dataAt, tile.length, 1, 1, 1].forEach((n, i) => long(8 + i * 8, n))
  // Clustered, directories and tiles not packed, vector tiles, zoom 0 to 0.
  ;[1, 1, 1, 1, 0, 0].forEach((n, i) => view.setUint8(96 + i, n))
  bytes.set(root, rootAt)
  bytes.set(metadata, metaAt)
  bytes.set(tile, dataAt)
  return bytes
}

describe('a base map', () => {
  it('is read in ranges, with the tag of the file it began with', async () => {
    const tile = Uint8Array.of(26, 3, 1, 2, 3)
    const bytes = archive(tile)
    const asked: [number, number][] = []
    const source: Source = {
      getKey: () => 'ours',
      getBytes: async (offset: number, length: number): Promise<RangeResponse> => {
        asked.push([offset, length])
        return { data: bytes.slice(offset, offset + length).buffer, etag: '"1"' }
      },
    }
    const map = new PMTiles(source)
    const header = await map.getHeader()
    expect([header.tileType, header.minZoom, header.maxZoom]).toEqual([TileType.Mvt, 0, 0])
    expect(new Uint8Array((await map.getZxy(0, 0, 0))!.data)).toEqual(tile)
    expect(await map.getZxy(3, 0, 0)).toBeUndefined()
    expect(asked.length).toBeGreaterThan(0)
  })
})
