import { expect, type Locator, type Page } from '@playwright/test'
import { signIn } from './sign-in.ts'

/** An officer's phone: what is counted and answered there, by the words on the screen. */
export class Officer {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Signs in, and waits until the phone holds what it works from. */
  async signIn(login = 'congan1'): Promise<void> {
    await signIn(this.page, login)
    await expect(this.queue).toBeVisible({ timeout: 20_000 })
  }

  get queue(): Locator {
    return this.page.getByRole('region', { name: 'Việc được chuyển đến' })
  }

  /** Opens what was passed on about somebody. */
  async open(kind: string, who: string): Promise<Locator> {
    await this.queue.getByRole('button', { name: new RegExp(`^${kind} · ${who}`) }).click()
    const task = this.page.getByRole('article').or(this.page.getByRole('dialog')).filter({ hasText: who }).first()
    await expect(task).toBeVisible()
    return task
  }

  /** The next answer to a push. */
  async pushed(): Promise<void> {
    const answer = await this.page.waitForResponse((response) => response.url().endsWith('/api/v1/sync/push'), { timeout: 30_000 })
    const { results } = (await answer.json()) as { results: Array<{ outcome: string; reason?: string }> }
    expect(results.filter(({ outcome }) => outcome !== 'applied')).toEqual([])
  }
}
