// Circles of one, two and three calls are noticed at the fifth round, and nothing that makes headway is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonValue } from '../vocabulary/json.ts'
import { createLoopBreaker } from './loop-breaker.ts'

/** After how many of the calls the agent is found stuck; null when never. */
function stuckAfter(calls: readonly (readonly [string, JsonValue])[]): number | null {
  const breaker = createLoopBreaker()
  for (const [index, [tool, input]] of calls.entries()) {
    breaker.record({ id: `call-${index}`, tool, input })
    if (breaker.isStuck()) return index + 1
  }
  return null
}

const read = (path: string) => ['read', { path }] as const
const times = <T>(count: number, round: readonly T[]) => Array.from({ length: count }, () => round).flat()

test('the same call five times in a row is a circle, four times is not', () => {
  assert.equal(stuckAfter(times(4, [read('a')])), null)
  assert.equal(stuckAfter(times(9, [read('a')])), 5)
})

test('circles of two and three calls are noticed at their fifth round', () => {
  assert.equal(stuckAfter(times(9, [read('a'), read('b')])), 10)
  assert.equal(stuckAfter(times(9, [read('a'), read('b'), ['shell', { command: 'make' }]])), 15)
})

test('a circle is noticed after honest work too', () => {
  const work = Array.from({ length: 30 }, (_, index) => read(`file-${index}`))
  assert.equal(stuckAfter([...work, ...times(5, [read('a')])]), 35)
})

test('the same tool with other input, or another tool with the same input, is no repetition', () => {
  assert.equal(
    stuckAfter(Array.from({ length: 40 }, (_, index) => ['shell', { command: `echo ${index}` }] as const)),
    null,
  )
  assert.equal(stuckAfter([...times(4, [read('a')]), ['list', { path: 'a' }], ...times(4, [read('a')])]), null)
})

test('any calls: stuck exactly when the end is five rounds of at most three calls', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 }), fc.nat(3), (letters, rounds) => {
      const calls = [...letters, ...times(rounds * 2, letters.slice(-2))]
      const breaker = createLoopBreaker()
      for (const letter of calls) breaker.record({ id: '', tool: 'read', input: { path: letter } })
      const text = calls.join('')
      assert.equal(breaker.isStuck(), /(.)\1{4}$|(..)\2{4}$|(...)\3{4}$/.test(text), text)
    }),
  )
})

test('within one turn the calls are cut after the one that closes the circle, and kept whole otherwise', () => {
  const breaker = createLoopBreaker()
  const calls = (count: number, tool: string) =>
    Array.from({ length: count }, (_, index) => ({ id: `c${index}`, tool, input: {} }))
  assert.equal(breaker.upToStuck(calls(20, 'list')).length, 5)
  assert.equal(breaker.upToStuck(calls(4, 'list')).length, 4)
  for (const call of calls(3, 'list')) breaker.record(call)
  assert.equal(breaker.upToStuck(calls(20, 'list')).length, 2)
  assert.equal(breaker.isStuck(), false)
})
