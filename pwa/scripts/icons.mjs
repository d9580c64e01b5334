// Copies the paths of the Lucide icons we use into src/lib/ui/icons.ts. No icon runtime ships.
import { readFile, writeFile } from 'node:fs/promises'

const USED = {
  footprints: 'footprints', calendar: 'calendar-clock', search: 'search', user: 'user', list: 'list', map: 'map',
  turn: 'route', door: 'door-open', closed: 'door-closed', check: 'circle-check', clock: 'clock-3', hand: 'hand',
  back: 'chevron-left', next: 'chevron-right', up: 'chevron-up', down: 'chevron-down', plus: 'plus', minus: 'minus', close: 'x',
  tick: 'check', upload: 'cloud-upload', unsent: 'cloud-off', offline: 'wifi-off', lock: 'lock', eye: 'eye', hidden: 'eye-off',
  alert: 'triangle-alert', info: 'info', undo: 'undo-2', people: 'users', person: 'user-check', home: 'house', pin: 'map-pin',
  logout: 'log-out', language: 'languages', phone: 'smartphone', shield: 'shield-check', warn: 'shield-alert', refresh: 'refresh-cw',
  child: 'baby', shop: 'store', copies: 'copy', unknown: 'circle-question-mark', trash: 'trash-2', download: 'download', share: 'external-link',
  sparkle: 'sparkles', more: 'ellipsis', walk: 'milestone', calm: 'leaf',
  edit: 'pencil', file: 'file-lock-2', waiting: 'hourglass', change: 'arrow-right', give: 'share-2', unsafe: 'shield-off', disk: 'hard-drive',
  layers: 'layers', chart: 'chart-column', filter: 'funnel', menu: 'menu', sort: 'arrow-down-up', inbox: 'inbox', building: 'building-2',
  qr: 'qr-code', badge: 'id-card-lanyard', print: 'printer', sun: 'sun', fingerprint: 'fingerprint-pattern', card: 'id-card', paper: 'file-text', call: 'phone-call',
}

// Joined behind another shape a leading `m` would be read relative to its end; alone it is absolute.
const absolute = (d) =>
  d.replace(/^m\s*(-?\d*\.?\d+)[\s,]*(-?\d*\.?\d+)[\s,]*(?=(.?))/s, (_, x, y, next) => `M${x} ${y}${/[-.\d]/.test(next) ? "l" : ""}`)

// Points are written `x,y x,y` or `x y x y`.
const pairs = (points) => points.trim().split(/[\s,]+/).map((n, i, all) => (i % 2 ? '' : `${n} ${all[i + 1]}`)).filter(Boolean).join('L')

const out = []
for (const [name, file] of Object.entries(USED)) {
  const svg = await readFile(new URL(`../node_modules/lucide-static/icons/${file}.svg`, import.meta.url), 'utf8')
  // Every shape becomes one path: a single `d` needs no markup, hence no innerHTML and no Trusted Types.
  const d = [...svg.matchAll(/<(path|circle|rect|line|polyline|polygon|ellipse)\s([^>]*?)\/>/gs)].map(([, tag, raw]) => {
    const a = Object.fromEntries([...raw.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]))
    const n = (k) => Number(a[k] ?? 0)
    switch (tag) {
      case 'path': return absolute(a.d)
      case 'circle': return `M${n('cx') - n('r')} ${n('cy')}a${n('r')} ${n('r')} 0 1 0 ${2 * n('r')} 0a${n('r')} ${n('r')} 0 1 0 ${-2 * n('r')} 0`
      case 'line': return `M${n('x1')} ${n('y1')}L${n('x2')} ${n('y2')}`
      case 'polyline': return `M${pairs(a.points)}`
      case 'polygon': return `M${pairs(a.points)}z`
      case 'ellipse': return `M${n('cx') - n('rx')} ${n('cy')}a${n('rx')} ${n('ry')} 0 1 0 ${2 * n('rx')} 0a${n('rx')} ${n('ry')} 0 1 0 ${-2 * n('rx')} 0`
      case 'rect': {
        const r = Number(a.rx ?? 0), w = n('width') - 2 * r, h = n('height') - 2 * r
        return r
          ? `M${n('x') + r} ${n('y')}h${w}a${r} ${r} 0 0 1 ${r} ${r}v${h}a${r} ${r} 0 0 1 ${-r} ${r}h${-w}a${r} ${r} 0 0 1 ${-r} ${-r}v${-h}a${r} ${r} 0 0 1 ${r} ${-r}z`
          : `M${n('x')} ${n('y')}h${n('width')}v${n('height')}h${-n('width')}z`
      }
    }
  })
  out.push(`  ${name}: '${d.join('')}',`)
}

await writeFile(
  new URL('../src/lib/ui/icons.ts', import.meta.url),
  `// Written by scripts/icons.mjs from Lucide (ISC licence); do not edit.\nexport const icons = {\n${out.join('\n')}\n} as const\n\nexport type IconName = keyof typeof icons\n`,
)
