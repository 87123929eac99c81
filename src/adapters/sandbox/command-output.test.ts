import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCommandOutput } from './command-output.ts'

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')

test('what fits is whole', () => {
  const output = createCommandOutput(100, () => undefined)
  output.live('stdout', base64('one '))
  output.live('stdout', base64('two'))
  assert.deepEqual(output.finish('stdout', 7), { text: 'one two', missing: 0 })
  assert.deepEqual(output.finish('stderr', 0), { text: '', missing: 0 })
})

test('of what does not fit both ends are kept, within the bound', () => {
  const output = createCommandOutput(200, () => undefined)
  output.live('stdout', base64('a'.repeat(200)))
  output.tail('stdout', base64('z'.repeat(100)))
  const { text, missing } = output.finish('stdout', 1_000)
  assert.ok(Buffer.byteLength(text) <= 200)
  assert.match(text, /^a+\n\[… \d+ bytes left out …\]\nz+$/)
  assert.equal(text.replace(/[^az]|bytes left out/g, '').length + missing, 1_000)
})

test('a character cut in two pieces arrives whole', () => {
  const texts: string[] = []
  const output = createCommandOutput(100, (text) => texts.push(text))
  const bytes = Buffer.from('é')
  output.live('stdout', base64(bytes.subarray(0, 1)))
  output.live('stdout', base64(bytes.subarray(1)))
  assert.deepEqual(texts, ['é'])
})

test('a runner that sends more than was agreed on is not believed', () => {
  const output = createCommandOutput(10, () => undefined)
  output.live('stdout', base64('0123456789'))
  assert.throws(() => output.live('stdout', base64('x')), RangeError)
  assert.throws(() => output.tail('stderr', base64('x'.repeat(11))), RangeError)
})
