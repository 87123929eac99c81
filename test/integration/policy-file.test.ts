// The policy file on the disk: what it changes at once, and what it never opens.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ConfigError } from '../../src/config.ts'
import { policyPath, readPolicy, readPolicyAt } from '../../src/processes/policy-file.ts'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'factotum-policy-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

const file = (id: string) => JSON.stringify({ version: 1, rules: [{ id, verdict: 'deny', why: 'Because.', when: {} }] })

const saying = (words: RegExp) => (error: unknown) => error instanceof ConfigError && words.test(error.message)

test('without a file the built-in policy holds, and guards the folder that it is read from', async (t) => {
  const data = await folder(t)
  const policy = await readPolicy(data)
  assert.deepEqual(policy.rules, [])
  assert.deepEqual(policy.guarded, [data])
})

test('an edit holds from the next decision on, and a file that did not change is not read again', async (t) => {
  const data = await folder(t)
  const path = policyPath(data)
  await writeFile(path, file('one'), { mode: 0o600 })
  const first = await readPolicyAt(path)
  assert.equal(await readPolicyAt(path), first)
  await writeFile(path, file('another'), { mode: 0o600 })
  const second = await readPolicy(data)
  assert.deepEqual(
    second.rules.map(({ id }) => id),
    ['another'],
  )
  assert.notEqual(second.digest, first?.digest)
  await rm(path)
  assert.deepEqual((await readPolicy(data)).rules, [])
})

test('a broken file is an error, also where a good one was read before', async (t) => {
  const data = await folder(t)
  await writeFile(policyPath(data), file('one'), { mode: 0o600 })
  await readPolicy(data)
  for (const broken of ['', '{', '{"version":1,"rulez":[]}', '[]']) {
    await writeFile(policyPath(data), broken)
    await assert.rejects(
      readPolicy(data),
      (error) => error instanceof ConfigError && error.message.includes('policy.json'),
    )
  }
})

test('a link that leads nowhere opens nothing, and what is no file keeps nobody waiting', async (t) => {
  const data = await folder(t)
  const path = policyPath(data)
  await symlink(join(data, 'not-mounted', 'policy.json'), path)
  await assert.rejects(readPolicy(data), ConfigError)
  await rm(path)
  await mkdir(path)
  await assert.rejects(readPolicy(data), saying(/is no file/))
  await rm(path, { recursive: true })
  if (spawnSync('mkfifo', ['-m', '600', path]).status !== 0) return t.skip('there are no named pipes')
  await assert.rejects(readPolicy(data), saying(/is no file/))
})

test('a file of another user is refused', { skip: process.getuid?.() !== 0 }, async (t) => {
  const data = await folder(t)
  const path = policyPath(data)
  await writeFile(path, file('one'), { mode: 0o644 })
  await chown(path, 65_534, 65_534)
  await assert.rejects(readPolicy(data), saying(/belongs to another user/))
})

test('a file that others may write is refused', { skip: process.platform === 'win32' }, async (t) => {
  const data = await folder(t)
  await writeFile(policyPath(data), file('one'), { mode: 0o600 })
  await readPolicy(data)
  await chmod(policyPath(data), 0o666)
  await assert.rejects(readPolicy(data), /can be written by others/)
})
