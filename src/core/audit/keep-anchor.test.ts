import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryAuditLog } from '../../adapters/memory/audit-log.ts'
import type { Anchor, AuditAnchor } from '../ports/audit-log.ts'
import type { SealedEntry } from '../vocabulary/audit.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { keepAnchor } from './keep-anchor.ts'

test('the end is anchored soon after it grew, not more often, and once more at the end', async () => {
  const { chain, anchors, run, add } = stage()
  await run([
    () => add(3),
    () => add(1),
    () => undefined,
    () => undefined,
    () => undefined,
    () => add(2),
    () => add(300),
    () => undefined,
    () => add(1),
  ])
  // The first at once, the second after a minute, the third because there was so much, the last because it ends.
  assert.deepEqual(
    anchors.map(({ seq }) => seq),
    [3, 4, 306, 307],
  )
  for (const { seq, hash } of anchors) assert.equal(hash, chain[seq - 1]?.hash)
})

test('nothing is anchored of an empty log, and nothing twice', async () => {
  const { anchors, run } = stage()
  await run(Array.from({ length: 20 }, () => () => undefined))
  assert.deepEqual(anchors, [])
})

test('a log that does not fit its anchor is an alarm, once an hour, and is not anchored again', async () => {
  for (const tamper of [
    (chain: SealedEntry[]) => void chain.splice(2),
    (chain: SealedEntry[]) => void chain.splice(3, 1, { ...entryOf(chain, 3), hash: 'f'.repeat(64) }),
  ]) {
    const { chain, anchors, logged, run, add } = stage()
    await run([() => add(4), () => tamper(chain), () => undefined, () => add(9), ...times(250, () => () => undefined)])
    assert.deepEqual(
      anchors.map(({ seq }) => seq),
      [4],
    )
    assert.equal(logged.length, 2)
    assert.match(logged[0] ?? '', /^error The audit log is not what its anchor says/)
  }
})

test('a database that is away is waited for', async () => {
  const { anchors, logged, run, add, fail } = stage()
  await run([() => add(1), () => fail(true), () => fail(false), () => add(1), ...times(5, () => () => undefined)])
  assert.deepEqual(
    anchors.map(({ seq }) => seq),
    [1, 2],
  )
  assert.deepEqual(logged, ['warn The audit log could not be anchored'])
})

function stage() {
  const chain: SealedEntry[] = []
  const audit = createMemoryAuditLog(chain)
  const anchors: Anchor[] = []
  const logged: string[] = []
  let isAway = false
  let now = Date.UTC(2026, 2, 1)
  const anchor: AuditAnchor = {
    append: async (one) => void anchors.push(one),
    read: async function* () {
      for (const one of anchors) yield { type: 'anchor', ...one }
    },
  }
  return {
    chain,
    anchors,
    logged,
    fail: (away: boolean) => void (isAway = away),
    add: (count: number) => {
      const at = new Date(now)
      const entry = { at, actor: 'owner' as UserId, action: 'panic', taskId: null, subject: 'x', data: {} } as const
      void audit.append(times(count, () => entry))
    },
    /** Does one thing before each look; the last look is the one at the end. */
    run: async (things: readonly (() => void)[]) => {
      const over = new AbortController()
      const left = [...things]
      left.shift()?.()
      await keepAnchor(
        {
          audit: {
            head: async () => {
              if (isAway) throw new Error('away')
              return audit.head()
            },
            list: audit.list,
          },
          anchor,
          clock: {
            now: () => new Date(now),
            sleep: async (ms) => {
              now += ms
              left.shift()?.()
              if (left.length === 0) over.abort()
            },
          },
          telemetry: { log: (level, message) => void logged.push(`${level} ${message}`) },
        },
        over.signal,
      )
    },
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}

function entryOf(chain: readonly SealedEntry[], index: number): SealedEntry {
  const entry = chain[index]
  assert.ok(entry !== undefined)
  return entry
}
