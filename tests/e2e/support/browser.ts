import type { PlaywrightWorkerOptions } from '@playwright/test'

/** The browser of the system; none is ever downloaded. */
export const CHROMIUM: Pick<PlaywrightWorkerOptions, 'browserName' | 'launchOptions'> = {
  browserName: 'chromium',
  launchOptions: {
    executablePath: process.env.GOCUA_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The ward's map draws with WebGL, on the processor.
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  },
}

const PLACE = { locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' }

/** A cheap phone, held upright. */
export const PHONE = {
  ...PLACE,
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}

/** The ward's laptop. */
export const DESK = { ...PLACE, viewport: { width: 1280, height: 800 } }
