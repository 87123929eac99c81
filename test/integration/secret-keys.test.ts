// Where keys come from, and what is sealed with them: files, credentials and commands of this machine.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createKeyFile, OpenToOthers } from '../../src/adapters/secrets/key-file.ts'
import { CREDENTIAL, findKeySource } from '../../src/adapters/secrets/key-source.ts'
import { createSealer } from '../../src/adapters/secrets/sealer.ts'
import { readConfig } from '../../src/config.ts'
import { replaceOldKeys } from '../../src/processes/keep-secrets.ts'
import { signingKeys } from '../../src/processes/secrets.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { createMemoryVault, SECRET_POLICY } from '../support/memory-vault.ts'
import { sealerContract } from '../contract/sealer.ts'

const NOW = new Date('2026-03-02T09:00:00Z')
const newKey = () => randomBytes(32).toString('base64')

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'factotum-keys-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

sealerContract('key file', async () => {
  const path = await mkdtemp(join(tmpdir(), 'factotum-keys-'))
  const source = await findKeySource({ credentials: null, command: null, file: join(path, 'vault') })
  const other = await findKeySource({ credentials: null, command: null, file: join(path, 'other') })
  const sealer = createSealer(source)
  return {
    sealer,
    other: createSealer(other),
    renew: async () => source.renew(await sealer.keyId(), NOW),
    close: () => rm(path, { recursive: true }),
  }
})

sealerContract('credential', async () => {
  const path = await mkdtemp(join(tmpdir(), 'factotum-keys-'))
  const [one, two] = [join(path, 'one'), join(path, 'two')]
  for (const place of [one, two]) {
    await mkdir(place)
    await writeFile(join(place, CREDENTIAL), `${newKey()}\n`)
  }
  const config = { command: null, file: join(path, 'vault') }
  let sealer = createSealer(await findKeySource({ ...config, credentials: one }))
  const source = async () => createSealer(await findKeySource({ ...config, credentials: one }))
  return {
    // A credential changes with a start of the platform.
    sealer: {
      keyId: () => sealer.keyId(),
      seal: (value, about) => sealer.seal(value, about),
      open: (sealed, keyId, about) => sealer.open(sealed, keyId, about),
    },
    other: createSealer(await findKeySource({ ...config, credentials: two })),
    renew: async () => {
      const before = await readFile(join(one, CREDENTIAL), 'utf8')
      await writeFile(join(one, CREDENTIAL), `${newKey()}\n${before}`)
      sealer = await source()
    },
    close: () => rm(path, { recursive: true }),
  }
})

test('a key file is made once by however many ask at once, for its owner alone', async (t) => {
  const path = join(await folder(t), 'secrets', 'vault')
  const read = await Promise.all(Array.from({ length: 20 }, () => createKeyFile(path).read()))
  assert.equal(new Set(read.map(([key]) => key.text)).size, 1)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700)
  assert.deepEqual(await readdir(join(path, '..')), ['vault'])
})

test('of two who replace a key at once one does, and both use that one', async (t) => {
  const path = join(await folder(t), 'vault')
  const [first] = await createKeyFile(path).read()
  await Promise.all(Array.from({ length: 10 }, () => createKeyFile(path).follow(first, NOW)))
  const keys = await createKeyFile(path).read()
  assert.deepEqual(
    keys.map(({ number }) => number),
    [2, 1],
  )
  assert.deepEqual(keys[0].madeAt, NOW)
})

test('a key that others can read is refused, and how to mend it is said', async (t) => {
  const path = join(await folder(t), 'vault')
  await createKeyFile(path).read()
  for (const mode of [0o640, 0o604, 0o660]) {
    await chmod(path, mode)
    await assert.rejects(createKeyFile(path).read(), (error) => {
      assert.ok(error instanceof OpenToOthers)
      assert.match(error.message, /chmod 600/)
      return true
    })
  }
})

test('an empty key file is no key', async (t) => {
  const path = join(await folder(t), 'vault')
  await writeFile(path, '', { mode: 0o600 })
  await assert.rejects(createKeyFile(path).read(), /is empty/)
})

test('the order is: credential, command, file', async (t) => {
  const path = await folder(t)
  const config = { credentials: path, command: '/bin/false', file: join(path, 'vault') }
  assert.equal((await findKeySource({ ...config, command: null })).kind, 'file')
  assert.equal((await findKeySource(config)).kind, 'command')
  await writeFile(join(path, CREDENTIAL), newKey())
  assert.equal((await findKeySource(config)).kind, 'credential')
})

test('what was sealed with our own file opens once the key is given, until all is sealed anew', async (t) => {
  const path = await folder(t)
  const config = { credentials: path, command: null, file: join(path, 'vault') }
  const own = createSealer(await findKeySource(config))
  const { sealed, keyId } = await own.seal(new Uint8Array([1, 2]), 'it')
  await writeFile(join(path, CREDENTIAL), newKey())
  const source = await findKeySource(config)
  const given = createSealer(source)
  assert.notEqual(await given.keyId(), keyId)
  assert.deepEqual(await given.open(sealed, keyId, 'it'), new Uint8Array([1, 2]))
  assert.equal(await source.forgetOlder(await given.keyId()), 1)
  await assert.rejects(createSealer(source).open(sealed, keyId, 'it'), /is gone/)
})

test('a command is run without a shell, and what it prints is told to nobody', async (t) => {
  const path = await folder(t)
  const source = (command: string) => findKeySource({ credentials: null, command, file: join(path, 'vault') })
  const key = newKey()
  await writeFile(join(path, 'key'), `${key}\n`)
  assert.equal((await (await source(`/bin/cat ${join(path, 'key')}`)).keys())[0].bytes.length, 32)
  const broken: readonly (readonly [string, RegExp])[] = [
    [`/bin/echo ${key.slice(0, 20)}`, /is no key/],
    [`/bin/echo ${key}; touch ${join(path, 'made')}`, /is no key/],
    ['/bin/false', /exit code 1/],
    ['/nowhere/at-all', /ENOENT/],
    ['/bin/true', /is empty/],
    [`/bin/ls ${key}`, /exit code/],
  ]
  for (const [command, words] of broken) {
    await assert.rejects((await source(command)).keys(), (error: Error) => {
      assert.match(error.message, words)
      assert.ok(!error.message.includes(key.slice(0, 20)), error.message)
      assert.ok(!String(error.cause ?? '').includes(key.slice(0, 20)))
      return true
    })
  }
  await assert.rejects(stat(join(path, 'made')))
})

test('tokens are signed with the newest key, and those before it are accepted', async (t) => {
  const path = await folder(t)
  const config = readConfig(path, {})
  const before = await signingKeys(config)
  assert.deepEqual(before.accepted, [before.current])
  const file = createKeyFile(join(config.dataDir, 'secrets', 'jwt'))
  await file.follow((await file.read())[0], NOW)
  const after = await signingKeys(config, { fresh: true })
  assert.notEqual(after.current.id, before.current.id)
  assert.deepEqual(after.accepted, [after.current, before.current])
  assert.match(after.current.id, /^[0-9a-f]{16}$/)
  assert.ok(!after.current.secret.includes(after.current.id))
})

test('keys of ours are replaced when they are as old as a secret may be, and nothing that they protect is lost', async (t) => {
  const path = await folder(t)
  const config = readConfig(path, {})
  const made = await createKeyFile(join(config.dataDir, 'secrets', 'jwt')).read()
  const DAY_MS = 86_400_000
  let now = new Date(made[0].madeAt.getTime())
  const keySource = await findKeySource({ credentials: null, command: null, file: join(path, 'vault') })
  const sealer = createSealer(keySource)
  const { vault } = createMemoryVault({ now: () => now }, { sealer })
  const recorded: string[] = []
  const platform = {
    config,
    vault,
    keySource,
    clock: { now: () => now, sleep: async () => undefined },
    recorder: {
      record: async (...[by, , subject]: readonly unknown[]) => void recorded.push(`${String(by)} ${String(subject)}`),
    },
    secretPolicy: async () => SECRET_POLICY,
    telemetry: { log: () => undefined },
  }
  await vault.set({ name: 'TOKEN', value: 'a-value', hosts: ['api.example.org'] }, 'ada' as UserId)
  const [first, signing] = [await sealer.keyId(), await signingKeys(config, { fresh: true })]
  now = new Date(now.getTime() + 89 * DAY_MS)
  await replaceOldKeys(platform)
  assert.equal(await sealer.keyId(), first)
  assert.deepEqual(recorded, [])

  now = new Date(now.getTime() + 2 * DAY_MS)
  for (let hour = 0; hour < 3; hour += 1) await replaceOldKeys(platform)
  assert.deepEqual(new Set(recorded), new Set(['platform signing key', 'platform vault key']))
  assert.equal(recorded.length, 2)
  assert.notEqual(await sealer.keyId(), first)
  assert.equal(await vault.valueOf('TOKEN'), 'a-value')
  assert.equal((await keySource.keys()).length, 1, 'what nothing is sealed with is let go of')
  const renewed = await signingKeys(config, { fresh: true })
  assert.notEqual(renewed.current.id, signing.current.id)
  assert.deepEqual(renewed.accepted[1], signing.current, 'tokens under the one before still hold')
})

test('a signing key from before there were rings is the first of its ring', async (t) => {
  const path = await folder(t)
  const config = readConfig(path, {})
  await mkdir(join(config.dataDir, 'secrets'), { recursive: true })
  await writeFile(join(config.dataDir, 'secrets', 'jwt'), 'an-old-secret-of-many-characters', { mode: 0o600 })
  assert.equal((await signingKeys(config)).current.secret, 'an-old-secret-of-many-characters')
})

test("the operator's own secret signs alone, with the one before beside it where it is said", async (t) => {
  const path = await folder(t)
  const JWT_SECRET = 'the-secret-of-the-operator'
  const alone = await signingKeys(readConfig(path, { JWT_SECRET }))
  assert.deepEqual(
    alone.accepted.map(({ secret }) => secret),
    [JWT_SECRET],
  )
  const both = await signingKeys(readConfig(path, { JWT_SECRET, JWT_SECRET_PREVIOUS: 'the-secret-before-that' }))
  assert.equal(both.current.secret, JWT_SECRET)
  assert.deepEqual(
    both.accepted.map(({ secret }) => secret),
    [JWT_SECRET, 'the-secret-before-that'],
  )
  assert.deepEqual(await readdir(path), [])
})
