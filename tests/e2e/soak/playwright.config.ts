import { defineConfig } from '@playwright/test'

/** No part of the stories: `npx playwright test --config soak/playwright.config.ts`. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.soak.ts',
  outputDir: '../test-results/soak',
  workers: 1,
  retries: 0,
  timeout: 0,
  expect: { timeout: 20_000 },
  reporter: [['list']],
})
