import { defineConfig } from '@playwright/test'
import { CHROMIUM } from './support/browser.ts'
import type { Options } from './support/test.ts'

export default defineConfig<object, Options>({
  testDir: 'specs',
  outputDir: 'test-results',
  // Two cores is what the smallest machine has; each spec file has a server and a book of its own.
  workers: 2,
  // A story that passes at the second try is a story that failed.
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  // Traces double the time of a story; `npm test -- --trace on` makes them when one is needed.
  use: { ...CHROMIUM, actionTimeout: 15_000, screenshot: 'only-on-failure' },
})
