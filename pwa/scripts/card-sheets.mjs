// Puts every drawing of the coaching cards on contact sheets (PNG), to be looked at: node scripts/card-sheets.mjs [folder] [light|dark] [codes,of,cards]
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { createServer } from 'vite'

const [folder = '/tmp/card-sheets', look = 'light', only = ''] = process.argv.slice(2)
const PAGE = '/card-sheets.html'
const html = `<!doctype html><meta charset="utf-8"><style>:root{color-scheme:${look}}body{margin:8px;background:Canvas;color:CanvasText;font:12px sans-serif;
display:grid;grid-template-columns:repeat(4,300px);gap:8px}figure{margin:0}div{height:225px}</style>
<script type="module">
import { mount } from 'svelte'
import '/src/tokens.css'
import Drawing from '/src/routes/phone/cards/Drawing.svelte'
import { scenes, tryAlone } from '/src/lib/cards/scenes.ts'
import { cards } from '/src/lib/cards/cards.vi.ts'
for (const [code, make] of Object.entries({ ...scenes, end: () => [tryAlone] })) make().forEach((scene, i) => {
  const figure = document.body.appendChild(document.createElement('figure'))
  figure.dataset.code = code
  const target = figure.appendChild(document.createElement('div'))
  mount(Drawing, { target, props: { scene, label: '' } })
  figure.append(code + '.' + (i + 1) + ' ' + (cards[code]?.steps[i]?.resident ?? ''))
})
document.body.dataset.done = '1'
</script>`

const server = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  logLevel: 'error',
  server: { port: 5199, strictPort: false },
  plugins: [{
    name: 'card-sheets',
    configureServer(vite) {
      vite.middlewares.use(async (req, res, next) => {
        if (req.url !== PAGE) return next()
        res.setHeader('Content-Type', 'text/html')
        res.end(await vite.transformIndexHtml(PAGE, html))
      })
    },
  }],
})
await server.listen()
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
try {
  await mkdir(folder, { recursive: true })
  const page = await browser.newPage({ viewport: { width: 1240, height: 1000 } })
  page.on('pageerror', (error) => console.error(error))
  await page.goto(`${server.resolvedUrls.local[0].slice(0, -1)}${PAGE}`)
  await page.waitForSelector('body[data-done]', { timeout: 60_000 })
  const codes = await page.evaluate(() => [...new Set([...document.querySelectorAll('figure')].map((it) => it.dataset.code))])
  const chosen = codes.filter((code) => only === '' || only.split(',').includes(code))
  // Five cards a sheet: large enough to see what a finger presses.
  for (let i = 0; i < chosen.length; i += 5) {
    const shown = chosen.slice(i, i + 5)
    await page.evaluate((keep) => { for (const it of document.querySelectorAll('figure')) it.style.display = keep.includes(it.dataset.code) ? '' : 'none' }, shown)
    const path = join(folder, `${look}-${String(i / 5 + 1).padStart(2, '0')}.png`)
    await page.screenshot({ path, fullPage: true })
    console.log(path, shown.join(' '))
  }
} finally {
  await browser.close()
  await server.close()
}
