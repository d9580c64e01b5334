import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Everything is borrowed from the app: its packages, its compiler, its code. */
const APP = resolve(import.meta.dirname, '../../pwa')
const borrowed = createRequire(join(APP, 'package.json'))
const { svelte } = (await import(pathToFileURL(borrowed.resolve('@sveltejs/vite-plugin-svelte')).href)) as { svelte: () => object }

/** The code under test; another checkout of the app when an older release is recorded. */
const UNDER_TEST = resolve(process.env.GOCUA_APP ?? APP)

interface Resolver {
  resolve: (id: string, importer: string, options: { skipSelf: boolean }) => Promise<unknown>
}

export default {
  root: APP,
  resolve: { alias: { $lib: join(UNDER_TEST, 'src/lib') }, conditions: ['browser', 'module', 'import', 'default'] },
  define: { __APP_VERSION__: JSON.stringify((borrowed(join(UNDER_TEST, 'package.json')) as { version: string }).version) },
  plugins: [
    {
      name: 'packages of the app',
      enforce: 'pre',
      resolveId(this: Resolver, id: string, importer: string | undefined) {
        const bare = /^[a-z@]/.test(id) && !id.startsWith('node:')
        return bare && importer?.startsWith(import.meta.dirname) ? this.resolve(id, join(APP, 'package.json'), { skipSelf: true }) : null
      },
    },
    svelte(),
  ],
  server: { fs: { strict: false } },
  test: {
    dir: import.meta.dirname,
    include: process.env.GOCUA_SOAK ? ['soak.ts'] : process.env.GOCUA_RECORD ? ['record.ts'] : ['*.test.ts'],
    environment: 'node',
    setupFiles: [join(import.meta.dirname, 'support/disk.ts')],
    testTimeout: process.env.GOCUA_SOAK ? 0 : 240_000,
    hookTimeout: 60_000,
    // Two cores is what the smallest machine has; each file has a server of its own.
    maxWorkers: 2,
  },
}
