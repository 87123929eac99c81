// What every Leases promises.
import assert from 'node:assert/strict'
import type { Leases } from '../../src/core/ports/leases.ts'
import type { WorkerId } from '../../src/core/vocabulary/ids.ts'
import { HOSTILE, times } from './sample-chat.ts'
import { withParts } from './with-parts.ts'

export type LeasesUnderTest = {
  readonly leases: Leases
  /** Lets time pass for the store's clock. */
  readonly pass: (ms: number) => Promise<void>
  readonly close: () => Promise<void>
}

const MINUTE = 60_000

export function leasesContract(name: string, open: () => Promise<LeasesUnderTest>): void {
  const withLeases = withParts(name, open)
  const [one, other] = ['host-1' as WorkerId, 'host-2' as WorkerId]

  withLeases('of twenty who want it at once, one has it', async ({ leases }) => {
    const got = await Promise.all(times(20, (index) => leases.acquire('bot', `w${index}` as WorkerId, MINUTE, {})))
    assert.equal(got.filter(Boolean).length, 1)
    const [lease] = await leases.list('bot')
    assert.equal(lease?.holder, `w${got.indexOf(true)}`)
  })

  withLeases('whoever has it renews it, and says something new of themself', async ({ leases }) => {
    assert.equal(await leases.acquire('bot', one, MINUTE, { host: 'a' }), true)
    assert.equal(await leases.acquire('bot', one, MINUTE, { host: 'b' }), true)
    assert.equal(await leases.acquire('bot', other, MINUTE, { host: 'c' }), false)
    assert.deepEqual(await leases.list(''), [{ name: 'bot', holder: one, expired: false, note: { host: 'b' } }])
  })

  withLeases('when it ran out, one of those who want it has it', async ({ leases, pass }) => {
    await leases.acquire('bot', one, 1, {})
    await pass(50)
    assert.deepEqual(
      (await leases.list('bot')).map(({ holder, expired }) => [holder, expired]),
      [[one, true]],
    )
    const got = await Promise.all(times(20, (index) => leases.acquire('bot', `w${index}` as WorkerId, MINUTE, {})))
    assert.equal(got.filter(Boolean).length, 1)
    assert.equal(await leases.acquire('bot', one, MINUTE, {}), false)
  })

  withLeases('its holder gives it back, and nobody else does', async ({ leases }) => {
    await leases.acquire('bot', one, MINUTE, {})
    await leases.release('bot', other)
    assert.equal(await leases.acquire('bot', other, MINUTE, {}), false)
    await leases.release('bot', one)
    await leases.release('bot', one)
    assert.equal(await leases.acquire('bot', other, MINUTE, {}), true)
  })

  withLeases('of a holder who is dead nothing remains', async ({ leases }) => {
    for (const lease of ['bot/1', 'bot/2']) await leases.acquire(lease, one, MINUTE, {})
    await leases.acquire('bot/3', other, MINUTE, {})
    await leases.bury(one)
    await leases.bury(one)
    assert.deepEqual(
      (await leases.list('bot/')).map(({ name: lease }) => lease),
      ['bot/3'],
    )
    assert.equal(await leases.acquire('bot/1', other, MINUTE, {}), true)
  })

  withLeases('they are listed by name, those that begin as asked', async ({ leases }) => {
    for (const lease of ['b/10', 'b/2', 'a/1', 'B/1', 'b%/1', 'b_']) await leases.acquire(lease, one, MINUTE, {})
    const listed = async (prefix: string) => (await leases.list(prefix)).map(({ name: lease }) => lease)
    assert.deepEqual(await listed('b/'), ['b/10', 'b/2'])
    assert.deepEqual(await listed('b%'), ['b%/1'])
    assert.deepEqual(await listed('none'), [])
    assert.deepEqual(await listed(''), ['B/1', 'a/1', 'b%/1', 'b/10', 'b/2', 'b_'])
  })

  withLeases('whatever a holder says of itself is kept', async ({ leases }) => {
    assert.equal(await leases.acquire('bo\0t', one, MINUTE, { text: HOSTILE }), true)
    assert.equal(await leases.acquire('bo\0t', other, MINUTE, {}), false)
    assert.equal((await leases.list('bo')).length, 1)
  })
}
