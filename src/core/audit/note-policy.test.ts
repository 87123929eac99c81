import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryAuditLog } from '../../adapters/memory/audit-log.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { keepPolicyNoted } from './note-policy.ts'
import { readEntry } from './read-entry.ts'
import { createRecorder } from './record.ts'

test('each change of the policy is recorded once, also one that was made while nobody looked', async () => {
  const audit = createMemoryAuditLog()
  const clock = { now: () => new Date('2026-03-01T10:00:00Z') }
  const logged: string[] = []
  const telemetry = { log: (_: string, message: string) => void logged.push(message) }
  const watch = async (digests: readonly (string | null)[]) => {
    const over = new AbortController()
    const left = [...digests]
    await keepPolicyNoted(
      {
        audit,
        recorder: createRecorder({ audit, clock: { ...clock, sleep: async () => undefined }, telemetry }),
        clock: {
          ...clock,
          sleep: async () => {
            left.shift()
            if (left.length === 0) over.abort()
          },
        },
        telemetry,
        policyDigest: async () => left[0] ?? Promise.reject(new Error('unreadable')),
        by: 'platform' as UserId,
      },
      over.signal,
    )
  }
  await watch(['a', 'a', 'b', null, 'b'])
  await watch(['b', 'c'])
  await watch(['a'])
  const entries = await Array.fromAsync(audit.read(0))
  assert.deepEqual(
    entries.map((entry) => readEntry(entry).data),
    [
      { before: null, digest: 'a' },
      { before: 'a', digest: 'b' },
      { before: 'b', digest: 'c' },
      { before: 'c', digest: 'a' },
    ],
  )
  assert.deepEqual(logged, ['The policy in force could not be noted'])
})
