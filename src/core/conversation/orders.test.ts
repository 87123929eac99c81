// Which words are orders, and what they ask for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderIn } from './orders.ts'

test('an order takes what stands behind it; plain words and empty orders are none', () => {
  assert.deepEqual(orderIn('/run ls -la\npwd'), { request: 'ls -la\npwd', taskType: 'shell_command' })
  assert.deepEqual(orderIn(' /task build a page '), { request: 'build a page', taskType: null })
  assert.deepEqual(orderIn('/new_task@some_bot a page'), { request: 'a page', taskType: null })
  for (const plain of ['', '/run', '/run ', '/running late', '/usr/bin/env node', 'please /run ls', '/status', '/new'])
    assert.equal(orderIn(plain), null, plain)
})
