import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SecretScanner } from '../ports/secret-scanner.ts'
import { findInPatch } from './patch-findings.ts'
import { redact } from './redact.ts'
import { redactStream } from './redact-stream.ts'

const SECRET = 'tok-77af9c1e5b'

/** Finds one value, and keys between their two lines or up to the end. */
const scanner: SecretScanner = {
  scan: async (text) =>
    [...text.matchAll(/tok-77af9c1e5b|-----BEGIN PRIVATE KEY-----[^-]*(?:-----END PRIVATE KEY-----|$)/g)].map(
      (match) => ({
        rule: 'Test',
        start: match.index,
        end: match.index + match[0].length,
      }),
    ),
}

async function shown(pieces: readonly string[], clean?: (text: string) => string): Promise<string> {
  let all = ''
  const stream = redactStream(scanner, (text) => (all += text), clean)
  for (const piece of pieces) stream.push(piece)
  await stream.end()
  return all
}

function cut(text: string, at: readonly number[]): readonly string[] {
  const places = [0, ...at.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b), text.length]
  return places.slice(1).map((end, index) => text.slice(places[index], end))
}

test('wherever output is cut, no secret comes out, and everything else does, in order', async () => {
  const part = fc.oneof(fc.constant(SECRET), fc.constant('\n'), fc.constant('\r'), fc.string({ maxLength: 30 }))
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 30 }), async (parts, at) => {
      const text = parts.join('')
      const out = await shown(cut(text, at))
      assert.ok(!out.includes(SECRET))
      assert.equal(out, (await redact(scanner, text)).text)
    }),
    { numRuns: 300 },
  )
})

test('a key of many lines is held back until its end', async () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'AAAA\n'.repeat(40)}-----END PRIVATE KEY-----`
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (at) => {
      const out = await shown(cut(`before\n${key}\nafter`, at))
      assert.equal(out, 'before\n[secret removed]\nafter')
    }),
    { numRuns: 100 },
  )
})

test('lines come out as they end, and what has no end is not kept for ever', async () => {
  const seen: string[] = []
  const stream = redactStream(scanner, (text) => seen.push(text))
  stream.push('one\ntw')
  await stream.end()
  assert.deepEqual(seen, ['one\n', 'tw'])
  const before = seen.length
  for (let index = 0; index < 30; index += 1) stream.push('x'.repeat(1_000))
  stream.push('\n')
  await stream.end()
  assert.ok(seen.length > before + 1)
})

test('a secret does not hide behind what is not shown', async () => {
  const out = await shown([`tok-77\u001b[0m`, `af9c1e5b\n`], (text) => text.replaceAll('\u001b[0m', ''))
  assert.equal(out, '[secret removed]\n')
})

test('of a patch, what it adds is found by file and line; what was there before is not', async () => {
  const patch = [
    'diff --git a/src/app.js b/src/app.js',
    'index 1..2 100644',
    '--- a/src/app.js',
    '+++ b/src/app.js',
    '@@ -1,4 +10,5 @@',
    ` const old = '${SECRET}'`,
    `-const gone = '${SECRET}'`,
    '+const fine = 1',
    `+const mine = '${SECRET}'`,
    ' end',
    `+++ '${SECRET}'`,
    'diff --git a/new file.txt b/new file.txt',
    'new file mode 100644',
    '--- /dev/null',
    '+++ b/new file.txt',
    '@@ -0,0 +1 @@',
    `+${SECRET}`,
    '',
  ].join('\n')
  assert.deepEqual(await findInPatch(scanner, patch), [
    { path: 'src/app.js', line: 12, rule: 'Test' },
    { path: 'src/app.js', line: 14, rule: 'Test' },
    { path: 'new file.txt', line: 1, rule: 'Test' },
  ])
})
