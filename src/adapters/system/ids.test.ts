import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSystemIds } from './ids.ts'

test('ids are UUIDs of version 7, each once, in the order they were made', () => {
  const ids = createSystemIds()
  const made = Array.from({ length: 20_000 }, () => ids.next<string>())
  assert.deepEqual(made, made.toSorted())
  assert.equal(new Set(made).size, made.length)
  for (const id of made) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  // What is drawn at random is not the same for any two of them, nor in another process.
  assert.equal(new Set(made.map((id) => id.slice(-12))).size, made.length)
})

test('ids tell when they were made', () => {
  const before = Date.now()
  const id = createSystemIds().next<string>()
  const at = Number.parseInt(id.replace('-', '').slice(0, 12), 16)
  assert.ok(at >= before && at <= Date.now())
})
