import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ConfigError, isLoopback, readConfig } from './config.ts'

/** One for each test, not by hooks of the file: where files share a process, those would run around everybody's tests. */
function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('an empty environment gives the embedded defaults, on loopback', (t) => {
  const folder = emptyFolder(t)
  const config = readConfig(folder, {})
  assert.equal(config.HTTP_HOST, '127.0.0.1')
  assert.equal(config.HTTP_PORT, 7070)
  assert.equal(config.DATABASE_URL, undefined)
  assert.equal(config.dataDir, join(folder, '.factotum'))
  assert.ok(Object.isFrozen(config))
})

test('the environment wins over .env.secrets, and that over .env', (t) => {
  const folder = emptyFolder(t)
  writeFileSync(join(folder, '.env'), 'HTTP_PORT=1\nMODEL_MAIN=a/b\nOPENAI_API_KEY=from-settings\n')
  writeFileSync(join(folder, '.env.secrets'), 'OPENAI_API_KEY=from-secrets\nMODEL_MAIN=c/d\n', { mode: 0o600 })
  const config = readConfig(folder, { HTTP_PORT: '2' })
  assert.equal(config.HTTP_PORT, 2)
  assert.equal(config.MODEL_MAIN, 'c/d')
  assert.equal(config.OPENAI_API_KEY, 'from-secrets')
  assert.deepEqual(config.secrets, ['from-secrets'])
})

test('.env.secrets that others can read is refused, with the command that mends it', (t) => {
  const folder = emptyFolder(t)
  writeFileSync(join(folder, '.env.secrets'), 'JWT_SECRET=0123456789abcdef\n', { mode: 0o644 })
  assert.throws(
    () => readConfig(folder, {}),
    (error) => error instanceof ConfigError && /chmod 600/.test(error.message),
  )
})

test('every mistake is reported at once, by name', (t) => {
  const folder = emptyFolder(t)
  const wrong = { HTTP_PORT: 'seven', DATABASE_URL: 'mysql://x', JWT_SECRET: 'short', PREVIEW_URL: 'http://fixed' }
  assert.throws(
    () => readConfig(folder, wrong),
    (error) => error instanceof ConfigError && Object.keys(wrong).every((name) => error.message.includes(name)),
  )
})

test('a mistake in a secret is reported without the secret', (t) => {
  const folder = emptyFolder(t)
  assert.throws(
    () => readConfig(folder, { JWT_SECRET: 'hunter2' }),
    (error) => error instanceof ConfigError && !error.message.includes('hunter2'),
  )
})

test('a public bind without a secret is refused; with one it is not', (t) => {
  const folder = emptyFolder(t)
  assert.throws(() => readConfig(folder, { HTTP_HOST: '0.0.0.0' }), /JWT_SECRET/)
  assert.equal(readConfig(folder, { HTTP_HOST: '0.0.0.0', JWT_SECRET: '0123456789abcdef' }).HTTP_HOST, '0.0.0.0')
})

test('an empty variable is an unset one', (t) => {
  const folder = emptyFolder(t)
  assert.equal(readConfig(folder, { DATABASE_URL: '', HTTP_PORT: '' }).HTTP_PORT, 7070)
})

test('objects are kept in S3 when all of it is set, and half of it is refused', (t) => {
  const folder = emptyFolder(t)
  const whole = {
    S3_ENDPOINT: 'http://127.0.0.1:9000',
    S3_BUCKET: 'factotum',
    S3_ACCESS_KEY_ID: 'key-id-4711',
    S3_SECRET_ACCESS_KEY: 'hunter2-of-s3',
  }
  assert.equal(readConfig(folder, {}).s3, null)
  assert.equal(readConfig(folder, { S3_REGION: 'eu-west-1' }).s3, null)
  const config = readConfig(folder, whole)
  assert.deepEqual(config.s3, {
    endpoint: 'http://127.0.0.1:9000',
    bucket: 'factotum',
    region: 'us-east-1',
    accessKeyId: 'key-id-4711',
    secretAccessKey: 'hunter2-of-s3',
  })
  for (const secret of ['key-id-4711', 'hunter2-of-s3']) assert.ok(config.secrets.includes(secret))
  for (const name of Object.keys(whole))
    assert.throws(
      () => readConfig(folder, { ...whole, [name]: '' }),
      (error) =>
        error instanceof ConfigError && error.message.includes(`${name} is not`) && !error.message.includes('hunter2'),
    )
})

test('what counts as loopback', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '::1']) assert.equal(isLoopback(host), true, host)
  for (const host of ['0.0.0.0', '::', '128.0.0.1', '127.evil.example', 'localhost.example'])
    assert.equal(isLoopback(host), false, host)
})
