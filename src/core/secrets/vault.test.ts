import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMemoryVault, keysInMemory, SECRET_POLICY } from '../../../test/support/memory-vault.ts'
import { createMemorySecretStore } from '../../adapters/memory/secret-store.ts'
import { createSealer } from '../../adapters/secrets/sealer.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { ageOf, mayUse } from './age.ts'
import { hostsOf } from './hosts.ts'
import type { Vault } from './vault.ts'

const ada = 'ada' as UserId
const bob = 'bob' as UserId
const MONDAY = new Date('2026-03-02T09:00:00Z')
const DAY_MS = 86_400_000
const HOSTS = ['api.github.com']

function vaultAt(start = MONDAY, changes: Parameters<typeof createMemoryVault>[1] = {}) {
  let now = start
  const made = createMemoryVault({ now: () => now }, changes)
  return { ...made, pass: (ms: number) => (now = new Date(now.getTime() + ms)) }
}

test('a value goes in, and comes out only as a value', async () => {
  const { vault, secrets } = vaultAt()
  const kept = await vault.set({ name: 'TOKEN', value: 'abc-very-secret', hosts: ['API.GitHub.com.'] }, ada)
  assert.equal(kept.type === 'kept' && kept.created, true)
  assert.equal(await vault.valueOf('TOKEN'), 'abc-very-secret')
  assert.ok(!JSON.stringify([await vault.list(), kept]).includes('abc-very-secret'))
  for (const { sealed } of await secrets.all()) assert.equal(Buffer.from(sealed).indexOf('abc-very'), -1)
  assert.deepEqual((await vault.list())[0]?.hosts, HOSTS)
})

test('the value before the newest is readable for the overlap, by its version', async () => {
  const { vault, pass } = vaultAt()
  await vault.set({ name: 'TOKEN', value: 'one', hosts: HOSTS }, ada)
  assert.deepEqual((await vault.rotate('NONE', 'two', ada)).type, 'refused')
  await vault.rotate('TOKEN', 'two', ada)
  assert.equal(await vault.valueOf('TOKEN'), 'two')
  assert.equal(await vault.valueOf('TOKEN', { version: 1 }), 'one')
  assert.equal(await vault.forgetReplaced(), 0)
  pass(3_600_000)
  assert.equal(await vault.valueOf('TOKEN', { version: 1 }), null)
  assert.equal(await vault.forgetReplaced(), 1)
  assert.equal(await vault.valueOf('TOKEN'), 'two')
})

test('what can not be kept is refused, and nothing of the value is repeated', async () => {
  const { vault } = vaultAt()
  const value = 'a-value-that-is-not-told'
  for (const given of [
    { name: '1TOKEN', value, hosts: HOSTS },
    { name: value, value, hosts: HOSTS },
    { name: 'TOKEN', value: ' \n', hosts: HOSTS },
    { name: 'TOKEN', value: value.repeat(5_000), hosts: HOSTS },
    { name: 'TOKEN', value: `${value}\0`, hosts: HOSTS },
    { name: 'TOKEN', value },
    ...[
      '*',
      '*.com',
      'https://x.org',
      'x.org:443',
      'x.org/path',
      '10.0.0.*',
      '*.0.0.1',
      '',
      'a b',
      '300.1.1.1',
      '0x7f.1',
      `${'a.'.repeat(130)}b`,
    ].map((host) => ({ name: 'TOKEN', value, hosts: [host] })),
  ]) {
    const refused = await vault.set(given, ada)
    assert.equal(refused.type, 'refused', JSON.stringify(given.hosts))
    assert.ok(refused.type === 'refused' && !refused.problem.includes('not-told'))
  }
  assert.deepEqual(await vault.list(), [])
  assert.deepEqual(hostsOf(['*.example.org', '192.0.2.7', 'localhost']), ['*.example.org', '192.0.2.7', 'localhost'])
})

test('it is used by whose it is, at the hosts it is for, as long as that stays so', async () => {
  const { vault } = vaultAt()
  await vault.set({ name: 'OURS', value: 'of-all', hosts: HOSTS }, ada)
  await vault.set({ name: 'MINE', value: 'of-ada', hosts: HOSTS, owner: ada }, ada)
  const names = async (...ids: UserId[]) => (await vault.usableBy(ids)).map(({ name }) => name)
  assert.deepEqual(await names(ada), ['MINE', 'OURS'])
  assert.deepEqual(await names(bob), ['OURS'])
  assert.deepEqual(await names(bob, ada), ['MINE', 'OURS'])
  const [mine] = await vault.usableBy([ada])
  assert.equal(await mine?.value(), 'of-ada')
  assert.deepEqual((await vault.list())[0]?.lastUsedAt, MONDAY)
  await vault.rotate('MINE', 'newer', ada)
  assert.equal(await mine?.value(), 'newer')
  await vault.set({ name: 'MINE', value: 'elsewhere', hosts: ['other.example.org'] }, ada)
  assert.equal(await mine?.value(), null)
  await vault.remove('MINE', ada)
  assert.equal(await mine?.value(), null)
})

test('at 80 days it is due, at 90 the policy decides', async () => {
  for (const [atMax, unasked, asked] of [
    ['refuse', null, null],
    ['ask', null, 'value-of-it'],
    ['warn', 'value-of-it', 'value-of-it'],
  ] as const) {
    const { vault, pass } = vaultAt(MONDAY, { policy: async () => ({ ...SECRET_POLICY, atMax }) })
    await vault.set({ name: 'TOKEN', value: 'value-of-it', hosts: HOSTS }, ada)
    const state = async () => (await vault.list())[0]?.age.state
    const [before] = await vault.usableBy([ada])
    pass(80 * DAY_MS - 1)
    assert.equal(await state(), 'fresh')
    pass(1)
    assert.equal(await state(), 'due')
    assert.equal(await before?.value(), 'value-of-it')
    pass(10 * DAY_MS)
    assert.equal(await state(), 'overdue')
    const [now] = await vault.usableBy([ada])
    assert.equal(now?.use.type, atMax)
    for (const secret of [before, now]) {
      assert.equal(await secret?.value(), unasked)
      assert.equal(await secret?.value({ asked: true }), asked)
    }
    await vault.rotate('TOKEN', 'value-of-it', ada)
    assert.equal(await state(), 'fresh')
  }
})

test('a clock that went back makes nothing overdue', () => {
  assert.deepEqual(ageOf(MONDAY, SECRET_POLICY, new Date(0)), { days: 0, state: 'fresh' })
  assert.equal(mayUse({ name: 'X', rotatedAt: MONDAY }, SECRET_POLICY, new Date(0)).type, 'allow')
})

test('whoever can write to the database can send a value nowhere else, and pass none off as another', async () => {
  const { vault, secrets } = vaultAt()
  await vault.set({ name: 'ONE', value: 'first', hosts: HOSTS }, ada)
  await vault.set({ name: 'TWO', value: 'second', hosts: HOSTS, owner: ada }, ada)
  const [one, two] = [await secrets.find('ONE', null), await secrets.find('TWO', null)]
  assert.ok(one !== null && two !== null)
  for (const forged of [
    { ...one, sealed: two.sealed },
    { ...one, hosts: ['evil.example.org'] },
    { ...one, owner: bob },
    { ...one, keyId: 'key-9' },
  ]) {
    await secrets.remove('ONE')
    assert.equal(await secrets.put(forged), true)
    await assert.rejects(vault.valueOf('ONE'), (error: Error) => !error.message.includes('first'))
    assert.deepEqual(await vault.values(), ['second'])
  }
})

test('what can not be recorded is not done', async () => {
  const recorder = { record: () => Promise.reject(new Error('The audit log is down')) }
  const { vault, secrets } = vaultAt(MONDAY, { recorder })
  await assert.rejects(vault.set({ name: 'TOKEN', value: 'x-value', hosts: HOSTS }, ada), /audit log/)
  assert.deepEqual(await secrets.all(), [])
})

test('of many who set at once all are kept, one after the other', async () => {
  const { vault } = vaultAt()
  const values = Array.from({ length: 8 }, (_, index) => `value-${index}`)
  const kept = await Promise.all(values.map((value) => vault.set({ name: 'TOKEN', value, hosts: HOSTS }, ada)))
  assert.deepEqual(
    kept.map((one) => (one.type === 'kept' ? one.secret.version : 0)).toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8],
  )
  assert.ok(values.includes((await vault.valueOf('TOKEN')) ?? ''))
})

/** Breaks at the given write, and from then on until it is mended. */
function breaking(secrets: SecretStore, at: number): SecretStore & { readonly mend: () => void } {
  let writes = 0
  let broken = true
  const write = <T>(act: () => Promise<T>): Promise<T> => {
    writes += 1
    return broken && writes > at ? Promise.reject(new Error('cut off')) : act()
  }
  return {
    ...secrets,
    reseal: (secret, from) => write(() => secrets.reseal(secret, from)),
    mend: () => {
      broken = false
    },
  }
}

test('sealing anew may be cut off between any two writes, and is finished the next time', async () => {
  for (let at = 0; at <= 6; at += 1) {
    const keys = keysInMemory()
    const secrets = breaking(createMemorySecretStore(), at)
    const { vault } = vaultAt(MONDAY, { secrets, sealer: createSealer(keys) })
    for (const name of ['A', 'B', 'C']) {
      await vault.set({ name, value: `${name}-one`, hosts: HOSTS }, ada)
      await vault.rotate(name, `${name}-two`, ada)
    }
    keys.add()
    if (at < 6) await assert.rejects(vault.reseal(), /cut off/)
    for (const name of ['A', 'B', 'C']) {
      assert.equal(await vault.valueOf(name), `${name}-two`)
      assert.equal(await vault.valueOf(name, { version: 1 }), `${name}-one`)
    }
    secrets.mend()
    const { keyId, failed } = await vault.reseal()
    assert.deepEqual(failed, [])
    for (const secret of await secrets.all()) assert.equal(secret.keyId, keyId)
    assert.equal(await vault.valueOf('B'), 'B-two')
  }
})

test('a value that no key opens is named, and the others are sealed anew', async () => {
  const keys = keysInMemory()
  const { vault, secrets } = vaultAt(MONDAY, { sealer: createSealer(keys) })
  for (const name of ['A', 'B']) await vault.set({ name, value: `${name}-one`, hosts: HOSTS }, ada)
  const lost = await secrets.find('A', null)
  assert.ok(lost !== null)
  await secrets.reseal({ ...lost, keyId: 'gone' }, lost.keyId)
  keys.add()
  assert.deepEqual(await vault.reseal(), { keyId: 'key-2', resealed: 1, failed: ['A'] })
})

type Deed = {
  readonly type: 'set' | 'rotate' | 'remove' | 'renew' | 'reseal' | 'pass'
  readonly name: string
  readonly value: string
}

test('whatever is done in whatever order, the vault holds what a plain map would', async () => {
  const deeds = fc.array(
    fc.record<Deed>({
      type: fc.constantFrom('set', 'rotate', 'remove', 'renew', 'reseal', 'pass'),
      name: fc.constantFrom('A', 'B', 'C'),
      value: fc
        .string({ unit: 'grapheme', minLength: 1 })
        .filter((value) => value.trim() !== '' && !value.includes('\0')),
    }),
    { maxLength: 40 },
  )
  await fc.assert(
    fc.asyncProperty(deeds, async (all) => {
      const keys = keysInMemory()
      const { vault, pass, secrets } = vaultAt(MONDAY, { sealer: createSealer(keys) })
      const model = new Map<string, string[]>()
      for (const deed of all) await act(vault, model, deed, { renew: keys.add, pass: () => pass(1_000) })
      for (const name of ['A', 'B', 'C']) {
        const values = model.get(name) ?? []
        assert.equal(await vault.valueOf(name), values.at(-1) ?? null)
        if (values.length > 1) assert.equal(await vault.valueOf(name, { version: values.length - 1 }), values.at(-2))
        if (values.length > 2) assert.equal(await vault.valueOf(name, { version: values.length - 2 }), null)
      }
      assert.deepEqual(
        (await vault.list()).map(({ name }) => name),
        [...model.keys()].toSorted(),
      )
      assert.ok((await secrets.all()).length <= 2 * model.size)
    }),
    { numRuns: 60 },
  )
})

async function act(
  vault: Vault,
  model: Map<string, string[]>,
  { type, name, value }: Deed,
  world: { readonly renew: () => void; readonly pass: () => void },
): Promise<void> {
  const before = model.get(name)
  switch (type) {
    case 'set':
      await vault.set({ name, value, hosts: HOSTS }, ada)
      model.set(name, [...(before ?? []), value])
      return
    case 'rotate': {
      const done = await vault.rotate(name, value, ada)
      assert.equal(done.type, before === undefined ? 'refused' : 'kept')
      if (before !== undefined) model.set(name, [...before, value])
      return
    }
    case 'remove':
      assert.equal(await vault.remove(name, ada), model.delete(name))
      return
    case 'renew':
      return world.renew()
    case 'reseal':
      await vault.reseal()
      return
    case 'pass':
      return world.pass()
  }
}
