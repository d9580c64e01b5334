import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import type { Plugin } from 'vite'

const TEXT = /\.(?:js|mjs|css|html|svg|json|webmanifest)$/

/**
 * Writes `x.br` beside every text asset, so that the server hands out finished bytes instead of
 * compressing the same file for each phone. Fonts and pictures are compressed already.
 */
export function brotli(): Plugin {
  let outDir = 'dist'
  return {
    name: 'gocua-brotli',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      outDir = config.build.outDir
    },
    closeBundle: {
      // After the service worker is written, which happens in a closeBundle of its own.
      order: 'post',
      sequential: true,
      async handler() {
        for (const entry of await readdir(outDir, { recursive: true, withFileTypes: true })) {
          if (!entry.isFile() || !TEXT.test(entry.name)) continue
          const path = join(entry.parentPath, entry.name)
          const raw = await readFile(path)
          const packed = brotliCompressSync(raw, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
          })
          await writeFile(`${path}.br`, packed)
        }
      },
    },
  }
}
