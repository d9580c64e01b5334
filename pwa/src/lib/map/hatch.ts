/** The hatch of "no data", painted by hand: a tile that repeats without a seam. */

export interface Tile {
  width: number
  height: number
  data: Uint8ClampedArray
}

function rgb(colour: string): [number, number, number] {
  return [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16)) as [number, number, number]
}

/** Diagonal lines of `thick` pixels every `size` pixels. */
export function hatchTile(size: number, thick: number, ground: string, line: string): Tile {
  const data = new Uint8ClampedArray(size * size * 4)
  const [g, l] = [rgb(ground), rgb(line)]
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const colour = (x + y) % size < thick ? l : g
      data.set([...colour, 255], (y * size + x) * 4)
    }
  }
  return { width: size, height: size, data }
}
