import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import type { WorkerId } from '../../core/vocabulary/ids.ts'
import { createSystemIds } from './ids.ts'
import { isDead, newWorkerId } from './worker-id.ts'

test('a worker is dead once its process is gone, and not before', async () => {
  const own = newWorkerId(createSystemIds())
  assert.equal(isDead(own), false)
  const child = spawn('sleep', ['60'])
  const worker = own.replace(`-${process.pid}-`, `-${child.pid}-`) as WorkerId
  assert.equal(isDead(worker), false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(isDead(worker), true)
})

test('of another machine nothing is known', () => {
  for (const worker of ['elsewhere-0123456789ab-999999-abcdef', 'odd', '', 'a-b-c'])
    assert.equal(isDead(worker as WorkerId), false)
})
