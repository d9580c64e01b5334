import { defineConfig } from '@playwright/test'
import { CHROMIUM } from './support/browser.ts'
import type { Options } from './support/test.ts'

/** The pictures of the README, drawn from the demonstration ward: `npm run shots`. No part of the tests. */
export default defineConfig<object, Options>({
  testDir: 'shots',
  testMatch: '*.shots.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: { ...CHROMIUM, actionTimeout: 15_000 },
})
