import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/lib/api/types.ts'
import { AT_DESK, FIGURE_READERS, IDENTITY_READERS, isStaff, KEEPERS, LOG_READERS, MAP_READERS, STAFF } from '../../src/lib/ward/roles.ts'
import { ROOMS } from '../../src/routes/ward/rooms.ts'

const rooms = (role: Role): string[] => ROOMS.filter((room) => room.roles.includes(role)).map(({ id }) => id)

describe('who has work at the desk', () => {
  it('an administrator with a ward does all that ward staff does, and settings besides', () => {
    expect(STAFF.map(isStaff)).toEqual([true, true])
    expect(isStaff('admin')).toBe(true)
    for (const readers of [STAFF, MAP_READERS, FIGURE_READERS, LOG_READERS]) expect(readers).toEqual(expect.arrayContaining(['ward_staff', 'admin']))
    expect(rooms('admin')).toEqual([...rooms('ward_staff'), 'settings'])
    expect(KEEPERS).toEqual(['admin'])
  })
  it('the party board reads figures and the map, the protection officer figures and the log, others nothing', () => {
    for (const role of ['party_board', 'dpo'] as const) {
      expect(isStaff(role)).toBe(false)
      expect(rooms(role)).toEqual(['board', 'export'])
    }
    expect([MAP_READERS.includes('party_board'), LOG_READERS.includes('party_board')]).toEqual([true, false])
    expect([MAP_READERS.includes('dpo'), LOG_READERS.includes('dpo')]).toEqual([false, true])
    for (const role of ['volunteer', 'team_lead', 'tdp_coordinator'] as const) expect(rooms(role)).toEqual([])
    expect(isStaff(undefined)).toBe(false)
  })
  it('officers and one-stop helpers come to the desk for their own rooms, and read neither map nor board', () => {
    for (const role of ['police', 'one_stop_helper'] as const) {
      expect([AT_DESK.includes(role), FIGURE_READERS.includes(role), MAP_READERS.includes(role), isStaff(role)]).toEqual([true, false, false, false])
      expect(rooms(role).filter((id) => ['board', 'register', 'import', 'ground', 'teams', 'quality', 'export', 'settings'].includes(id))).toEqual([])
    }
    expect([...IDENTITY_READERS].sort()).toEqual(['admin', 'police', 'ward_staff'])
  })
  it('is written in one place: no screen of the desk has roles of its own', () => {
    const desk = fileURLToPath(new URL('../../src/routes/ward/', import.meta.url))
    const own = readdirSync(desk, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(svelte|ts)$/.test(name))
      .filter((name) => /'(ward_staff|admin|party_board|dpo|police)'/.test(readFileSync(join(desk, name), 'utf8')))
    expect(own).toEqual([])
  })
})
