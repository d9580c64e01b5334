import { defineConfig } from '@playwright/test'

/** No part of the stories: `npx playwright test --config soak/playwright.config.ts`. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.soak.ts',
  outputDir: '../test-results/soak',
  workers: 1,
  retries: 0,
  timeout: 0,
  use: { actionTimeout: 60_000, screenshot: 'only-on-failure' },
  expect: { timeout: 20_000 },
  reporter: [['list']],
})
