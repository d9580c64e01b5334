import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { atOnce, SRC } from './plugins/at-once.ts'
import { brotli } from './plugins/brotli.ts'
import pkg from './package.json' with { type: 'json' }

/** What belongs to the ward desk alone; a phone must neither load nor precache it. */
const DESK =
  /[\\/](?:routes[\\/](?:ward|setup)|lib[\\/](?:map|ward|setup))[\\/]|i18n[\\/](?:ward[.-]|setup\.)|node_modules[\\/](?:maplibre-gl|pmtiles|fflate)/

const forDesk = (modules: readonly string[]): boolean => modules.length > 0 && modules.some((id) => DESK.test(id))

/**
 * It is one file, however many screens come later and share parts of it: left to itself the bundler
 * cuts it where they share, and each cut costs a fetch and what one file compresses better than three.
 */
const first = atOnce(join(SRC, 'main.ts'))
const inShell = (id: string): boolean => first.has(id.split('?')[0] ?? '') || /node_modules\/(?:svelte|idb|esm-env|clsx)\//.test(id)

export default defineConfig({
  resolve: {
    alias: { $lib: fileURLToPath(new URL('./src/lib', import.meta.url)) },
    // Tests mount components in no browser; everything else wants the client build of Svelte.
    conditions: ['browser', 'module', 'import', 'default'],
  },
  define: { __APP_VERSION__: JSON.stringify(pkg.version) },
  plugins: [
    svelte(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false,
      // The page registers the worker itself: the generated code is refused by Trusted Types.
      injectManifest: {
        globPatterns: ['index.html', 'assets/**/*.{js,css,woff2}', 'icons/*.{svg,png}'],
        globIgnores: ['desk/**'],
        rollupFormat: 'es',
        minify: true,
      },
      manifest: {
        id: '/',
        name: 'Gõ Cửa',
        short_name: 'Gõ Cửa',
        description: 'Đi từng ngõ, gõ từng nhà, hướng dẫn từng người',
        lang: 'vi',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        orientation: 'portrait-primary',
        background_color: '#f3f6fb',
        theme_color: '#0a56c8',
        icons: [
          { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: '/icons/icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
    }),
    brotli(),
  ],
  worker: {
    format: 'es',
    rollupOptions: { output: { entryFileNames: 'desk/[name]-[hash].js', chunkFileNames: 'desk/[name]-[hash].js' } },
  },
  build: {
    target: 'es2022',
    // The policy forbids data: fonts, and one file a thing is what the precache counts on.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'shell', test: inShell }] },
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: (chunk) => `${forDesk(chunk.moduleIds) ? 'desk' : 'assets'}/[name]-[hash].js`,
        assetFileNames: (asset) =>
          `${forDesk(asset.originalFileNames) || /^ward|^map/i.test(asset.names[0] ?? '') ? 'desk' : 'assets'}/[name]-[hash][extname]`,
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': { target: process.env.GOCUA_SERVER ?? 'http://127.0.0.1:8080' } } },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // A busy machine is no failure: what must be fast is measured by a bench.
    testTimeout: 60_000,
    setupFiles: ['test/setup.ts'],
  },
})
