// Every model call counts, those of earlier runs too, and the limit is a wall.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventOf, TaskEvent } from '../vocabulary/event.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { createMeter } from './meter.ts'

function used(input_tokens: number, output_tokens: number, offline = false): EventOf<'usage.recorded'>['data'] {
  const label = { provider: 'p', model: 'm', offline, tier: 'main', step: 's', agent: 'coder' } as const
  return { ...label, input_tokens, output_tokens, cached_input_tokens: 1 }
}
function recorded(...entries: readonly EventOf<'usage.recorded'>['data'][]): TaskEvent[] {
  return entries.map((data, index) => ({
    type: 'usage.recorded',
    data,
    task_id: 't' as TaskId,
    seq: index + 1,
    at: new Date(0),
  }))
}

test('a resumed task goes on counting where its log stands', () => {
  const meter = createMeter(recorded(used(10, 5), used(20, 5)), { modelCallsPerTask: 9, tokensPerTask: 999 })
  meter.record(used(1, 1))
  assert.deepEqual(meter.totals(), { input_tokens: 31, output_tokens: 11, cached_input_tokens: 3, model_calls: 3 })
  assert.equal(meter.exhausted(), null)
})

test('calls and tokens each have their wall, reached exactly', () => {
  const calls = createMeter([], { modelCallsPerTask: 2, tokensPerTask: 999 })
  calls.record(used(1, 1))
  assert.equal(calls.exhausted(), null)
  calls.record(used(1, 1))
  assert.deepEqual(calls.exhausted(), { limit: 'model calls a task', used: 2, allowed: 2 })
  const tokens = createMeter([], { modelCallsPerTask: 99, tokensPerTask: 10 })
  tokens.record(used(4, 5))
  assert.equal(tokens.exhausted(), null)
  tokens.record(used(0, 1))
  assert.deepEqual(tokens.exhausted(), { limit: 'tokens a task', used: 10, allowed: 10 })
})

test('one offline turn, in whatever run, makes the work offline', () => {
  const limits = { modelCallsPerTask: 9, tokensPerTask: 999 }
  assert.equal(createMeter(recorded(used(1, 1)), limits).offline(), false)
  const meter = createMeter(recorded(used(1, 1, true)), limits)
  meter.record(used(1, 1))
  assert.equal(meter.offline(), true)
})
