// Renders public/icons/icon.svg to the PNG files the manifest names. Run by hand; the outcome is committed.
import { readFile, writeFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'

const dir = new URL('../public/icons/', import.meta.url)
const svg = await readFile(new URL('icon.svg', dir), 'utf8')
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
for (const [name, size, maskable] of [['icon-192', 192, false], ['icon-512', 512, false], ['maskable-512', 512, true]]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  // A mask may cut up to a fifth of each side: the sign shrinks, the ground does not.
  const drawn = maskable ? `<div style="background:#0a56c8;width:100%;height:100%;display:grid;place-items:center"><div style="width:76%;height:76%">${svg}</div></div>` : svg
  await page.setContent(`<style>html,body{margin:0;height:100%;background:transparent}svg{display:block;width:100%;height:100%}</style>${drawn}`)
  await writeFile(new URL(`${name}.png`, dir), await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()
