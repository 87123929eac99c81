import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryMemoStore } from '../../adapters/memory/memo-store.ts'
import { createSealer } from '../../adapters/secrets/sealer.ts'
import { keysInMemory } from '../../../test/support/memory-vault.ts'
import { sinceWhen } from './outside-ages.ts'

const DAY_MS = 86_400_000
const MONDAY = new Date('2026-03-02T09:00:00Z')

function stage() {
  let now = MONDAY
  const keys = keysInMemory()
  const memos = createMemoryMemoStore()
  const deps = { memos, clock: { now: () => now, sleep: async () => undefined } }
  const ages = async (given: Readonly<Record<string, string>>) => {
    const secrets = Object.entries(given).map(([name, value]) => ({ name, value }))
    // A sealer of its own each time, as after a start.
    const seen = await sinceWhen({ ...deps, fingerprints: createSealer(keys).fingerprints }, secrets)
    return Object.fromEntries([...seen].map(([name, since]) => [name, (now.getTime() - since.getTime()) / DAY_MS]))
  }
  return { ages, keys, memos, pass: (days: number) => void (now = new Date(now.getTime() + days * DAY_MS)) }
}

test('a value counts from when it was seen first, over restarts and over a new key of ours, and another value begins anew', async () => {
  const { ages, keys, pass } = stage()
  assert.deepEqual(await ages({ A: 'one', B: 'two' }), { A: 0, B: 0 })
  pass(80)
  assert.deepEqual(await ages({ A: 'one', B: 'three' }), { A: 80, B: 0 })
  keys.add()
  pass(10)
  assert.deepEqual(await ages({ A: 'one', B: 'three' }), { A: 90, B: 10 })
  pass(1)
  assert.deepEqual(await ages({ A: 'one' }), { A: 91 })
  assert.deepEqual(await ages({ A: 'one', B: 'three' }), { A: 91, B: 11 }, 'who is given fewer forgets nothing')
  assert.deepEqual(await ages({ B: 'one' }), { B: 0 }, 'the same value under another name is another secret')
})

test('what is kept tells no value, and what is unreadable counts as never seen', async () => {
  const { ages, memos, pass } = stage()
  await ages({ A: 'a-value-to-keep' })
  const kept = (await memos.get('secrets of the environment')) ?? ''
  assert.ok(kept.includes('"A"') && !kept.includes('a-value-to-keep'))
  pass(5)
  for (const broken of ['{', '[]', 'null', '{"A":{"fingerprint":1}}', '{"A":{"fingerprint":"x","since":"never"}}']) {
    await memos.set('secrets of the environment', broken)
    assert.deepEqual(await ages({ A: 'a-value-to-keep' }), { A: 0 }, broken)
  }
})
