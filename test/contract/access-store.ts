// What every AccessStore promises.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { AccessStore } from '../../src/core/ports/access-store.ts'
import { ADA } from './sample-task.ts'

export type AccessUnderTest = { readonly access: AccessStore; readonly close: () => Promise<void> }

export function accessStoreContract(name: string, open: () => Promise<AccessUnderTest>): void {
  const withStore = (title: string, run: (access: AccessStore) => Promise<void>) =>
    void test(`${name}: ${title}`, async () => {
      const { access, close } = await open()
      try {
        await run(access)
      } finally {
        await close()
      }
    })
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000)

  withStore('of ten who use one token, one gets in', async (access) => {
    const hash = randomUUID()
    await access.addLoginToken(hash, ADA, inMinutes(5))
    const users = await Promise.all(Array.from({ length: 10 }, () => access.takeLoginToken(hash, new Date())))
    assert.deepEqual(
      users.filter((user) => user !== null),
      [ADA],
    )
    assert.equal(await access.takeLoginToken(hash, new Date()), null)
  })

  withStore('an expired token opens nothing, not even for somebody whose clock is late', async (access) => {
    const hash = randomUUID()
    await access.addLoginToken(hash, ADA, inMinutes(5))
    assert.equal(await access.takeLoginToken(hash, inMinutes(6)), null)
    assert.equal(await access.takeLoginToken(hash, new Date()), null)
  })

  withStore('an unknown token opens nothing', async (access) => {
    await access.addLoginToken(randomUUID(), ADA, inMinutes(5))
    for (const hash of ['', '\0', randomUUID()]) assert.equal(await access.takeLoginToken(hash, new Date()), null)
  })
}
