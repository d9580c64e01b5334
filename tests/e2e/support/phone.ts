import { gunzipSync } from 'node:zlib'
import { expect, type BrowserContext, type Locator, type Page, type Request, type Response } from '@playwright/test'
import type { Tally } from './book.ts'
import { fillIn, passPin, signIn } from './sign-in.ts'

export interface PushBody {
  queued: number
  ops: Array<{ op_id: string; kind: string; payload: { household_id?: string; outcome?: string; near?: string } }>
}

export interface PushAnswer {
  results: Array<{ op_id: string; outcome: string; seq: number; flags?: string[]; reason?: string }>
}

/** What a push carried; larger ones travel packed. */
export function bodyOf(request: Request): PushBody {
  const bytes = request.postDataBuffer() ?? Buffer.alloc(0)
  return JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()) as PushBody
}

export type Knock = 'notHome' | 'declined' | 'appointment' | 'coached'

/** What one knock adds to its group, on a door nobody had knocked on. */
export const WORTH: Record<Knock, Partial<Tally>> = {
  notHome: { visits: 1, hh_visited: 1, hh_revisit: 1 },
  declined: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_declined: 1 },
  appointment: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_revisit: 1 },
  // One person, two skills.
  coached: { visits: 1, hh_visited: 1, hh_contacted: 1, hh_served: 1, coach_people: 1, coach_occ: 2 },
}

export interface Knocked {
  knock: Knock
  door: string
  alley: string
  group: string
}

/** A volunteer's phone: what a thumb does, by the words on the screen. */
export class Phone {
  readonly context: BrowserContext
  page: Page

  constructor(context: BrowserContext, page: Page) {
    this.context = context
    this.page = page
  }

  /** Signs in, and waits until the phone holds its alleys and can open without a network. */
  async signIn(login: string): Promise<void> {
    await signIn(this.page, login)
    await expect(this.resume).toBeVisible({ timeout: 20_000 })
    await this.page.evaluate(async () => void (await navigator.serviceWorker.ready))
  }

  /** From the banner of a session that ended; the name stands there already. */
  async signInAgain(login: string): Promise<void> {
    await expect(this.page.getByLabel('Tên đăng nhập')).toHaveValue(login)
    await fillIn(this.page, login)
    await expect(this.page.getByLabel('Tên đăng nhập')).toBeHidden()
    if (await this.page.getByRole('group', { name: 'Bàn phím số' }).isVisible()) await passPin(this.page)
  }

  /** From "mine"; says what the phone says about unsent work before it goes. */
  async signOut(): Promise<string> {
    await this.page.getByRole('button', { name: 'Đăng xuất' }).click()
    const sheet = this.page.getByRole('dialog', { name: 'Đăng xuất khỏi máy này?' })
    const said = await sheet.getByRole('paragraph').innerText()
    await sheet.getByRole('button', { name: 'Đăng xuất' }).click()
    await expect(this.page.getByLabel('Tên đăng nhập')).toBeVisible()
    return said
  }

  async offline(): Promise<void> {
    await this.context.setOffline(true)
    await expect(this.page.getByRole('link', { name: /Ngoại tuyến$/ })).toBeVisible()
  }

  async online(): Promise<void> {
    await this.context.setOffline(false)
  }

  /** The app is closed and opened again, as by a hand that swipes it away. Asks for the PIN as it must. */
  async restart(): Promise<void> {
    await this.page.close()
    this.page = await this.context.newPage()
    await this.page.goto('/')
    await passPin(this.page)
  }

  /** The page is loaded anew; what was unlocked is locked. */
  async reload(): Promise<void> {
    await this.page.reload()
    await passPin(this.page)
  }

  get resume(): Locator {
    return this.page.getByRole('link', { name: /^Đi tiếp/ })
  }

  get chip(): Locator {
    return this.page.getByRole('link', { name: /^\d+ trên máy/ })
  }

  /** The chip counts what only this phone has. */
  async holds(unsent: number): Promise<void> {
    await expect(this.chip).toHaveAccessibleName(new RegExp(`^${unsent} trên máy`))
  }

  get allSent(): Locator {
    return this.page.getByRole('link', { name: 'Đã gửi hết' })
  }

  /** The lines under "today and waiting". */
  get records(): Locator {
    return this.page.getByRole('main').getByRole('listitem')
  }

  async go(screen: 'Đi ngõ' | 'Hẹn lại' | 'Tìm nhà' | 'Của tôi'): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: screen }).click()
    await expect(this.page.getByRole('navigation').getByRole('link', { name: screen })).toHaveAttribute('aria-current', 'page')
  }

  /** From anywhere with the bar at the foot to the door that is to be knocked next. */
  async toNextDoor(): Promise<void> {
    await this.go('Đi ngõ')
    await this.resume.click()
    await this.page.getByRole('link', { name: /^Gõ cửa / }).click()
    await expect(this.result).toBeVisible()
  }

  get result(): Locator {
    return this.page.getByRole('region', { name: 'Kết quả lần gõ cửa này' })
  }

  /** Knocks on the door that is open, and waits for the screen to move on. */
  async knock(knock: Knock): Promise<Knocked> {
    const { page } = this
    // How many doors of an alley are left depends on the hour of the made-up ward: behind the last one comes the next alley.
    if (!page.url().includes('#/door/')) await this.toNextDoor()
    const header = page.getByRole('banner')
    const words = (await header.locator('p').innerText()).split(' · ')
    const done = { knock, door: await this.doorNumber(), alley: await header.locator('.alley').innerText(), group: words.at(-1) ?? '' }
    const here = page.url()
    switch (knock) {
      case 'notHome':
        await page.getByRole('button', { name: 'Vắng nhà', exact: true }).click()
        break
      case 'declined':
        await page.getByRole('button', { name: 'Từ chối', exact: true }).click()
        break
      case 'appointment': {
        await page.getByRole('button', { name: 'Hẹn lại' }).click()
        const sheet = page.getByRole('dialog', { name: 'Hẹn lại ngày nào?' })
        await sheet.getByRole('button', { name: 'Ngày mai' }).click()
        // Saturdays and Sundays have one band, the other days three; any will do.
        await sheet.getByRole('button', { name: /^(Tối|Trong ngày)/ }).click()
        break
      }
      case 'coached': {
        await page.getByRole('link', { name: 'Gặp được – hướng dẫn' }).click()
        await page.getByRole('button', { name: '18–59 tuổi' }).click()
        const self = page.getByRole('button', { name: 'Tự làm' })
        await self.nth(0).click()
        await self.nth(1).click()
        await expect(page.getByRole('button', { name: 'Tự làm', pressed: true })).toHaveCount(2)
        await page.getByRole('button', { name: 'Đã hướng dẫn', exact: true }).click()
        // The strip comes first, to see the door change.
        await page.waitForURL(/#\/walk\//)
        return done
      }
    }
    await page.waitForURL((url) => url.href !== here)
    return done
  }

  /** The number on the door that is open, or what stands for it. */
  doorNumber(): Promise<string> {
    return this.page.getByRole('banner').locator('.no').innerText()
  }

  /** Opens what this phone holds. */
  async mine(): Promise<void> {
    if (await this.chip.isVisible()) await this.chip.click()
    else await this.go('Của tôi')
    await expect(this.page.getByRole('heading', { name: 'Của tôi' })).toBeVisible()
  }

  /** The next answer to a push. */
  pushed(): Promise<Response> {
    return this.page.waitForResponse((answer) => answer.url().endsWith('/api/v1/sync/push'))
  }

  pulled(): Promise<Response> {
    return this.page.waitForResponse((answer) => answer.url().includes('/api/v1/sync/pull') && answer.ok())
  }

  /** Sends by hand and waits until the phone has heard everything the book had to say. */
  async sync(): Promise<void> {
    const pulled = this.pulled()
    await this.page.getByRole('button', { name: 'Gửi ngay' }).click()
    await (await pulled).finished()
    await expect(this.page.getByText(/^Đã khớp với sổ phường/)).toBeVisible()
  }
}
