// What a phone must fetch before an alley can be walked, held to a budget. Fails when it is exceeded.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const KIB = 1024
const LIMIT = { shell: 88 * KIB, fonts: 60 * KIB }

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const html = await readFile(join(dist, 'index.html'), 'utf8')
const gz = async (path) => gzipSync(await readFile(join(dist, path)), { level: 9 }).length

// Everything index.html names, and everything those modules import statically.
const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]))
for (const path of first) {
  if (!path.endsWith('.js')) continue
  const code = await readFile(join(dist, path), 'utf8')
  for (const [, name] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) first.add(`assets/${name}`)
}

const rows = []
let shell = 0
for (const path of first) {
  const size = await gz(path)
  shell += size
  rows.push([path, size])
}
let fonts = 0
for (const name of await readdir(join(dist, 'assets'))) {
  if (name.endsWith('.woff2')) fonts += (await readFile(join(dist, 'assets', name))).length
}

const worker = await readFile(join(dist, 'sw.js'), 'utf8')
const faults = []
if (shell > LIMIT.shell) faults.push(`shell ${shell} > ${LIMIT.shell}`)
if (fonts > LIMIT.fonts) faults.push(`fonts ${fonts} > ${LIMIT.fonts}`)
if (/desk\/[\w.-]+\.(?:js|css)/.test(worker)) faults.push('the service worker fetches the desk ahead')
for (const path of first) {
  if (/maplibre/i.test(await readFile(join(dist, path), 'utf8'))) faults.push(`${path} contains maplibre`)
}

for (const [path, size] of rows) console.log(`${(size / KIB).toFixed(1).padStart(7)} KiB gzip  ${path}`)
console.log(`${(shell / KIB).toFixed(1).padStart(7)} KiB gzip  first load (limit ${LIMIT.shell / KIB})`)
console.log(`${(fonts / KIB).toFixed(1).padStart(7)} KiB       fonts (limit ${LIMIT.fonts / KIB})`)
if (faults.length > 0) {
  console.error(`budget exceeded: ${faults.join('; ')}`)
  process.exit(1)
}
