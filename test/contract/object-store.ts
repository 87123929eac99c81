// What every ObjectStore promises.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectStore } from '../../src/core/ports/object-store.ts'

export type ObjectsUnderTest = { readonly objects: ObjectStore; readonly close: () => Promise<void> }

export function objectStoreContract(name: string, open: () => Promise<ObjectsUnderTest>): void {
  const withStore = (title: string, run: (objects: ObjectStore) => Promise<void>) =>
    void test(`${name}: ${title}`, async () => {
      const { objects, close } = await open()
      try {
        await run(objects)
      } finally {
        await close()
      }
    })
  const bytes = (...values: number[]) => Uint8Array.from(values)

  withStore('what was put comes back, byte for byte', async (objects) => {
    const every = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256)
    await objects.put('artifacts/one/two', every)
    await objects.put('empty', bytes())
    assert.deepEqual(await objects.get('artifacts/one/two'), every)
    assert.deepEqual(await objects.get('empty'), bytes())
    assert.equal(await objects.get('artifacts/one'), null)
    assert.equal(await objects.get('artifacts/one/two/three'), null)
  })

  withStore('a key may begin another', async (objects) => {
    await objects.put('a/b', bytes(2))
    await objects.put('a', bytes(1))
    await objects.put('a/b/c', bytes(3))
    assert.deepEqual(await objects.get('a'), bytes(1))
    assert.deepEqual(await objects.get('a/b'), bytes(2))
    assert.deepEqual(await objects.get('a/b/c'), bytes(3))
  })

  withStore('a reader sees the old or the new bytes, never a mixture', async (objects) => {
    const wholes = [0, 1, 2, 3].map((value) => new Uint8Array(50_000).fill(value))
    await objects.put('k', wholes[0] ?? bytes())
    const writing = Promise.all(wholes.map((whole) => objects.put('k', whole)))
    for (let round = 0; round < 20; round += 1) {
      const seen = await objects.get('k')
      assert.equal(seen?.length, 50_000)
      assert.ok(seen.every((value) => value === seen[0]))
    }
    await writing
  })

  withStore('what the caller does to the bytes afterwards changes nothing', async (objects) => {
    const mine = bytes(1, 2, 3)
    await objects.put('k', mine)
    mine[0] = 9
    const read = await objects.get('k')
    read?.fill(7)
    assert.deepEqual(await objects.get('k'), bytes(1, 2, 3))
  })

  withStore('deleting is deleting, also what is not there', async (objects) => {
    await objects.put('k', bytes(1))
    await objects.delete('k')
    await objects.delete('k')
    assert.equal(await objects.get('k'), null)
  })
}
