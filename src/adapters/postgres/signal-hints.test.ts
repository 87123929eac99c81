import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { createHints, hintsToPayload, payloadToSignals } from './signal-hints.ts'

const id = () => randomUUID() as string as TaskId

test('hints arrive as they were published, merged, aborts first', () => {
  const hints = createHints()
  const [one, two] = [id(), id()]
  hints.add({ type: 'task', taskId: one, seq: 4 })
  hints.add({ type: 'work' })
  hints.add({ type: 'task', taskId: one, seq: 3 })
  hints.add({ type: 'work' })
  hints.add({ type: 'abort', taskId: two })
  const payload = hintsToPayload(hints, 'here')
  assert.equal(hints.isEmpty(), true)
  assert.deepEqual(payloadToSignals(payload, 'there'), [
    { type: 'abort', taskId: two },
    { type: 'work' },
    { type: 'task', taskId: one, seq: 4 },
  ])
  assert.deepEqual(payloadToSignals(payload, 'here'), [])
})

test('mail is told once for each bot, before the news of tasks', () => {
  const hints = createHints()
  hints.add({ type: 'task', taskId: id(), seq: 1 })
  for (const bot of ['4711', '4712', '4711']) hints.add({ type: 'mail', bot: bot as BotId })
  const signals = payloadToSignals(hintsToPayload(hints, 'here'), 'there')
  assert.deepEqual(signals.slice(0, 2), [
    { type: 'mail', bot: '4711' },
    { type: 'mail', bot: '4712' },
  ])
  assert.equal(signals.length, 3)
})

test('a bot whose name would not fit is told to nobody', () => {
  const hints = createHints()
  for (const bot of ['9'.repeat(10_000), '\u0001'.repeat(40), '']) hints.add({ type: 'mail', bot: bot as BotId })
  assert.equal(hints.isEmpty(), true)
})

test('a payload stays below what PostgreSQL takes, however much there is', () => {
  const hints = createHints()
  for (let index = 0; index < 1_000; index += 1) {
    hints.add({ type: 'task', taskId: id(), seq: 2_147_483_647 })
    hints.add({ type: 'abort', taskId: id() })
    hints.add({ type: 'mail', bot: String(index).padStart(40, '0') as BotId })
  }
  let heard = 0
  while (!hints.isEmpty()) {
    const payload = hintsToPayload(hints, randomUUID())
    assert.ok(Buffer.byteLength(payload) < 8_000)
    heard += payloadToSignals(payload, '').length
  }
  assert.equal(heard, 3_000)
})

test('what piles up while the server is away is bounded', () => {
  const hints = createHints()
  for (let index = 0; index < 30_000; index += 1) hints.add({ type: 'task', taskId: id(), seq: 1 })
  assert.ok(hints.take(100_000).length <= 10_000)
})

test('what is no hint of ours is ignored', () => {
  const strange = [
    '',
    'x',
    'null',
    '[]',
    '{}',
    '{"o":1}',
    '{"o":"a","s":1}',
    '{"o":"a","s":[1,[],["t"],["t",1,1],["q","x"],["m"],["m",7]]}',
  ]
  for (const payload of strange) assert.deepEqual(payloadToSignals(payload, 'me'), [])
})
