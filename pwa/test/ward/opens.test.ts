import { describe, expect, it, vi } from 'vitest'
import { Catalogue, type Indicator } from '$lib/ward/catalogue.svelte.ts'
import { defineMeasure, definePeople, defineRevisit, defineVisits } from '$lib/ward/definition.ts'
import { INDICATOR, isIdentity, MEASURES } from '$lib/ward/measure.ts'
import { listHref, readListPlace, writeListPlace } from '$lib/ward/register/place.ts'
import { SHOWS } from '$lib/ward/register/text.ts'
import { coverage as coverageOf, group } from './fixture.ts'

const indicator = (code: string, whole: string | null = null): Indicator => ({ code, name: `tên ${code}`, formula: `cách đếm ${code}`, unit: 'household', whole })

describe('how the book counts', () => {
  it('is asked for once, however many figures are opened at once', async () => {
    const ask = vi.fn(() => Promise.resolve({ indicators: [indicator('HH_SERVED')] }))
    const catalogue = new Catalogue(ask)
    expect(ask).not.toHaveBeenCalled()
    await Promise.all([catalogue.open(), catalogue.open()])
    await catalogue.open()
    expect(ask).toHaveBeenCalledOnce()
  })

  it('tells a share with its denominator, each rule once, and leaves out what the book does not know', async () => {
    const catalogue = new Catalogue(() => Promise.resolve({ indicators: [indicator('COV_SERVED', 'HH_TOTAL'), indicator('HH_TOTAL'), indicator('HH_SERVED')] }))
    expect(catalogue.rulesOf(['HH_TOTAL'])).toEqual([])
    await catalogue.open()
    expect(catalogue.rulesOf(['COV_SERVED', 'HH_TOTAL', 'CHAPMAN']).map((rule) => rule.code)).toEqual(['COV_SERVED', 'HH_TOTAL'])
    expect(catalogue.rulesOf(['HH_SERVED'])).toEqual([{ code: 'HH_SERVED', name: 'tên HH_SERVED', formula: 'cách đếm HH_SERVED' }])
  })

  it('can be asked for again when no answer came', async () => {
    const answers = [() => Promise.reject(new Error('no line')), () => Promise.resolve({ indicators: [indicator('VISITS')] })]
    const catalogue = new Catalogue(() => answers.shift()!())
    await catalogue.open()
    expect([catalogue.failed, catalogue.known]).toEqual([true, null])
    await catalogue.open()
    expect([catalogue.failed, catalogue.known?.size]).toEqual([false, 1])
  })
})

describe('the households behind a figure', () => {
  const coverage = coverageOf({ groups: [group(4, { id: 'g4' })] })
  const frame = { coverage, span: { from: 20261102, to: 20261220 }, checkedAt: null }

  it('are those the measure counts, of the ward or of one group', () => {
    const own = coverage.groups[0]!
    expect(defineMeasure('served', frame).list?.href).toBe('#/ward/register/all/show/ever_served')
    expect(defineMeasure('revisit', { ...frame, of: { group: 'g4', tally: own.tally } }).list?.href).toBe('#/ward/register/g/g4/show/revisit')
    expect([defineRevisit(frame), defineVisits(frame), definePeople(frame)].map((d) => d.list?.href.split('/').at(-1))).toEqual(['revisit', 'ever_visited', 'ever_served'])
  })

  it('every measure says by which rules it is counted, and all but the days since and what the police count lead to a list', () => {
    for (const measure of MEASURES) {
      const d = defineMeasure(measure, frame)
      expect(d.rules?.length, measure).toBeGreaterThan(0)
      expect(d.list === undefined, measure).toBe(measure === 'idle' || isIdentity(measure))
    }
    expect(INDICATOR.served).toBe('COV_SERVED')
  })

  it('are of today: an earlier day offers none', () => {
    expect(defineMeasure('served', { ...frame, past: true }).list).toBeUndefined()
  })
})

describe('the address of the list', () => {
  it.each([
    [{ group: null, alley: null, show: null }, 'all'],
    [{ group: null, alley: null, show: 'revisit' as const }, 'all/show/revisit'],
    [{ group: 'g1', alley: null, show: 'all' as const }, 'g/g1'],
    [{ group: 'g1', alley: 'a2', show: 'served' as const }, 'g/g1/a2/show/served'],
  ])('%o is written %s and read back', (place, path) => {
    expect(writeListPlace(place)).toBe(path)
    expect(readListPlace(path.split('/'), SHOWS)).toEqual({ ...place, show: place.show === 'all' ? null : place.show })
  })

  it('shows everything for a word it does not know, and for the door of the room', () => {
    expect(readListPlace(['all', 'show', 'người nghèo'], SHOWS)).toEqual({ group: null, alley: null, show: null })
    expect(readListPlace([], SHOWS)).toEqual({ group: null, alley: null, show: null })
    expect(listHref('ever_visited', 'g1')).toBe('#/ward/register/g/g1/show/ever_visited')
  })
})
