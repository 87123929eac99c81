// What every RateLimits promises.
import assert from 'node:assert/strict'
import type { RateLimit, RateLimits } from '../../src/core/ports/rate-limits.ts'
import { withParts } from './with-parts.ts'

const HOUR_MS = 3_600_000

export type RatesUnderTest = {
  readonly rates: RateLimits
  /** The same counts, as another process has them. */
  readonly elsewhere: RateLimits
  readonly pass: (ms: number) => Promise<void>
  readonly close: () => Promise<void>
}

export function rateLimitsContract(name: string, open: () => Promise<RatesUnderTest>): void {
  const withRates = withParts(name, open)

  withRates('as many as are allowed go through, however many ask at once', async ({ rates, elsewhere }) => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? rates : elsewhere).take([limit('ada', 7)])),
    )
    assert.equal(answers.filter(({ type }) => type === 'ok').length, 7)
  })

  withRates('who is too fast hears how long to wait, and under which limit', async ({ rates }) => {
    const both = [limit('ada', 1), limit('all', 5)]
    assert.deepEqual(await rates.take(both), { type: 'ok' })
    const answer = await rates.take(both)
    assert.equal(answer.type, 'limited')
    if (answer.type !== 'limited') return
    assert.equal(answer.key, 'ada')
    assert.ok(answer.waitMs > HOUR_MS / 2 && answer.waitMs <= HOUR_MS, String(answer.waitMs))
  })

  withRates('where one limit is reached nothing is counted under the others', async ({ rates }) => {
    await rates.take([limit('ada', 1)])
    for (let n = 0; n < 10; n += 1) assert.equal((await rates.take([limit('ada', 1), limit('all', 2)])).type, 'limited')
    assert.equal((await rates.take([limit('ben', 1), limit('all', 2)])).type, 'ok')
    assert.equal((await rates.take([limit('cleo', 1), limit('all', 2)])).type, 'ok')
    const full = await rates.take([limit('dora', 1), limit('all', 2)])
    assert.deepEqual([full.type, full.type === 'limited' ? full.key : ''], ['limited', 'all'])
    // Of whom nothing was counted may ask once there is room.
    assert.equal((await rates.take([limit('dora', 1)])).type, 'ok')
  })

  withRates('limits that are given in any order do not block one another', async ({ rates, elsewhere }) => {
    const [a, b] = [limit('a', 1_000), limit('b', 1_000)]
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? rates.take([a, b]) : elsewhere.take([b, a]))),
    )
    assert.ok(answers.every(({ type }) => type === 'ok'))
  })

  withRates('after its time a limit is open again', async ({ rates, pass }) => {
    const brief = { key: 'ada', points: 1, perMs: 200 }
    assert.equal((await rates.take([brief])).type, 'ok')
    assert.equal((await rates.take([brief])).type, 'limited')
    await pass(250)
    assert.equal((await rates.take([brief])).type, 'ok')
  })

  withRates('no limits are no limit, and any text names one', async ({ rates }) => {
    assert.equal((await rates.take([])).type, 'ok')
    for (const key of ['', '\0', "'; drop table rate_counts", '\u{1F680}']) {
      assert.equal((await rates.take([limit(key, 1)])).type, 'ok')
      assert.equal((await rates.take([limit(key, 1)])).type, 'limited')
    }
  })
}

function limit(key: string, points: number): RateLimit {
  return { key, points, perMs: HOUR_MS }
}
