// Cuts Be Vietnam Pro down to what Vietnamese and English need and writes it to src/fonts.
// Run by hand after an upgrade of the font; the outcome is committed.
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import subsetFont from 'subset-font'

const from = new URL('../node_modules/@fontsource/be-vietnam-pro/', import.meta.url)
const to = new URL('../src/fonts/', import.meta.url)

const range = (a, b) => Array.from({ length: b - a + 1 }, (_, i) => String.fromCodePoint(a + i)).join('')
const latin = range(0x20, 0x7e) + 'ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý' + '\u00a0·×±–—‘’“”…•→≥≤−%‰'
const vietnamese = 'ĂăĐđĨĩŨũƠơƯư₫' + range(0x1ea0, 0x1ef9)

let total = 0
for (const [name, text] of [['latin', latin], ['vietnamese', vietnamese]]) {
  for (const weight of [400, 600]) {
    const whole = await readFile(new URL(`files/be-vietnam-pro-${name}-${weight}-normal.woff2`, from))
    const cut = await subsetFont(whole, text, { targetFormat: 'woff2' })
    await writeFile(new URL(`be-vietnam-pro-${name}-${weight}.woff2`, to), cut)
    total += cut.length
    console.log(name, weight, whole.length, '->', cut.length)
  }
}
await copyFile(new URL('LICENSE', from), new URL('OFL.txt', to))
console.log('total', total)
