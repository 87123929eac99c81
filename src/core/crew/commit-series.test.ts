// What leaves is looked at whole, whatever its files are called and however its lines begin.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretsAdded } from './commit-series.ts'

const scanner = {
  scan: async (text: string) =>
    text.includes('SECRET') ? [{ rule: 'token', start: text.indexOf('SECRET'), end: text.indexOf('SECRET') + 6 }] : [],
}

async function found(patch: string) {
  const part = { message: 'x', at: new Date(0), patch: new TextEncoder().encode(patch), binaries: [] }
  return secretsAdded({ scanner } as Parameters<typeof secretsAdded>[0], [part])
}

const diff = (name: string, line: string, quote = '') =>
  `diff --git ${quote}a/${name}${quote} ${quote}b/${name}${quote}\n--- /dev/null\n+++ ${quote}b/${name}${quote}\n@@ -0,0 +1 @@\n${line}\n`

test('secrets are found in files whose names git quotes, and in lines that look like a head', async () => {
  assert.deepEqual(await found(diff('a.txt', '+SECRET')), ['a.txt (token)'])
  assert.deepEqual(await found(diff('\\303\\244.txt', '+SECRET', '"')), ['\\303\\244.txt (token)'])
  assert.deepEqual(await found(diff('a.txt', '+++ SECRET')), ['a.txt (token)'])
  assert.deepEqual(await found(diff('a.txt', '-SECRET') + diff('b.txt', ' SECRET')), [])
})
