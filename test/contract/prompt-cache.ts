// What every PromptCache promises.
import assert from 'node:assert/strict'
import type { PromptCache } from '../../src/core/ports/prompt-cache.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { withParts } from './with-parts.ts'

export type PromptCacheUnderTest = {
  readonly cache: PromptCache
  /** The same, as another process has it. */
  readonly elsewhere: PromptCache
  readonly pass: (ms: number) => Promise<void>
  readonly close: () => Promise<void>
}

const HOUR_MS = 3_600_000
const [ADA, EVE] = ['ada', 'telegram:666'] as UserId[] as [UserId, UserId]
const ANSWER = { text: 'Grüße \u0001 😀', calls: [{ id: 'a', input: { path: 'x', n: 1.5, none: null } }] }

export function promptCacheContract(name: string, open: () => Promise<PromptCacheUnderTest>): void {
  const withCache = withParts(name, open)

  withCache('what was put is there for every process, as it was', async ({ cache, elsewhere }) => {
    assert.equal(await cache.get(ADA, 'k'), null)
    await cache.put(ADA, 'k', ANSWER, HOUR_MS)
    assert.deepEqual(await elsewhere.get(ADA, 'k'), ANSWER)
    await elsewhere.put(ADA, 'k', { text: 'newer' }, HOUR_MS)
    assert.deepEqual(await cache.get(ADA, 'k'), { text: 'newer' })
  })

  withCache('the same key of another person finds nothing, and overwrites nothing', async ({ cache }) => {
    await cache.put(ADA, 'k', 'of ada', HOUR_MS)
    assert.equal(await cache.get(EVE, 'k'), null)
    await cache.put(EVE, 'k', 'of eve', HOUR_MS)
    assert.equal(await cache.get(ADA, 'k'), 'of ada')
  })

  withCache('what is over is not there any more', async ({ cache, pass }) => {
    await cache.put(ADA, 'short', 1, 30)
    await cache.put(ADA, 'long', 2, HOUR_MS)
    await pass(60)
    assert.equal(await cache.get(ADA, 'short'), null)
    assert.equal(await cache.get(ADA, 'long'), 2)
  })

  withCache('whoever is forgotten leaves nothing, and nobody else loses anything', async ({ cache, elsewhere }) => {
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`)
    await Promise.all(keys.map((key) => cache.put(ADA, key, key, HOUR_MS)))
    await cache.put(EVE, 'k1', 'stays', HOUR_MS)
    await elsewhere.forget([ADA, 'nobody*' as UserId])
    assert.deepEqual(
      await Promise.all(keys.map((key) => cache.get(ADA, key))),
      keys.map(() => null),
    )
    assert.equal(await cache.get(EVE, 'k1'), 'stays')
    await cache.forget([])
  })

  withCache('ids and keys that look like patterns, and many at once', async ({ cache }) => {
    const odd = ['*', '?', '[a]', 'a:b', '', '\u0000x', 'ü'.repeat(300)]
    await Promise.all(odd.flatMap((id) => odd.map((key) => cache.put(id as UserId, key, [id, key], HOUR_MS))))
    await cache.forget(['*' as UserId])
    for (const id of odd)
      for (const key of odd)
        assert.equal((await cache.get(id as UserId, key)) === null, id === '*', JSON.stringify([id, key]))
  })
}
