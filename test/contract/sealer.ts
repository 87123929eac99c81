// What every Sealer promises.
import assert from 'node:assert/strict'
import type { Sealer } from '../../src/core/ports/sealer.ts'
import { withParts } from './with-parts.ts'

export type SealerUnderTest = {
  readonly sealer: Sealer
  /** Has a key of its own. */
  readonly other: Sealer
  /** From now on there is a newer key. */
  readonly renew: () => Promise<void>
  readonly close: () => Promise<void>
}

const VALUE = new TextEncoder().encode('a value, ünïcode and all')

export function sealerContract(name: string, open: () => Promise<SealerUnderTest>): void {
  const withSealer = withParts(name, open)

  withSealer('what was sealed opens again, an empty value too', async ({ sealer }) => {
    for (const value of [VALUE, new Uint8Array(), new Uint8Array(65_536).fill(7)]) {
      const { sealed, keyId } = await sealer.seal(value, 'this')
      assert.equal(keyId, await sealer.keyId())
      assert.deepEqual(await sealer.open(sealed, keyId, 'this'), value)
    }
  })

  withSealer('the same value is sealed differently each time, and shows nowhere', async ({ sealer }) => {
    const sealed = await Promise.all(Array.from({ length: 50 }, () => sealer.seal(VALUE, 'this')))
    assert.equal(new Set(sealed.map((one) => Buffer.from(one.sealed).toString('hex'))).size, 50)
    for (const one of sealed) assert.equal(Buffer.from(one.sealed).indexOf(Buffer.from(VALUE.subarray(0, 8))), -1)
  })

  withSealer('it opens for nothing but what it was sealed for', async ({ sealer }) => {
    const { sealed, keyId } = await sealer.seal(VALUE, 'this')
    for (const about of ['that', '', 'this '])
      await assert.rejects(sealer.open(sealed, keyId, about), /not what was sealed/)
  })

  withSealer('no byte of it can be changed, and none be missing', async ({ sealer }) => {
    const { sealed, keyId } = await sealer.seal(VALUE, 'this')
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = sealed.with(index, (sealed[index] ?? 0) ^ 1)
      await assert.rejects(sealer.open(changed, keyId, 'this'), /not what was sealed/)
    }
    for (const length of [0, 1, 12, 28, sealed.length - 1])
      await assert.rejects(sealer.open(sealed.subarray(0, length), keyId, 'this'), /not what was sealed/)
  })

  withSealer('another key does not open it, and says which is missing', async ({ sealer, other }) => {
    const { sealed, keyId } = await sealer.seal(VALUE, 'this')
    assert.notEqual(await other.keyId(), keyId)
    await assert.rejects(other.open(sealed, keyId, 'this'), new RegExp(keyId))
    await assert.rejects(other.open(sealed, await other.keyId(), 'this'), /not what was sealed/)
  })

  withSealer('what was sealed before a new key opens after it', async ({ sealer, renew }) => {
    const { sealed, keyId } = await sealer.seal(VALUE, 'this')
    await renew()
    assert.notEqual(await sealer.keyId(), keyId)
    assert.deepEqual(await sealer.open(sealed, keyId, 'this'), VALUE)
    assert.equal((await sealer.seal(VALUE, 'this')).keyId, await sealer.keyId())
  })
}
