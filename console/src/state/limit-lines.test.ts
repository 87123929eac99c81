import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitLines } from './limit-lines.ts'

test('limits are told in words, and what is not limited says so', () => {
  const lines = limitLines({
    requests_per_minute: 10,
    requests_per_minute_all: null,
    tasks_at_once: null,
    input_characters: 32_000,
    command_seconds: 300,
    sandbox_memory_bytes: 2_048 * 1_048_576,
    sandbox_processes: 512,
    sandbox_disk_bytes: 1_048_576,
  })
  assert.deepEqual(
    lines.map(({ name, value }) => `${name}: ${value}`),
    [
      'Requests of one person: 10 a minute',
      'Requests of all: no limit',
      'Tasks at once: no limit',
      'A request: 32,000 characters',
      'A command: 300 seconds',
      'Memory of a sandbox: 2,048 MB',
      'Processes of a sandbox: 512',
      'Disk of a sandbox: 1 MB',
    ],
  )
})
