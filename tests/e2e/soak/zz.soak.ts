import { chromium, test } from '@playwright/test'
import { CHROMIUM, PHONE } from '../support/browser.ts'
import { Phone } from '../support/phone.ts'
import { Server } from '../support/server.ts'
import { PIN } from '../support/sign-in.ts'
const RATE = Number(process.env.RATE ?? 4)
const N = Number(process.env.N ?? 5)
const med = (all: number[]) => [...all].sort((a, b) => a - b)[all.length >> 1]
function watch(): void {
  const w = window as unknown as Record<string, number>
  const find = (name: string, selector: string) => {
    if (w[name] === undefined && document.querySelector(selector)) { w[name] = -1; requestAnimationFrame(() => setTimeout(() => (w[name] = performance.now()))) }
  }
  new MutationObserver(() => { find('pad', '[aria-label="Bàn phím số"]'); find('alleys', 'a[href^="#/walk/"]'); find('strip', '[data-door]') }).observe(document, { childList: true, subtree: true })
  addEventListener('pointerup', () => (w.up = performance.now()), { capture: true })
}
test('cold', async () => {
  test.setTimeout(300_000)
  const server = await Server.start(1)
  const { executablePath, args } = CHROMIUM.launchOptions ?? {}
  const browser = await chromium.launch({ executablePath, args, headless: true })
  try {
    const context = await browser.newContext({ ...PHONE, baseURL: server.url })
    const phone = new Phone(context, await context.newPage())
    await phone.signIn('tnv1')
    await phone.offline()
    await context.addInitScript(watch)
    const load: number[] = [], pin: number[] = [], strip: number[] = []
    for (let i = 0; i < N; i += 1) {
      await phone.page.close()
      const page = (phone.page = await context.newPage())
      const cdp = await context.newCDPSession(page)
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: RATE })
      const get = async (name: string) => { for (;;) { const { result } = await cdp.send('Runtime.evaluate', { expression: `window.${name} ?? 0` }); if ((result.value as number) > 0) return result.value as number; await new Promise((r) => setTimeout(r, 50)) } }
      const tap = async (x: number, y: number) => { await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] }); await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] }) }
      await page.goto('/', { waitUntil: 'commit' })
      load.push(await get('pad'))
      await new Promise((r) => setTimeout(r, 1500))
      for (const digit of PIN) {
        const { result } = await cdp.send('Runtime.evaluate', { returnByValue: true, expression: `(() => { const b = [...document.querySelectorAll('[aria-label="Bàn phím số"] button')].find((b) => b.textContent.trim() === '${digit}').getBoundingClientRect(); return { x: b.x + b.width / 2, y: b.y + b.height / 2 } })()` })
        const { x, y } = result.value as { x: number; y: number }
        await tap(x, y)
        await new Promise((r) => setTimeout(r, 150))
      }
      const shown = await get('alleys')
      pin.push(shown - (await get('up')))
      await new Promise((r) => setTimeout(r, 1000))
      const { result } = await cdp.send('Runtime.evaluate', { returnByValue: true, expression: `(() => { const b = document.querySelector('a[href^="#/walk/"]').getBoundingClientRect(); return { x: b.x + b.width / 2, y: b.y + b.height / 2 } })()` })
      const { x, y } = result.value as { x: number; y: number }
      await tap(x, y)
      const seen = await get('strip')
      strip.push(seen - (await get('up')))
    }
    console.log('load ' + load.map(Math.round).join(' ') + ' | ' + med(load) + ' pin ' + pin.map(Math.round).join(' ') + ' | ' + med(pin) + ' strip ' + strip.map(Math.round).join(' ') + ' | ' + med(strip))
  } finally { await browser.close(); await server.stop() }
})
