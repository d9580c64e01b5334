import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judge, type Fix, type Near, type Point } from '../src/lib/domain/near.ts'

interface Case {
  what: string
  fix: Fix | null
  door: Point | null
  alley: Point[]
  near: Near
}
const cases = JSON.parse(readFileSync(new URL('../../tests/vectors/near.json', import.meta.url), 'utf8')) as Case[]

describe('near', () => {
  it.each(cases)('$what', ({ fix, door, alley, near }) => expect(judge(fix, door, alley)).toBe(near))
})
