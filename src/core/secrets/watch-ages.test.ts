import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SecretPolicy } from '../vocabulary/policy.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { createMemoryVault, SECRET_POLICY } from '../../../test/support/memory-vault.ts'
import { watchAges } from './watch-ages.ts'
import type { SecretEntry } from './watch-ages.ts'

const DAY_MS = 86_400_000
const ada = 'ada' as UserId

function stage(policy: SecretPolicy = SECRET_POLICY) {
  let now = new Date('2026-03-02T09:00:00Z')
  const { vault } = createMemoryVault({ now: () => now }, { policy: async () => policy })
  const told = new Map<string, string>()
  const logged: string[] = []
  const watch = () =>
    watchAges({
      list: async () => (await vault.list()).map((secret): SecretEntry => ({ ...secret, source: 'vault' })),
      policy: async () => policy,
      // As whoever tells owners does: what was told under a key is not told again.
      tell: async (key, markdown) => void (told.has(key) || told.set(key, markdown)),
      telemetry: { log: (level, message, fields) => void logged.push(JSON.stringify({ level, message, ...fields })) },
    })
  const pass = (days: number) => void (now = new Date(now.getTime() + days * DAY_MS))
  return { vault, told, logged, watch, pass }
}

test('owners hear once that a secret is due, once that it is too old, and again of its next value', async () => {
  const { vault, told, logged, watch, pass } = stage()
  await vault.set({ name: 'TOKEN', value: 'a-value-to-keep', hosts: ['api.example.org'] }, ada)
  pass(79)
  assert.deepEqual(await watch(), { due: 0, overdue: 0 })
  assert.deepEqual([...told.values()], [])
  pass(1)
  for (let hour = 0; hour < 3; hour += 1) assert.deepEqual(await watch(), { due: 1, overdue: 0 })
  assert.equal(told.size, 1)
  assert.match([...told.values()][0] ?? '', /`TOKEN` is 80 days old; after 90 it is too old.*secret rotate TOKEN/)
  pass(9)
  await watch()
  assert.equal(told.size, 1)
  pass(1)
  for (let hour = 0; hour < 3; hour += 1) assert.deepEqual(await watch(), { due: 0, overdue: 1 })
  assert.equal(told.size, 2)
  assert.match([...told.values()][1] ?? '', /90 days old: too old.*No work can use it any more/)
  await vault.rotate('TOKEN', 'another-value-to-keep', ada)
  assert.deepEqual(await watch(), { due: 0, overdue: 0 })
  pass(80)
  await watch()
  assert.equal(told.size, 3)
  assert.ok(!`${[...told.entries()].join()}${logged.join()}`.includes('value-to-keep'))
})

test('what becomes of a secret that is too old is said as the policy has it', async () => {
  for (const [atMax, words] of [
    ['refuse', /No work can use it/],
    ['ask', /Each use of it is asked about/],
    ['warn', /used all the same/],
  ] as const) {
    const { vault, told, watch, pass } = stage({ warnDays: 5, maxDays: 7, atMax })
    await vault.set({ name: 'TOKEN', value: 'a-value', hosts: ['api.example.org'] }, ada)
    pass(7)
    await watch()
    assert.match([...told.values()].join(), words)
    assert.match([...told.values()].join(), /which allows 7/)
  }
})
