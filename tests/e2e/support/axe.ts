import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'
import type { AxeResults } from 'axe-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** No rule of axe has anything to say about the page as it stands: contrast on, size of targets too. */
export async function spotless(page: Page, screen: string): Promise<void> {
  // Past the page's own policy, as the debugger's hand: nothing is added to the document.
  await page.evaluate(AXE)
  const { violations, passes } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (root: Document, options: object) => Promise<AxeResults> } }
    return axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })
  })
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any, all, none }) => `${id}: ${target.join(' ')}: ${[...any, ...all, ...none].map(({ message }) => message).join('; ')}`),
  )
  expect.soft(found, `axe on ${screen}`).toEqual([])
  expect(passes.map(({ id }) => id), `contrast was looked at on ${screen}`).toContain('color-contrast')
}

/**
 * Nothing sticks out at the side: neither the page nor a part of it that scrolls, save those that
 * are made to scroll sideways and can be reached with the keyboard.
 */
export async function fits(page: Page, screen: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const name = (it: Element): string => `${it.tagName.toLowerCase()}.${[...it.classList].join('.')} ${it.clientWidth} < ${it.scrollWidth}`
    const scrollers = [...document.querySelectorAll<HTMLElement>('*')].filter((it) => {
      if (it.scrollWidth <= it.clientWidth + 1 || it.clientWidth === 0) return false
      if (it === document.documentElement) return true
      const style = getComputedStyle(it)
      return /auto|scroll/.test(style.overflowX) && it.tabIndex < 0
    })
    // What is cut off at the edge by a parent that hides it can be read by nobody.
    const cut = [...document.querySelectorAll<HTMLElement>('a, button, h1, h2, h3, p, li, label, input, td, th')].filter((it) => {
      const { left, right, width } = it.getBoundingClientRect()
      if (width === 0 || it.closest('.hidden-label, [tabindex="0"], svg, .maplibregl-map')) return false
      return it.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && (right > innerWidth + 1 || left < -1)
    })
    return [...scrollers.map(name), ...cut.map((it) => `cut off: ${it.tagName.toLowerCase()}.${it.className} ${it.textContent?.trim().slice(0, 40)}`)]
  })
  expect.soft(wide, `sideways on ${screen}`).toEqual([])
}
