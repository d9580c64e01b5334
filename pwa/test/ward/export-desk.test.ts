import { describe, expect, it, vi } from 'vitest'
import { Problem, Unreachable } from '$lib/api/client.ts'
import type { AccessLine, ExportApi } from '$lib/ward/export/api.ts'
import { ExportDesk } from '$lib/ward/export/export-desk.svelte.ts'
import { newPassword } from '$lib/ward/export/password.ts'

const file = { name: 'gocua-groups-20261123.xlsx', blob: new Blob(['x']) }
const look = (at: number): AccessLine => ({ at, by: 'Cán bộ', what: 'look', request: 1, shown: 2 })

function begin(take: ExportApi['take'] = () => Promise.resolve(file), log: ExportApi['log'] = () => Promise.resolve({ lines: [], more: false })) {
  const saved = vi.fn()
  const asked = vi.fn(take)
  const desk = new ExportDesk({ take: asked, log: vi.fn(log) } as unknown as ExportApi, saved)
  return { desk, saved, asked }
}

const refusal = (pointer: string, code = 'invalid_field'): Problem =>
  new Problem({ type: 'about:blank', title: 'x', status: 422, code: 'invalid_field', errors: [{ pointer, code }] })

describe('files that leave the desk', () => {
  it('takes a table of figures at once, with nothing of the form', async () => {
    const { desk, saved, asked } = begin()
    desk.words = 'không liên quan'
    await desk.figures('groups', 'csv')
    expect(asked).toHaveBeenCalledExactlyOnceWith({ export: 'groups', format: 'csv', groups: [] })
    expect(saved).toHaveBeenCalledExactlyOnceWith(file)
    expect(desk.taken).toEqual({ name: file.name, password: null })
  })

  it('asks for a purpose and for words before it asks the server', async () => {
    const { desk, asked } = begin()
    await desk.people()
    expect(desk.fault).toBe('purpose')
    desk.purpose = 'field_work'
    desk.words = '  ngắn   '
    await desk.people()
    expect(desk.fault).toBe('words')
    expect(asked).not.toHaveBeenCalled()
  })

  it('takes a list with the password on the screen, shows it with the file, and makes another for the next', async () => {
    const { desk, asked } = begin()
    desk.purpose = 'inspection'
    desk.words = 'đoàn kiểm tra của quận'
    desk.turn('g1')
    desk.turn('g2')
    desk.turn('g1')
    const { password } = desk
    await desk.people()
    expect(asked).toHaveBeenCalledExactlyOnceWith({
      export: 'households', format: 'xlsx', groups: ['g2'], purpose: 'inspection', words: 'đoàn kiểm tra của quận', password,
    })
    expect(desk.taken).toEqual({ name: file.name, password })
    expect(desk.password).not.toBe(password)
  })

  it.each([
    ['/purpose', 'missing_field', 'purpose'],
    ['/words', 'invalid_field', 'words'],
    ['/words', 'secret_in_text', 'secret'],
    ['/password', 'invalid_field', 'password'],
    ['/groups', 'invalid_field', 'groups'],
  ] as const)('names the field when the server refuses %s (%s), and keeps what was typed', async (pointer, code, fault) => {
    const { desk, saved } = begin(() => Promise.reject(refusal(pointer, code)))
    desk.purpose = 'other'
    desk.words = 'một việc cần nói rõ'
    const { password } = desk
    await desk.people()
    expect(desk.fault).toBe(fault)
    expect(desk.trouble).toBeNull()
    expect([desk.words, desk.password, desk.purpose]).toEqual(['một việc cần nói rõ', password, 'other'])
    expect(saved).not.toHaveBeenCalled()
  })

  it('says when no answer came, and can be asked again', async () => {
    const answers = [() => Promise.reject(new Unreachable()), () => Promise.resolve(file)]
    const { desk, saved } = begin(() => (answers.shift() ?? answers[0]!)())
    await desk.figures('days', 'xlsx')
    expect(desk.trouble).toBe('offline')
    expect(desk.taking).toBeNull()
    await desk.figures('days', 'xlsx')
    expect(desk.trouble).toBeNull()
    expect(saved).toHaveBeenCalledOnce()
  })

  it('reads the log from its newest line, and older lines after the last one', async () => {
    const pages = new Map<number | null, AccessLine[]>([[null, [look(9), look(7)]], [7, [look(3)]]])
    const { desk } = begin(undefined, (before) => Promise.resolve({ lines: pages.get(before) ?? [], more: before === null }))
    await desk.readLog()
    expect(desk.more).toBe(true)
    await desk.readLog(true)
    expect(desk.lines.map((line) => line.at)).toEqual([9, 7, 3])
    expect(desk.more).toBe(false)
  })
})

describe('the password of a file', () => {
  it('is five pairs of syllables, long enough for the server', () => {
    expect(newPassword()).toMatch(/^([bcdghklmnprstvxy][aeiou]){2}(-([bcdghklmnprstvxy][aeiou]){2}){4}$/)
    expect(newPassword().length).toBeGreaterThanOrEqual(12)
  })

  it('favours no syllable: bytes that would are thrown away', () => {
    const rounds = [new Uint8Array(20).fill(250), new Uint8Array(20).fill(81)]
    const word = newPassword(() => rounds.shift() ?? new Uint8Array(20))
    expect(word).toBe(Array(5).fill('bebe').join('-'))
  })
})
