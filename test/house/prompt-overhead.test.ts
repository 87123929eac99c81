// What every model call costs before a word of the request is said: measured with a tokenizer of a provider, and kept below its limit.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promptOverheads } from '../support/prompt-overhead.ts'

const LIMIT = 1_500

test('the fixed part of every call stays below 1,500 tokens', async (t) => {
  for (const { name, system, kind, tools, answer, all } of await promptOverheads()) {
    t.diagnostic(`${name.padEnd(10)} ${all} tokens: system ${system}, kind ${kind}, tools ${tools}, answer ${answer}`)
    assert.ok(all < LIMIT, `${name} begins with ${all} tokens`)
  }
})
