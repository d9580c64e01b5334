import { describe, expect, it } from 'vitest'
import { Problem, Unreachable } from '$lib/api/client.ts'
import type { ProblemCode } from '$lib/api/types.ts'
import { ofField, readValue, toField } from '$lib/setup/day.ts'
import { polygonsIn, shapesIn } from '$lib/setup/outline.ts'
import { SetupDesk, type Choices, type SetupParts } from '$lib/setup/setup.svelte.ts'
import { setupEn } from '../src/lib/i18n/setup.en.ts'
import { setupVi } from '../src/lib/i18n/setup.vi.ts'
import { settingsEn } from '../src/lib/i18n/ward-settings.en.ts'
import { settingsVi } from '../src/lib/i18n/ward-settings.vi.ts'

const names = (text: string): (string | undefined)[] => [...new Set([...text.matchAll(/\{(\w+)[:}]/g)].map((m) => m[1]))].sort()

describe.each([
  ['the set-up page', setupVi, setupEn],
  ['the settings', settingsVi, settingsEn],
])('the words of %s', (_, vi, en) => {
  it('are whole in both languages, composed, with the same figures in each', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort())
    for (const [key, text] of Object.entries(vi)) {
      const other = (en as Record<string, string>)[key] ?? ''
      expect(other, key).not.toBe('')
      expect(names(other), key).toEqual(names(text))
      expect(text, key).toBe(text.normalize('NFC'))
    }
  })
})

const RING = [[106, 21], [106.1, 21], [106.1, 21.1], [106, 21]]
const CHOICES: Choices = {
  wards: [
    { code: '10549', name: 'Phường Chu Văn An', city: 'Hải Phòng', former: ['Sao Đỏ', 'Văn An'], boundary: { type: 'Polygon', coordinates: [RING] } },
    { code: '10546', name: 'Phường Chí Linh', city: 'Hải Phòng', former: [], boundary: { type: 'Polygon', coordinates: [RING] } },
  ],
  suggested: [
    { indicator: 'COV_SERVED', unit: 'percent', value: null, due_on: null, source: 'chờ' },
    { indicator: 'ADULT_BASIC', unit: 'percent', value: 62.5, due_on: 20261231, source: 'KH 01' },
  ],
}

const refusal = (code: ProblemCode, status: number, errors: { pointer: string; code: string }[] = []): Problem =>
  new Problem({ type: 'about:blank', title: code, status, code, errors }, status === 429 ? 60_000 : null)

function desk(answer: (path: string, body: Record<string, unknown>) => unknown = () => CHOICES) {
  const said: { path: string; body: Record<string, unknown> }[] = []
  const disk = new Map<string, string>()
  const hear = async (path: string, body: Record<string, unknown>): Promise<unknown> => {
    said.push({ path, body })
    return answer(path, body)
  }
  const parts: SetupParts = {
    api: { post: (path: string, body: unknown) => hear(path, body as Record<string, unknown>) } as SetupParts['api'],
    clock: { now: () => Date.parse('2026-11-22T02:00:00Z') },
    device: async () => 'this-browser',
    enter: async (body) => void (await hear('/setup', body)),
    storage: { getItem: (key) => disk.get(key) ?? null, setItem: (key, text) => void disk.set(key, text), removeItem: (key) => void disk.delete(key) },
  }
  return { it: new SetupDesk(parts), again: () => new SetupDesk(parts), said, disk }
}

async function filled(answer?: Parameters<typeof desk>[0]) {
  const made = desk(answer)
  const { it } = made
  it.code = 'ABCDE-FGHJK'
  await it.enterCode()
  it.known = '10549'
  await it.next()
  it.admin = { name: 'Trần Thử', login: 'quan.tri' }
  it.password = 'bốn con gà trống'
  await it.next()
  it.campaign.name = 'Đi từng ngõ'
  const adults = it.rows[1]
  if (adults) adults.taken = true
  await it.next()
  it.teams = ['Đội một', ' ', 'Đội hai']
  return made
}

describe('setting a server up', () => {
  it('asks for each step and hands all of it in at once', async () => {
    const { it, said, disk } = await filled()
    expect(it.step).toBe('teams')
    expect(await it.finish()).toBe(true)
    expect(said.map(({ path }) => path)).toEqual(['/setup/code', '/setup/check', '/setup/check', '/setup/check', '/setup'])
    expect(said.at(-1)?.body).toEqual({
      code: 'ABCDE-FGHJK',
      ward: { code: '10549' },
      admin: { name: 'Trần Thử', login: 'quan.tri', password: 'bốn con gà trống' },
      campaign: { name: 'Đi từng ngõ', starts_on: 20261122, ends_on: 20270105 },
      targets: [{ indicator: 'ADULT_BASIC', value: 62.5, due_on: 20261231, source: 'KH 01' }],
      teams: ['Đội một', 'Đội hai'],
    })
    expect([...disk.keys()], 'nothing stays in the browser').toEqual([])
    expect(it.password).toBe('')
  })

  it('keeps everything but the password over a reload, and asks for the password again', async () => {
    const { again, disk } = await filled()
    expect([...disk.values()].join()).not.toContain('gà trống')
    const it = again()
    await it.open()
    expect(it.step).toBe('admin')
    expect([it.admin.login, it.password, it.known, it.campaign.name, it.taken.length]).toEqual(['quan.tri', '', '10549', 'Đi từng ngõ', 1])
  })

  it('stays at a step that is refused, names the field and keeps what was typed', async () => {
    const { it } = desk((path) => {
      if (path === '/setup/check') throw refusal('invalid_field', 422, [{ pointer: '/ward/code', code: 'unknown_ward' }])
      return CHOICES
    })
    it.code = 'ABCDEFGHJK'
    await it.enterCode()
    expect(await it.next()).toBe(false)
    expect([it.step, it.faults]).toEqual(['ward', { '/ward/code': 'unknown_ward' }])
  })

  it('goes back to the step that the last one found wrong', async () => {
    const { it } = await filled((path) => {
      if (path === '/setup') throw refusal('invalid_field', 422, [{ pointer: '/targets/0/value', code: 'out_of_range' }])
      return CHOICES
    })
    expect(await it.finish()).toBe(false)
    expect([it.step, it.password]).toEqual(['campaign', 'bốn con gà trống'])
  })

  it.each([
    [new Unreachable(), 'offline'],
    [refusal('conflict', 409), 'done'],
    [refusal('account_locked', 429), 'locked'],
    [refusal('unavailable', 503), 'busy'],
    [refusal('internal', 500), 'broken'],
  ] as const)('says of %s what it is', async (error, trouble) => {
    const { it } = desk(() => {
      throw error
    })
    expect(await it.enterCode()).toBe(false)
    expect(it.trouble).toBe(trouble)
  })

  it('finds a ward without marks and by a former name', async () => {
    const { it } = await filled()
    expect(it.found('sao do').map(({ code }) => code)).toEqual(['10549'])
    expect(it.found('chí').map(({ code }) => code)).toEqual(['10546'])
    expect(it.found('').length).toBe(2)
    expect(it.found('đà nẵng')).toEqual([])
  })
})

describe('an outline in a file', () => {
  const polygon = { type: 'Polygon', coordinates: [RING] }
  it('is found however the file wraps it', () => {
    const feature = { type: 'Feature', properties: { id: 1, TEN_XA: ' Phường Mơ ' }, geometry: polygon }
    for (const file of [polygon, feature, { type: 'FeatureCollection', features: [feature, { type: 'Feature', properties: null, geometry: null }] }, { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [1, 2] }, polygon] }]) {
      expect(shapesIn(`\uFEFF${JSON.stringify(file)}`)?.map(({ geometry }) => geometry)).toEqual([polygon])
    }
    expect(shapesIn(JSON.stringify(feature))?.[0]?.name).toBe('Phường Mơ')
  })
  it('is missing in what is no GeoJSON, and in what holds no area', () => {
    for (const text of ['', 'x', '[]', '{"a":1}', 'null']) expect(shapesIn(text), text).toBeNull()
    expect(shapesIn('{"type":"Point","coordinates":[1,2]}')).toEqual([])
  })
  it('is drawn only when there is something to draw', () => {
    expect(polygonsIn({ type: 'MultiPolygon', coordinates: [[RING]] })).toEqual([[RING]])
    for (const coordinates of [undefined, 'x', [], [1]]) expect(polygonsIn({ type: 'Polygon', coordinates })).toEqual([])
    expect(polygonsIn(null)).toEqual([])
  })
})

describe('days and values in fields', () => {
  it('come and go', () => {
    expect([toField(20261105), toField(null), toField(0)]).toEqual(['2026-11-05', '', ''])
    expect([ofField('2026-11-05'), ofField(''), ofField('2026-11')]).toEqual([20261105, 0, 0])
    expect(['82,5', ' 60 % ', '1 500', '0'].map(readValue)).toEqual([82.5, 60, 1500, 0])
    expect(['', 'x', '-1', '1,2,3'].map(readValue)).toEqual([null, null, null, null])
  })
})
