import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUpdateQueue } from './updates.ts'

test('ids rise by one, even past what was dropped', () => {
  const queue = createUpdateQueue(10, () => 0)
  queue.push({}, 'message')
  queue.push({}, 'message')
  queue.drop(10)
  queue.push({}, 'message')
  assert.deepEqual(
    queue.peek(9).map((update) => update.update_id),
    [11, 12],
  )
})

test('a negative offset beyond what waits forgets nothing', () => {
  const queue = createUpdateQueue(1, () => 0)
  queue.push({}, 'message')
  queue.confirm(-5)
  assert.equal(queue.pending(), 1)
})

test('an empty list of kinds goes back to the default', () => {
  const queue = createUpdateQueue(1, () => 0)
  queue.allow(['chat_member'])
  assert.equal(queue.push({}, 'message'), false)
  assert.equal(queue.push({}, 'chat_member'), true)
  queue.allow([])
  assert.equal(queue.push({}, 'message'), true)
  assert.equal(queue.push({}, 'chat_member'), false)
})

test('what nobody fetched within a day is gone', () => {
  let now = 0
  const queue = createUpdateQueue(1, () => now)
  queue.push({}, 'message')
  now = 20 * 3_600_000
  queue.push({}, 'message')
  now = 25 * 3_600_000
  assert.equal(queue.pending(), 1)
})
