import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test'
import { signIn } from './sign-in.ts'

/** Households not yet visited, households to come back to, visits. */
export interface Numbers {
  unvisited: number
  revisit: number
  visits: number
}

/** The ward's desk: what ward staff sees and taps, by the words on the screen. */
export class Desk {
  readonly context: BrowserContext
  readonly page: Page

  constructor(context: BrowserContext, page: Page) {
    this.context = context
    this.page = page
  }

  async signIn(login = 'canbo1'): Promise<void> {
    await signIn(this.page, login)
    await expect(this.page.getByRole('table')).toBeVisible()
  }

  /** A group's line in the table beside the map. */
  row(group: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name: group, exact: true }) })
  }

  async numbersOf(group: string): Promise<Numbers> {
    const cells = await this.row(group).getByRole('cell').allInnerTexts()
    return { unvisited: number(cells[1]), revisit: number(cells[2]), visits: number(cells[3]) }
  }

  /** When the open page shows these numbers of these groups: asked at every frame, by the page's own clock. */
  async shows(numbers: Record<string, Numbers>, timeout: number): Promise<number> {
    const shown = await this.page.waitForFunction(
      (wanted) => {
        const read = (text: string | null | undefined): number => Number(text?.trim().replaceAll('.', ''))
        const rows = [...document.querySelectorAll('tbody tr[data-row]')]
        const all = Object.entries(wanted).every(([group, { unvisited, revisit, visits }]) => {
          const row = rows.find((it) => it.querySelector('th')?.textContent?.trim() === group)
          const cells = [...(row?.querySelectorAll('td') ?? [])].map((cell) => read(cell.textContent))
          return cells[1] === unvisited && cells[2] === revisit && cells[3] === visits
        })
        return all && Date.now()
      },
      numbers,
      { polling: 'raf', timeout },
    )
    return (await shown.jsonValue()) as number
  }

  /** One of the large figures over the map; its button opens its definition. */
  figure(label: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${label} `) })
  }

  /** The value a reader hears: the one drawn may still be running up to it. */
  async valueOf(label: string): Promise<number> {
    return number(await this.figure(label).locator('.value .hidden-label').textContent())
  }
}

/** `1.234` as it is written here. */
export function number(text: string | null | undefined): number {
  const digits = text?.trim().replaceAll('.', '') ?? ''
  if (!/^\d+$/.test(digits)) throw new Error(`no number: ${text}`)
  return Number(digits)
}
