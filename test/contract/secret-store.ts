// What every SecretStore promises.
import assert from 'node:assert/strict'
import type { SecretStore } from '../../src/core/ports/secret-store.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import type { SealedSecret } from '../../src/core/vocabulary/secret.ts'
import { withParts } from './with-parts.ts'

export type SecretsUnderTest = { readonly secrets: SecretStore; readonly close: () => Promise<void> }

const AT = new Date('2026-03-02T09:00:00.123Z')

function sample(changes: Partial<SealedSecret> = {}): SealedSecret {
  return {
    name: 'GITHUB_TOKEN',
    owner: null,
    hosts: ['api.github.com', '*.example.org'],
    version: 1,
    createdBy: 'ada' as UserId,
    createdAt: AT,
    rotatedAt: AT,
    lastUsedAt: null,
    sealed: new Uint8Array([0, 1, 254, 255]),
    keyId: 'key-1',
    ...changes,
  }
}

export function secretStoreContract(name: string, open: () => Promise<SecretsUnderTest>): void {
  const withSecrets = withParts(name, open)

  withSecrets('what was put is there to the byte, and what never was is not', async ({ secrets }) => {
    assert.equal(await secrets.find('GITHUB_TOKEN', null), null)
    assert.deepEqual(await secrets.list(), [])
    assert.equal(await secrets.put(sample({ owner: 'ada' as UserId })), true)
    assert.deepEqual(await secrets.find('GITHUB_TOKEN', null), sample({ owner: 'ada' as UserId }))
    assert.deepEqual(await secrets.find('GITHUB_TOKEN', 1), sample({ owner: 'ada' as UserId }))
    assert.equal(await secrets.find('GITHUB_TOKEN', 2), null)
    assert.equal(await secrets.find('github_token', null), null)
  })

  withSecrets('only the next version is taken, and the one before the newest stays', async ({ secrets }) => {
    assert.equal(await secrets.put(sample({ version: 2 })), false)
    for (const version of [1, 2, 3]) assert.equal(await secrets.put(sample({ version, keyId: `key-${version}` })), true)
    assert.equal(await secrets.put(sample({ version: 3 })), false)
    assert.equal(await secrets.put(sample({ version: 5 })), false)
    assert.equal((await secrets.find('GITHUB_TOKEN', null))?.keyId, 'key-3')
    assert.equal((await secrets.find('GITHUB_TOKEN', 2))?.keyId, 'key-2')
    assert.equal(await secrets.find('GITHUB_TOKEN', 1), null)
    assert.deepEqual(
      (await secrets.all()).map(({ version }) => version).toSorted((a, b) => a - b),
      [2, 3],
    )
  })

  withSecrets('of writers of one version one is first', async ({ secrets }) => {
    const writers = Array.from({ length: 12 }, (_, index) => sample({ keyId: `key-${index}` }))
    const taken = await Promise.all(writers.map((secret) => secrets.put(secret)))
    assert.equal(taken.filter(Boolean).length, 1)
    const winner = writers[taken.indexOf(true)]?.keyId
    assert.equal((await secrets.find('GITHUB_TOKEN', null))?.keyId, winner)
  })

  withSecrets('the list has the newest of each by name, and no value', async ({ secrets }) => {
    for (const secretName of ['b', 'a', 'B', 'A_1']) await secrets.put(sample({ name: secretName }))
    await secrets.put(sample({ name: 'a', version: 2 }))
    const listed = await secrets.list()
    assert.deepEqual(
      listed.map((secret) => `${secret.name} ${secret.version}`),
      ['A_1 1', 'B 1', 'a 2', 'b 1'],
    )
    for (const secret of listed) assert.ok(!('sealed' in secret) && !('keyId' in secret))
  })

  withSecrets('sealing anew changes what was sealed with that key, and nothing else', async ({ secrets }) => {
    await secrets.put(sample())
    await secrets.put(sample({ version: 2 }))
    const anew = sample({ sealed: new Uint8Array([9]), keyId: 'key-2' })
    assert.equal(await secrets.reseal(anew, 'key-7'), false)
    assert.equal(await secrets.reseal(anew, 'key-1'), true)
    assert.equal(await secrets.reseal(anew, 'key-1'), false)
    assert.deepEqual(await secrets.find('GITHUB_TOKEN', 1), anew)
    assert.deepEqual(await secrets.find('GITHUB_TOKEN', 2), sample({ version: 2 }))
    assert.equal(await secrets.reseal(sample({ name: 'other' }), 'key-1'), false)
  })

  withSecrets('a value that took the place of another is not overwritten with the old one', async ({ secrets }) => {
    await secrets.put(sample())
    const read = await secrets.find('GITHUB_TOKEN', null)
    assert.ok(read !== null)
    await secrets.remove('GITHUB_TOKEN')
    const since = sample({ rotatedAt: new Date(AT.getTime() + 1), sealed: new Uint8Array([5]) })
    await secrets.put(since)
    assert.equal(await secrets.reseal({ ...read, keyId: 'key-2' }, 'key-1'), false)
    assert.deepEqual(await secrets.find('GITHUB_TOKEN', null), since)
  })

  withSecrets('versions that were replaced can be let go of, and removing takes all', async ({ secrets }) => {
    await secrets.put(sample())
    await secrets.put(sample({ version: 2 }))
    assert.equal(await secrets.forgetBefore('GITHUB_TOKEN', 2), 1)
    assert.equal(await secrets.forgetBefore('GITHUB_TOKEN', 2), 0)
    assert.equal(await secrets.find('GITHUB_TOKEN', 1), null)
    assert.equal(await secrets.remove('GITHUB_TOKEN'), true)
    assert.equal(await secrets.remove('GITHUB_TOKEN'), false)
    assert.deepEqual(await secrets.all(), [])
    assert.equal(await secrets.put(sample()), true)
  })

  withSecrets('a use is noted, an older one changes nothing, and it goes with the secret', async ({ secrets }) => {
    await secrets.used('GITHUB_TOKEN', AT)
    await secrets.put(sample())
    assert.equal((await secrets.find('GITHUB_TOKEN', null))?.lastUsedAt, null)
    const later = new Date(AT.getTime() + 3_600_000)
    await secrets.used('GITHUB_TOKEN', later)
    await secrets.used('GITHUB_TOKEN', AT)
    assert.deepEqual((await secrets.list())[0]?.lastUsedAt, later)
    await secrets.put(sample({ version: 2 }))
    assert.deepEqual((await secrets.find('GITHUB_TOKEN', null))?.lastUsedAt, later)
    await secrets.remove('GITHUB_TOKEN')
    await secrets.put(sample())
    assert.equal((await secrets.list())[0]?.lastUsedAt, null)
  })
}
