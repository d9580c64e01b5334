import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Finder, type Answer } from '../src/lib/domain/find.ts'

interface WardWay {
  id: string
  group: string
  name: string
  parent?: string
  /** `number|head|landmark`; a door goes by its way and its number, or its landmark where it has none. */
  doors: string[]
}

interface Case {
  rule: string
  q: string
  first?: string
  /** These and no others come first, in any order among themselves. */
  top?: string[]
  also?: string[]
  never?: string[]
  none?: true
  vague?: true
  any_order?: true
}

const { ways, cases } = JSON.parse(readFileSync(new URL('../../tests/vectors/find.json', import.meta.url), 'utf8')) as { ways: WardWay[]; cases: Case[] }

const namesOf = (way: WardWay): string[] => [way.name, ...(way.parent ? namesOf(ways.find(({ id }) => id === way.parent)!) : [])]

function ward(): Finder<string> {
  const finder = new Finder<string>()
  for (const way of ways) {
    finder.put(
      way.id,
      { group: way.group, names: namesOf(way) },
      way.doors.map((line) => {
        const [no = '', head = '', landmark = ''] = line.split('|')
        return [{ no: no || null, head: head || null, landmark: landmark || null, code: '' }, `${way.id} ${no || landmark}`]
      }),
    )
  }
  finder.order(ways.map(({ id }) => id))
  return finder
}

const finder = ward()
const ALL = 10_000
const doors = (answer: Answer<string>): string[] => answer.hits.map(({ item }) => item)

function check(c: Case, text: string): void {
  const answer = finder.find(text, ALL)
  const found = doors(answer)
  if (c.first !== undefined) expect(found[0]).toBe(c.first)
  if (c.top) expect(found.slice(0, c.top.length).sort()).toEqual([...c.top].sort())
  for (const door of c.also ?? []) expect(found).toContain(door)
  for (const door of c.never ?? []) expect(found).not.toContain(door)
  if (c.none || c.vague) expect(found.slice(0, 3)).toEqual([])
  expect(answer.vague).toBe(c.vague ?? false)
  expect(answer.total).toBe(found.length)
}

describe('what a person means', () => {
  it.each(cases)('$rule: $q', (c) => check(c, c.q))
})
