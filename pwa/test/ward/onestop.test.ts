import { describe, expect, it } from 'vitest'
import { findGroups, OnestopDesk, writeSlip, type Opened } from '../../src/lib/ward/onestop/onestop-desk.svelte.ts'
import type { OnestopApi } from '../../src/lib/ward/onestop/api.ts'
import type { AskDesk } from '../../src/lib/ward/onestop/wire.ts'
import { wardOnestopEn } from '../../src/lib/i18n/ward-onestop.en.ts'
import { wardOnestopVi } from '../../src/lib/i18n/ward-onestop.vi.ts'
import { RETURN_WHYS } from '../../src/lib/domain/referral.ts'
import { Unreachable } from '../../src/lib/api/client.ts'

const groups = [
  { id: 'g1', code: 'THAIHOC2', name: 'Tổ dân phố Thái Học 2' },
  { id: 'g2', code: 'TRAISEN', name: 'Tổ dân phố Trại Sen' },
]

class Fake {
  asked: AskDesk[] = []
  fails = 0
  list = () => Promise.resolve({ referrals: [] as Opened[], groups })
  open = (asked: AskDesk): Promise<Opened> => {
    this.asked.push(asked)
    if (this.fails-- > 0) return Promise.reject(new Unreachable())
    return Promise.resolve({ ...asked, state: 'new', opened_at: 1, slip: 'K7P2RM' })
  }
}
async function desk(): Promise<{ desk: OnestopDesk; api: Fake }> {
  const api = new Fake()
  let n = 0
  const made = new OnestopDesk(api as unknown as OnestopApi, () => 0, () => true, () => `id${(n += 1)}`)
  await made.refresh()
  return { desk: made, api }
}

describe('a group is found', () => {
  it('without marks, from any word, and with the keyboard left in English', () => {
    const names = (text: string): string[] => findGroups(groups, text).map(({ id }) => id)
    expect(names('')).toEqual(['g1', 'g2'])
    expect(names('trai sen')).toEqual(['g2'])
    expect(names('traij sen')).toEqual(['g2'])
    expect(names('hoc 2')).toEqual(['g1'])
    expect(names('THAI')).toEqual(['g1'])
    expect(names('xa la')).toEqual([])
  })
})

describe('passing on', () => {
  it('needs two choices, and says which is missing', async () => {
    const { desk: it_, api } = await desk()
    expect(it_.missing).toBeNull()
    await it_.send()
    expect(it_.missing).toBe('what')
    it_.kind = 'POLICE_L2'
    expect(it_.missing).toBe('where')
    await it_.send()
    expect(api.asked).toEqual([])
    it_.group = 'g2'
    await it_.send()
    expect(api.asked).toEqual([{ id: 'id1', kind: 'POLICE_L2', source: 'one_stop', group_id: 'g2' }])
    expect(writeSlip(it_.shown?.slip ?? '')).toBe('K7P 2RM')
  })

  it('asked again after a lost answer it is the same one, and what was chosen stays', async () => {
    const { desk: it_, api } = await desk()
    api.fails = 1
    Object.assign(it_, { kind: 'POLICE_DATA', group: 'g1', band: '60-79', source: 'class' })
    await it_.send()
    expect([it_.shown, it_.failure, it_.kind, it_.group]).toEqual([null, 'offline', 'POLICE_DATA', 'g1'])
    await it_.send()
    expect(api.asked.map(({ id }) => id)).toEqual(['id1', 'id1'])
    it_.next()
    expect([it_.shown, it_.kind, it_.group, it_.band, it_.source, it_.missing]).toEqual([null, null, null, '', 'class', null])
    Object.assign(it_, { kind: 'POLICE_L2', group: 'g1' })
    await it_.send()
    expect(api.asked.at(-1)).toEqual({ id: 'id2', kind: 'POLICE_L2', source: 'class', group_id: 'g1' })
  })

  it('has words for every answer, in both languages', () => {
    for (const words of [wardOnestopVi, wardOnestopEn]) for (const why of RETURN_WHYS) expect(words[`why_${why}`]).toBeTruthy()
  })
})
